"""Activations against closed forms, autograd and torch's own functions."""

import math

import pytest
import torch
from layer_checklist import every_activation
from torch import Tensor
from torch.nn import functional

from pishro.errors import SettingError
from pishro.nn import Dense, Elementwise, Network, activation
from pishro.nn.activations import ACTIVATIONS, ELU, LeakyReLU, Parametric, Softmax, Threshold

ELEMENTWISE = {n: f for n, f in every_activation().items() if isinstance(f, Elementwise)}
PEERS = {
    "linear": lambda z: z,
    "sigmoid": torch.sigmoid,
    "tansig": lambda z: 2 * torch.sigmoid(z) - 1,
    "tanh": torch.tanh,
    "relu": functional.relu,
    "leaky": functional.leaky_relu,
    "leaky 0.3": lambda z: functional.leaky_relu(z, 0.3),
    "absolute": torch.abs,
    "softplus": lambda z: torch.log1p(torch.exp(z)),
    "elu": functional.elu,
    "elu 0.7": lambda z: functional.elu(z, 0.7),
    "gelu": lambda z: z * (1 + torch.erf(z / math.sqrt(2))) / 2,
    "silu": lambda z: z / (1 + torch.exp(-z)),
    "bounded": torch.tanh,
    "logarithm": lambda z: torch.log(torch.where(z > 1e-12, z, 1e-12)),
}


def grid(dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.linspace(-4.05, 4, 33, dtype=dtype)  # not through zero, where some have a kink


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_value_and_derivative(name: str) -> None:
    f, z = ELEMENTWISE[name], grid().requires_grad_()
    expected = PEERS[name](z)
    torch.testing.assert_close(f(z), expected, rtol=1e-13, atol=1e-13)
    (slope,) = torch.autograd.grad(expected.sum(), z)
    with torch.no_grad():
        y, kept = f.forward({}, z)
        assert kept is (y if f.reads == "output" else z)
        torch.testing.assert_close(f.derivative(kept), slope, rtol=1e-12, atol=1e-14)
        dy = torch.linspace(-1, 2, 66, dtype=z.dtype).reshape(2, 33)
        torch.testing.assert_close(f.pull(kept, dy), dy * slope, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_large_sums_stay_finite(name: str) -> None:
    f = ELEMENTWISE[name]
    for dtype in (torch.float32, torch.float64):
        y, kept = f.forward({}, torch.tensor([-1e4, 1e4], dtype=dtype))
        assert y.isfinite().all()
        assert y.dtype == dtype
        slope = f.derivative(kept)
        assert slope.isfinite().all()
        assert slope.dtype == dtype


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_saturation_is_where_the_derivative_is_a_hundredth(name: str) -> None:
    f = ELEMENTWISE[name]
    z = torch.linspace(-12, 12, 240_001, dtype=torch.float64)
    slope = f.derivative(f.forward({}, z.clone())[1]).abs()
    lively = z[slope > 0.0101 * slope.max()]
    low, high = f.saturates
    if math.isfinite(low):
        assert low == pytest.approx(float(lively[0]), abs=0.03)
    if math.isfinite(high):
        assert high == pytest.approx(float(lively[-1]), abs=0.03)
    expected = (z < low) | (z > high)
    assert torch.equal(f.saturated(z), expected)


def test_sigmoid_is_exact_far_out() -> None:
    assert activation("sigmoid")(torch.tensor([-1e3, 1e3], dtype=torch.float64)).tolist() == [0.0, 1.0]
    assert activation("softplus")(torch.tensor([-800.0, 40.0], dtype=torch.float64)).tolist() == [0.0, 40.0]


def test_softmax_on_any_axis() -> None:
    z = torch.randn(2, 3, 4, 5, dtype=torch.float64)
    y, kept = Softmax().forward({}, z, axis=-3)
    torch.testing.assert_close(y.sum(-3), torch.ones(2, 4, 5, dtype=torch.float64))
    expected = torch.func.vjp(lambda t: torch.softmax(t, -3), z)[1](y.square())[0]
    torch.testing.assert_close(Softmax().backward({}, kept, y.square(), None, axis=-3), expected)


def test_parametric_slopes_on_channels() -> None:
    f, z = Parametric(), torch.randn(2, 3, 4, 5, dtype=torch.float64)
    slope = torch.tensor([0.1, -0.5, 2.0], dtype=torch.float64)
    weights = torch.randn_like(z)
    expected = torch.func.vjp(functional.prelu, z, slope)[1](weights)
    y, kept = f.forward({"slope": slope}, z, axis=-3)
    torch.testing.assert_close(y, functional.prelu(z, slope))
    grads = {"slope": torch.empty(3, dtype=torch.float64)}
    torch.testing.assert_close(f.backward({"slope": slope}, kept, weights, grads, axis=-3), expected[0])
    torch.testing.assert_close(grads["slope"], expected[1])


def test_threshold_fires_at_zero_and_refuses_gradients() -> None:
    f = Threshold()
    assert f(torch.tensor([-0.1, 0.0, 3.0])).tolist() == [0.0, 1.0, 1.0]
    net = Network.chain(2, Dense(3, "threshold"), Dense(1))
    theta, x = net.init(), torch.randn(4, 2, dtype=torch.float64)
    trace = net.forward_path(theta, x)
    with pytest.raises(SettingError, match=r"sigmoid.*PerceptronClassifier.*straight_through=True"):
        net.backward_path(theta, trace, torch.ones(4, 1, dtype=torch.float64))
    with pytest.raises(SettingError, match="sigmoid"):
        net.jacobian(theta, x)


def test_straight_through_passes_the_gradient_of_a_line() -> None:
    f = Threshold(straight_through=True)
    y, kept = f.forward({}, torch.tensor([-2.0, -1.0, 0.5, 1.5]))
    assert y.tolist() == [0.0, 0.0, 1.0, 1.0]
    assert f.pull(kept, torch.full((4,), 3.0)).tolist() == [0.0, 3.0, 3.0, 0.0]
    assert activation(f.to_json()) == f


def test_groups_are_their_parts_side_by_side() -> None:
    net = Network.chain(3, Dense(5, {"tanh": 2, "relu": 3}))
    theta, x = net.init(), torch.randn(4, 3, dtype=torch.float64)
    z = net.forward_path(theta, x).sums("dense1")
    torch.testing.assert_close(net(theta, x), torch.cat([z[:, :2].tanh(), z[:, 2:].relu()], -1))
    bias = net.layout.views(theta)["dense1.bias"]
    assert bias.tolist() == [0.0, 0.0, 0.1, 0.1, 0.1]
    assert net.summary() == ["dense1: 3 → 2 tanh + 3 relu, 20 parameters"]


@pytest.mark.parametrize("name", every_activation())
def test_json_names_settings_that_are_not_usual(name: str) -> None:
    f = every_activation()[name]
    assert activation(f.to_json()) == f
    assert isinstance(f.to_json(), str) == (name in ACTIVATIONS)


def test_bad_settings_are_refused() -> None:
    with pytest.raises(SettingError, match="Did you mean 'tanh'"):
        activation("tanhh")
    with pytest.raises(SettingError, match="make up 5 units, received 4"):
        Dense(5, {"tanh": 2, "relu": 2})
    with pytest.raises(SettingError, match="at least 1 unit"):
        Dense(2, {"tanh": 2, "relu": 0})
    with pytest.raises(SettingError, match="alpha above 0"):
        ELU(-1.0)
    assert LeakyReLU(0.3) != LeakyReLU()
