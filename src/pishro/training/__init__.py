"""Training: recipes, evidence, posterior, record."""

from pishro.training.by_hand import train
from pishro.training.choice import choose_recipe
from pishro.training.constraints import Box, Constraint, LinearEquality, NonNegative, NormBall
from pishro.training.evidence import Evidence, EvidenceFit, fit_evidence
from pishro.training.limits import FREE, Limits
from pishro.training.methods import choose_method
from pishro.training.mini_batch import MiniBatchPlan, train_mini_batches
from pishro.training.posterior import LaplacePosterior
from pishro.training.radial import RadialPlan, interpolate, kernel_regression, train_radial
from pishro.training.recipe import Recipe
from pishro.training.record import History, TrainingRecord
from pishro.training.stream import Stream
from pishro.training.train import Plan, Progress, TrainedMembers, train_members

__all__ = [
    "FREE",
    "Box",
    "Constraint",
    "Evidence",
    "EvidenceFit",
    "History",
    "LaplacePosterior",
    "Limits",
    "LinearEquality",
    "MiniBatchPlan",
    "NonNegative",
    "NormBall",
    "Plan",
    "Progress",
    "RadialPlan",
    "Recipe",
    "Stream",
    "TrainedMembers",
    "TrainingRecord",
    "choose_method",
    "choose_recipe",
    "fit_evidence",
    "interpolate",
    "kernel_regression",
    "train",
    "train_members",
    "train_mini_batches",
    "train_radial",
]
