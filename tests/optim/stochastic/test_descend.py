"""The loop of the stochastic rules."""

import pytest
import torch
from torch import Tensor

from pishro.errors import SettingError, ShapeError
from pishro.optim import (
    SGD,
    Adam,
    NesterovLookAhead,
    Progress,
    Reason,
    Scheduled,
    Stop,
    UniformAverage,
    autograd_source,
    descend,
)

DOUBLE = torch.float64


def rosenbrock(x: Tensor) -> Tensor:
    return 100 * (x[..., 1] - x[..., 0] ** 2) ** 2 + (1 - x[..., 0]) ** 2


def bowl(x: Tensor) -> Tensor:
    return x.square().sum(-1) / 2


def test_adam_descends_rosenbrock_from_several_points_at_once() -> None:
    starts = torch.tensor([[-1.2, 1.0], [0.5, 2.0], [1.0, 1.0]], dtype=DOUBLE)
    found = descend(autograd_source(rosenbrock), starts, Adam(0.02), Stop(gradient=1e-6, iterations=20_000))
    torch.testing.assert_close(found.x, torch.ones(3, 2, dtype=DOUBLE), rtol=0, atol=1e-4)
    assert found.reasons == (Reason.GRADIENT,) * 3
    assert found.iterations[2] < found.iterations[0]
    assert torch.equal(starts[0], torch.tensor([-1.2, 1.0], dtype=DOUBLE))


def test_a_member_that_stops_keeps_its_point_while_others_go_on() -> None:
    starts = torch.tensor([[-1.2, 1.0], [1.1, 1.1]], dtype=DOUBLE)
    stop, source = Stop(gradient=1e-3, iterations=5000), autograd_source(rosenbrock)
    together = descend(source, starts, Adam(0.02), stop, interval=10)
    for k in range(2):
        alone = descend(source, starts[k], Adam(0.02), stop, interval=10)
        torch.testing.assert_close(together.x[k], alone.x, rtol=1e-10, atol=1e-12)
        assert alone.iterations.item() == together.iterations[k]


def test_mini_batches_and_averaging_reach_the_least_squares_line() -> None:
    generator = torch.Generator().manual_seed(1)
    X = torch.randn(400, 3, generator=generator, dtype=DOUBLE)
    y = X @ torch.tensor([1.0, -2.0, 0.5], dtype=DOUBLE) + torch.randn(400, generator=generator, dtype=DOUBLE)

    def source(theta: Tensor) -> tuple[Tensor, Tensor]:
        rows = torch.randint(400, (20,), generator=generator)
        r = X[rows] @ theta - y[rows]
        return r.square().mean() / 2, X[rows].mT @ r / 20

    rule = UniformAverage(SGD(0.1), begin=500)
    found = descend(source, torch.zeros(3, dtype=DOUBLE), rule, Stop(iterations=4000))
    exact = torch.linalg.lstsq(X, y).solution
    assert (found.x - exact).norm() < 0.03
    assert found.reason is Reason.ITERATIONS and found.evaluations == 4000 == found.history[-1].step


@pytest.mark.parametrize(
    ("stop", "reason"),
    [
        (Stop(iterations=0), Reason.ITERATIONS),
        (Stop(iterations=7), Reason.ITERATIONS),
        (Stop(seconds=0.0), Reason.SECONDS),
        (Stop(goal=0.1), Reason.GOAL),
        (Stop(change=0.5), Reason.CHANGE),
        (Stop(gradient=1e-3), Reason.GRADIENT),
        (Stop(gradient=0.0, step=1e-6), Reason.STEP),
    ],
)
def test_reasons(stop: Stop, reason: Reason) -> None:
    found = descend(autograd_source(bowl), torch.ones(2, dtype=DOUBLE), SGD(0.1), stop, interval=5)
    assert found.reason is reason
    assert found.reason.sentence


def test_divergence_hands_back_the_last_finite_point() -> None:
    starts = torch.tensor([[1.0], [0.1]], dtype=DOUBLE)
    found = descend(autograd_source(lambda x: x[..., 0] ** 4), starts, SGD(5.0), Stop(gradient=0.0, iterations=60))
    assert found.reasons[0] is Reason.DIVERGED
    assert torch.isfinite(found.x).all() and found.x[0].item() == 1.0


def test_a_callback_sees_every_look_and_may_end_the_run() -> None:
    seen: list[Progress] = []

    def callback(progress: Progress) -> Reason | None:
        seen.append(progress)
        return Reason.EVIDENCE if len(seen) == 3 else None

    found = descend(autograd_source(bowl), torch.ones(2), SGD(0.01), callback=callback, interval=4)
    assert [p.step for p in seen] == [4, 8, 12]
    assert found.reason is Reason.EVIDENCE and [p.step for p in found.history] == [0, 4, 8, 12]
    assert found.history[0].x is not None and not torch.equal(found.history[0].x, found.x)


def test_an_interrupt_keeps_what_was_reached() -> None:
    calls = 0

    def source(theta: Tensor) -> tuple[Tensor, Tensor]:
        nonlocal calls
        calls += 1
        if calls == 8:
            raise KeyboardInterrupt
        return bowl(theta), theta.clone()

    found = descend(source, torch.ones(1, dtype=DOUBLE), SGD(0.1))
    assert found.reason is Reason.INTERRUPTED and found.iterations.item() == 7
    assert found.x.item() == pytest.approx(0.9**7)


def test_continuing_equals_one_run() -> None:
    source, start = autograd_source(rosenbrock), torch.tensor([-1.2, 1.0], dtype=DOUBLE)
    rule = Scheduled(Adam(0.01), lambda step: 1 / (1 + step / 10))
    once = descend(source, start, rule, Stop(iterations=30))
    first = descend(source, start, rule, Stop(iterations=12))
    second = descend(source, first.theta, rule, Stop(iterations=18), state=first.state)
    assert torch.equal(once.x, second.x)


def test_the_gradient_is_taken_where_the_rule_wants_it() -> None:
    places: list[Tensor] = []

    def source(theta: Tensor) -> tuple[Tensor, Tensor]:
        places.append(theta.clone())
        return bowl(theta), theta.clone()

    descend(source, torch.ones(1, dtype=DOUBLE), NesterovLookAhead(0.1, 0.5), Stop(iterations=2))
    assert places[1].item() == pytest.approx(0.9 + 0.5 * -0.1)


def test_refuses_what_cannot_work() -> None:
    with pytest.raises(ShapeError, match="theta"):
        descend(autograd_source(bowl), torch.ones(2, 2, 2), SGD())
    with pytest.raises(ShapeError, match="gradient"):
        descend(lambda x: (x.sum(), x[:1]), torch.ones(2), SGD())
    with pytest.raises(SettingError, match="interval"):
        descend(autograd_source(bowl), torch.ones(2), SGD(), interval=0)


@pytest.mark.gpu
def test_runs_where_theta_lives() -> None:
    start = torch.tensor([[-1.2, 1.0], [0.5, 2.0]], device="cuda")
    found = descend(autograd_source(rosenbrock), start, Adam(0.02), Stop(gradient=1e-3, iterations=5000))
    assert found.x.device == start.device
    torch.testing.assert_close(found.x, torch.ones_like(start), rtol=0, atol=0.05)
