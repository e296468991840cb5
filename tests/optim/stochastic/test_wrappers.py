"""Schedules against torch's schedulers, clipping and averaging against their definitions."""

from typing import Any

import pytest
import torch
from torch.optim import lr_scheduler

from pishro.optim import (
    SGD,
    Accumulated,
    Adam,
    ClippedNorm,
    ClippedValue,
    Constant,
    Cosine,
    ExponentialAverage,
    FromTorch,
    OneCycle,
    Schedule,
    Scheduled,
    StepDecay,
    UniformAverage,
    WarmUp,
)


def torch_factors(make: Any, steps: int, **settings: Any) -> list[float]:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = make(optimizer, **settings)
    factors = []
    for _ in range(steps):
        factors.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        scheduler.step()
    return factors


ONE_CYCLE = {"max_lr": 1.0, "total_steps": 40, "cycle_momentum": False}


@pytest.mark.parametrize(
    ("ours", "theirs", "settings", "steps"),
    [
        (Constant(0.5), lr_scheduler.ConstantLR, {"factor": 0.5, "total_iters": 99}, 20),
        (StepDecay(4, 0.3), lr_scheduler.StepLR, {"step_size": 4, "gamma": 0.3}, 20),
        (Cosine(20, 0.1), lr_scheduler.CosineAnnealingLR, {"T_max": 20, "eta_min": 0.1}, 20),
        (OneCycle(40), lr_scheduler.OneCycleLR, ONE_CYCLE, 40),
        (OneCycle(40, rise=0.5), lr_scheduler.OneCycleLR, ONE_CYCLE | {"pct_start": 0.5}, 40),
        (WarmUp(5), lr_scheduler.LinearLR, {"start_factor": 0.2, "total_iters": 4}, 20),
    ],
)
def test_schedules_equal_torch(ours: Schedule, theirs: Any, settings: dict[str, Any], steps: int) -> None:
    expected = torch_factors(theirs, steps, **settings)
    assert [ours(step) for step in range(steps)] == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(
    "schedule", [StepDecay(4), Cosine(20), OneCycle(20), OneCycle(2), WarmUp(5), WarmUp(3, Cosine(9))]
)
def test_schedules_stay_between_0_and_1_forever(schedule: Schedule) -> None:
    assert all(0 <= schedule(step) <= 1 for step in range(60))


def test_schedules_multiply_and_reach_a_torch_optimizer() -> None:
    inner = Scheduled(FromTorch(torch.optim.SGD, lr=0.1), lambda step: 0.5)
    rule = ClippedValue(Scheduled(inner, lambda step: 1 / (step + 1)), 10.0)
    theta = torch.zeros(1)
    state = rule.start(theta)
    for _ in range(2):
        rule.update(torch.ones(1), state, theta)
    assert theta.item() == pytest.approx(-0.1 * 0.5 * (1 + 1 / 2))


def test_the_norm_is_clipped_member_by_member_and_short_gradients_pass() -> None:
    rule, theta = ClippedNorm(SGD(1.0), 2.0), torch.zeros(3, 2)
    rule.update(torch.tensor([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]]), rule.start(theta), theta)
    torch.testing.assert_close(theta, torch.tensor([[-1.2, -1.6], [-0.3, -0.4], [0.0, 0.0]]))


def test_accumulated_gradients_make_the_step_of_their_mean() -> None:
    slopes = [torch.randn(2, 5, dtype=torch.float64) for _ in range(7)]
    rule, theta = Accumulated(ClippedNorm(Adam(0.1), 0.5), 3), torch.zeros(2, 5, dtype=torch.float64)
    plain, expected = ClippedNorm(Adam(0.1), 0.5), torch.zeros(2, 5, dtype=torch.float64)
    state, other = rule.start(theta), plain.start(expected)
    for slope in slopes[:4]:
        rule.update(slope, state, theta)
    later = rule.start(theta)
    later.unpack({k: v.clone() if isinstance(v, torch.Tensor) else v for k, v in state.pack().items()})
    for slope in slopes[4:]:  # the fourth, which waits, is not lost
        rule.update(slope, later, theta)
    for k in (0, 3):
        plain.update(torch.stack(slopes[k : k + 3]).mean(0), other, expected)
    torch.testing.assert_close(theta, expected, rtol=1e-14, atol=0)


def test_uniform_average_is_the_mean_of_the_later_points() -> None:
    rule, theta, seen = UniformAverage(SGD(1.0), begin=3, every=2), torch.zeros(2), []
    state = rule.start(theta)
    assert torch.equal(rule.answer(state, theta), theta)
    for k in range(9):
        rule.update(torch.tensor([1.0, float(k)]), state, theta)
        seen.append(theta.clone())
    torch.testing.assert_close(rule.answer(state, theta), torch.stack(seen[4::2]).mean(0))


def test_exponential_average_forgets_the_start() -> None:
    rule, theta, seen = ExponentialAverage(SGD(1.0), decay=0.75), torch.full((1,), 100.0), []
    state = rule.start(theta)
    for _ in range(6):
        rule.update(torch.tensor([1.0]), state, theta)
        seen.append(theta.clone())
    mean = torch.stack(seen[:4]).mean(0)
    for point in seen[4:]:
        mean = 0.75 * mean + 0.25 * point
    torch.testing.assert_close(rule.answer(state, theta), mean)


def test_averaging_settles_where_a_fixed_rate_wanders() -> None:
    generator = torch.Generator().manual_seed(0)
    rule, theta = UniformAverage(SGD(0.5), begin=100), torch.zeros(50, dtype=torch.float64)
    state = rule.start(theta)
    for _ in range(2000):
        rule.update(theta - 1 + torch.randn(50, generator=generator, dtype=torch.float64), state, theta)
    assert (rule.answer(state, theta) - 1).norm() < (theta - 1).norm() / 5
