"""Networks: activations, layers, joins and the graph that they form."""

import importlib
from typing import TYPE_CHECKING, Any

from pishro.nn.activations import Activation, Elementwise, activation
from pishro.nn.bound import BoundNetwork
from pishro.nn.catalog import layer_from_json
from pishro.nn.dense import Dense
from pishro.nn.from_module import from_module, theta_of_module
from pishro.nn.initializers import Initializer, initializer
from pishro.nn.join import Join
from pishro.nn.layer import ClosedFormLayer, Layer
from pishro.nn.network import Network
from pishro.nn.network_module import NetworkModule
from pishro.nn.node import Node
from pishro.nn.paths import Trace

if TYPE_CHECKING:
    from pishro.nn.plots import plot_activation, plot_network

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
    "NetworkModule",
    "Node",
    "Trace",
    "activation",
    "from_module",
    "initializer",
    "layer_from_json",
    "plot_activation",
    "plot_network",
    "theta_of_module",
]


def __getattr__(name: str) -> Any:
    # matplotlib is imported when a picture is first asked for
    if name in ("plot_activation", "plot_network"):
        return getattr(importlib.import_module("pishro.nn.plots"), name)
    raise AttributeError(f"module 'pishro.nn' has no attribute {name!r}")
