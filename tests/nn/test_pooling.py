"""Pooling on windows that can be read off."""

import pytest
import torch

from pishro.errors import SettingError, ShapeError
from pishro.nn import AveragePool1d, AveragePool2d, MaxPool1d, MaxPool2d

IMAGE = torch.arange(16.0, dtype=torch.float64).reshape(1, 1, 4, 4)


def test_values_that_can_be_read_off() -> None:
    assert MaxPool2d(2).forward({}, IMAGE)[0].flatten().tolist() == [5, 7, 13, 15]
    assert AveragePool2d(2).forward({}, IMAGE)[0].flatten().tolist() == [2.5, 4.5, 10.5, 12.5]
    assert MaxPool1d(3, stride=1).forward({}, IMAGE[0])[0][0, 0].tolist() == [2, 3]
    assert AveragePool1d((2,)).forward({}, IMAGE[0])[0][0, 0].tolist() == [0.5, 2.5]


def test_what_reaches_over_the_edge_is_left_out() -> None:
    assert MaxPool2d(3).shape_out((2, 4, 8)) == (2, 1, 2)
    assert MaxPool2d(3).forward({}, IMAGE)[0].flatten().tolist() == [10]


def test_of_equal_entries_the_first_takes_all() -> None:
    layer, x = MaxPool2d(2), torch.ones(1, 1, 2, 2, dtype=torch.float64)
    _, saved = layer.forward({}, x)
    dx = layer.backward({}, saved, torch.ones(1, 1, 1, 1, dtype=torch.float64), {})
    assert dx is not None
    assert dx.flatten().tolist() == [1, 0, 0, 0]


def test_the_mean_keeps_the_sum_of_what_flows_back() -> None:
    layer = AveragePool2d(2)
    _, saved = layer.forward({}, IMAGE)
    dx = layer.backward({}, saved, torch.full((1, 1, 2, 2), 4.0, dtype=torch.float64), {})
    assert dx is not None
    assert dx.flatten().tolist() == [1.0] * 16


def test_nan_is_not_overlooked() -> None:
    x = IMAGE.clone()
    x[..., 0, 0] = float("nan")
    for layer in (MaxPool2d(2), AveragePool2d(2)):
        y, _ = layer.forward({}, x)
        assert y.isnan().flatten().tolist() == [True, False, False, False]


def test_wrong_settings_and_shapes_are_refused() -> None:
    with pytest.raises(SettingError, match="size of at least 1"):
        MaxPool2d(0)
    with pytest.raises(SettingError, match="stride of at least 1"):
        AveragePool1d(2, stride=0)
    with pytest.raises(ShapeError, match="fewer pooling layers"):
        MaxPool2d(3).shape_out((8, 2, 2))
    with pytest.raises(ShapeError, match="takes rows of shape"):
        MaxPool1d(2).shape_out((4,))


def test_descriptions() -> None:
    assert MaxPool2d(2).describe() == "max pool 2×2"
    assert MaxPool2d(3, stride=(2, 1)).describe() == "max pool 3×3, stride 2×1"
    assert AveragePool1d(3, stride=1).describe() == "average pool 3, stride 1"
