"""From a stack of machines to networks that the backward path can fine-tune.

A machine's means are a dense layer, h = σ(c + vW); so a stack is a network up to its last features. A classifier or a
regression puts a linear layer above it. An autoencoder goes down again by the same weights, transposed; from there on
the weights of the two ways are free.

References
----------
Hinton, Salakhutdinov (2006), Reducing the dimensionality of data with neural networks, Science 313.
"""

__all__ = ["unrolled_autoencoder", "unrolled_network"]

import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.models.autoencoder import BOTTLENECK, dense_autoencoder
from pishro.models.belief.network import BeliefNetwork
from pishro.models.boltzmann import Machine
from pishro.nn import Dense, Dropout, Network
from pishro.nn.layer import Layer

ACTIVATIONS = {"bernoulli": "sigmoid", "gaussian": "linear", "relu": "softplus"}
"""The activation that is the mean of each kind of units."""


def unrolled_network(
    belief: BeliefNetwork, outputs: int, dropout: float = 0.0, seed: int = 0, masked: float = 0.0
) -> tuple[Network, Tensor]:
    """A network of the belief network's layers and a linear one above, and θ (1, P) in float32.

    Parameters
    ----------
    belief : without label units.
    outputs : C.
    dropout : share left out in training of what each layer but the first reads.
    seed : of the last layer's weights.
    masked : share left out of the rows themselves.
    """
    if belief.classes:
        raise SettingError("Expected a belief network without label units; they have no place in a forward path.")
    layers: list[Layer] = [Dropout(masked)] if masked else []
    for machine in belief.layers:
        layers += [Dense(len(machine.hidden_bias), _activation(machine)), *([Dropout(dropout)] if dropout else [])]
    network = Network.chain(len(belief.layers[0].visible_bias), *layers, Dense(outputs))
    theta = network.init(seed, members=1, dtype=torch.float32)
    views = network.layout.views(theta)
    for number, machine in enumerate(belief.layers, start=1):
        views[f"dense{number}.weight"][0] = machine.weight
        views[f"dense{number}.bias"][0] = machine.hidden_bias
    return network, theta


def unrolled_autoencoder(belief: BeliefNetwork) -> tuple[Network, Tensor]:
    """The autoencoder of a belief network, see `dense_autoencoder`, and θ (1, P) in float32."""
    machines = belief.layers
    widths = [len(machine.hidden_bias) for machine in machines]
    activations = [_activation(machine) for machine in machines]
    columns = len(machines[0].visible_bias)
    network = dense_autoencoder(columns, widths[:-1], widths[-1], activations[0], activations[-1], tied=False)
    theta = network.init(members=1, dtype=torch.float32)
    views = network.layout.views(theta)
    for number, machine in enumerate(machines):
        up = BOTTLENECK if number == len(machines) - 1 else f"encoder{number + 1}"
        down = f"decoder{number}" if number else "output"
        views[f"{up}.weight"][0], views[f"{up}.bias"][0] = machine.weight, machine.hidden_bias
        views[f"{down}.weight"][0], views[f"{down}.bias"][0] = machine.weight.t(), machine.visible_bias
    return network, theta


def _activation(machine: Machine) -> str:
    name = machine.hidden.name
    if name not in ACTIVATIONS:
        raise SettingError(f"Expected hidden units whose mean is an activation, received {name}.")
    return ACTIVATIONS[name]
