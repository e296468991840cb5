"""Training: recipes, evidence, posterior, record."""

from pishro.training.choice import choose_recipe
from pishro.training.distributed import Processes, joined
from pishro.training.evidence import Evidence, EvidenceFit, fit_evidence
from pishro.training.mini_batch import MiniBatchPlan, train_mini_batches, train_stored_rows
from pishro.training.posterior import LaplacePosterior
from pishro.training.radial import RadialPlan, interpolate, kernel_regression, train_radial
from pishro.training.recipe import Recipe
from pishro.training.record import History, TrainingRecord
from pishro.training.train import Plan, Progress, TrainedMembers, train, train_members

__all__ = [
    "Evidence",
    "EvidenceFit",
    "History",
    "LaplacePosterior",
    "MiniBatchPlan",
    "Plan",
    "Processes",
    "Progress",
    "RadialPlan",
    "Recipe",
    "TrainedMembers",
    "TrainingRecord",
    "choose_recipe",
    "fit_evidence",
    "interpolate",
    "joined",
    "kernel_regression",
    "train",
    "train_members",
    "train_mini_batches",
    "train_radial",
    "train_stored_rows",
]
