"""Both paths and the Jacobian against autograd, in float64."""

import pytest
import torch

from pishro.errors import SettingError, ShapeError
from pishro.nn import Dense, Network, activation

NAMES = ["linear", "tanh", "tansig", "sigmoid", "relu"]


def problem(name: str, members: int | None) -> tuple[Network, torch.Tensor, torch.Tensor]:
    net = Network.chain(3, Dense(5, name), Dense(4, name), Dense(2))
    theta = net.init(seed=1, members=members)
    theta = theta + 0.1  # biases away from zero
    x = torch.randn(7, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return net, theta, x


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("members", [None, 3])
def test_backward_path_equals_autograd(name: str, members: int | None) -> None:
    net, theta, x = problem(name, members)
    theta.requires_grad_()
    raw = net(theta, x)
    weights = torch.linspace(-1, 1, raw.numel(), dtype=raw.dtype).reshape(raw.shape)
    (expected,) = torch.autograd.grad((raw * weights).sum(), theta)
    with torch.no_grad():
        got = net.backward_path(theta, net.forward_path(theta, x), weights)
    torch.testing.assert_close(got, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_jacobian_equals_autograd(name: str) -> None:
    net, theta, x = problem(name, None)
    expected = torch.autograd.functional.jacobian(lambda t: net(t, x), theta)
    torch.testing.assert_close(net.jacobian(theta, x), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_members_are_independent_networks(name: str) -> None:
    net, theta, x = problem(name, 3)
    together = net.jacobian(theta, x)
    for k in range(3):
        torch.testing.assert_close(net(theta, x)[k], net(theta[k], x), rtol=1e-13, atol=1e-13)
        torch.testing.assert_close(together[k], net.jacobian(theta[k], x), rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("name", NAMES)
def test_derivative_of_activation_equals_autograd(name: str) -> None:
    f = activation(name)
    z = torch.linspace(-4.05, 4, 33, dtype=torch.float64, requires_grad=True)
    y = f(z)
    (expected,) = torch.autograd.grad(y.sum(), z)
    torch.testing.assert_close(f.derivative(y), expected, rtol=1e-12, atol=1e-14)


def test_sigmoid_is_stable_far_out() -> None:
    y = activation("sigmoid")(torch.tensor([-1e3, 1e3], dtype=torch.float64))
    assert y.tolist() == [0.0, 1.0]


def test_jacobian_path_applies_the_root() -> None:
    net, theta, x = problem("tanh", 2)
    root = torch.randn(2, 7, 2, 1, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    got = net.jacobian_path(theta, net.forward_path(theta, x), root)
    torch.testing.assert_close(got, root.mT @ net.jacobian(theta, x))


def test_member_k_does_not_depend_on_how_many_there_are() -> None:
    net = Network.chain(4, Dense(3, "tanh"), Dense(1))
    assert torch.equal(net.init(seed=5, members=2), net.init(seed=5, members=4)[:2])
    assert not torch.equal(net.init(seed=5), net.init(seed=6))


def test_json_round_trip() -> None:
    net, theta, x = problem("tansig", None)
    again = Network.from_json(net.to_json())
    assert again.layout == net.layout
    assert torch.equal(again(theta, x), net(theta, x))


def test_summary_counts_parameters() -> None:
    assert Network.chain(8, Dense(20, "tanh"), Dense(1)).summary() == [
        "dense1: 8 → 20 tanh, 180 parameters",
        "dense2: 20 → 1 linear, 21 parameters",
    ]


def test_empty_batch() -> None:
    net, theta, x = problem("tanh", 3)
    assert net(theta, x[:0]).shape == (3, 0, 2)
    assert net.jacobian(theta, x[:0]).shape == (3, 0, 2, net.layout.size)


def test_nan_passes_through_visibly() -> None:
    net, theta, x = problem("tanh", None)
    x[0, 0] = float("nan")
    assert net(theta, x)[0].isnan().all()
    assert not net(theta, x)[1:].isnan().any()


def test_wrong_input_is_refused() -> None:
    net, theta, _ = problem("tanh", None)
    with pytest.raises(ShapeError, match="rows of shape"):
        net(theta, torch.zeros(2, 4, dtype=torch.float64))
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
