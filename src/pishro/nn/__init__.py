"""Networks: activations, layers, joins and the graph that they form."""

from pishro.nn.activations import Activation, Elementwise, activation
from pishro.nn.bound import BoundNetwork
from pishro.nn.catalog import layer_from_json
from pishro.nn.convolution import Conv1d, Conv2d
from pishro.nn.dense import Dense
from pishro.nn.dropout import Dropout
from pishro.nn.flatten import Flatten
from pishro.nn.initializers import Initializer, initializer
from pishro.nn.join import Join
from pishro.nn.joins import Concatenate, Product, Sum
from pishro.nn.layer import ClosedFormLayer, Layer
from pishro.nn.layer_norm import LayerNorm
from pishro.nn.network import Network
from pishro.nn.node import Node
from pishro.nn.paths import Trace
from pishro.nn.piecewise_linear import PiecewiseLinear
from pishro.nn.pooling import AveragePool1d, AveragePool2d, MaxPool1d, MaxPool2d
from pishro.nn.radial_kernels import RadialKernel, radial_kernel
from pishro.nn.rbf import RBF
from pishro.nn.rbf_start import error_reduction, rbf_start
from pishro.nn.tapped_delay import TappedDelay

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
    "Network",
    "Node",
    "PiecewiseLinear",
    "Product",
    "RadialKernel",
    "Sum",
    "TappedDelay",
    "Trace",
    "activation",
    "error_reduction",
    "initializer",
    "layer_from_json",
    "radial_kernel",
    "rbf_start",
]
