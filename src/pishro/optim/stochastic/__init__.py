"""Stochastic rules: one update from one mini-batch's gradient, what wraps around them, and their loop."""

from pishro.optim.stochastic.accumulation import Accumulated
from pishro.optim.stochastic.adadelta import Adadelta
from pishro.optim.stochastic.adagrad import AdaGrad
from pishro.optim.stochastic.adam import Adam
from pishro.optim.stochastic.adamw import AdamW
from pishro.optim.stochastic.averaging import ExponentialAverage, UniformAverage
from pishro.optim.stochastic.catalog import RULES, rule_named
from pishro.optim.stochastic.clipping import ClippedNorm, ClippedValue
from pishro.optim.stochastic.descend import Descent, Pause, Progress, Source, autograd_source, descend
from pishro.optim.stochastic.momentum import Momentum
from pishro.optim.stochastic.muon import Muon
from pishro.optim.stochastic.nadam import Nadam
from pishro.optim.stochastic.nesterov import Nesterov, NesterovLookAhead
from pishro.optim.stochastic.rmsprop import RMSProp
from pishro.optim.stochastic.rule import Rule, RuleState, Wrapper
from pishro.optim.stochastic.schedules import Constant, Cosine, OneCycle, Schedule, Scheduled, StepDecay, WarmUp
from pishro.optim.stochastic.sgd import SGD
from pishro.optim.stochastic.soft_threshold import SoftThreshold
from pishro.optim.stochastic.torch_rule import FromTorch

__all__ = [
    "RULES",
    "SGD",
    "Accumulated",
    "AdaGrad",
    "Adadelta",
    "Adam",
    "AdamW",
    "ClippedNorm",
    "ClippedValue",
    "Constant",
    "Cosine",
    "Descent",
    "ExponentialAverage",
    "FromTorch",
    "Momentum",
    "Muon",
    "Nadam",
    "Nesterov",
    "NesterovLookAhead",
    "OneCycle",
    "Pause",
    "Progress",
    "RMSProp",
    "Rule",
    "RuleState",
    "Schedule",
    "Scheduled",
    "SoftThreshold",
    "Source",
    "StepDecay",
    "UniformAverage",
    "WarmUp",
    "Wrapper",
    "autograd_source",
    "descend",
    "rule_named",
]
