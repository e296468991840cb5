"""What a network offers beyond its layers' rules: trace, root, seeds, descriptions, and what it refuses."""

import pytest
import torch

from pishro.errors import SettingError, ShapeError
from pishro.nn import Dense, Network


def problem(members: int | None = None) -> tuple[Network, torch.Tensor, torch.Tensor]:
    net = Network.chain(3, Dense(5, "tanh"), Dense(4, "sigmoid"), Dense(2))
    theta = net.init(seed=1, members=members) + 0.1  # biases away from zero
    x = torch.randn(7, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return net, theta, x


def test_jacobian_path_applies_the_root() -> None:
    net, theta, x = problem(2)
    root = torch.randn(2, 7, 2, 1, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    trace = net.forward_path(theta, x)
    expected = root.mT @ net.jacobian(theta, x)
    torch.testing.assert_close(net.jacobian_path(theta, trace, root), expected)
    transposed = torch.empty(2, net.layout.size, 7, 1, dtype=torch.float64).movedim(1, -1)
    net.jacobian_path(theta, trace, root, transposed)
    torch.testing.assert_close(transposed, expected)


@pytest.mark.parametrize("members", [None, 2])
def test_trace_shows_the_chain_of_the_lecture(members: int | None) -> None:
    # Z = X W + b, Y = f(Z); going back: delta = dJ/dY * f'(Z), dJ/dW = Xᵀ delta, dJ/dX = delta Wᵀ
    net, theta, x = problem(members)
    trace = net.forward_path(theta, x)
    d_raw = torch.randn_like(net.raw(trace))
    gradient = net.layout.views(net.backward_path(theta, trace, d_raw))
    views = net.layout.views(theta)
    y = x
    for name in ("dense1", "dense2", "dense3"):
        z = y @ views[f"{name}.weight"] + views[f"{name}.bias"].unsqueeze(-2)
        torch.testing.assert_close(trace.sums(name), z)
        torch.testing.assert_close(gradient[f"{name}.weight"], y.mT @ trace.delta(name))
        torch.testing.assert_close(gradient[f"{name}.bias"], trace.delta(name).sum(-2))
        y = trace.outputs[name]
    torch.testing.assert_close(trace.delta("dense3"), d_raw)
    flowing = trace.delta("dense3") @ views["dense3.weight"].mT
    torch.testing.assert_close(trace.deltas["dense2"], flowing)
    s = torch.sigmoid(trace.sums("dense2"))
    torch.testing.assert_close(trace.delta("dense2"), flowing * s * (1 - s))


def test_trace_says_what_is_missing() -> None:
    net, theta, x = problem()
    trace = net.forward_path(theta, x)
    with pytest.raises(SettingError, match="walk the backward path first"):
        trace.delta("dense1")
    with pytest.raises(SettingError, match="Did you mean 'dense1'"):
        trace.sums("dens1")
    bound = net.bind(theta, torch.empty_like(theta))
    with pytest.raises(SettingError, match="call `forward` first"):
        bound.backward(torch.ones(7, 2, dtype=torch.float64))


def test_member_k_does_not_depend_on_how_many_there_are() -> None:
    net = Network.chain(4, Dense(3, "tanh"), Dense(1))
    assert torch.equal(net.init(seed=5, members=2), net.init(seed=5, members=4)[:2])
    assert not torch.equal(net.init(seed=5), net.init(seed=6))


def test_summary_counts_parameters() -> None:
    net = Network.chain(8, Dense(20, "tanh"), Dense(1))
    assert net.summary() == ["dense1: 8 → 20 tanh, 180 parameters", "dense2: 20 → 1 linear, 21 parameters"]
    table = str(net).splitlines()
    assert table[0].split() == ["layer", "reads", "what", "shape", "parameters"]
    assert table[2].split() == ["dense1", "x", "20", "tanh", "20", "180"]
    assert table[-1].split() == ["201"]


def test_equal_descriptions_are_equal_networks() -> None:
    net = Network.chain(8, Dense(20, "tanh"), Dense(1))
    assert Network.chain(8, Dense(20, "tanh"), Dense(1)) == net
    assert Network.chain(8, Dense(20, "relu"), Dense(1)) != net


def test_autograd_differentiates_the_forward_path_twice() -> None:
    net, theta, x = problem()
    hessian = torch.autograd.functional.hessian(lambda t: net(t, x).square().sum(), theta)
    torch.testing.assert_close(hessian, hessian.mT)
    assert torch.linalg.matrix_rank(hessian) > net.layout.size / 2


def test_wrong_input_is_refused() -> None:
    net, theta, _ = problem()
    with pytest.raises(ShapeError, match="rows of shape"):
        net(theta, torch.zeros(2, 4, dtype=torch.float64))
    with pytest.raises(ShapeError, match="rows of shape"):
        net(theta, torch.zeros(3, dtype=torch.float64))
    with pytest.raises(ShapeError, match="parameters on the last axis"):
        net(theta[:-1], torch.zeros(2, 3, dtype=torch.float64))
    with pytest.raises(SettingError, match="tanh"):
        Dense(3, "tanhh")
    with pytest.raises(SettingError, match="at least 1 unit"):
        Dense(0)
    with pytest.raises(ShapeError, match="dense1"):
        Network.chain((3, 3), Dense(2))
    with pytest.raises(SettingError, match="at least one layer"):
        Network.chain(3)
    with pytest.raises(SettingError, match="No layer kind is named 'denze'"):
        Network.from_json({"inputs": {"x": [3]}, "nodes": [{"name": "y", "layer": {"kind": "denze"}}], "output": "y"})
