"""Training by hand by a stochastic rule that stops early by rows kept from the gradient."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from pishro.errors import Interrupted
from pishro.likelihoods import Normal
from pishro.nn import Dense, Network
from pishro.optim import Stop
from pishro.training import Checkpoints, TrainingRecord, train

NET = Network.chain(4, Dense(40, "tanh"), Dense(1))


def rows(seed: int, count: int) -> tuple[Tensor, Tensor]:
    """Few rows and much noise: a network of 241 parameters learns the noise by heart."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(count, 4, generator=generator, dtype=torch.float64)
    return x, x[:, :1] + torch.randn(count, 1, generator=generator, dtype=torch.float64)


TRAIN, HELD = rows(0, 60), rows(1, 400)


def fit(checkpoint: Checkpoints | None = None, epochs: int = 2000, patience: int = 30) -> tuple[Tensor, TrainingRecord]:
    options = {"stop": Stop(gradient=0.0, step=0.0, iterations=epochs), "validation": HELD, "patience": patience}
    return train(NET, Normal(), *TRAIN, method="adam", members=2, checkpoint=checkpoint, **options)  # type: ignore[arg-type]


def cost(theta: Tensor, x: Tensor, y: Tensor) -> Tensor:
    return (NET(theta, x) - y).square().mean((1, 2))


def test_the_best_weights_come_back_and_the_rest_is_spared() -> None:
    theta, record = fit()
    assert record.iterations < 2000
    assert "validation" in record.reasons[0]
    whole, _ = train(NET, Normal(), *TRAIN, method="adam", members=2, stop=Stop(0.0, 0.0, 2000))
    assert (cost(theta, *HELD) < cost(whole, *HELD)).all(), "without it the noise is learned"
    curve = record.history.validation
    assert len(curve) == record.iterations
    assert float(cost(theta, *HELD).mean()) / 2 == pytest.approx(min(curve), rel=0.05)


def test_it_goes_on_after_an_interrupt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = fit()
    file, calls = tmp_path / "c.checkpoint", 0
    likelihood_call = Normal.mean_and_gradient

    def once(self: Normal, raw: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        nonlocal calls
        calls += 1
        if calls == 50:
            raise KeyboardInterrupt
        return likelihood_call(self, raw, y)

    monkeypatch.setattr(Normal, "mean_and_gradient", once)
    with pytest.raises((Interrupted, KeyboardInterrupt)):
        fit(Checkpoints(file, seconds=0))
    monkeypatch.setattr(Normal, "mean_and_gradient", likelihood_call)
    theta, _ = fit(Checkpoints(file, resume=True))
    assert torch.equal(theta, whole)
