"""`pishro.load`: a model file of whatever kind, as the model that wrote it."""

__all__ = ["load", "load_table"]

import os
from typing import Any

from pishro.fitting import Model
from pishro.serialization import load_model, row_model
from pishro.series import SeriesModel


def load(path: str | os.PathLike[str]) -> Any:
    """Read a model file; this never executes code from it.

    A table's model comes as `Model`, that of a series as `SeriesModel`; one of rows without a table, as
    `serialization.save_row_model` writes it, as what the estimator's `model_` was: `AutoencoderModel`, `BeliefModel`,
    `BoltzmannModel`, `ConvModel`, `GenerativeModel`, `PerceptronModel`.

    Raises
    ------
    ModelFileError
        If the file is missing, truncated, foreign, damaged, or written by a newer version.
    """
    model = row_model(path)
    return load_table(path) if model is None else model


def load_table(path: str | os.PathLike[str]) -> Model:
    """Read the file of a table's model; raises as `load`, and where the file holds a model of another kind."""
    model = load_model(path)
    return (SeriesModel if "lags" in model.findings else Model).of(model)
