"""Graphs: several inputs, shared layers, random acyclic graphs against the same graph in torch, and what is refused."""

import dataclasses
import json
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from pishro.errors import SettingError, ShapeError
from pishro.nn import Dense, Join, Network, Transposed

EXACT = {"rtol": 1e-10, "atol": 1e-10}


@dataclasses.dataclass(frozen=True)
class Add(Join):
    """A join as a user would write it."""

    kind = "test-add"

    def shape_out(self, shapes_in: tuple[tuple[int, ...], ...]) -> tuple[int, ...]:
        if len(set(shapes_in)) != 1:
            raise ShapeError(f"Expected sources of one shape, received {shapes_in}.")
        return shapes_in[0]

    def forward(self, xs: tuple[Tensor, ...]) -> tuple[Tensor, Any]:
        return torch.stack(torch.broadcast_tensors(*xs)).sum(0), len(xs)

    def backward(self, saved: Any, dy: Tensor) -> tuple[Tensor, ...]:
        return (dy,) * saved

    jacobian = backward

    def jvp(self, saved: Any, dxs: tuple[Tensor | None, ...]) -> Tensor:
        return torch.stack(torch.broadcast_tensors(*[d for d in dxs if d is not None])).sum(0)


@dataclasses.dataclass(frozen=True)
class Times(Join):
    """The product of exactly two sources."""

    kind = "test-times"

    def shape_out(self, shapes_in: tuple[tuple[int, ...], ...]) -> tuple[int, ...]:
        return shapes_in[0]

    def forward(self, xs: tuple[Tensor, ...]) -> tuple[Tensor, Any]:
        return xs[0] * xs[1], xs

    def backward(self, saved: Any, dy: Tensor) -> tuple[Tensor, ...]:
        return dy * saved[1], dy * saved[0]

    def jacobian(self, saved: Any, dy: Tensor) -> tuple[Tensor, ...]:
        return dy * saved[1].unsqueeze(-2), dy * saved[0].unsqueeze(-2)

    def jvp(self, saved: Any, dxs: tuple[Tensor | None, ...]) -> Tensor:
        terms = [d * other for d, other in zip(dxs, reversed(saved), strict=True) if d is not None]
        return terms[0] if len(terms) == 1 else terms[0] + terms[1]


def in_torch(net: Network, theta: Tensor, inputs: dict[str, Tensor]) -> Tensor:
    """The same graph written out in torch's own operations, for one network."""
    views, values = net.layout.views(theta), dict(inputs)
    for node in net.nodes:
        xs = [values[s] for s in node.sources]
        if isinstance(node.layer, Add):
            values[node.name] = sum(xs[1:], xs[0])
        elif isinstance(node.layer, Times):
            values[node.name] = xs[0] * xs[1]
        else:
            owner = node.shares or node.name
            z = torch.nn.functional.linear(xs[0], views[f"{owner}.weight"].T, views[f"{owner}.bias"])
            values[node.name] = {"tanh": torch.tanh, "softplus": torch.nn.functional.softplus, "linear": lambda t: t}[
                node.layer.activation.name
            ](z)
    return values[net.output]


@st.composite
def graphs(draw: st.DrawFn) -> Network:
    """An acyclic graph on rows of 3, whose entries are given in any order."""
    inputs = dict.fromkeys(draw(st.sampled_from([("x",), ("x", "u")])), 3)
    names, layers = list(inputs), {}
    for i in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(["dense", "dense", "add", "times", "shared"]))
        count = {"add": draw(st.integers(2, 3)), "times": 2}.get(kind, 1)
        sources = tuple(draw(st.sampled_from(names)) for _ in range(count))
        own = [n for n, entry in layers.items() if isinstance(entry[0], Dense)]
        if kind == "shared" and own:
            what: Any = draw(st.sampled_from(own))
        elif kind in ("add", "times"):
            what = Add() if kind == "add" else Times()
        else:
            what = Dense(3, draw(st.sampled_from(["tanh", "softplus"])))
        layers[f"n{i}"] = (what, *sources)
        names.append(f"n{i}")
    read = {s for entry in layers.values() for s in entry[1:]}
    layers["all"] = (Add(), *[n for n in names if n not in read])
    layers["y"] = (Dense(2), "all")
    return Network.graph(inputs, dict(draw(st.permutations(list(layers.items())))), output="y")


@settings(max_examples=60, deadline=None, derandomize=True)
@given(graphs(), st.booleans())
def test_random_graph_equals_torch(net: Network, members: bool) -> None:
    theta = net.init(seed=1, members=2 if members else None)
    generator = torch.Generator().manual_seed(0)
    x = {name: torch.randn(4, 3, generator=generator, dtype=torch.float64) for name in net.inputs}
    x = x if len(x) > 1 else x["x"]  # type: ignore[assignment]
    rows = x if isinstance(x, dict) else {"x": x}
    raw = net(theta, x)
    d_raw = torch.linspace(-1, 2, raw.numel(), dtype=raw.dtype).reshape(raw.shape)
    gradient, jacobian = net.vjp(theta, x, d_raw), net.jacobian(theta, x)
    along = torch.randn(theta.shape, generator=generator, dtype=torch.float64)
    change = net.jvp(theta, x, along)
    for k in range(2 if members else 1):
        one = (lambda t, k=k: t[k]) if members else (lambda t: t)
        own = one(theta).clone().requires_grad_()
        expected = in_torch(net, own, rows)
        torch.testing.assert_close(one(raw), expected, **EXACT)
        torch.testing.assert_close(one(gradient), torch.autograd.grad((expected * one(d_raw)).sum(), own)[0], **EXACT)
        by_rows = torch.autograd.functional.jacobian(lambda t: in_torch(net, t, rows), own)
        torch.testing.assert_close(one(jacobian), by_rows, **EXACT)
        torch.testing.assert_close(one(change), by_rows @ one(along), **EXACT)


