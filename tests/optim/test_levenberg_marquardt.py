"""The loop and Levenberg-Marquardt on problems with known answers."""

import dataclasses
import math

import pytest
import scipy.optimize
import torch
from torch import Tensor

from pishro.operators import DenseOperator
from pishro.optim import GaussNewtonPoint, Iteration, LevenbergMarquardt, Need, Reason, State, Stop, optimize


@dataclasses.dataclass(frozen=True)
class Residuals:
    """f = ½‖r(x)‖² of a residual function; derivatives by autograd."""

    function: object
    count: int = 0

    @property
    def offers(self) -> Need:
        return Need.GRADIENT | Need.GAUSS_NEWTON

    def residual(self, x: Tensor) -> Tensor:
        return self.function(x)

    def value(self, x: Tensor) -> Tensor:
        return torch.stack([self.residual(row).square().sum() / 2 for row in x])

    def at(self, x: Tensor, needs: Need = Need.GAUSS_NEWTON) -> GaussNewtonPoint:
        jacobian = torch.stack([torch.autograd.functional.jacobian(self.residual, row) for row in x])
        r = torch.stack([self.residual(row) for row in x])
        gradient = (jacobian.mT @ r.unsqueeze(-1)).squeeze(-1)
        return GaussNewtonPoint(x, r.square().sum(-1) / 2, gradient, DenseOperator(jacobian.mT @ jacobian))

    def select(self, index: Tensor) -> "Residuals":
        return self


def rosenbrock(x: Tensor) -> Tensor:
    return torch.stack([10 * (x[1] - x[0] ** 2), 1 - x[0]])


def powell_singular(x: Tensor) -> Tensor:
    a, b, c, d = x
    return torch.stack([a + 10 * b, math.sqrt(5) * (c - d), (b - 2 * c) ** 2, math.sqrt(10) * (a - d) ** 2])


@pytest.mark.parametrize("marquardt", [False, True])
def test_rosenbrock_from_several_starts(marquardt: bool) -> None:
    starts = torch.tensor([[-1.2, 1.0], [3.0, -4.0], [1.0, 1.0]], dtype=torch.float64)
    result = optimize(Residuals(rosenbrock), starts, LevenbergMarquardt(marquardt=marquardt), Stop(gradient=1e-10))
    torch.testing.assert_close(result.x, torch.ones(3, 2, dtype=torch.float64))
    assert set(result.reasons) == {Reason.GRADIENT}
    assert result.iterations[2] == 0  # it started at the solution


def test_powell_singular_reaches_zero() -> None:
    start = torch.tensor([[3.0, -1.0, 0.0, 1.0]], dtype=torch.float64)
    result = optimize(Residuals(powell_singular), start, LevenbergMarquardt(), Stop(gradient=1e-12, step=0.0))
    assert result.value.item() < 1e-14


def test_equals_scipy_on_an_exponential_fit() -> None:
    t = torch.linspace(0, 4, 40, dtype=torch.float64)
    y = 2 * torch.exp(-1.3 * t) + 0.05 * torch.cos(40 * t)

    def residual(x: Tensor) -> Tensor:
        return x[0] * torch.exp(-x[1] * t) - y

    got = optimize(
        Residuals(residual), torch.ones(1, 2, dtype=torch.float64), LevenbergMarquardt(), Stop(gradient=1e-11)
    )
    expected = scipy.optimize.least_squares(lambda x: residual(torch.tensor(x)).numpy(), [1.0, 1.0], xtol=1e-14)
    assert got.x[0].tolist() == pytest.approx(expected.x.tolist(), rel=1e-6)


def test_members_do_not_disturb_each_other() -> None:
    starts = torch.tensor([[-1.2, 1.0], [3.0, -4.0]], dtype=torch.float64)
    stop = Stop(iterations=7)
    together = optimize(Residuals(rosenbrock), starts, LevenbergMarquardt(), stop)
    for k in range(2):
        alone = optimize(Residuals(rosenbrock), starts[k : k + 1], LevenbergMarquardt(), stop)
        torch.testing.assert_close(alone.x[0], together.x[k], rtol=1e-12, atol=1e-12)


def test_continuing_equals_one_run() -> None:
    start = torch.tensor([[-1.2, 1.0]], dtype=torch.float64)
    method, problem = LevenbergMarquardt(), Residuals(rosenbrock)
    once = optimize(problem, start, method, Stop(iterations=8))
    first = optimize(problem, start, method, Stop(iterations=3))
    second = optimize(problem, first.state, method, Stop(iterations=5))
    assert torch.equal(once.x, second.x)


def test_callback_sees_a_falling_cost_and_may_be_counted() -> None:
    seen: list[Iteration] = []
    start = torch.tensor([[-1.2, 1.0]], dtype=torch.float64)
    result = optimize(Residuals(rosenbrock), start, LevenbergMarquardt(), Stop(), seen.append)
    values = [float(s.value) for s in seen]
    assert values == sorted(values, reverse=True)
    assert len(seen) == int(result.iterations)


def test_reasons() -> None:
    start = torch.tensor([[-1.2, 1.0]], dtype=torch.float64)
    method, problem = LevenbergMarquardt(), Residuals(rosenbrock)
    assert optimize(problem, start, method, Stop(iterations=0)).reasons == (Reason.ITERATIONS,)
    assert optimize(problem, start, method, Stop(seconds=0)).reasons == (Reason.SECONDS,)
    assert optimize(problem, start, method, Stop(goal=1.0)).reasons == (Reason.GOAL,)
    assert optimize(problem, start, method, Stop(change=0.5)).reasons == (Reason.CHANGE,)
    assert optimize(problem, start * float("nan"), method, Stop()).reasons == (Reason.NOT_FINITE,)


def test_backs_off_from_infinity() -> None:
    # √x is NaN below zero: a Gauss-Newton step from 4 towards the goal 0.01 overshoots to a negative x.
    problem = Residuals(lambda x: x.sqrt() - 0.1)
    result = optimize(problem, torch.full((1, 1), 4.0, dtype=torch.float64), LevenbergMarquardt(), Stop())
    assert result.x.item() == pytest.approx(0.01, rel=1e-6)


def test_state_is_the_loop_s_memory() -> None:
    problem = Residuals(rosenbrock)
    state = State.start(problem, torch.tensor([[-1.2, 1.0]], dtype=torch.float64), LevenbergMarquardt())
    assert state.paces[0].scale > 0
