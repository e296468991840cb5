"""Training: the likelihood rises, sparsity is kept, divergence is noticed."""

import dataclasses

import pytest
import torch

from pishro.errors import DataError, SettingError
from pishro.models.boltzmann import (
    BernoulliUnits,
    BoltzmannPlan,
    BoltzmannRecord,
    ContrastiveDivergence,
    GaussianUnits,
    NoisyReLUUnits,
    ParallelTempering,
    PersistentChains,
    SoftmaxUnits,
    exact_log_partition,
    half,
    momentum,
    negative_named,
    starting_machine,
    train_machine,
)

# bars: rows of 3 × 3 whose lines are all on or all off, and the same with columns
LINES = BernoulliUnits().states(3)
BARS = torch.cat([LINES.repeat_interleave(3, 1), LINES.repeat(1, 3)]).repeat(40, 1)


def log_likelihood(machine) -> float:
    return float(-machine.free_energy(BARS).mean()) - exact_log_partition(machine)


@pytest.mark.parametrize("negative", [ContrastiveDivergence(5), PersistentChains(5), ParallelTempering(5)])
def test_the_likelihood_of_bars_comes_near_what_is_possible(negative) -> None:
    start = starting_machine(BARS, BernoulliUnits(), BernoulliUnits(), 12, seed=0)
    plan = BoltzmannPlan(epochs=60, size=20, rate=0.1, negative=negative, decay=0)
    machine, record = train_machine(start, BARS, plan)
    # 14 patterns, two of which are twice as likely: −2.6 nats are possible; independent pixels reach −6.2
    assert log_likelihood(start) < -6
    assert log_likelihood(machine) > -4
    assert record.epochs == len(record.error) == 60
    assert not record.notes


def test_rectified_and_gaussian_units_learn() -> None:
    generator = torch.Generator().manual_seed(0)
    factors = torch.randn(600, 2, generator=generator, dtype=torch.float64)
    rows = factors @ torch.randn(2, 6, generator=generator, dtype=torch.float64)
    rows = (rows - rows.mean(0)) / rows.std(0)
    start = starting_machine(rows, GaussianUnits(), NoisyReLUUnits(), 20, seed=0)
    machine, record = train_machine(start, rows, BoltzmannPlan(epochs=40, size=20))
    assert record.error[-1] < 0.3
    assert machine.free_energy(rows).mean() < machine.free_energy(3 * torch.randn_like(rows)).mean()


def test_hidden_units_are_on_as_often_as_asked() -> None:
    start = starting_machine(BARS, BernoulliUnits(), BernoulliUnits(), 12, seed=0)
    machine, _ = train_machine(start, BARS, BoltzmannPlan(epochs=30, size=20, target=0.1))
    assert float(machine.hidden_mean(BARS).mean()) == pytest.approx(0.1, abs=0.05)


