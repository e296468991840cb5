"""Fitted models and their held-out scores."""

from pishro.models.calibration import (
    Calibration,
    ConformalIntervals,
    Temperature,
    calibration_error,
    calibration_from_json,
)
from pishro.models.choosing_costs import likelihood_for, task_of
from pishro.models.evaluation import Evaluation, Metric, Scores
from pishro.models.exhibits import Exhibits, collect_exhibits
from pishro.models.explanation import PartialDependence, input_jacobian, partial_dependence, relevance
from pishro.models.fit_stream import fit_stream
from pishro.models.fit_table import FitSettings, FittedTable, calibration_share, fit_encoded, fit_table
from pishro.models.table_model import TableModel, scaled_predictive

__all__ = [
    "Calibration",
    "ConformalIntervals",
    "Evaluation",
    "Exhibits",
    "FitSettings",
    "FittedTable",
    "Metric",
    "PartialDependence",
    "Scores",
    "TableModel",
    "Temperature",
    "calibration_error",
    "calibration_from_json",
    "calibration_share",
    "collect_exhibits",
    "fit_encoded",
    "fit_stream",
    "fit_table",
    "input_jacobian",
    "likelihood_for",
    "partial_dependence",
    "relevance",
    "scaled_predictive",
    "task_of",
]
