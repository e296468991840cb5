"""The forward path, the backward path and what else walks the graph.

The forward path walks the stages in order and keeps what each rule needs again. Everything else starts from its trace:
the backward path and the Jacobian walk in reverse, adding up what flows back to each node; the directional derivative
walks forward again.
"""

__all__ = ["Trace", "walk_along", "walk_back", "walk_forward"]

import dataclasses
from collections.abc import Sequence
from typing import Any, Literal

import torch
from torch import Generator, Tensor

from pishro.errors import SettingError, unknown_name
from pishro.nn.layer import Parameters
from pishro.nn.node import Stage


@dataclasses.dataclass
class Trace:
    """What the forward path saw.

    Attributes
    ----------
    stages, params : the nodes in order, and the parameters' views of each.
    outputs : output (…, N, *row) of each node, and the inputs, by name.
    saved : what each node's rules need again, by name.
    deltas : dJ/d(output) of each node through which a derivative flowed, left by the backward path.
    """

    stages: Sequence[Stage]
    params: Sequence[Parameters]
    outputs: dict[str, Tensor]
    saved: dict[str, Any] = dataclasses.field(default_factory=dict)
    deltas: dict[str, Tensor] = dataclasses.field(default_factory=dict)

    def sums(self, name: str) -> Tensor:
        """The sum z of that node before its activation, (…, N, *row); its output where it has no activation.

        It is computed when asked for, so that the paths need not keep it.
        """
        stage, params = self._at(name)
        z = stage.sums(params, tuple(self.outputs[s] for s in stage.node.sources))
        return self.outputs[name] if z is None else z

    def delta(self, name: str) -> Tensor:
        """δ = dJ/dz of that node, (…, N, *row), once the backward path was walked."""
        stage, params = self._at(name)
        if name not in self.deltas:
            raise SettingError(f"No derivative has reached layer {name!r}; walk the backward path first.")
        return stage.delta(params, self.saved[name], self.deltas[name])

    def _at(self, name: str) -> tuple[Stage, Parameters]:
        for stage, params in zip(self.stages, self.params, strict=True):
            if stage.node.name == name:
                return stage, params
        raise SettingError(unknown_name("layer", name, [s.node.name for s in self.stages]))


def walk_forward(
    stages: Sequence[Stage],
    params: Sequence[Parameters],
    inputs: dict[str, Tensor],
    training: bool = False,
    generator: Generator | None = None,
) -> Trace:
    """The forward path from the inputs, by name, to every node's output."""
    trace = Trace(stages, params, dict(inputs))
    outputs, saved = trace.outputs, trace.saved
    for stage, own in zip(stages, params, strict=True):
        node = stage.node
        xs = tuple([outputs[s] for s in node.sources])  # of a list: faster than of a generator
        outputs[node.name], saved[node.name] = stage.forward(own, xs, training, generator)
    return trace


def walk_back(
    trace: Trace,
    start: Tensor,
    into: Sequence[Parameters],
    rule: Literal["backward", "jacobian"],
    reached: frozenset[str],
) -> dict[str, Tensor]:
    """What flows back to each node in `reached`, by name; what belongs to parameters is written into `into`.

    Parameters
    ----------
    start : derivative with respect to the last node's output: (…, N, *row) of the cost for the backward path,
        (…, N, C, *row) of C numbers a row for the Jacobian.
    into : views of the flat gradient, or of the Jacobian, of each stage.
    reached : nodes and inputs whose derivative is needed: those with parameters at or before them.
    """
    deltas = {trace.stages[-1].node.name: start}
    for stage, params, own in zip(reversed(trace.stages), reversed(trace.params), reversed(into), strict=True):
        name, sources = stage.node.name, stage.node.sources
        if name not in reached:
            continue
        needs_dx = not reached.isdisjoint(sources)
        walk = stage.backward if rule == "backward" else stage.jacobian
        dxs = walk(params, trace.saved[name], deltas[name], own, needs_dx)
        if needs_dx:
            for source, dx in zip(sources, dxs, strict=True):
                if source in reached and dx is not None:
                    deltas[source] = deltas[source] + dx if source in deltas else dx
    return deltas


def walk_along(trace: Trace, dparams: Sequence[Parameters], dinputs: dict[str, Tensor]) -> Tensor:
    """Change of the last node's output along changes of the parameters and of the inputs, (…, N, *row)."""
    changes: dict[str, Tensor | None] = dict(dinputs)
    for stage, params, dparam in zip(trace.stages, trace.params, dparams, strict=True):
        node = stage.node
        dxs = tuple(changes.get(s) for s in node.sources)
        changes[node.name] = stage.jvp(params, trace.saved[node.name], dparam, dxs)
    last = trace.stages[-1].node.name
    change = changes[last]
    return torch.zeros_like(trace.outputs[last]) if change is None else change
