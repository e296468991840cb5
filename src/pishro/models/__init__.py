"""Fitted models and their held-out scores."""

import importlib
from typing import TYPE_CHECKING, Any

from pishro.models.augmentation import Augmentation
from pishro.models.autoencoder import AutoencoderModel, conv_autoencoder, dense_autoencoder
from pishro.models.belief import (
    BeliefModel,
    BeliefNetwork,
    GenerativeModel,
    UpDownPlan,
    pretrain,
    unrolled_autoencoder,
    unrolled_network,
    up_down,
)
from pishro.models.boltzmann import (
    BoltzmannModel,
    BoltzmannPlan,
    BoltzmannRecord,
    Machine,
    Negative,
    negative_named,
    starting_machine,
    train_machine,
    units_named,
)
from pishro.models.calibration import (
    Calibration,
    ConformalIntervals,
    Temperature,
    calibration_error,
    calibration_from_json,
)
from pishro.models.choosing_costs import likelihood_for, task_of
from pishro.models.code_penalties import L1, CodePenalty, Contractive, KullbackLeibler, code_penalty
from pishro.models.convolutional import ConvModel, convolutional_network
from pishro.models.corruption import GaussianNoise, Masking, SaltAndPepper
from pishro.models.evaluation import Evaluation, Metric, Scores
from pishro.models.exhibits import Exhibits, collect_exhibits
from pishro.models.explanation import PartialDependence, input_jacobian, partial_dependence, relevance
from pishro.models.fit_stream import fit_stream
from pishro.models.fit_table import FitSettings, FittedTable, calibration_share, fit_encoded, fit_table
from pishro.models.image_plan import given_widths, mini_batch_plan
from pishro.models.perceptron import PerceptronModel
from pishro.models.reconstruction import Reconstructions, compare_reconstructions
from pishro.models.row_scaling import RowScaling
from pishro.models.table_model import TableModel, scaled_predictive

if TYPE_CHECKING:
    from pishro.models.image_plots import plot_code, plot_feature_maps, plot_filters, plot_images, plot_reconstructions

__all__ = [
    "L1",
    "Augmentation",
    "AutoencoderModel",
    "BeliefModel",
    "BeliefNetwork",
    "BoltzmannModel",
    "BoltzmannPlan",
    "BoltzmannRecord",
    "Calibration",
    "CodePenalty",
    "ConformalIntervals",
    "Contractive",
    "ConvModel",
    "Evaluation",
    "Exhibits",
    "FitSettings",
    "FittedTable",
    "GaussianNoise",
    "GenerativeModel",
    "KullbackLeibler",
    "Machine",
    "Masking",
    "Metric",
    "Negative",
    "PartialDependence",
    "PerceptronModel",
    "Reconstructions",
    "RowScaling",
    "SaltAndPepper",
    "Scores",
    "TableModel",
    "Temperature",
    "UpDownPlan",
    "calibration_error",
    "calibration_from_json",
    "calibration_share",
    "code_penalty",
    "collect_exhibits",
    "compare_reconstructions",
    "conv_autoencoder",
    "convolutional_network",
    "dense_autoencoder",
    "fit_encoded",
    "fit_stream",
    "fit_table",
    "given_widths",
    "input_jacobian",
    "likelihood_for",
    "mini_batch_plan",
    "negative_named",
    "partial_dependence",
    "plot_code",
    "plot_feature_maps",
    "plot_filters",
    "plot_images",
    "plot_reconstructions",
    "pretrain",
    "relevance",
    "scaled_predictive",
    "starting_machine",
    "task_of",
    "train_machine",
    "units_named",
    "unrolled_autoencoder",
    "unrolled_network",
    "up_down",
]


def __getattr__(name: str) -> Any:
    # matplotlib is imported when a picture is first asked for
    if name.startswith("plot_") and name in __all__:
        return getattr(importlib.import_module("pishro.models.image_plots"), name)
    raise AttributeError(f"module 'pishro.models' has no attribute {name!r}")
