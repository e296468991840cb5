"""`pishro.load`: a model file of whatever kind, as the model that wrote it."""

__all__ = ["load"]

import os

from pishro.fitting import Model
from pishro.serialization import load_model
from pishro.series import SeriesModel


def load(path: str | os.PathLike[str]) -> Model:
    """Read a model file; this never executes code from it.

    Raises
    ------
    ModelFileError
        If the file is missing, truncated, foreign, damaged, or written by a newer version.
    """
    model = load_model(path)
    return (SeriesModel if "lags" in model.findings else Model).of(model)
