"""Moved images: what stays, how far the field goes, and that the generator decides."""

import numpy as np
import pytest
import torch
from scipy.ndimage import rotate
from torch import Generator

from pishro.errors import SettingError
from pishro.models import Augmentation


def images(rows: int = 3, size: int = 9) -> torch.Tensor:
    return torch.rand(rows, 2, size, size, generator=Generator().manual_seed(1), dtype=torch.float64)


def test_nothing_moves_without_settings() -> None:
    torch.testing.assert_close(Augmentation()(images(), Generator()), images())


def test_the_generator_decides() -> None:
    move = Augmentation(shift=2, rotate=20, elastic=0.5)
    one, same, other = (move(images(), Generator().manual_seed(seed)) for seed in (0, 0, 1))
    torch.testing.assert_close(one, same)
    assert (one - other).abs().max() > 0.01


def test_a_plane_is_shifted_by_what_was_drawn() -> None:
    places = torch.arange(9.0, dtype=torch.float64).expand(400, 1, 9, 9)
    moved = Augmentation(shift=2)(places, Generator().manual_seed(0)) - places
    middle = moved[:, 0, 4, 4]
    torch.testing.assert_close(moved[:, 0, 3, 3:6], middle.unsqueeze(-1).expand(-1, 3))
    assert middle.abs().max() <= 2
    assert abs(float(middle.std()) - 2 / 3**0.5) < 0.1


def test_rotation_equals_scipy() -> None:
    x = torch.zeros(1, 1, 15, 15, dtype=torch.float64)
    x[0, 0, 5:10, 4:11] = images(1, 15)[0, 0, 5:10, 4:11]
    generator = Generator().manual_seed(3)
    angle = 30 * (2 * float(torch.rand(1, generator=Generator().manual_seed(3), dtype=torch.float64)) - 1)
    expected = rotate(x[0, 0].numpy(), angle, reshape=False, order=1)
    np.testing.assert_allclose(Augmentation(rotate=30)(x, generator)[0, 0], expected, atol=1e-9)


def test_the_elastic_field_has_the_deviation_asked_for_and_is_smooth() -> None:
    places = torch.arange(20.0, dtype=torch.float64).expand(300, 1, 20, 20)
    moved = (Augmentation(elastic=0.5, smoothness=3)(places, Generator().manual_seed(0)) - places)[:, 0, 5:15, 5:15]
    assert abs(float(moved.std()) - 0.5) < 0.03
    assert float(moved.diff(dim=-1).std()) < 0.5 / 3


def test_sequences_move_along_their_length() -> None:
    x = torch.rand(3, 2, 30, generator=Generator().manual_seed(0))
    assert Augmentation(shift=3, elastic=1)(x, Generator().manual_seed(0)).shape == x.shape
    with pytest.raises(SettingError, match="cannot be rotated"):
        Augmentation(rotate=5)(x, Generator())


@pytest.mark.parametrize("settings", [{"shift": -1}, {"elastic": float("nan")}, {"smoothness": 0}])
def test_settings_out_of_range(settings) -> None:
    with pytest.raises(SettingError):
        Augmentation(**settings)
