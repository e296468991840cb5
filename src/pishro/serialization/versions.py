"""Which version of the layout a model's header has, and how an older one becomes one of today.

A change of the layout raises `FORMAT` by one and adds the function that makes an old header a new one; so a file of any
age is lifted step by step, and no reader knows more than today's layout.
"""

__all__ = ["FORMAT", "up_to_date"]

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pishro.errors import ModelFileError

Header = dict[str, Any]

FORMAT = 1
"""Version of the layout that is written."""

LIFTS: dict[int, Callable[[Header], Header]] = {}
"""From a version's header to the next version's; empty as long as there has been one version."""


def up_to_date(header: Header, path: Path) -> Header:
    """The header as today's version would have written it.

    Raises
    ------
    ModelFileError
        If its version is no number, or newer than this program.
    """
    version = header.get("format")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ModelFileError(
            f"{path} is damaged: its format is {str(version)[:60]!r}, expected a number; take another copy."
        )
    if version > FORMAT:
        raise ModelFileError(
            f"{path} has format {version}, this version of pishro reads up to {FORMAT}; upgrade pishro."
        )
    for older in range(version, FORMAT):
        header = {**LIFTS[older](header), "format": older + 1}
    return header
