"""Activations: one file a family, joined by `catalog`."""

from pishro.nn.activations.activation import Activation, Elementwise
from pishro.nn.activations.bounded import Bounded
from pishro.nn.activations.catalog import ACTIVATIONS, activation
from pishro.nn.activations.groups import Groups
from pishro.nn.activations.linear import Linear
from pishro.nn.activations.logarithm import Logarithm
from pishro.nn.activations.parametric import Parametric
from pishro.nn.activations.rectified import Absolute, LeakyReLU, ReLU
from pishro.nn.activations.sigmoidal import Sigmoid, Tanh, Tansig
from pishro.nn.activations.smooth_rectified import ELU, GELU, SiLU, Softplus
from pishro.nn.activations.softmax import Softmax
from pishro.nn.activations.threshold import Threshold

__all__ = [
    "ACTIVATIONS",
    "ELU",
    "GELU",
    "Absolute",
    "Activation",
    "Bounded",
    "Elementwise",
    "Groups",
    "LeakyReLU",
    "Linear",
    "Logarithm",
    "Parametric",
    "ReLU",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
    "Tansig",
    "Threshold",
    "activation",
]
