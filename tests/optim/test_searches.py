"""Each search's conditions hold at every accepted step; the reference case of steepest descent with an exact search."""

import math

import pytest
import scipy.optimize
import torch
from torch import Tensor

from pishro import optim
from pishro.errors import SettingError
from pishro.optim import Stop


def rosenbrock(x: Tensor) -> Tensor:
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


def steps(method: optim.Method) -> list[tuple[Tensor, Tensor]]:
    """Pairs of consecutive points."""
    points = optim.minimize(rosenbrock, [-1.2, 1.0], method, stop=Stop(iterations=30, gradient=1e-5)).history.x
    return list(zip(points[:-1], points[1:], strict=True))


gradient = torch.func.grad(rosenbrock)


@pytest.mark.parametrize("c2", [0.9, 0.5, 0.1])
@pytest.mark.parametrize("assemble", [optim.BFGS, optim.LBFGS, optim.ConjugateGradient, optim.GradientDescent])
def test_strong_wolfe(assemble, c2: float) -> None:
    search = optim.StrongWolfe(decrease=1e-3, curvature=c2)
    for x, y in steps(assemble(search=search)):
        slope, after = gradient(x) @ (y - x), gradient(y) @ (y - x)
        assert rosenbrock(y) <= rosenbrock(x) + 1e-3 * slope + 1e-15
        assert abs(after) <= c2 * abs(slope) * (1 + 1e-9)


def test_armijo() -> None:
    for x, y in steps(optim.GradientDescent(search=optim.ArmijoSearch(decrease=0.1))):
        assert rosenbrock(y) <= rosenbrock(x) + 0.1 * gradient(x) @ (y - x) + 1e-15


def test_exact_search_agrees_with_scipy() -> None:
    x, y = steps(optim.GradientDescent(search=optim.ExactLineSearch()))[0]
    direction = -gradient(x)
    expected = scipy.optimize.minimize_scalar(lambda s: float(rosenbrock(x + s * direction)), bracket=(0, 1e-3)).x
    assert float((y - x).norm() / direction.norm()) == pytest.approx(expected, rel=1e-6)


def test_reference_case_of_steepest_descent() -> None:
    def f(x: Tensor) -> Tensor:
        return (x[0] - 4) ** 4 + (x[1] - 3) ** 2 + 4 * (x[2] + 5) ** 4

    x0 = torch.tensor([4.0, 2.0, -1.0], dtype=torch.float64)
    assert torch.func.grad(f)(x0).tolist() == [0.0, -2.0, 1024.0]
    exact = optim.GradientDescent(search=optim.ExactLineSearch())
    result = optim.minimize(f, x0, exact, stop=Stop(iterations=1))
    assert result.history.scale[1] == pytest.approx(3.967e-3, abs=5e-7)
    assert result.x.tolist() == pytest.approx([4.0, 2.008, -5.062], abs=5e-4)


def test_fixed_rate_and_schedule_are_the_recursion_itself() -> None:
    def f(x: Tensor) -> Tensor:
        return (x**2).sum()

    fixed = optim.minimize(f, [1.0, -2.0], optim.GradientDescent(0.1), stop=Stop(iterations=5))
    assert fixed.x.tolist() == pytest.approx([0.8**5, -2 * 0.8**5])
    falling = optim.GradientDescent(lambda t: 0.1 / (t + 1))
    scheduled = optim.minimize(f, [1.0], falling, stop=Stop(iterations=3))
    assert scheduled.x.item() == pytest.approx(math.prod(1 - 0.2 / (t + 1) for t in range(3)))


def test_too_high_a_rate_diverges_and_says_so() -> None:
    result = optim.minimize(lambda x: (x**4).sum(), [3.0], optim.GradientDescent(1.0))
    assert result.reason is optim.Reason.DIVERGED
    assert math.isfinite(result.value)


def test_rprop_equals_torch_s() -> None:
    start = torch.tensor([-1.2, 1.0], dtype=torch.float64)
    theta = start.clone().requires_grad_()
    peer = torch.optim.Rprop([theta], lr=0.1, etas=(0.5, 1.2), step_sizes=(1e-9, 50.0))
    for _ in range(25):
        peer.zero_grad()
        rosenbrock(theta).backward()
        peer.step()
    ours = optim.minimize(rosenbrock, start, "rprop", stop=Stop(iterations=25, step=0.0))
    # torch grows the step before its first use
    theirs = optim.minimize(rosenbrock, start, optim.RProp(first=0.1), stop=Stop(iterations=25, step=0.0))
    torch.testing.assert_close(ours.x, theirs.x)
    torch.testing.assert_close(theirs.x, theta.detach(), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    "build",
    [
        lambda: optim.StrongWolfe(decrease=0.9, curvature=0.1),
        lambda: optim.ArmijoSearch(decrease=0.0),
        lambda: optim.FixedRate(-1.0),
        lambda: optim.GradientDescent(0.1, search=optim.StrongWolfe()),
        lambda: optim.LBFGS(history=0),
        lambda: optim.ConjugateGradient("fletcher"),
    ],
)
def test_settings_that_cannot_work_are_refused(build) -> None:
    with pytest.raises(SettingError):
        build()
