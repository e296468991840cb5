"""Lets the tests of the report share their facts."""

__all__: list[str] = []

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
