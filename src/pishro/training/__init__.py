"""Training: recipes, evidence, posterior, record."""

from pishro.training.choice import choose_recipe
from pishro.training.evidence import Evidence, EvidenceFit, fit_evidence
from pishro.training.live import LiveView
from pishro.training.mini_batch import MiniBatchPlan, train_mini_batches
from pishro.training.posterior import LaplacePosterior
from pishro.training.radial import RadialPlan, interpolate, kernel_regression, train_radial
from pishro.training.recipe import Recipe
from pishro.training.record import History, TrainingRecord
from pishro.training.tensorboard import TensorBoard
from pishro.training.train import Plan, Progress, TrainedMembers, train, train_members

__all__ = [
    "Evidence",
    "EvidenceFit",
    "History",
    "LaplacePosterior",
    "LiveView",
    "MiniBatchPlan",
    "Plan",
    "Progress",
    "RadialPlan",
    "Recipe",
    "TensorBoard",
    "TrainedMembers",
    "TrainingRecord",
    "choose_recipe",
    "fit_evidence",
    "interpolate",
    "kernel_regression",
    "train",
    "train_members",
    "train_mini_batches",
    "train_radial",
]
