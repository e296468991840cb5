"""Every result carries a verdict, judged when asked for; saddles are left when asked to."""

import math

import pytest
import torch
from torch import Tensor

from pishro import optim
from pishro.optim import FunctionProblem, Kind, Stop

DOUBLE = torch.float64


def rosenbrock(x: Tensor) -> Tensor:
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


def two_valleys(x: Tensor) -> Tensor:
    """A saddle at 0, minima at (0, ±1/√2)."""
    return x[0] ** 2 - x[1] ** 2 + x[1] ** 4


@pytest.mark.parametrize("method", ["bfgs", "lbfgs", "newton", "trust-region", "gradient-descent"])
def test_a_minimum(method: str) -> None:
    verdict = optim.minimize(rosenbrock, [0.9, 0.8], method).verdict
    assert verdict.kind is Kind.STRICT_MINIMUM
    expected = torch.linalg.eigvalsh(torch.func.hessian(rosenbrock)(torch.ones(2, dtype=DOUBLE)))
    assert verdict.eigenvalues.tolist() == pytest.approx(expected.tolist(), rel=1e-4)


def test_judged_once_and_only_when_asked() -> None:
    calls = []

    def counted(x: Tensor) -> Tensor:
        calls.append(1)
        return rosenbrock(x)

    result = optim.minimize(counted, [-1.2, 1.0])
    assert len(calls) == result.evaluations
    assert result.verdict is result.verdict and len(calls) > result.evaluations


def test_a_given_gradient_that_autograd_cannot_follow() -> None:
    def gradient(x: Tensor) -> Tensor:
        a, b = x.tolist()
        return torch.tensor([-400 * a * (b - a * a) - 2 * (1 - a), 200 * (b - a * a)], dtype=x.dtype)

    verdict = optim.minimize(rosenbrock, [-1.2, 1.0], gradient=gradient).verdict
    assert verdict.kind is Kind.STRICT_MINIMUM and float(verdict.eigenvalues[-1]) == pytest.approx(1001.6, rel=1e-4)


def test_residuals_and_members() -> None:
    fit = optim.least_squares(lambda x: torch.stack([10 * (x[1] - x[0] ** 2), 1 - x[0]]), [[-1.2, 1.0], [2.0, 2.0]])
    assert [one.verdict.kind for one in fit] == [Kind.STRICT_MINIMUM] * 2


def test_stopped_early_flat_and_large() -> None:
    assert optim.minimize(rosenbrock, [-1.2, 1.0], stop=Stop(iterations=2)).verdict.kind is Kind.NOT_STATIONARY
    assert optim.minimize(lambda x: x[0] ** 4 + x[1] ** 2, [1.0, 1.0]).verdict.kind is Kind.INCONCLUSIVE
    large = optim.minimize(lambda x: (x**2 + x**4).sum(), torch.ones(400, dtype=DOUBLE), "lbfgs").verdict
    assert large.kind is Kind.STRICT_MINIMUM and not large.complete


@pytest.mark.parametrize("method", ["bfgs", "newton", "gradient-descent"])
def test_saddles_are_left_when_asked(method: str) -> None:
    start = torch.tensor([1.0, 0.0], dtype=DOUBLE)
    stuck = optim.minimize(two_valleys, start, method)
    assert stuck.x.tolist() == pytest.approx([0.0, 0.0], abs=1e-8) and stuck.verdict.kind is Kind.SADDLE
    left = optim.minimize(two_valleys, start, method, escape_saddles=True)
    assert left.x.abs().tolist() == pytest.approx([0.0, math.sqrt(0.5)], abs=1e-7)
    assert left.verdict.kind is Kind.STRICT_MINIMUM
    assert left.iterations > stuck.iterations and left.evaluations > stuck.evaluations
    assert len(left.history.value) == len(left.history.x) == left.iterations + 1
    assert left.history.value[: len(stuck.history.value)] == stuck.history.value


def test_only_members_on_saddles_are_moved() -> None:
    starts = torch.tensor([[1.0, 0.0], [1.0, 0.5], [0.0, 0.0]], dtype=DOUBLE)
    plain = optim.minimize(two_valleys, starts)
    left = optim.minimize(two_valleys, starts, escape_saddles=True)
    assert [r.verdict.kind for r in left] == [Kind.STRICT_MINIMUM] * 3
    assert torch.equal(left.x[1], plain.x[1]) and left.iterations[1] == plain.iterations[1]


def test_second_derivatives_can_be_given() -> None:
    problem = FunctionProblem(rosenbrock, torch.func.grad(rosenbrock), torch.func.hessian(rosenbrock))
    assert optim.minimize(problem, [-1.2, 1.0], "newton").verdict.kind is Kind.STRICT_MINIMUM
