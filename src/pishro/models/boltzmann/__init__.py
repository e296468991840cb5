"""Restricted Boltzmann machines: units, the machine, its training, its normalizer."""

from pishro.models.boltzmann.bridge import Bridge
from pishro.models.boltzmann.machine import Machine
from pishro.models.boltzmann.model import BoltzmannModel
from pishro.models.boltzmann.negative import (
    ContrastiveDivergence,
    Negative,
    ParallelTempering,
    PersistentChains,
    negative_named,
)
from pishro.models.boltzmann.partition import LogPartition, annealed_log_partition, exact_log_partition
from pishro.models.boltzmann.training import BoltzmannPlan, BoltzmannRecord, starting_machine, train_machine
from pishro.models.boltzmann.units import (
    BernoulliUnits,
    GaussianUnits,
    JoinedUnits,
    NoisyReLUUnits,
    SoftmaxUnits,
    Units,
    units_named,
)

__all__ = [
    "BernoulliUnits",
    "BoltzmannModel",
    "BoltzmannPlan",
    "BoltzmannRecord",
    "Bridge",
    "ContrastiveDivergence",
    "GaussianUnits",
    "JoinedUnits",
    "LogPartition",
    "Machine",
    "Negative",
    "NoisyReLUUnits",
    "ParallelTempering",
    "PersistentChains",
    "SoftmaxUnits",
    "Units",
    "annealed_log_partition",
    "exact_log_partition",
    "negative_named",
    "starting_machine",
    "train_machine",
    "units_named",
]
