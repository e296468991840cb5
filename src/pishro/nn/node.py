"""Nodes of the graph: as they are described, and as the paths walk them.

A *node* says which layer or join reads what. A *stage* is a node inside a network: it knows its shapes and presents
layer and join alike, as a function of several inputs and of named parameters.
"""

__all__ = ["JoinStage", "LayerStage", "Node", "Stage", "stage"]

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, final

import torch
from torch import Generator, Tensor

from pishro.errors import PishroError, ShapeError
from pishro.nn.autograd_rules import AutogradRules
from pishro.nn.join import Join
from pishro.nn.layer import ClosedFormLayer, Layer, Shapes
from pishro.nn.rules import Bound, Parameters, Rules

Shape = tuple[int, ...]
Gradients = tuple[Tensor | None, ...]
Changes = tuple[Tensor | None, ...]
Rule = Callable[[Parameters, Any, Tensor, Parameters, bool], Tensor | None]


@final
@dataclasses.dataclass(frozen=True)
class Node:
    """A layer or a join in the graph.

    Attributes
    ----------
    name : its name, which begins the names of its parameters.
    layer : what it computes.
    sources : names of the nodes, or inputs, that it reads.
    shares : name of the node whose parameters it uses; None for parameters of its own.
    """

    name: str
    layer: Layer | Join
    sources: tuple[str, ...]
    shares: str | None = None


@final
@dataclasses.dataclass(frozen=True)
class LayerStage:
    """A layer inside a network.

    Attributes
    ----------
    node, shapes_in, shape_out : the layer, the shape of its source's rows and of its own.
    rules : the layer itself, or its rules by autograd.
    adds : names of parameters that a stage behind this one has as well, and so has written their gradient already.
    """

    node: Node
    shapes_in: tuple[Shape, ...]
    shape_out: Shape
    layer: Layer
    rules: Rules
    adds: frozenset[str] = frozenset()

    def parameters(self) -> Shapes:
        """Names and shapes of the parameters."""
        return self.layer.shapes(self.shapes_in[0])

    @property
    def borrows(self) -> Mapping[str, str]:
        """Parameters that belong to another layer."""
        return self.layer.borrows

    def init(self, params: Parameters, generator: Generator) -> None:
        """Fill the parameters with a starting point."""
        self.layer.init(params, generator)

    def forward(
        self, params: Parameters, xs: tuple[Tensor, ...], training: bool, generator: Generator | None
    ) -> tuple[Tensor, Any]:
        """Output, and what the other rules need again."""
        return self.rules.forward(params, xs[0], training=training, generator=generator)

    def backward(self, params: Parameters, saved: Any, dy: Tensor, grads: Parameters, needs_dx: bool) -> Gradients:
        """Write, or add, dJ/dparams; return dJ/dx of the source."""
        if self.adds:
            return (self._add(self.rules.backward, params, saved, dy, grads, needs_dx),)
        return (self.rules.backward(params, saved, dy, grads, needs_dx),)

    def bind(self, params: Parameters, grads: Parameters, needs_dx: bool) -> Bound:
        """Both rules for fixed views, as functions of x and of dy that share what the forward path keeps."""
        rules = self.rules
        if not self.adds:
            return rules.bind(params, grads, needs_dx)
        own = {name: torch.empty_like(view) if name in self.adds else view for name, view in grads.items()}
        forward, backward = rules.bind(params, own, needs_dx)

        def adding(dy: Tensor) -> Any:
            dx = backward(dy)
            for name in self.adds:
                grads[name].add_(own[name])
            return dx

        return forward, adding

    def jacobian(self, params: Parameters, saved: Any, dy: Tensor, blocks: Parameters, needs_dx: bool) -> Gradients:
        """Write, or add, d raw/dparams of each row and output; return d raw/dx of the source."""
        if self.adds:
            return (self._add(self.rules.jacobian, params, saved, dy, blocks, needs_dx),)
        return (self.rules.jacobian(params, saved, dy, blocks, needs_dx),)

    def _add(
        self, rule: Rule, params: Parameters, saved: Any, dy: Tensor, into: Parameters, needs_dx: bool
    ) -> Tensor | None:
        own = {name: torch.empty_like(view) if name in self.adds else view for name, view in into.items()}
        dx = rule(params, saved, dy, own, needs_dx)
        for name in self.adds:
            into[name].add_(own[name])
        return dx

    def jvp(self, params: Parameters, saved: Any, dparams: Parameters, dxs: Changes) -> Tensor | None:
        """Change of the output; None where nothing changes."""
        return self.rules.jvp(params, saved, dparams, dxs[0]) if dparams or dxs[0] is not None else None

    def sums(self, params: Parameters, xs: tuple[Tensor, ...]) -> Tensor | None:
        """The sum z before the activation; None where there is none."""
        return self.layer.sums(params, xs[0])

    def delta(self, params: Parameters, saved: Any, dy: Tensor) -> Tensor:
        """δ = dJ/dz."""
        return self.rules.delta(params, saved, dy)


