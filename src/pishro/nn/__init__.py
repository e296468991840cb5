"""Networks: activations, layers, joins and the graph that they form."""

from pishro.nn.activations import Activation, Elementwise, activation
from pishro.nn.bound import BoundNetwork
from pishro.nn.catalog import layer_from_json
from pishro.nn.dense import Dense
from pishro.nn.initializers import Initializer, initializer
from pishro.nn.join import Join
from pishro.nn.layer import ClosedFormLayer, Layer
from pishro.nn.network import Network
from pishro.nn.node import Node
from pishro.nn.paths import Trace

__all__ = [
    "Activation",
    "BoundNetwork",
    "ClosedFormLayer",
    "Dense",
    "Elementwise",
    "Initializer",
    "Join",
    "Layer",
    "Network",
    "Node",
    "Trace",
    "activation",
    "initializer",
    "layer_from_json",
]
