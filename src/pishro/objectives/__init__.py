"""Objectives: network × likelihood × prior × data."""

from pishro.objectives.batch import Batch
from pishro.objectives.mini_batches import Disturbance, MiniBatches, Penalty, joint_cost, mean_cost
from pishro.objectives.objective import Objective
from pishro.objectives.point import DataTerm, ObjectivePoint
from pishro.objectives.products import DataProducts
from pishro.objectives.stored_rows import StoredRows

__all__ = [
    "Batch",
    "DataProducts",
    "DataTerm",
    "Disturbance",
    "MiniBatches",
    "Objective",
    "ObjectivePoint",
    "Penalty",
    "StoredRows",
    "joint_cost",
    "mean_cost",
]
