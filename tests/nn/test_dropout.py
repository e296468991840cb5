"""Dropout: what is left out, and when."""

import pytest
import torch

from pishro.errors import SettingError
from pishro.nn import Dropout

ONES = torch.ones(3, 200, 50, dtype=torch.float64)  # three members


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_outside_training_nothing_happens() -> None:
    y, saved = Dropout(0.5).forward({}, ONES)
    assert y is ONES
    assert saved is None


def test_the_part_left_out_and_the_mean_are_as_promised() -> None:
    y, _ = Dropout(0.3).forward({}, ONES, training=True, generator=seeded())
    assert set(y.unique().tolist()) == {0.0, 1 / 0.7}
    assert float((y == 0).double().mean()) == pytest.approx(0.3, abs=0.01)  # 30 000 draws: standard error 0.003
    assert float(y.mean()) == pytest.approx(1, abs=0.015)


def test_the_generator_decides_and_members_differ() -> None:
    layer = Dropout(0.5)
    y, _ = layer.forward({}, ONES, training=True, generator=seeded(1))
    again, _ = layer.forward({}, ONES, training=True, generator=seeded(1))
    assert torch.equal(y, again)
    assert not torch.equal(y[0], y[1])


def test_every_rule_uses_the_mask_of_the_forward_path() -> None:
    layer, x = Dropout(0.5).settle((50,)), ONES[0]
    y, saved = layer.forward({}, x, training=True, generator=seeded())
    assert torch.equal(layer.backward({}, saved, x, {}), y)  # type: ignore[arg-type]
    assert torch.equal(layer.jvp({}, saved, {}, x), y)
    per_output = layer.jacobian({}, saved, x.unsqueeze(1).expand(-1, 4, -1), {})
    assert per_output is not None
    assert torch.equal(per_output[:, 2], y)


def test_wrong_settings_are_refused() -> None:
    for rate in (-0.1, 1.0, float("nan")):
        with pytest.raises(SettingError, match="less than 1"):
            Dropout(rate)
    with pytest.raises(SettingError, match="generator"):
        Dropout(0.5).forward({}, ONES, training=True)
