"""pishro (پیشرو): feed-forward networks as function approximators, ŷ = f̂(x; θ)."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pishro import likelihoods, nn, optim, plot, training
    from pishro.data import Lags
    from pishro.errors import DataError, ModelFileError, PishroError, SettingError, ShapeError
    from pishro.estimators import (
        Autoencoder,
        ConvClassifier,
        DeepBeliefClassifier,
        DeepBeliefRegressor,
        FeedForwardClassifier,
        FeedForwardRegressor,
        NotFittedError,
        PerceptronClassifier,
        RBFClassifier,
        RBFRegressor,
        RestrictedBoltzmannMachine,
    )
    from pishro.fitting import Model, fit
    from pishro.loading import load
    from pishro.series import SeriesModel, fit_series

__all__ = [
    "Autoencoder",
    "ConvClassifier",
    "DataError",
    "DeepBeliefClassifier",
    "DeepBeliefRegressor",
    "FeedForwardClassifier",
    "FeedForwardRegressor",
    "Lags",
    "Model",
    "ModelFileError",
    "NotFittedError",
    "PerceptronClassifier",
    "PishroError",
    "RBFClassifier",
    "RBFRegressor",
    "RestrictedBoltzmannMachine",
    "SeriesModel",
    "SettingError",
    "ShapeError",
    "fit",
    "fit_series",
    "likelihoods",
    "load",
    "nn",
    "optim",
    "plot",
    "training",
]

_ESTIMATORS = (
    *("Autoencoder", "ConvClassifier", "DeepBeliefClassifier", "DeepBeliefRegressor"),
    *("FeedForwardClassifier", "FeedForwardRegressor", "NotFittedError"),
    *("PerceptronClassifier", "RBFClassifier", "RBFRegressor", "RestrictedBoltzmannMachine"),
)
_ERRORS = ("DataError", "ModelFileError", "PishroError", "SettingError", "ShapeError")
_HOMES = {
    **dict.fromkeys(_ERRORS, "errors"),
    **dict.fromkeys(_ESTIMATORS, "estimators"),
    **dict.fromkeys(("Model", "fit"), "fitting"),
    **dict.fromkeys(("SeriesModel", "fit_series"), "series"),
    "Lags": "data",
    "load": "loading",
}


def __getattr__(name: str) -> Any:
    # Names are imported when first used, so that `pishro --help` does not wait for torch.
    if name in _HOMES:
        return getattr(importlib.import_module(f"pishro.{_HOMES[name]}"), name)
    if name in __all__:
        return importlib.import_module(f"pishro.{name}")
    raise AttributeError(f"module 'pishro' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
