"""Objectives: network × likelihood × prior × data."""

from pishro.objectives.batch import Batch
from pishro.objectives.objective import DataTerm, Objective, ObjectivePoint

__all__ = ["Batch", "DataTerm", "Objective", "ObjectivePoint"]
