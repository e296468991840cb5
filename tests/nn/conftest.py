"""The checklist of layers stands beside the tests that walk it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
