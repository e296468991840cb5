"""Fitted models and their held-out scores."""

from pishro.models.evaluation import Evaluation, Metric, Scores
from pishro.models.fit_table import FitSettings, fit_table
from pishro.models.table_model import TableModel

__all__ = ["Evaluation", "FitSettings", "Metric", "Scores", "TableModel", "fit_table"]
