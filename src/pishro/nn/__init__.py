"""Networks: activations, layers, joins and the graph that they form."""

import importlib
from typing import TYPE_CHECKING, Any

from pishro.nn.activations import Activation, Elementwise, activation
from pishro.nn.bound import BoundNetwork
from pishro.nn.catalog import layer_from_json
from pishro.nn.convolution import Conv1d, Conv2d
from pishro.nn.dense import Dense
from pishro.nn.dropout import Dropout
from pishro.nn.flatten import Flatten
from pishro.nn.from_module import from_module, theta_of_module
from pishro.nn.initializers import Initializer, initializer
from pishro.nn.join import Join
from pishro.nn.joins import Concatenate, Product, Sum
from pishro.nn.layer import ClosedFormLayer, Layer
from pishro.nn.layer_norm import LayerNorm
from pishro.nn.monotone import MonotoneDense
from pishro.nn.network import Network
from pishro.nn.network_module import NetworkModule
from pishro.nn.node import Node
from pishro.nn.noise import Noise
from pishro.nn.paths import Trace
from pishro.nn.piecewise_linear import PiecewiseLinear
from pishro.nn.pooling import AveragePool1d, AveragePool2d, MaxPool1d, MaxPool2d
from pishro.nn.radial_kernels import RadialKernel, radial_kernel
from pishro.nn.rbf import RBF
from pishro.nn.rbf_start import error_reduction, rbf_start, units_to_reach
from pishro.nn.reshape import Reshape
from pishro.nn.tapped_delay import TappedDelay
from pishro.nn.transposed import Transposed
from pishro.nn.upsample import Upsample

if TYPE_CHECKING:
    from pishro.nn.plots import plot_activation, plot_network

__all__ = [
    "RBF",
    "Activation",
    "AveragePool1d",
    "AveragePool2d",
    "BoundNetwork",
    "ClosedFormLayer",
    "Concatenate",
    "Conv1d",
    "Conv2d",
    "Dense",
    "Dropout",
    "Elementwise",
    "Flatten",
    "Initializer",
    "Join",
    "Layer",
    "LayerNorm",
    "MaxPool1d",
    "MaxPool2d",
    "MonotoneDense",
    "Network",
    "NetworkModule",
    "Node",
    "Noise",
    "PiecewiseLinear",
    "Product",
    "RadialKernel",
    "Reshape",
    "Sum",
    "TappedDelay",
    "Trace",
    "Transposed",
    "Upsample",
    "activation",
    "error_reduction",
    "from_module",
    "initializer",
    "layer_from_json",
    "plot_activation",
    "plot_network",
    "radial_kernel",
    "rbf_start",
    "theta_of_module",
    "units_to_reach",
]


def __getattr__(name: str) -> Any:
    # matplotlib is imported when a picture is first asked for
    if name in ("plot_activation", "plot_network"):
        return getattr(importlib.import_module("pishro.nn.plots"), name)
    raise AttributeError(f"module 'pishro.nn' has no attribute {name!r}")
