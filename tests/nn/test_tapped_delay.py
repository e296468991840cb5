"""The delay line on sequences that can be read off."""

import pytest
import torch

from pishro.errors import SettingError, ShapeError
from pishro.nn import Conv1d, TappedDelay


def test_newest_value_first() -> None:
    x = torch.stack([torch.arange(4.0), 10 * torch.arange(4.0)]).unsqueeze(0)  # two channels
    y, _ = TappedDelay(1).forward({}, x)
    assert y[0].tolist() == [[1, 2, 3], [10, 20, 30], [0, 1, 2], [0, 10, 20]]
    assert y.shape[1:] == TappedDelay(1).shape_out((2, 4))


def test_no_delay_changes_nothing() -> None:
    x = torch.randn(3, 2, 5)
    assert torch.equal(TappedDelay(0).forward({}, x)[0], x)


def test_delays_and_a_layer_for_each_step_are_a_convolution() -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(4, 2, 9, generator=generator, dtype=torch.float64)
    weight = torch.randn(5, 2, 3, generator=generator, dtype=torch.float64)
    bias = torch.randn(5, generator=generator, dtype=torch.float64)
    delayed, _ = TappedDelay(2).forward({}, x)
    taps = weight.flip(-1).movedim(-1, 1).reshape(5, 6)  # a kernel runs forward in time, delays run backward
    steps = torch.einsum("ot,ntl->nol", taps, delayed) + bias[:, None]
    torch.testing.assert_close(steps, Conv1d(5, 3).forward({"weight": weight, "bias": bias}, x)[0])


def test_wrong_settings_and_shapes_are_refused() -> None:
    with pytest.raises(SettingError, match="looks back"):
        TappedDelay(-1)
    with pytest.raises(ShapeError, match="at least 4, received 3"):
        TappedDelay(3).shape_out((1, 3))
    with pytest.raises(ShapeError, match=r"\(channels, length\)"):
        TappedDelay(3).shape_out((8,))
