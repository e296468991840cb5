"""Lets the tests of the diagnosis share their set-ups."""

__all__: list[str] = []

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