@final
@dataclasses.dataclass(frozen=True)
class JoinStage:
    """A join inside a network; it has no parameters."""

    node: Node
    shapes_in: tuple[Shape, ...]
    shape_out: Shape
    layer: Join

    def parameters(self) -> Shapes:
        """None."""
        return []

    @property
    def borrows(self) -> Mapping[str, str]:
        """None."""
        return {}

    def init(self, params: Parameters, generator: Generator) -> None:
        """Nothing to fill."""

    def forward(
        self, params: Parameters, xs: tuple[Tensor, ...], training: bool, generator: Generator | None
    ) -> tuple[Tensor, Any]:
        """Output, and what the other rules need again."""
        return self.layer.forward(xs)

    def backward(self, params: Parameters, saved: Any, dy: Tensor, grads: Parameters, needs_dx: bool) -> Gradients:
        """dJ/dx of each source."""
        return self.layer.backward(saved, dy)

    def bind(self, params: Parameters, grads: Parameters, needs_dx: bool) -> Bound:
        """Both rules, as functions of the sources' outputs and of dy that share what the forward path keeps."""
        join = self.layer
        saved: Any = None

        def forward(xs: tuple[Tensor, ...], training: bool, generator: Generator | None) -> Tensor:
            nonlocal saved
            y, saved = join.forward(xs)
            return y

        return forward, lambda dy: join.backward(saved, dy)

    def jacobian(self, params: Parameters, saved: Any, dy: Tensor, blocks: Parameters, needs_dx: bool) -> Gradients:
        """Return d raw/dx of each source."""
        return self.layer.jacobian(saved, dy)

    def jvp(self, params: Parameters, saved: Any, dparams: Parameters, dxs: Changes) -> Tensor | None:
        """Change of the output; None where no source changes."""
        return self.layer.jvp(saved, dxs) if any(dx is not None for dx in dxs) else None

    def sums(self, params: Parameters, xs: tuple[Tensor, ...]) -> Tensor | None:
        """None: a join has no activation."""
        return None

    def delta(self, params: Parameters, saved: Any, dy: Tensor) -> Tensor:
        """dJ/dy."""
        return dy


Stage = LayerStage | JoinStage


def stage(node: Node, shapes_in: tuple[Shape, ...]) -> Stage:
    """The node inside a network where its sources' rows have those shapes.

    Raises
    ------
    ShapeError
        If they do not fit; the message begins with the node's name.
    """
    try:
        if isinstance(node.layer, Join):
            join = node.layer.settle(shapes_in)
            return JoinStage(dataclasses.replace(node, layer=join), shapes_in, join.shape_out(shapes_in), join)
        if len(shapes_in) != 1:
            raise ShapeError(
                f"expected one source, received {len(shapes_in)}; join them first, by sum, product or concatenation."
            )
        layer = node.layer.settle(shapes_in[0])
        shape_out = layer.shape_out(shapes_in[0])
    except PishroError as error:
        raise type(error)(f"Layer {node.name!r}: {error}") from None
    rules = layer if isinstance(layer, ClosedFormLayer) else AutogradRules(layer, len(shapes_in[0]), len(shape_out))
    return LayerStage(dataclasses.replace(node, layer=layer), shapes_in, shape_out, layer, rules)
