"""Fitted models and their held-out scores."""

from pishro.models.choosing_costs import likelihood_for, task_of
from pishro.models.evaluation import Evaluation, Metric, Scores
from pishro.models.fit_table import FitSettings, FittedTable, fit_encoded, fit_table
from pishro.models.table_model import TableModel, scaled_predictive

__all__ = [
    "Evaluation",
    "FitSettings",
    "FittedTable",
    "Metric",
    "Scores",
    "TableModel",
    "fit_encoded",
    "fit_table",
    "likelihood_for",
    "scaled_predictive",
    "task_of",
]