def test_shared_layer_appears_once_and_its_gradients_add_up() -> None:
    net = Network.graph({"x": 4}, {"h": Dense(4, "tanh"), "again": "h", "third": "h", "y": Dense(1)})
    assert [b.name for b in net.layout.blocks] == ["h.weight", "h.bias", "y.weight", "y.bias"]
    theta, x = net.init().requires_grad_(), torch.randn(5, 4, dtype=torch.float64)
    raw = net(theta, x)
    (expected,) = torch.autograd.grad(raw.sum(), theta)
    torch.testing.assert_close(net.vjp(theta, x, torch.ones_like(raw)), expected, **EXACT)
    assert net.summary()[1] == "again: 4 → 4 tanh, the parameters of h"
    again = Network.from_json(json.loads(json.dumps(net.to_json())))
    assert again == net
    assert torch.equal(again(theta, x), raw)


def test_several_inputs() -> None:
    layers = {"h": Dense(3, "tanh"), "g": (Dense(3), "u"), "both": (Add(), "h", "g"), "y": Dense(2)}
    net = Network.graph({"x": 8, "u": 5}, layers)
    theta = net.init(members=2)
    x = {"u": torch.randn(4, 5, dtype=torch.float64), "x": torch.randn(4, 8, dtype=torch.float64)}
    assert net(theta, x).shape == (2, 4, 2)
    assert net.output == "y"
    trace = net.forward_path(theta, x)
    net.backward_path(theta, trace, torch.ones(2, 4, 2, dtype=torch.float64), inputs=True)
    assert trace.deltas["u"].shape == (2, 4, 5)
    with pytest.raises(ShapeError, match=r"dict with rows for x, u"):
        net(theta, x["x"])
    with pytest.raises(ShapeError, match="rows for x, u, received them for x"):
        net(theta, {"x": x["x"]})
    with pytest.raises(ShapeError, match=r"received u of shape \(4, 8\)"):
        net(theta, x | {"u": x["x"]})
    with pytest.raises(SettingError, match="inputs x, u"):
        _ = net.shape_in


@pytest.mark.parametrize(
    ("layers", "output", "error", "message"),
    [
        ({"h": (Dense(2), "g"), "g": (Dense(2), "h")}, "g", SettingError, r"'h' reads itself by way of h ← g ← h"),
        ({"h": (Dense(2), "hh"), "y": Dense(1)}, None, SettingError, "Layer 'h': No layer or input is named 'hh'"),
        ({"h": Dense(2), "y": Dense(1)}, "z", SettingError, "output: No layer is named 'z'"),
        ({"h": Dense(2), "y": (Dense(1), "x")}, None, SettingError, "Layer 'h' does not lead to the output 'y'"),
        ({"h": (Dense(2), "x", "x")}, None, ShapeError, "Layer 'h': expected one source, received 2"),
        ({"h": Dense(2), "y": (Add(), "h", "x")}, None, ShapeError, "Layer 'y': Expected sources of one shape"),
        ({"h": Dense(2), "y": "h"}, None, ShapeError, "Layer 'y': it shares the parameters"),
        ({"h": Dense(2), "y": "g"}, None, SettingError, "Layer 'y': No layer to share is named 'g'"),
        ({"h": (Add(), "x", "x"), "y": "h"}, None, SettingError, "Layer 'y': expected the name of a layer"),
        ({"x": Dense(2)}, None, SettingError, "named 'x'"),
        ({"a.b": Dense(2)}, None, SettingError, "without a dot"),
        ({"h": 3}, None, SettingError, "Layer 'h': expected a layer, a join or the name"),
        ({}, None, SettingError, "at least one layer"),
    ],
)
def test_what_is_no_network_is_refused(layers: Any, output: str | None, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Network.graph({"x": 3}, layers, output)


def test_input_that_nothing_reads_is_refused() -> None:
    with pytest.raises(SettingError, match="Input 'u' does not lead"):
        Network.graph({"x": 3, "u": 2}, {"y": Dense(1)})
    with pytest.raises(SettingError, match="at least one input"):
        Network.graph({}, {"y": Dense(1)})


def test_a_transposed_layer_reads_the_weights_of_its_lender() -> None:
    net = Network.graph({"x": 3}, {"h": Dense(2), "y": Transposed("h", 3)})
    assert [block.name for block in net.layout.blocks] == ["h.weight", "h.bias", "y.bias"]
    theta, x = net.init(seed=0), torch.ones(4, 3, dtype=torch.float64)
    weight = net.layout.views(theta)["h.weight"]
    torch.testing.assert_close(net(theta, x), x @ weight @ weight.T)
    again = Network.from_json(json.loads(json.dumps(net.to_json())))
    assert again == net
    assert "weights of h transposed, 3 parameters" in net.summary()[-1]


@pytest.mark.parametrize(
    ("layer", "message"),
    [(Transposed("g", 3), "g.weight"), (Transposed("h", 4), r"shape \(3, 2\), but needs \(4, 2\)")],
)
def test_a_transposed_layer_without_a_fitting_lender_is_refused(layer, message) -> None:
    with pytest.raises((SettingError, ShapeError), match=message):
        Network.graph({"x": 3}, {"h": Dense(2), "y": layer})
