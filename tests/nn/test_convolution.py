"""Convolutions against torch's own layers; the checklist of all layers holds the rules against autograd."""

import pytest
import torch

from pishro.errors import SettingError, ShapeError
from pishro.nn import Conv1d, Conv2d


def numbers(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("stride", [1, (2, 1)])
@pytest.mark.parametrize("padding", [0, (1, 2)])
def test_equals_torch_conv2d(stride: int | tuple[int, int], padding: int | tuple[int, int]) -> None:
    layer = Conv2d(4, (2, 3), "tanh", stride=stride, padding=padding)
    params = {"weight": numbers(4, 3, 2, 3), "bias": numbers(4, seed=1)}
    x = numbers(5, 3, 6, 7, seed=2)
    y, _ = layer.forward(params, x)
    expected = torch.tanh(torch.nn.functional.conv2d(x, params["weight"], params["bias"], stride, padding))
    torch.testing.assert_close(y, expected, rtol=1e-12, atol=1e-12)
    assert y.shape[1:] == layer.shape_out((3, 6, 7))


@pytest.mark.parametrize("stride", [1, 3])
def test_equals_torch_conv1d(stride: int) -> None:
    layer = Conv1d(4, 3, stride=stride, padding=1)
    params = {"weight": numbers(4, 2, 3), "bias": numbers(4, seed=1)}
    x = numbers(5, 2, 11, seed=2)
    y, _ = layer.forward(params, x)
    expected = torch.nn.functional.conv1d(x, params["weight"], params["bias"], stride, 1)
    torch.testing.assert_close(y, expected, rtol=1e-12, atol=1e-12)
    assert y.shape[1:] == layer.shape_out((2, 11))


def test_a_kernel_as_large_as_the_image_is_a_dense_layer() -> None:
    weight, x = numbers(3, 2, 4, 5), numbers(6, 2, 4, 5, seed=1)
    y, _ = Conv2d(3, (4, 5)).forward({"weight": weight, "bias": torch.zeros(3, dtype=x.dtype)}, x)
    torch.testing.assert_close(y.flatten(1), x.flatten(1) @ weight.flatten(1).T, rtol=1e-12, atol=1e-12)


def test_nan_reaches_only_the_places_that_see_it() -> None:
    x = numbers(2, 1, 5, 5)
    x[0, 0, 0, 0] = float("nan")
    y, _ = Conv2d(2, 2).forward({"weight": numbers(2, 1, 2, 2), "bias": numbers(2)}, x)
    assert y[0, :, 0, 0].isnan().all()
    assert y.isnan().sum() == 2


def test_start_keeps_the_size_of_the_signal() -> None:
    layer = Conv2d(64, 3, "relu", padding=1)
    params = {name: torch.empty(shape, dtype=torch.float64) for name, shape in layer.shapes((32, 8, 8))}
    layer.init(params, torch.Generator().manual_seed(0))
    y, _ = layer.forward(params, numbers(16, 32, 8, 8))
    assert 0.8 < float(y[..., 1:-1, 1:-1].square().mean()) < 1.2


@pytest.mark.parametrize("name", ["glorot", "he", "lecun", "orthogonal", "nguyen-widrow", "uniform"])
def test_every_initializer_fills_a_kernel(name: str) -> None:
    layer = Conv2d(4, 3, "tanh", weight_init=name, bias_init=0.5)
    params = {key: torch.full(shape, float("nan"), dtype=torch.float64) for key, shape in layer.shapes((2, 5, 5))}
    layer.init(params, torch.Generator().manual_seed(0))
    assert params["weight"].isfinite().all()
    assert (params["bias"] == 0.5).all()


def test_wrong_settings_are_refused() -> None:
    with pytest.raises(SettingError, match="at least 1 output channel"):
        Conv2d(0, 3)
    with pytest.raises(SettingError, match="size of at least 1"):
        Conv2d(2, (3, 0))
    with pytest.raises(SettingError, match="stride of at least 1"):
        Conv1d(2, 3, stride=0)
    with pytest.raises(SettingError, match="at least 0"):
        Conv2d(2, 3, padding=-1)
    with pytest.raises(SettingError, match="nothing but zeros"):
        Conv2d(2, 3, padding=3)
    with pytest.raises(SettingError, match="2 of them"):
        Conv2d(2, (3, 3, 3))
    with pytest.raises(SettingError, match="whole number"):
        Conv1d(2, 2.5)  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="tanh"):
        Conv2d(2, 3, "tanhh")


def test_rows_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ShapeError, match="smaller window"):
        Conv2d(2, 5).shape_out((1, 4, 8))
    assert Conv2d(2, 5, padding=1).shape_out((1, 4, 8)) == (2, 2, 6)
    with pytest.raises(ShapeError, match=r"\(channels, height, width\)"):
        Conv2d(2, 3).shape_out((10, 10))
    with pytest.raises(ShapeError, match=r"\(channels, length\)"):
        Conv1d(2, 3).shape_out((10,))


def test_descriptions() -> None:
    assert Conv2d(32, 3, "relu").describe() == "32 relu, 3×3"
    assert Conv2d(32, 3, stride=2, padding=(1, 0)).describe() == "32 linear, 3×3, stride 2, padding 1×0"
    assert Conv1d(8, 5, stride=2, padding=1).describe() == "8 linear, 5, stride 2, padding 1"
