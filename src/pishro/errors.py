"""Errors of pishro: each message says what was expected, what came, and what to do."""

__all__ = [
    "CheckpointError",
    "CheckpointWarning",
    "DataError",
    "Interrupted",
    "ModelFileError",
    "PishroError",
    "ProcessError",
    "SettingError",
    "ShapeError",
    "unknown_name",
]

import difflib
from collections.abc import Iterable

MOST_CHARACTERS = 1500
"""Of a message: names in a damaged table may be of any length, and the remedy at the end has to be found."""


class PishroError(Exception):
    """Anything that pishro refuses; catch this to catch them all."""

    def __str__(self) -> str:
        """The message; of a very long one the beginning and the end."""
        text = super().__str__()
        if len(text) <= MOST_CHARACTERS:
            return text
        half = MOST_CHARACTERS // 2
        return f"{text[:half]} … {text[-half:]}"


class ShapeError(PishroError, ValueError):
    """An array or a layer does not have the shape that its neighbor needs."""


class SettingError(PishroError, ValueError):
    """A setting has a value that cannot work."""


class DataError(PishroError, ValueError):
    """A table, a column or a value cannot be used as it is."""


class ModelFileError(PishroError, ValueError):
    """A model file is truncated, foreign, damaged or newer than this version."""


class CheckpointError(PishroError, ValueError):
    """A checkpoint is truncated, foreign, newer than this version, or of another training."""


class CheckpointWarning(UserWarning):
    """A checkpoint could not be written, or goes on under other conditions; the training itself is sound."""


class Interrupted(KeyboardInterrupt):
    """A training that keeps checkpoints was interrupted; the text says what became of it."""


class ProcessError(PishroError, RuntimeError):
    """One of several processes that train together has ended or does not answer."""


def unknown_name(kind: str, name: object, valid: Iterable[str]) -> str:
    """Sentence for a name that is not among the valid ones, the nearest offered first.

    Parameters
    ----------
    kind : what the name stands for, such as "activation" or "column".
    name : what was asked for.
    valid : the names that exist.
    """
    names = [str(v) for v in valid]
    near = difflib.get_close_matches(str(name), names, n=3, cutoff=0.5)
    folded = {n.lower(): n for n in names}
    if not near and str(name).lower() in folded:
        near = [folded[str(name).lower()]]
    hint = f" Did you mean {', '.join(repr(n) for n in near)}?" if near else ""
    shown = ", ".join(repr(n) for n in names[:20]) + (", …" if len(names) > 20 else "")
    return f"No {kind} is named {name!r}.{hint} There are: {shown}."
