"""Every method × problems with known minima; members together equal members alone."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from pishro import optim
from pishro.errors import SettingError
from pishro.optim import Method, Reason, Stop

Function = Callable[[Tensor], Tensor]


def rosenbrock(x: Tensor) -> Tensor:
    return torch.stack([10 * (x[1] - x[0] ** 2), 1 - x[0]])


def beale(x: Tensor) -> Tensor:
    return torch.stack([c - x[0] * (1 - x[1] ** k) for k, c in ((1, 1.5), (2, 2.25), (3, 2.625))])


def powell(x: Tensor) -> Tensor:
    a, b, c, d = x
    return torch.stack([a + 10 * b, math.sqrt(5) * (c - d), (b - 2 * c) ** 2, math.sqrt(10) * (a - d) ** 2])


def quadratic(x: Tensor) -> Tensor:
    return torch.arange(1, 6, dtype=x.dtype).sqrt() * (x - 1) + 0.1 * (x.sum() - 5)


def helical(x: Tensor) -> Tensor:
    angle = torch.atan2(x[1], x[0]) / (2 * math.pi)
    return torch.stack([10 * (x[2] - 10 * angle), 10 * (torch.hypot(x[0], x[1]) - 1), x[2]])


# residuals, start, minimizer (None where the minimum is so flat that only f is compared)
PROBLEMS: dict[str, tuple[Function, list[float], list[float] | None]] = {
    "rosenbrock": (rosenbrock, [-1.2, 1.0], [1.0, 1.0]),
    "beale": (beale, [1.0, 1.0], [3.0, 0.5]),
    "powell singular": (powell, [3.0, -1.0, 0.0, 1.0], None),
    "quadratic": (quadratic, [0.0, 2.0, -3.0, 4.0, 0.5], [1.0] * 5),
    "helical valley": (helical, [-1.0, 0.1, 0.1], [1.0, 0.0, 0.0]),
}

SMOOTH: dict[str, Method] = {
    "conjugate gradient, Polak-Ribière": optim.ConjugateGradient(),
    "conjugate gradient, Hager-Zhang": optim.ConjugateGradient("hager-zhang"),
    "conjugate gradient, exact search": optim.ConjugateGradient(search=optim.ExactLineSearch()),
    "scaled conjugate gradient": optim.ScaledConjugateGradient(),
    "BFGS": optim.BFGS(),
    "BFGS, Armijo": optim.BFGS(search=optim.ArmijoSearch()),
    "BFGS, exact search": optim.BFGS(search=optim.ExactLineSearch()),
    "L-BFGS": optim.LBFGS(),
    "L-BFGS, one pair": optim.LBFGS(history=1),
    "Newton": optim.Newton(),
    "Newton, Armijo": optim.Newton(search=optim.ArmijoSearch()),
    "damped Newton": optim.DampedNewton(),
    "trust region, exact": optim.TrustRegion(),
    "trust region, dogleg": optim.TrustRegion(optim.Dogleg()),
    "trust region, Steihaug": optim.TrustRegion(optim.Steihaug()),
    # assemblies without a name of their own, to show that parts mix
    "BFGS in a dogleg region": Method("x", optim.BFGSCurvature(), optim.Dogleg(), optim.GainRatio()),
    "BFGS by Steihaug": Method("x", optim.BFGSCurvature(), optim.Steihaug(), optim.GainRatio()),
}
LEAST_SQUARES: dict[str, Method] = {
    "Gauss-Newton": optim.GaussNewton(),
    "Levenberg-Marquardt": optim.LevenbergMarquardt(),
    "Levenberg-Marquardt, scaled": optim.LevenbergMarquardt(marquardt=True),
    "Hessian-free": optim.HessianFree(),
    "Gauss-Newton in a dogleg region": Method("x", optim.GaussNewtonCurvature(), optim.Dogleg(), optim.GainRatio()),
    "Gauss-Newton by Steihaug": Method("x", optim.GaussNewtonCurvature(), optim.Steihaug(), optim.GainRatio()),
}


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("method", SMOOTH)
def test_reaches_the_minimum(method: str, problem: str) -> None:
    residual, start, minimizer = PROBLEMS[problem]
    result = optim.minimize(lambda x: residual(x).square().sum(), start, SMOOTH[method], stop=Stop(iterations=3000))
    assert result.value < 1e-9, result.reason.sentence
    if minimizer is not None:
        assert result.x.tolist() == pytest.approx(minimizer, abs=1e-4)


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("method", LEAST_SQUARES)
def test_reaches_the_least_squares(method: str, problem: str) -> None:
    residual, start, minimizer = PROBLEMS[problem]
    result = optim.least_squares(residual, start, LEAST_SQUARES[method], stop=Stop(gradient=1e-9, iterations=2000))
    assert result.value < 1e-9, result.reason.sentence
    if minimizer is not None:
        assert result.x.tolist() == pytest.approx(minimizer, abs=1e-4)


@pytest.mark.parametrize("name", ["gradient-descent", "rprop"])
def test_first_order_methods_reach_a_quadratic_s_minimum(name: str) -> None:
    result = optim.minimize(lambda x: quadratic(x).square().sum(), [0.0, 2.0, -3.0, 4.0, 0.5], name)
    assert result.value < 1e-12


@pytest.mark.parametrize("method", {**SMOOTH, "gradient descent": optim.GradientDescent(), "rprop": optim.RProp()})
def test_members_do_not_disturb_each_other(method: str) -> None:
    assembly = {**SMOOTH, "gradient descent": optim.GradientDescent(), "rprop": optim.RProp()}[method]
    starts = torch.tensor([[-1.2, 1.0], [1.0, 1.0], [3.0, -4.0], [0.0, 0.2]], dtype=torch.float64)
    stop = Stop(iterations=12, gradient=1e-3)  # members stop at different times

    def f(x: Tensor) -> Tensor:
        return rosenbrock(x).square().sum()

    together = optim.minimize(f, starts, assembly, stop=stop)
    for member, start in zip(together, starts, strict=True):
        alone = optim.minimize(f, start, assembly, stop=stop)
        torch.testing.assert_close(member.x, alone.x, rtol=1e-6, atol=1e-8)
        assert (member.reason, member.iterations, member.evaluations) == (
            alone.reason,
            alone.iterations,
            alone.evaluations,
        )
        assert member.history.value == pytest.approx(alone.history.value, rel=1e-6, abs=1e-12)


def test_a_function_that_cannot_be_batched_is_looped_over() -> None:
    def branching(x: Tensor) -> Tensor:
        return (x**2).sum() if float(x[0].detach()) > 0 else (x**2).sum() * 2

    starts = torch.tensor([[1.0, 2.0], [-1.0, 3.0]], dtype=torch.float64)
    assert optim.minimize(branching, starts).value.tolist() == pytest.approx([0.0, 0.0], abs=1e-12)


@pytest.mark.parametrize("method", [*SMOOTH.values(), *LEAST_SQUARES.values()], ids=[*SMOOTH, *LEAST_SQUARES])
def test_continuing_equals_one_run(method: Method) -> None:
    problem = optim.ResidualProblem(rosenbrock)
    start = torch.tensor([[-1.2, 1.0], [2.0, 1.0]], dtype=torch.float64)
    once = optim.optimize(problem, start, method, Stop(iterations=6))
    first = optim.optimize(problem, start, method, Stop(iterations=2))
    second = optim.optimize(problem, first.state, method, Stop(iterations=4))
    torch.testing.assert_close(once.x, second.x, rtol=1e-9, atol=1e-12)


def test_newton_in_a_region_leaves_a_saddle() -> None:
    def f(x: Tensor) -> Tensor:  # a saddle at 0, minima at (0, ±1)
        return x[0] ** 2 - x[1] ** 2 / 2 + x[1] ** 4 / 4

    start = torch.tensor([1.0, 0.0], dtype=torch.float64)
    assert optim.minimize(f, start, "newton").x.abs().tolist() == pytest.approx([0.0, 0.0], abs=1e-8)
    left = optim.minimize(f, start, "trust-region")
    assert left.x.abs().tolist() == pytest.approx([0.0, 1.0], abs=1e-8)


def test_the_damping_leads_from_gradient_descent_to_newton() -> None:
    # Far from the minimum of a curved valley λ is large, near it λ vanishes and the steps become Gauss-Newton's.
    result = optim.least_squares(rosenbrock, [-1.2, 1.0], stop=Stop(gradient=1e-12))
    damping = result.history.damping
    assert damping[-1] < 1e-3 * max(damping)
    assert len(damping) == result.iterations + 1


@pytest.mark.parametrize(
    ("curvature", "path", "search", "missing"),
    [
        (optim.LBFGSCurvature(), optim.Ray(), optim.ArmijoSearch(), "sᵀy > 0"),
        (optim.ConjugateCurvature(), optim.Ray(), optim.ArmijoSearch(), "sᵀy > 0"),
        (optim.LBFGSCurvature(), optim.Damped(), optim.StrongWolfe(), "DampedSteps|\\(B \\+ λD\\)"),
        (optim.GaussNewtonCurvature(), optim.Damped(), optim.StrongWolfe(), "straight path"),
        (optim.HessianCurvature(), optim.Ray(), optim.StrongWolfe(), "solutions of B d = g"),
        (optim.HessianProducts(), optim.ExactRegion(), optim.GainRatio(), "written out"),
        (optim.Identity(), optim.Dogleg(), optim.GainRatio(), "products"),
    ],
)
def test_an_assembly_that_cannot_work_is_refused_when_built(curvature, path, search, missing) -> None:
    with pytest.raises(SettingError, match=missing):
        Method("wrong", curvature, path, search)


def test_a_method_is_refused_where_the_problem_lacks_a_derivative() -> None:
    with pytest.raises(SettingError, match=r"levenberg-marquardt needs a Gauss-Newton matrix.*least_squares"):
        optim.minimize(lambda x: x.square().sum(), [1.0], "levenberg-marquardt")


def test_names() -> None:
    with pytest.raises(SettingError, match="'lbfgs'"):
        optim.minimize(lambda x: x.square().sum(), [1.0], "lbgfs")
    with pytest.raises(SettingError, match="received 3"):
        optim.minimize(lambda x: x.square().sum(), [1.0], 3)
    assert optim.minimize(lambda x: x.square().sum(), [1.0], "L-BFGS").reason is Reason.GRADIENT
