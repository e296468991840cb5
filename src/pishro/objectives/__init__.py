"""Objectives: network × likelihood × prior × data."""

from pishro.objectives.batch import Batch
from pishro.objectives.mini_batches import MiniBatches, mean_cost
from pishro.objectives.objective import DataTerm, Objective, ObjectivePoint

__all__ = ["Batch", "DataTerm", "MiniBatches", "Objective", "ObjectivePoint", "mean_cost"]
