"""Monotone layers and bounded outputs hold at points drawn anywhere, for θ drawn anywhere."""

import math

import pytest
import torch

from pishro.errors import SettingError, ShapeError
from pishro.nn import Dense, MonotoneDense, Network
from pishro.nn.activations import ELU, Bounded, Sigmoid, Softplus, Tanh


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "softplus", "elu"])
def test_the_function_rises_and_falls_as_asked_everywhere(activation: str) -> None:
    net = Network.chain(
        3, MonotoneDense(7, activation, (1, 0, -1)), MonotoneDense(5, activation), MonotoneDense(2, free=1)
    )
    for seed in range(5):
        theta, x = 3 * draw(net.layout.size, seed=seed), 5 * draw(2000, 3, seed=seed + 100)
        x.requires_grad_()
        (slope,) = torch.autograd.grad(net.to_module(theta)(x)[:, 0].sum(), x)
        assert (slope[:, 0] >= 0).all()
        assert (slope[:, 2] <= 0).all()
        assert (slope[:, 1] > 0).any() or (slope[:, 1] < 0).any()


def test_the_free_unit_of_the_last_layer_is_free() -> None:
    net = Network.chain(1, MonotoneDense(20, "tanh"), MonotoneDense(2, free=1))
    x = torch.linspace(-2, 2, 50, dtype=torch.float64).reshape(-1, 1)
    raw = net(net.init(seed=1), x)
    steps = raw.diff(dim=0)
    assert (steps[:, 0] >= 0).all()
    falling = [(net(net.init(seed=s), x).diff(dim=0)[:, 1] < 0).any() for s in range(5)]
    assert any(falling)


def test_free_inputs_reach_any_sign() -> None:
    layer = MonotoneDense(6, "tanh", 0)
    plain = Dense(6, "tanh")
    a, b = Network.chain(3, layer, Dense(1)), Network.chain(3, plain, Dense(1))
    theta, x = draw(a.layout.size), draw(9, 3, seed=2)
    torch.testing.assert_close(a(theta, x), b(theta, x))


def test_what_is_refused() -> None:
    with pytest.raises(SettingError, match="never falls"):
        MonotoneDense(3, "silu")
    with pytest.raises(SettingError, match="signs"):
        MonotoneDense(3, "tanh", (2, 0))
    with pytest.raises(SettingError, match="free units"):
        MonotoneDense(3, "tanh", free=3)
    with pytest.raises(SettingError, match="never falls"):
        MonotoneDense(3, {"tanh": 2, "gelu": 1})
    MonotoneDense(3, {"tanh": 2, "gelu": 1}, free=1)
    with pytest.raises(ShapeError, match="one a sign"):
        Network.chain(3, MonotoneDense(2, "tanh", (1, 1)))
    with pytest.raises(SettingError, match="below the upper"):
        Bounded(2.0, 1.0)
    with pytest.raises(SettingError, match="below the upper"):
        Bounded(-math.inf, math.inf)


@pytest.mark.parametrize(("low", "high"), [(-1.0, 3.0), (0.5, math.inf), (-math.inf, 0.5)])
def test_bounded_outputs_stay_inside_and_are_undone(low: float, high: float) -> None:
    f, z = Bounded(low, high), torch.linspace(-30, 30, 2001, dtype=torch.float64).requires_grad_()
    y = f(z)
    assert (y >= low).all()
    assert (y <= high).all()
    (slope,) = torch.autograd.grad(y.sum(), z)
    torch.testing.assert_close(f.derivative(z.detach()), slope, rtol=1e-10, atol=1e-12)
    assert (slope >= 0).all()
    inside = torch.linspace(max(low, -2.0) + 0.1, min(high, 2.0) - 0.1, 20, dtype=torch.float64)
    torch.testing.assert_close(f(f.undo(inside)), inside)


@pytest.mark.parametrize("f", [Tanh(), Sigmoid(), Softplus(), ELU()])
def test_other_activations_undo_nothing(f) -> None:
    assert f.undo(torch.tensor(0.3)) == 0.3