def test_diverging_is_undone_and_said() -> None:
    rows = torch.randn(400, 10, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    start = starting_machine(rows, GaussianUnits(), GaussianUnits(), 10, seed=0)
    _, record = train_machine(start, rows, BoltzmannPlan(epochs=5, size=10, rate=20.0))
    assert "rate halved" in record.notes[0]
    assert record.rate < 2.0
    assert record.error[-1] < 1.5
    assert BoltzmannRecord.from_json(record.to_json()) == record
    with pytest.raises(DataError, match="every rate"):
        train_machine(start, rows, BoltzmannPlan(epochs=1, size=10, rate=1e12))


@pytest.mark.parametrize(
    "settings", [{"epochs": 0}, {"rate": 0.0}, {"momentum": (0.5, 1.0)}, {"target": 1.5}, {"fall": 2.0}]
)
def test_bad_settings(settings) -> None:
    with pytest.raises(SettingError, match="Expected"):
        BoltzmannPlan(**settings)
    with pytest.raises(SettingError, match="negative phase"):
        negative_named("gibbs", 1)
    with pytest.raises(SettingError, match="at least"):
        negative_named("tempering", 0)


def test_bad_rows() -> None:
    start = starting_machine(BARS, BernoulliUnits(), BernoulliUnits(), 2, seed=0)
    with pytest.raises(DataError, match="scale them"):
        train_machine(start, 255 * BARS, BoltzmannPlan())


@pytest.mark.parametrize("mu", [0.0, 0.9])
def test_an_update_in_one_pass_is_that_of_the_equations(monkeypatch, mu) -> None:
    found = []
    for fused in (True, False):
        if not fused:
            monkeypatch.setattr(momentum, "_has_fused", lambda dtype: False)
        generator = torch.Generator().manual_seed(0)
        p, g, v = (torch.randn(7, 5, generator=generator, dtype=torch.float64) for _ in range(3))
        expected = mu * v + g - 0.1 * p, p + 0.01 * (mu * v + g - 0.1 * p)
        momentum.momentum_update([(p, g, v)], mu, rate=0.01, decay=0.1)
        torch.testing.assert_close((v, p), expected)
        found.append(p)
    torch.testing.assert_close(*found)


def test_states_drawn_in_half_precision_are_as_frequent_as_they_are_probable() -> None:
    generator = torch.Generator().manual_seed(0)
    mean = torch.tensor([0.0, 1e-3, 0.3, 0.999, 1.0]).bfloat16().repeat_interleave(200_001).reshape(5, -1)
    drawn = BernoulliUnits().sample(mean, mean, generator)
    assert drawn.dtype == torch.bfloat16
    p = mean[:, 0].double()
    frequency = drawn.double().mean(1)
    assert bool(((frequency - p).abs() <= 4 * (p * (1 - p) / 200_001).sqrt()).all())
    odds = torch.tensor([0.0, -7.0, 2.0]).bfloat16().expand(200_001, 3)
    p, frequency = odds[0].double().softmax(0), SoftmaxUnits().sample(odds, odds, generator).double().mean(0)
    assert bool(((frequency - p).abs() <= 4 * (p * (1 - p) / 200_001).sqrt()).all())


def test_half_precision_is_taken_where_it_pays(monkeypatch) -> None:
    monkeypatch.setattr(half, "_has_instructions", lambda: True)
    large = starting_machine(torch.zeros(2, 784), BernoulliUnits(), BernoulliUnits(), 500, seed=0)
    assert half.pays_in_half(large)
    assert not half.pays_in_half(large.to(torch.float64))
    assert not half.pays_in_half(starting_machine(BARS.float(), BernoulliUnits(), BernoulliUnits(), 12, seed=0))
    assert not half.pays_in_half(dataclasses.replace(large, visible=GaussianUnits()))
    monkeypatch.setattr(half, "_has_instructions", lambda: False)
    assert not half.pays_in_half(large)


def test_products_in_half_precision_learn_as_well() -> None:
    rows = BARS.float()
    start = starting_machine(rows, BernoulliUnits(), BernoulliUnits(), 12, seed=0)
    plan = BoltzmannPlan(epochs=60, size=20, rate=0.1, negative=ContrastiveDivergence(5), half=True)
    machine, _ = train_machine(start, rows, plan)
    assert machine.weight.dtype == torch.float32
    assert log_likelihood(machine.to(torch.float64)) > -4
    sparse, _ = train_machine(start, rows, dataclasses.replace(plan, target=0.1))
    assert float(sparse.hidden_mean(rows).mean()) == pytest.approx(0.1, abs=0.05)
    with pytest.raises(SettingError, match="all digits"):
        dataclasses.replace(plan, negative=ParallelTempering())


def test_rows_in_the_order_of_their_classes_are_no_divergence() -> None:
    rows = torch.cat([torch.zeros(1000, 9), torch.ones(1000, 9)])
    start = starting_machine(rows, BernoulliUnits(), BernoulliUnits(), 4, seed=0)
    assert not train_machine(start, rows, BoltzmannPlan(epochs=2, rate=0.01))[1].notes
