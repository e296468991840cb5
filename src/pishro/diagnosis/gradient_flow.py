"""How much of the cost's derivative reaches each layer, row by row, and how much each layer moved.

δ = ∂nll/∂z of each row is taken behind each layer with parameters. Its root mean square tells what arrives, whatever
the rows' sum cancels; at a minimum the sum is zero and the single rows' δ are not (Glorot and Bengio 2010 draw the same
quantity). The start is repeated from the seed, since that is where training may get stuck.
"""

__all__ = ["gradient_flow", "stalled_layers"]

import math
import statistics
from collections.abc import Iterator

from torch import Tensor

from pishro.diagnosis.fact import Fact
from pishro.diagnosis.observation import Observation, spread_rows
from pishro.training.start import starting_points

RATIO = 1e3
"""Between the first and the last layer: ten times what 2 to 4 layers with the usual initial weights show."""

STALLED = 1e-3
"""Of the fastest layer's relative change."""

ROWS = 300

NAMED = 4
"""Layers called by their names."""


def gradient_flow(observation: Observation) -> Iterator[Fact]:
    """Vanishing or exploding gradients, at the start or at the end."""
    trained = observation.trained
    few = spread_rows(observation.some, ROWS, trained.theta.dtype)
    start = starting_points(observation.network, observation.likelihood, few, trained.record.seed, len(trained.theta))
    for when, theta in (("at the start of the training", start), ("at the end of the training", trained.theta)):
        sizes = _arriving(observation, theta)
        # evidence switches layers off on purpose, and then nothing flows back through them at the end
        if len(sizes) < 2 or (theta is trained.theta and trained.record.evidence):
            continue
        (first, low), (last, high) = sizes[0], sizes[-1]
        ratio = low / high if high > 0 else 1.0
        values: dict[str, float | int | str] = {"ratio": ratio, "first": first, "last": last, "when": when}
        source = "ten times what the usual initial weights show"
        if ratio < 1 / RATIO:
            yield Fact("vanishing", values, 1 / RATIO, source, "warning")
            return
        # at the end, δ of the last layer is small where the fit is good, and a large ratio says nothing
        if (ratio > RATIO and theta is start) or not math.isfinite(ratio):
            yield Fact("exploding", values, RATIO, source, "warning")
            return


def _arriving(observation: Observation, theta: Tensor) -> list[tuple[str, float]]:
    network = observation.network
    few = spread_rows(observation.some, ROWS, theta.dtype)
    trace = network.forward_path(theta, few.x)
    d_raw = observation.likelihood.gradient(few.shifted(network.raw(trace)), few.y)
    network.backward_path(theta, trace, d_raw)
    own = {block.name.partition(".")[0] for block in network.layout.blocks}
    arrived = [n.name for n in network.nodes if n.name in trace.deltas and n.name in own]
    return [(name, float(trace.delta(name).double().square().mean().sqrt())) for name in arrived]


def stalled_layers(observation: Observation) -> Iterator[Fact]:
    """Layers whose parameters hardly changed while others' did, by the median over the first half of the run."""
    updates = observation.trained.record.history.layer_updates
    typical = {n: statistics.median(curve[: max(1, len(curve) // 2)]) for n, curve in updates.items() if curve}
    if len(typical) < 2 or not all(map(math.isfinite, typical.values())):
        return
    best = max(typical, key=lambda n: typical[n])
    slow = {name: ratio for name, ratio in typical.items() if ratio < STALLED * typical[best]}
    if slow:
        # a deep network may stall in dozens of layers, and one sentence says it
        named = [*list(slow)[:NAMED], *(["…"] if len(slow) > NAMED else [])]
        values: dict[str, float | int | str] = {
            "ratio": max(slow.values()),
            "layers": ", ".join(named),
            "best": best,
            "most": typical[best],
        }
        yield Fact("stalled", values, STALLED * typical[best], "a thousandth of the fastest layer", "warning")
