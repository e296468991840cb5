"""A network bound to one θ and one gradient, for a loop that changes θ in place.

Views into θ cost as much time as a small layer's product, and looking nodes up by name costs a third of it. Here views
are made once and a node's place is a number, settled when the network is bound; the rules are the layers' own.
"""

__all__ = ["BoundNetwork"]

from collections.abc import Callable
from operator import itemgetter
from typing import Any, final

from torch import Generator, Tensor

from pishro.errors import SettingError
from pishro.nn.plan import Plan

Forward = Callable[[Any, bool, Generator | None], Tensor]
Backward = Callable[[Tensor], Any]


@final
class BoundNetwork:
    """Both paths for fixed θ and gradient tensors; `Network.bind` makes it.

    Attributes
    ----------
    theta, gradient : the tensors (…, P) that are read and written; change their entries, not the tensors.
    """

    def __init__(self, plan: Plan, theta: Tensor, gradient: Tensor) -> None:
        self.theta, self.gradient = theta, gradient
        places = {name: i for i, name in enumerate(plan.shapes())}
        self._inputs = [(name, places[name]) for name in plan.inputs]
        self._values: list[Any] = [None] * len(places)
        self._deltas: list[Any] = [None] * len(places)
        self._forward: list[tuple[Forward, Callable[[list[Any]], Any], int]] = []
        self._backward: list[tuple[Backward, int, int | list[_Hand] | None]] = []
        seen: set[str] = set()
        for stage, params, grads in reversed([*zip(plan.stages, plan.views(theta), plan.views(gradient), strict=True)]):
            name, sources = stage.node.name, stage.node.sources
            needs_dx = not plan.trained.isdisjoint(sources)
            forward, backward = stage.bind(params, grads, needs_dx)
            self._forward.insert(0, (forward, itemgetter(*[places[s] for s in sources]), places[name]))
            if name in plan.trained:
                hands = [_Hand(i, places[s], s in seen) for i, s in enumerate(sources) if s in plan.trained]
                self._backward.append((backward, places[name], _simplest(hands, len(sources))))
                seen.update(sources)

    def forward(
        self, x: "Tensor | dict[str, Tensor]", training: bool = False, generator: Generator | None = None
    ) -> Tensor:
        """Raw output (…, N, C); shapes are not checked again for every batch, and autograd is best switched off."""
        values = self._values
        for name, place in self._inputs:
            values[place] = x[name] if isinstance(x, dict) else x
        for walk, read, place in self._forward:
            values[place] = walk(read(values), training, generator)
        raw: Tensor = values[-1]
        return raw

    def backward(self, d_raw: Tensor) -> Tensor:
        """Gradient dJ/dθ (…, P) from dJ/draw of the last forward path; it is written into `gradient`."""
        if self._values[-1] is None:
            raise SettingError("The backward path starts from a forward path; call `forward` first.")
        deltas = self._deltas
        deltas[-1] = d_raw
        for walk, place, hands in self._backward:
            dx = walk(deltas[place])
            if isinstance(hands, int):  # by far the most usual: one source, and nobody else reads it
                deltas[hands] = dx
            elif hands is not None:
                for hand in hands:
                    hand.on(deltas, dx)
        return self.gradient


@final
class _Hand:
    """Where one of a node's derivatives goes: to a place of its own, or added to what came there before."""

    def __init__(self, number: int, place: int, adds: bool) -> None:
        self.number, self.place, self.adds = number, place, adds

    def on(self, deltas: list[Any], dxs: "Tensor | tuple[Tensor, ...]") -> None:
        """Put it there."""
        dx = dxs[self.number] if isinstance(dxs, tuple) else dxs
        deltas[self.place] = deltas[self.place] + dx if self.adds else dx


def _simplest(hands: list[_Hand], sources: int) -> "int | list[_Hand] | None":
    if sources == 1 and hands and not hands[0].adds:
        return hands[0].place
    return hands or None
