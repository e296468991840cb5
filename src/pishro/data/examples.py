"""Small tables that come with scikit-learn, to try things on."""

__all__ = ["EXAMPLES", "load_example"]

import numpy as np
import polars as pl
from sklearn import datasets

from pishro.errors import SettingError, unknown_name

_LOADERS = {
    "diabetes": (datasets.load_diabetes, "progression"),
    "iris": (datasets.load_iris, "species"),
    "wine": (datasets.load_wine, "cultivar"),
    "breast-cancer": (datasets.load_breast_cancer, "diagnosis"),
    "digits": (datasets.load_digits, "digit"),
}
EXAMPLES = tuple(_LOADERS)
NUMBERED = ("digits", "diabetes")  # Their targets are numbers; the others are named.


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
    if name not in _LOADERS:
        raise SettingError(unknown_name("example", name, EXAMPLES))
    loader, target = _LOADERS[name]
    bunch = loader()
    values = bunch.target if name in NUMBERED else np.asarray(bunch.target_names)[bunch.target].tolist()
    frame = pl.DataFrame({str(n): bunch.data[:, j] for j, n in enumerate(bunch.feature_names)})
    return frame.with_columns(pl.Series(target, values)), target
