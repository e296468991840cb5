"""Where weights start: fans, gains, orthogonality, and that the usual tanh network keeps its numbers."""

import pytest
import torch

from pishro.errors import SettingError
from pishro.nn import Dense, Network, initializer
from pishro.nn.initializers import Uniform


def weight_and_bias(layer: Dense, inputs: int = 400) -> tuple[torch.Tensor, torch.Tensor]:
    net = Network.chain(inputs, layer)
    views = net.layout.views(net.init(seed=3))
    return views["dense1.weight"], views["dense1.bias"]


@pytest.mark.parametrize(
    ("name", "activation", "variance"),
    [
        (None, "tanh", 1 / 400),
        (None, "relu", 2 / 400),  # LeCun with ReLU's gain is He
        (None, "sigmoid", 16 / 400),
        ("lecun", "linear", 1 / 400),
        ("he", "tanh", 2 / 400),
        ("glorot", "tanh", 2 / 700),
        ("orthogonal", "tanh", 1 / 400),
        ("uniform", "tanh", 0.01 / 3),
    ],
)
def test_variance(name: str | None, activation: str, variance: float) -> None:
    weight, _ = weight_and_bias(Dense(300, activation, weight_init=name))
    assert weight.mean().abs() < 4 * (variance / weight.numel()) ** 0.5
    assert weight.var() == pytest.approx(variance, rel=0.02)


@pytest.mark.parametrize(("inputs", "units"), [(7, 4), (4, 7), (5, 5)])
def test_orthogonal(inputs: int, units: int) -> None:
    weight, _ = weight_and_bias(Dense(units, "tanh", weight_init="orthogonal"), inputs)
    gram = weight.mT @ weight if inputs >= units else weight @ weight.mT
    torch.testing.assert_close(gram, torch.eye(len(gram), dtype=gram.dtype))


def test_nguyen_widrow_spreads_the_units() -> None:
    weight, bias = weight_and_bias(Dense(30, "tanh", weight_init="nguyen-widrow"), 2)
    length = 0.7 * 30**0.5
    torch.testing.assert_close(weight.square().sum(0).sqrt(), torch.full((30,), length, dtype=weight.dtype))
    assert bias.abs().max() <= length
    assert bias.std() == pytest.approx(length / 3**0.5, rel=0.4)


def test_biases_of_rectified_layers_start_above_zero() -> None:
    for name, expected in {"tanh": 0.0, "relu": 0.1, "leaky": 0.1, "sigmoid": 0.0}.items():
        assert set(weight_and_bias(Dense(4, name))[1].tolist()) == {expected}
    assert set(weight_and_bias(Dense(4, "relu", bias_init=0.0))[1].tolist()) == {0.0}
    assert set(weight_and_bias(Dense(4, "tanh", "nguyen-widrow", bias_init=0.5))[1].tolist()) == {0.5}


def test_the_usual_tanh_network_keeps_its_numbers() -> None:
    # what accuracy was measured with; another draw is not wrong, but the measurements would have to be made again
    theta = Network.chain(8, Dense(12, "tanh"), Dense(12, "tanh"), Dense(2)).init(seed=3, members=3)
    assert theta.sum().item() == pytest.approx(-2.6847572911313335, rel=1e-12)
    assert theta[2, 17].item() == pytest.approx(0.08570493142668988, rel=1e-12)


def test_settings_survive_a_file() -> None:
    for layer in (Dense(4, "relu", "he", 0.2), Dense(4, "tanh", Uniform(0.3)), Dense(4)):
        net = Network.chain(3, layer)
        again = Network.from_json(net.to_json())
        assert again == net
        assert torch.equal(again.init(seed=2), net.init(seed=2))


def test_bad_settings_are_refused() -> None:
    with pytest.raises(SettingError, match="Did you mean 'glorot'"):
        initializer("glorott")
    with pytest.raises(SettingError, match="bound above 0"):
        Uniform(0.0)
