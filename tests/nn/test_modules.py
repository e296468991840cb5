"""Networks from and to `torch.nn.Module`, and layers of which only the forward path is written."""

import dataclasses
from typing import Any

import pytest
import torch
from layer_checklist import every_activation
from torch import Generator, Tensor, nn

from pishro.errors import SettingError, ShapeError
from pishro.nn import Dense, Layer, Network, from_module, theta_of_module
from pishro.nn.layer import Parameters, Shapes

EXACT = {"rtol": 1e-10, "atol": 1e-10}


def perceptron(inputs: int = 3) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, 4), nn.Tanh(), nn.Dropout(0.5), nn.Linear(4, 2)).double()


def image_module() -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(2 * 4 * 4, 2)).double()


@pytest.mark.parametrize("members", [None, 3])
@pytest.mark.parametrize("shape", [(3,), (1, 6, 6)])
def test_wrapped_module_has_all_paths(shape: tuple[int, ...], members: int | None) -> None:
    module = perceptron() if shape == (3,) else image_module()
    net = from_module(module, shape)
    module.eval()
    x = torch.randn(5, *shape, dtype=torch.float64)
    torch.testing.assert_close(net(theta_of_module(module), x), module(x), **EXACT)
    theta = net.init(seed=2, members=members)
    raw, along = net(theta, x), torch.randn_like(theta)
    u = torch.randn_like(raw)
    trace = net.forward_path(theta, x)
    gradient = net.backward_path(theta, trace, u, inputs=True)
    jacobian, change = net.jacobian(theta, x), net.jvp(theta, x, along)
    for k in range(members or 1):
        own, pick = (theta, lambda t: t) if members is None else (theta[k], lambda t, k=k: t[k])
        expected = torch.func.vjp(net, own, x)[1](pick(u))
        torch.testing.assert_close(pick(gradient), expected[0], **EXACT)
        torch.testing.assert_close(pick(trace.deltas["x"]), expected[1], **EXACT)
        torch.testing.assert_close(pick(jacobian), torch.func.jacrev(net)(own, x), **EXACT)
        torch.testing.assert_close(pick(change), pick(jacobian) @ pick(along), **EXACT)


def test_wrapped_members_start_apart_and_leave_the_global_generator_alone() -> None:
    net = from_module(perceptron())
    state = torch.get_rng_state()
    theta = net.init(seed=0, members=3)
    assert torch.equal(torch.get_rng_state(), state)
    assert not torch.equal(theta[0], theta[1])
    assert torch.equal(net.init(seed=0, members=2), theta[:2])


def test_wrapping_copies() -> None:
    module = perceptron()
    net, theta = from_module(module), theta_of_module(module)
    x = torch.randn(5, 3, dtype=torch.float64)
    before = net(theta, x)
    with torch.no_grad():
        module[0].weight.zero_()
    assert torch.equal(net(theta, x), before)
    assert module.training  # evaluation mode is the copy's


def test_what_cannot_be_wrapped_is_refused() -> None:
    with pytest.raises(SettingError, match="give it, such as"):
        from_module(nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten()))
    with pytest.raises(ShapeError, match=r"rows of shape \(4,\)"):
        from_module(perceptron(), 4)
    with pytest.raises(ShapeError, match="a row for each row"):
        from_module(nn.Flatten(0), 4)
    with pytest.raises(SettingError, match="cannot be written as plain data"):
        from_module(perceptron()).to_json()
    with pytest.raises(SettingError, match="no parameters"):
        theta_of_module(nn.Tanh())


@pytest.mark.parametrize("members", [None, 3])
@pytest.mark.parametrize("name", every_activation())
def test_module_of_a_network(name: str, members: int | None) -> None:
    net = Network.chain(3, Dense(4, every_activation()[name]), Dense(2))
    theta, x = net.init(members=members), torch.randn(5, 3, dtype=torch.float64)
    module, expected = net.to_module(theta), net(theta, x)
    assert isinstance(module, nn.Module)
    assert "dense1.weight" in module.state_dict()
    torch.testing.assert_close(module(x), expected, rtol=0, atol=0)
    assert torch.equal(module.theta(), theta)
    module(x).sum().backward()
    gradient = torch.cat([p.grad.flatten(-len(b.shape)) for p, b in _parameters(module, net)], -1)
    torch.testing.assert_close(gradient, net.vjp(theta, x, torch.ones_like(expected)), **EXACT)
    theta.zero_()
    torch.testing.assert_close(module(x), expected, rtol=0, atol=0)  # nothing is shared
    exported = torch.export.export(module, (x,)).module()
    torch.testing.assert_close(exported(x), expected, rtol=1e-13, atol=1e-13)


def _parameters(module: nn.Module, net: Network) -> list[tuple[Tensor, Any]]:
    mine = dict(module.named_parameters())
    return [(mine[b.name], b) for b in net.layout.blocks]


@dataclasses.dataclass(frozen=True)
class Wave(Layer):
    """A user's layer: sin(x W) with noise in training, and nothing but the forward path."""

    units: int
    kind = "test-wave"

    def shape_out(self, shape_in: tuple[int, ...]) -> tuple[int, ...]:
        return (self.units,)

    def shapes(self, shape_in: tuple[int, ...]) -> Shapes:
        return [("weight", (shape_in[0], self.units)), ("scale", (self.units,))]

    def forward(
        self, params: Parameters, x: Tensor, *, training: bool = False, generator: Generator | None = None
    ) -> tuple[Tensor, Any]:
        y = torch.sin(x @ params["weight"]) * (1 + params["scale"].unsqueeze(-2))
        if training and generator is not None:
            y = y * torch.rand(y.shape, generator=generator, dtype=y.dtype)
        return y, None


@pytest.mark.parametrize("members", [None, 3])
def test_layer_with_only_a_forward_path(members: int | None) -> None:
    net = Network.chain(3, Wave(4), Dense(3, "tanh"), Wave(2))
    theta, x = net.init(seed=4, members=members), torch.randn(5, 3, dtype=torch.float64)
    jacobian = net.jacobian(theta, x)
    for k in range(members or 1):
        own, pick = (theta, lambda t: t) if members is None else (theta[k], lambda t, k=k: t[k])
        torch.testing.assert_close(pick(jacobian), torch.func.jacrev(net)(own, x), **EXACT)
    u, v = torch.randn(*jacobian.shape[:-1], dtype=torch.float64), torch.randn_like(theta)
    torch.testing.assert_close(net.vjp(theta, x, u), torch.einsum("...ncp,...nc->...p", jacobian, u), **EXACT)
    torch.testing.assert_close(net.jvp(theta, x, v), torch.einsum("...ncp,...p->...nc", jacobian, v), **EXACT)
    again = Network.from_json(net.to_json(), layers={"test-wave": Wave})
    assert again == net
    with pytest.raises(SettingError, match="No layer kind is named 'test-wave'"):
        Network.from_json(net.to_json())


def test_random_numbers_of_a_forward_path_return_on_the_way_back() -> None:
    net = Network.chain(3, Wave(2))
    theta, x = net.init().requires_grad_(), torch.randn(5, 3, dtype=torch.float64)
    generator = Generator().manual_seed(1)
    state = generator.get_state()
    trace = net.forward_path(theta, x, training=True, generator=generator)
    (expected,) = torch.autograd.grad(net.raw(trace).sum(), theta)
    assert not torch.equal(generator.get_state(), state)
    torch.testing.assert_close(net.backward_path(theta, trace, torch.ones_like(net.raw(trace))), expected, **EXACT)
    with pytest.raises(SettingError, match="training=False"):
        net.jacobian_path(theta, trace, None)
