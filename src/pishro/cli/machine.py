"""What a command says to another program: one JSON object on one line."""

__all__ = ["emit"]

import json
import math
import sys
from typing import Any


def emit(facts: dict[str, Any]) -> None:
    """Print the facts; a number that is none, for which JSON has no word, is null."""
    sys.stdout.write(json.dumps(_finite(facts), ensure_ascii=False, default=str) + "\n")


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    return [_finite(entry) for entry in value] if isinstance(value, list | tuple) else value
