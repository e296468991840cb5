"""Activations: one file a family, joined by `catalog`."""

from pishro.nn.activations.activation import Activation, Elementwise
from pishro.nn.activations.catalog import activation
from pishro.nn.activations.linear import Linear
from pishro.nn.activations.rectified import Absolute, LeakyReLU, ReLU
from pishro.nn.activations.sigmoidal import Sigmoid, Tanh, Tansig

__all__ = [
    "Absolute",
    "Activation",
    "Elementwise",
    "LeakyReLU",
    "Linear",
    "ReLU",
    "Sigmoid",
    "Tanh",
    "Tansig",
    "activation",
]
