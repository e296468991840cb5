"""A network: a frozen graph of layers; raw output = network(θ, x).

The graph is kept as a list of nodes in an order in which each node's input stands before it. The forward path walks
the list, the backward path walks it in reverse, adding up what flows back to each node.
"""

__all__ = ["Network", "Node", "Trace"]

import dataclasses
from typing import Any, final

import torch
from torch import Generator, Tensor

from pishro.errors import SettingError, ShapeError, unknown_name
from pishro.nn.dense import Dense
from pishro.nn.layer import Layer, Parameters
from pishro.parameters import Layout


@dataclasses.dataclass(frozen=True)
class Node:
    """A layer in the graph: its name and the name of the node, or input, that it reads."""

    name: str
    layer: Layer
    source: str


@dataclasses.dataclass
class Trace:
    """What the forward path saw: the output of each node by name, and what the backward rules keep."""

    outputs: dict[str, Tensor]
    saved: dict[str, Any]
    deltas: dict[str, Tensor] = dataclasses.field(default_factory=dict)
    """dJ/d(output) of each node, filled by the backward path."""


@final
@dataclasses.dataclass(frozen=True)
class Network:
    """Feed-forward network f̂(x; θ); build it by `Network.chain`.

    Attributes
    ----------
    shape_in : shape of one input row.
    nodes : the layers in order.
    layout : names and places of the P parameters in θ, such as "dense1.weight".

    Examples
    --------
    >>> import torch
    >>> net = Network.chain(8, Dense(20, "tanh"), Dense(1))
    >>> net.layout.size
    201
    >>> theta = net.init(seed=0, members=3)
    >>> net(theta, torch.zeros(5, 8, dtype=theta.dtype)).shape
    torch.Size([3, 5, 1])
    """

    shape_in: tuple[int, ...]
    nodes: tuple[Node, ...]
    layout: Layout = dataclasses.field(init=False)
    shapes: dict[str, tuple[int, ...]] = dataclasses.field(init=False, compare=False)

    def __post_init__(self) -> None:
        shapes = {"x": self.shape_in}
        named: list[tuple[str, tuple[int, ...]]] = []
        for node in self.nodes:
            if node.source not in shapes:
                raise SettingError(f"Layer {node.name!r}: " + unknown_name("earlier layer", node.source, shapes))
            if node.name in shapes:
                raise SettingError(f"Two layers are named {node.name!r}; give each its own name.")
            try:
                shapes[node.name] = node.layer.shape_out(shapes[node.source])
            except ShapeError as error:
                raise ShapeError(f"Layer {node.name!r}: {error}") from None
            named += [(f"{node.name}.{n}", s) for n, s in node.layer.shapes(shapes[node.source])]
        object.__setattr__(self, "layout", Layout.of(named))
        object.__setattr__(self, "shapes", shapes)

    @classmethod
    def chain(cls, inputs: int | tuple[int, ...], *layers: Layer) -> "Network":
        """Layers one behind the other, named dense1, dense2, … by kind."""
        if not layers:
            raise SettingError("A network needs at least one layer, received none.")
        shape_in = (inputs,) if isinstance(inputs, int) else tuple(inputs)
        nodes: list[Node] = []
        for layer in layers:
            count = 1 + sum(n.layer.kind == layer.kind for n in nodes)
            nodes.append(Node(f"{layer.kind}{count}", layer, nodes[-1].name if nodes else "x"))
        return cls(shape_in, tuple(nodes))

    @property
    def outputs(self) -> int:
        """C, the number of raw outputs."""
        return self.shapes[self.nodes[-1].name][-1]

    def init(self, seed: int = 0, members: int | None = None, dtype: torch.dtype = torch.float64) -> Tensor:
        """A starting θ, (P,) or (K, P), from a seed of its own.

        Member k of K equals member k of any larger K with the same seed.
        """
        rows = []
        for k in range(members or 1):
            generator = Generator().manual_seed(seed * 1_000_003 + k)
            theta = torch.empty(self.layout.size, dtype=dtype)
            views = self.layout.views(theta)
            for node in self.nodes:
                node.layer.init(self._of(views, node), generator)
            rows.append(theta)
        return torch.stack(rows) if members else rows[0]

    def __call__(self, theta: Tensor, x: Tensor) -> Tensor:
        """Raw output (…, N, C) for θ (…, P) and rows (N, D)."""
        return self.raw(self.forward_path(theta, x))

    def forward_path(self, theta: Tensor, x: Tensor) -> Trace:
        """Walk the graph forward, keeping each node's output."""
        if x.shape[-len(self.shape_in) :] != self.shape_in:
            raise ShapeError(f"Expected rows of shape {self.shape_in}, received x of shape {tuple(x.shape)}.")
        views = self.layout.views(theta)
        trace = Trace({"x": x}, {})
        for node in self.nodes:
            output, saved = node.layer.forward(self._of(views, node), trace.outputs[node.source])
            trace.outputs[node.name], trace.saved[node.name] = output, saved
        return trace

    def backward_path(self, theta: Tensor, trace: Trace, d_raw: Tensor) -> Tensor:
        """Gradient dJ/dθ (…, P) from dJ/draw (…, N, C), in one flat tensor; deltas are left on the trace."""
        gradient = torch.empty_like(theta)
        self._walk_back(theta, trace, d_raw, gradient, "backward")
        return gradient

    def jacobian(self, theta: Tensor, x: Tensor) -> Tensor:
        """D raw/dθ of each row and output, (…, N, C, P)."""
        trace = self.forward_path(theta, x)
        return self.jacobian_path(theta, trace, None)

    def jacobian_path(self, theta: Tensor, trace: Trace, root: Tensor | None, out: Tensor | None = None) -> Tensor:
        """Sᵀ d raw/dθ of each row, (…, N, R, P), for a forward path that was walked already.

        Parameters
        ----------
        root : S (…, N, C, R), such as the root of a likelihood's curvature; None for the identity.
        out : where to write; a large result is slow to allocate anew each time.
        """
        raw = self.raw(trace)
        if root is None:
            start = torch.eye(raw.shape[-1], dtype=raw.dtype, device=raw.device).expand(*raw.shape, raw.shape[-1])
        else:
            start = root.mT
        if out is None:
            out = theta.new_empty((*start.shape[:-1], theta.shape[-1]))
        self._walk_back(theta, trace, start, out, "jacobian")
        return out

    def raw(self, trace: Trace) -> Tensor:
        """The raw output (…, N, C) of a forward path."""
        return trace.outputs[self.nodes[-1].name]

    def _walk_back(self, theta: Tensor, trace: Trace, start: Tensor, into: Tensor, rule: str) -> None:
        views, blocks = self.layout.views(theta), self.layout.views(into)
        deltas = trace.deltas = {self.nodes[-1].name: start}
        for node in reversed(self.nodes):
            first = node.source == "x"
            walk = getattr(node.layer, rule)
            saved = trace.saved[node.name]
            dx = walk(self._of(views, node), saved, deltas[node.name], self._of(blocks, node), needs_dx=not first)
            if not first:
                deltas[node.source] = deltas[node.source] + dx if node.source in deltas else dx

    @staticmethod
    def _of(views: Parameters, node: Node) -> Parameters:
        prefix = node.name + "."
        return {name[len(prefix) :]: view for name, view in views.items() if name.startswith(prefix)}

    def summary(self) -> list[str]:
        """One line a layer: name, shapes, activation, parameters."""
        lines = []
        for node in self.nodes:
            size = sum(b.size for b in self.layout.blocks if b.name.startswith(node.name + "."))
            shape = " × ".join(map(str, self.shapes[node.source]))
            lines.append(f"{node.name}: {shape} → {node.layer.describe()}, {size} parameters")
        return lines

    def to_json(self) -> dict[str, Any]:
        """Plain data for a file."""
        nodes = [{"name": n.name, "source": n.source, "layer": n.layer.to_json()} for n in self.nodes]
        return {"shape_in": list(self.shape_in), "nodes": nodes}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Network":
        """The network that `to_json` wrote."""
        nodes = tuple(Node(n["name"], _layer_from_json(n["layer"]), n["source"]) for n in data["nodes"])
        return cls(tuple(data["shape_in"]), nodes)


_LAYERS: dict[str, type[Dense]] = {"dense": Dense}


def _layer_from_json(data: dict[str, Any]) -> Layer:
    settings = dict(data)
    kind = settings.pop("kind")
    if kind not in _LAYERS:
        raise SettingError(unknown_name("layer kind", kind, _LAYERS))
    return _LAYERS[kind](**settings)
