"""Units that do not answer: saturated ones, and ReLU units that no row activates."""

__all__ = ["dead_units", "saturated_units"]

import math
from collections.abc import Iterator

from torch import Tensor

from pishro.diagnosis.fact import Fact
from pishro.diagnosis.observation import Observation
from pishro.nn import Dense
from pishro.nn.activations import Activation
from pishro.nn.activations.activation import Elementwise

SATURATED = 0.5
"""Share of a layer's activations: beyond it most of what the layer might learn is switched off. Honest fits of the
tables we know stay below 0.35."""

DEAD = 0.1
"""Share of a layer's units; Goodfellow, Bengio and Courville (2016, section 6.3) call a few harmless."""


def _silent(observation: Observation) -> Iterator[tuple[str, Elementwise, Tensor]]:
    """Name, activation and which units (K, N, d) are saturated, of each dense layer of one activation."""
    network, theta = observation.network, observation.trained.theta
    trace = network.forward_path(theta, observation.some.x)
    for node in network.nodes:
        activation: Activation | None = node.layer.activation if isinstance(node.layer, Dense) else None
        if isinstance(activation, Elementwise) and any(math.isfinite(end) for end in activation.saturates):
            yield node.name, activation, activation.saturated(trace.sums(node.name))


def saturated_units(observation: Observation) -> Iterator[Fact]:
    """Sigmoidal layers, saturated on both sides."""
    for name, activation, silent in _silent(observation):
        share = float(silent.double().mean())
        if all(math.isfinite(end) for end in activation.saturates) and share > SATURATED:
            yield Fact("saturated", {"share": share, "layer": name}, SATURATED, "most of the layer", "warning")


def dead_units(observation: Observation) -> Iterator[Fact]:
    """Layers whose units are silent below: dead where no row activates a unit."""
    for name, activation, silent in _silent(observation):
        share = float(silent.all(-2).double().mean())
        if math.isinf(activation.saturates[1]) and share > DEAD:
            source = "Goodfellow, Bengio and Courville 2016, section 6.3"
            yield Fact("dead", {"share": share, "layer": name}, DEAD, source, "warning")
