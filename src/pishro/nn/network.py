"""A network: a frozen graph of layers; raw output = network(θ, x)."""

__all__ = ["Network"]

import dataclasses
from collections.abc import Mapping
from typing import Any, final

import torch
from torch import Generator, Tensor

from pishro.errors import SettingError
from pishro.nn.bound import BoundNetwork
from pishro.nn.catalog import layer_from_json
from pishro.nn.graph import chain_nodes, graph_nodes
from pishro.nn.layer import Layer
from pishro.nn.network_module import NetworkModule
from pishro.nn.node import Node, Shape
from pishro.nn.paths import Trace, walk_along, walk_back, walk_forward
from pishro.nn.plan import Plan, Rows
from pishro.nn.summary import summary_lines, summary_table
from pishro.parameters import Layout


@final
@dataclasses.dataclass(frozen=True)
class Network:
    """Feed-forward network f̂(x; θ); build it by `Network.chain` or `Network.graph`.

    Attributes
    ----------
    inputs : shape of one row of each input, by name.
    nodes : the layers, in the order in which the forward path walks them.
    output : name of the node that is the raw output.
    layout : names and places of the P parameters in θ, such as "dense1.weight".
    shapes : shape of one row of each input and of each node's output, by name.
    plan : the graph made ready to be walked.

    Examples
    --------
    >>> import torch
    >>> from pishro.nn import Dense
    >>> net = Network.chain(8, Dense(20, "tanh"), Dense(1))
    >>> net.layout.size
    201
    >>> theta = net.init(seed=0, members=3)
    >>> net(theta, torch.zeros(5, 8, dtype=theta.dtype)).shape
    torch.Size([3, 5, 1])
    """

    inputs: dict[str, Shape]
    nodes: tuple[Node, ...]
    output: str
    layout: Layout = dataclasses.field(init=False)
    shapes: dict[str, Shape] = dataclasses.field(init=False, compare=False)
    plan: Plan = dataclasses.field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        plan = Plan.of(self.inputs, self.nodes, self.output)
        nodes = tuple(s.node for s in plan.stages)  # in order, and with what a layer left open decided
        settled = {"nodes": nodes, "layout": plan.layout, "shapes": plan.shapes(), "plan": plan}
        for name, value in settled.items():
            object.__setattr__(self, name, value)

    @classmethod
    def chain(cls, inputs: int | tuple[int, ...], *layers: Layer) -> "Network":
        """Layers one behind the other, named dense1, dense2, … by kind.

        Parameters
        ----------
        inputs : D, or the shape of one row: (channels, H, W) for images, (channels, L) for sequences.
        layers : in order.
        """
        nodes = chain_nodes(layers)
        return cls({"x": _shape(inputs)}, nodes, nodes[-1].name)

    @classmethod
    def graph(
        cls, inputs: Mapping[str, "int | tuple[int, ...]"], layers: Mapping[str, Any], output: str | None = None
    ) -> "Network":
        """Any graph without a cycle.

        Parameters
        ----------
        inputs : D, or the shape of one row, of each input by name. A network of several inputs is called with a
            dict of batches by the same names.
        layers : by name, in any order. An entry is

            - a layer: it reads the entry before it, and the first one the first input;
            - a tuple (layer, source, …): it reads the nodes or inputs of those names, a join several of them;
            - a name in the layer's place, or alone: the same layer as that entry's, with the same parameters.
        output : name of the raw output; None for the last entry.

        Examples
        --------
        A network that applies one layer twice, and a skip connection (`nn.Sum` is a join):

        >>> from pishro.nn import Dense
        >>> net = Network.graph({"x": 8}, {"h": Dense(8, "tanh"), "again": "h", "y": Dense(1)})
        >>> net.layout.size
        81

        ``{"h": Dense(8, "tanh"), "both": (nn.Sum(), "h", "x"), "y": Dense(1)}``
        """
        shapes = {name: _shape(shape) for name, shape in inputs.items()}
        if not layers:
            raise SettingError("A network needs at least one layer, received none.")
        nodes = graph_nodes(next(iter(shapes), "x"), layers)
        return cls(shapes, nodes, output or nodes[-1].name)

    @property
    def shape_in(self) -> Shape:
        """Shape of one row of the only input."""
        if len(self.inputs) != 1:
            raise SettingError(f"This network has the inputs {', '.join(self.inputs)}; see `inputs` for their shapes.")
        return next(iter(self.inputs.values()))

    @property
    def outputs(self) -> int:
        """C, the number of raw outputs."""
        return self.shapes[self.output][-1]

    def init(self, seed: int = 0, members: int | None = None, dtype: torch.dtype = torch.float64) -> Tensor:
        """A starting θ, (P,) or (K, P), from a seed of its own.

        Member k of K equals member k of any larger K with the same seed.
        """
        rows = []
        for k in range(members or 1):
            generator = Generator().manual_seed(seed * 1_000_003 + k)
            theta = torch.empty(self.layout.size, dtype=dtype)
            for stage, params in zip(self.plan.stages, self.plan.views(theta), strict=True):
                if not stage.node.shares:
                    stage.init(params, generator)
            rows.append(theta)
        return torch.stack(rows) if members else rows[0]

    def __call__(self, theta: Tensor, x: Rows) -> Tensor:
        """Raw output (…, N, C) for θ (…, P) and rows (N, D)."""
        return self.raw(self.forward_path(theta, x))

    def forward_path(
        self, theta: Tensor, x: Rows, *, training: bool = False, generator: Generator | None = None
    ) -> Trace:
        """Walk the graph forward, keeping each node's output.

        Parameters
        ----------
        theta : (…, P).
        x : rows (N, D), or a dict of them by input; with a members axis where members see different rows.
        training : whether layers that act in training only, such as dropout, do so.
        generator : source of their randomness.
        """
        return walk_forward(self.plan.stages, self.plan.views(theta), self.plan.rows(x), training, generator)

    @torch.no_grad()
    def backward_path(self, theta: Tensor, trace: Trace, d_raw: Tensor, inputs: bool = False) -> Tensor:
        """Gradient dJ/dθ (…, P) from dJ/draw (…, N, C), in one flat tensor; deltas are left on the trace.

        Autograd differentiates the forward path, if asked to, but not this one.

        Parameters
        ----------
        theta : as in the forward path.
        trace : of the forward path.
        d_raw : dJ/draw.
        inputs : whether dJ/dx of the inputs is left on the trace as well.
        """
        gradient = torch.empty_like(theta)
        reached = frozenset(self.shapes) if inputs else self.plan.trained
        trace.deltas = walk_back(trace, d_raw, self.plan.views(gradient), "backward", reached)
        return gradient

    def bind(self, theta: Tensor, gradient: Tensor) -> BoundNetwork:
        """Both paths for a loop that changes θ in place, without the cost of making views in every step."""
        return BoundNetwork(self.plan, theta, gradient)

    def jacobian(self, theta: Tensor, x: Rows) -> Tensor:
        """Return d raw/dθ of each row and output, (…, N, C, P)."""
        return self.jacobian_path(theta, self.forward_path(theta, x), None)

    @torch.no_grad()
    def jacobian_path(self, theta: Tensor, trace: Trace, root: Tensor | None, out: Tensor | None = None) -> Tensor:
        """Sᵀ d raw/dθ of each row, (…, N, R, P), for a forward path that was walked already.

        Parameters
        ----------
        theta : as in the forward path.
        trace : of the forward path.
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
        walk_back(trace, start, self.plan.views(out), "jacobian", self.plan.trained)
        return out

    def jvp(self, theta: Tensor, x: Rows, d_theta: Tensor, d_x: Rows | None = None) -> Tensor:
        """Change of the raw output (…, N, C) along d_theta (…, P), and along d_x: J d_theta without J."""
        return self.along_path(self.forward_path(theta, x), d_theta, d_x)

    def along_path(self, trace: Trace, d_theta: Tensor, d_x: Rows | None = None) -> Tensor:
        """J d_theta (…, N, C) for a forward path that was walked already."""
        return walk_along(trace, self.plan.views(d_theta), {} if d_x is None else self.plan.rows(d_x))

    def vjp(self, theta: Tensor, x: Rows, d_raw: Tensor) -> Tensor:
        """Σ_n J_nᵀ d_raw_n (…, P) for d_raw (…, N, C): the gradient of ⟨d_raw, raw⟩."""
        return self.backward_path(theta, self.forward_path(theta, x), d_raw)

    def raw(self, trace: Trace) -> Tensor:
        """The raw output (…, N, C) of a forward path."""
        return trace.outputs[self.output]

    def summary(self) -> list[str]:
        """One line a layer: name, shapes, activation, parameters; `print(network)` shows a table."""
        return summary_lines(self.plan)

    def __str__(self) -> str:
        return summary_table(self.plan)

    def to_module(self, theta: Tensor) -> NetworkModule:
        """The network with a copy of θ (…, P) as a `torch.nn.Module`; the two share nothing."""
        return NetworkModule(self.plan, theta)

    def to_json(self) -> dict[str, Any]:
        """Plain data for a file."""
        nodes = []
        for n in self.nodes:
            layer = {"shares": n.shares} if n.shares else {"layer": n.layer.to_json()}
            nodes.append({"name": n.name, "sources": list(n.sources)} | layer)
        return {"inputs": {k: list(s) for k, s in self.inputs.items()}, "nodes": nodes, "output": self.output}

    @classmethod
    def from_json(cls, data: dict[str, Any], layers: Mapping[str, type[Layer]] | None = None) -> "Network":
        """The network that `to_json` wrote.

        Parameters
        ----------
        data : what was written.
        layers : a user's own kinds of layers.
        """
        made = {n["name"]: layer_from_json(n["layer"], layers) for n in data["nodes"] if "layer" in n}
        nodes = tuple(
            Node(n["name"], made[n.get("shares") or n["name"]], tuple(n["sources"]), n.get("shares"))
            for n in data["nodes"]
        )
        return cls({k: tuple(s) for k, s in data["inputs"].items()}, nodes, data["output"])


def _shape(inputs: "int | tuple[int, ...]") -> Shape:
    return (inputs,) if isinstance(inputs, int) else tuple(inputs)
