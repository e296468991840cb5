"""What a network works out once, when it is built: its stages, the layout of θ, and where a derivative must flow."""

__all__ = ["Plan"]

import dataclasses
from collections.abc import Mapping, Sequence
from typing import final

from torch import Tensor

from pishro.errors import ShapeError
from pishro.nn.graph import arrange, places
from pishro.nn.layer import Parameters
from pishro.nn.node import Node, Shape, Stage
from pishro.parameters import Block, Layout

Rows = Tensor | Mapping[str, Tensor]
"""A batch (…, N, *row); or one of each input, by name."""


@final
@dataclasses.dataclass(frozen=True)
class Plan:
    """The graph made ready to be walked.

    Attributes
    ----------
    inputs : shape of one row of each input, by name.
    stages : the nodes in order, each knowing its shapes.
    layout : names and places of the parameters in θ.
    blocks : of each stage, its parameters' short names and places; a shared parameter appears at each of its users.
    trained : nodes with parameters at or before them: a gradient need not flow back to the others.
    """

    inputs: dict[str, Shape]
    stages: tuple[Stage, ...]
    layout: Layout
    blocks: tuple[tuple[tuple[str, Block], ...], ...]
    trained: frozenset[str]

    @classmethod
    def of(cls, inputs: Mapping[str, Shape], nodes: Sequence[Node], output: str) -> "Plan":
        """The plan of a graph; raises where it is no feed-forward network."""
        stages = arrange(inputs, nodes, output)
        own = [s for s in stages if not s.node.shares]
        layout = Layout.of(
            [(f"{s.node.name}.{name}", shape) for s in own for name, shape in s.parameters() if name not in s.borrows]
        )
        known = {b.name: b for b in layout.blocks}
        blocks: list[tuple[tuple[str, Block], ...]] = []
        trained: set[str] = set()
        for s in stages:
            blocks.append(tuple((name, known[place]) for name, place in places(s).items()))
            if blocks[-1] or not trained.isdisjoint(s.node.sources):
                trained.add(s.node.name)
        return cls(dict(inputs), stages, layout, tuple(blocks), frozenset(trained))

    def shapes(self) -> dict[str, Shape]:
        """Shape of one row of each input and of each node's output, by name."""
        return self.inputs | {s.node.name: s.shape_out for s in self.stages}

    def views(self, theta: Tensor) -> list[Parameters]:
        """Views of each stage's parameters into a tensor (…, P)."""
        self.layout.check(theta)
        return [{name: block.view(theta) for name, block in blocks} for blocks in self.blocks]

    def rows(self, x: Rows) -> dict[str, Tensor]:
        """The batch of each input, by name.

        Raises
        ------
        ShapeError
            If an input is missing, unknown or of another shape.
        """
        if isinstance(x, Tensor):
            if len(self.inputs) > 1:
                raise ShapeError(f"Expected a dict with rows for {', '.join(self.inputs)}, received one tensor.")
            given = dict.fromkeys(self.inputs, x)
        else:
            given = dict(x)
        if given.keys() != self.inputs.keys():
            raise ShapeError(f"Expected rows for {', '.join(self.inputs)}, received them for {', '.join(given)}.")
        for name, shape in self.inputs.items():
            if given[name].shape[-len(shape) :] != shape or given[name].ndim == len(shape):
                raise ShapeError(
                    f"Expected rows of shape {shape}, received {name} of shape {tuple(given[name].shape)}."
                )
        return given
