"""Training: recipes, evidence, posterior, record."""

from pishro.training.by_hand import train
from pishro.training.choice import choose_recipe
from pishro.training.constraints import Box, Constraint, LinearEquality, NonNegative, NormBall
from pishro.training.distributed import Processes, joined
from pishro.training.evidence import Evidence, EvidenceFit, fit_evidence
from pishro.training.journal import Checkpoints
from pishro.training.limits import FREE, Limits
from pishro.training.live import LiveView
from pishro.training.methods import choose_method
from pishro.training.mini_batch import MiniBatchPlan, train_mini_batches, train_stored_rows
from pishro.training.posterior import LaplacePosterior
from pishro.training.radial import RadialPlan, interpolate, kernel_regression, train_radial
from pishro.training.recipe import Recipe
from pishro.training.record import History, TrainingRecord
from pishro.training.stream import Stream
from pishro.training.tensorboard import TensorBoard
from pishro.training.train import Plan, Progress, TrainedMembers, Watch, train_members
from pishro.training.wishes import Wishes

__all__ = [
    "FREE",
    "Box",
    "Checkpoints",
    "Constraint",
    "Evidence",
    "EvidenceFit",
    "History",
    "LaplacePosterior",
    "Limits",
    "LinearEquality",
    "LiveView",
    "MiniBatchPlan",
    "NonNegative",
    "NormBall",
    "Plan",
    "Processes",
    "Progress",
    "RadialPlan",
    "Recipe",
    "Stream",
    "TensorBoard",
    "TrainedMembers",
    "TrainingRecord",
    "Watch",
    "Wishes",
    "choose_method",
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
