"""Networks: activations, layers and the graph that joins them."""

from pishro.nn.activations import Activation, activation
from pishro.nn.dense import Dense
from pishro.nn.layer import Layer
from pishro.nn.network import Network, Node, Trace

__all__ = ["Activation", "Dense", "Layer", "Network", "Node", "Trace", "activation"]
