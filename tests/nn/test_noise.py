"""Noise: how much, when, and what it does to a fit."""

import pytest
import torch

from pishro.errors import SettingError
from pishro.likelihoods import Normal
from pishro.nn import Dense, Network, Noise
from pishro.objectives import Batch, MiniBatches

F64 = torch.float64


def test_outside_training_nothing_happens() -> None:
    x = torch.ones(3, 4, dtype=F64)
    assert Noise(0.5).forward({}, x)[0] is x


def test_the_deviation_is_as_promised_and_members_differ() -> None:
    x, seeded = torch.full((2, 300, 50), 3.0, dtype=F64), torch.Generator().manual_seed(0)
    y, _ = Noise(0.5).forward({}, x, training=True, generator=seeded)
    assert float(y.mean()) == pytest.approx(3, abs=0.02)  # 30 000 draws: standard error 0.003
    assert float(y.std()) == pytest.approx(0.5, abs=0.01)
    assert not torch.equal(y[0], y[1])
    assert torch.equal(x, torch.full_like(x, 3.0))


def test_a_linear_network_pays_for_its_slope() -> None:
    """Bishop (1995): the expected squared error grows by s²‖w‖²/2 a row; for a linear network that is exact."""
    g = torch.Generator().manual_seed(0)
    rows = Batch(torch.randn(50, 2, generator=g, dtype=F64), torch.randn(50, 1, generator=g, dtype=F64))
    theta = torch.tensor([[2.0, -1.0, 0.5]], dtype=F64)
    plain = Network.chain(2, Dense(1))
    source = MiniBatches(Network.chain(2, Noise(0.3), Dense(1)), Normal(), rows, 50, g)
    mean = torch.stack([source(theta)[0] for _ in range(4000)]).mean()
    still = Normal().nll(plain(theta, rows.x), rows.y).mean()
    assert float(mean - still) == pytest.approx(0.3**2 * 5 / 2, rel=0.05)


def test_wrong_settings_are_refused() -> None:
    for deviation in (-0.1, float("nan"), float("inf")):
        with pytest.raises(SettingError, match="at least 0"):
            Noise(deviation)
    with pytest.raises(SettingError, match="generator"):
        Noise(0.5).forward({}, torch.ones(2, 2), training=True)
