"""Directions along which θ changes and the network's function does not.

A unit with f(cz) = c f(z) for c > 0 (ReLU and its kin) computes the same when its incoming weights and bias are
multiplied by c and its outgoing weights divided by c: one flat direction for each unit, tangent (w_in, b, −w_out). A
prior on θ is changed along it, which makes the direction curved. Sign flips of odd activations and permutations of
units are discrete: they give copies of a point, and no flat direction.
"""

__all__ = ["log10_copies", "scaling_tangents"]

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from pishro.nn import Dense, Dropout, Network
from pishro.nn.activations import Activation

HOMOGENEOUS = frozenset({"relu", "leaky", "absolute"})
"""Names of the activations with f(cz) = c f(z) for c > 0."""

ODD = frozenset({"tanh", "tansig"})


def _pairs(network: Network) -> Iterator[tuple[str, Activation, int, str]]:
    """A hidden dense layer, its activation and units, and the dense layer that alone reads it (through dropout)."""
    nodes = {n.name: n for n in network.nodes}
    lent = {place.split(".")[0] for n in network.nodes for place in getattr(n.layer, "borrows", {}).values()}
    readers = {name: [n for n in network.nodes if name in n.sources] for name in nodes}
    for node in network.nodes:
        following = readers[node.name]
        while len(following) == 1 and isinstance(following[0].layer, Dropout):
            following = readers[following[0].name]
        shared = any(n.shares for n in (node, *following)) or any(n.shares == node.name for n in network.nodes)
        if len(following) == 1 and not shared and node.name != network.output:
            reader = following[0]
            tied = not lent.isdisjoint((node.name, reader.name))
            if isinstance(node.layer, Dense) and isinstance(reader.layer, Dense) and not tied:
                yield node.name, node.layer.activation, node.layer.units, reader.name


def scaling_tangents(network: Network, theta: Tensor) -> Tensor:
    """Orthonormal columns (P, S) that span the scaling directions at θ (P,); S = 0 where there are none.

    Examples
    --------
    >>> net = Network.chain(2, Dense(3, "relu"), Dense(1))
    >>> scaling_tangents(net, net.init(0)).shape
    torch.Size([13, 3])
    """
    views, tangents = network.layout.views(theta), []
    for name, activation, units, reader in _pairs(network):
        if activation.name not in HOMOGENEOUS:
            continue
        for unit in range(units):
            tangent = torch.zeros_like(theta)
            parts = network.layout.views(tangent)
            parts[f"{name}.weight"][:, unit] = views[f"{name}.weight"][:, unit]
            parts[f"{name}.bias"][unit] = views[f"{name}.bias"][unit]
            parts[f"{reader}.weight"][unit] -= views[f"{reader}.weight"][unit]
            if float(torch.linalg.vector_norm(tangent)) > 0:
                tangents.append(tangent / torch.linalg.vector_norm(tangent))
    if not tangents:
        return theta.new_zeros(len(theta), 0)
    U, values, _ = torch.linalg.svd(torch.stack(tangents, 1), full_matrices=False)
    columns: Tensor = U[:, values > 1e-10 * values[0]]
    return columns


def log10_copies(network: Network) -> float:
    """Logarithm of the number of equal points by permutations, d!, and sign flips of odd units, 2^d, of each layer."""
    total = 0.0
    for _, activation, units, _ in _pairs(network):
        total += math.lgamma(units + 1) / math.log(10)
        total += units * math.log10(2) if activation.name in ODD else 0.0
    return total
