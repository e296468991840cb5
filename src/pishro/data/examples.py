"""Small tables that come with scikit-learn, to try things on."""

__all__ = ["EXAMPLES", "load_example"]

import numpy as np
import polars as pl

from pishro.errors import SettingError, unknown_name

_TARGETS = {
    "diabetes": "progression",
    "iris": "species",
    "wine": "cultivar",
    "breast-cancer": "diagnosis",
    "digits": "digit",
}
EXAMPLES = tuple(_TARGETS)

NUMBERED = ("digits", "diabetes")
"""Their targets are numbers; the others are named."""


def load_example(name: str) -> tuple[pl.DataFrame, str]:
    """A packaged table and the name of its target.

    Parameters
    ----------
    name : "diabetes" (regression), "iris", "wine", "breast-cancer" or "digits" (classification).

    Raises
    ------
    SettingError : another name.

    Examples
    --------
    >>> frame, target = load_example("iris")
    >>> frame.shape, target
    ((150, 5), 'species')
    """
    if name not in _TARGETS:
        raise SettingError(unknown_name("example", name, EXAMPLES))
    from sklearn import datasets  # noqa: PLC0415 - a second of import time, which every command would wait for

    target = _TARGETS[name]
    bunch = getattr(datasets, f"load_{name.replace('-', '_')}")()
    values = bunch.target if name in NUMBERED else np.asarray(bunch.target_names)[bunch.target].tolist()
    frame = pl.DataFrame({str(n): bunch.data[:, j] for j, n in enumerate(bunch.feature_names)})
    return frame.with_columns(pl.Series(target, values)), target
