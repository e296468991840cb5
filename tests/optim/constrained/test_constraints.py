"""General constraints: multipliers of closed forms, certificates, members at once, every method inside."""

import math

import pytest
import scipy.optimize
import torch
from torch import Tensor

from pishro import optim
from pishro.optim import Box, Equality, Inequality, Kind, Reason, Stop

DOUBLE = torch.float64


def rosenbrock(x: Tensor) -> Tensor:
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


def test_an_equality_s_multiplier() -> None:
    # the nearest point of a plane to the origin: x = a b/‖a‖², and ∇f + λa = 2x + λa = 0
    a = torch.tensor([1.0, 2.0, -2.0], dtype=DOUBLE)
    result = optim.minimize(lambda x: x @ x, [1.0, 1.0, 5.0], constraints=Equality(lambda x: a @ x - 3))
    assert result.x.tolist() == pytest.approx((a / 3).tolist(), abs=1e-9)
    assert result.multipliers[0].tolist() == pytest.approx([-2 / 3], abs=1e-8)
    assert result.reason is Reason.KKT and result.kkt.residual < 1e-8
    assert result.verdict.kind is Kind.STRICT_MINIMUM and len(result.verdict.eigenvalues) == 2


def test_inequalities_active_and_slack() -> None:
    # the closest point of the disc ‖x‖ ≤ 1 to (2, 1); the second constraint does not touch it
    target = torch.tensor([2.0, 1.0], dtype=DOUBLE)
    constraints = [Inequality(lambda x: x @ x - 1), Inequality(lambda x: torch.stack([-x[0] - 5, x[1] - 9]))]
    result = optim.minimize(lambda x: ((x - target) ** 2).sum(), [0.0, 0.0], constraints=constraints)
    assert result.x.tolist() == pytest.approx((target / math.sqrt(5)).tolist(), abs=1e-9)
    assert [m.tolist() for m in result.multipliers] == [pytest.approx([math.sqrt(5) - 1], abs=1e-8), [0.0, 0.0]]
    assert [a.tolist() for a in result.active] == [[True], [False, False]]
    assert result.verdict.kind is Kind.STRICT_MINIMUM


def test_a_multiplier_is_the_price_of_its_constraint() -> None:
    def lowest(limit: float) -> float:
        return optim.minimize(rosenbrock, [0.5, 0.5], constraints=Inequality(lambda x: x @ x - limit)).value

    result = optim.minimize(rosenbrock, [0.5, 0.5], constraints=Inequality(lambda x: x @ x - 1.0))
    price = (lowest(1 - 1e-4) - lowest(1 + 1e-4)) / 2e-4
    assert result.multipliers[0].item() == pytest.approx(price, rel=1e-5)


def test_bounds_and_constraints_together() -> None:
    # the bound x₁ ≤ 0.3 and the line hold x in a vertex: 2x + λ(1, 1) + ν = 0
    line = Equality(lambda x: x.sum() - 1)
    result = optim.minimize(lambda x: x @ x, [0.0, 0.0], bounds=[(None, 0.3), (None, None)], constraints=[line])
    assert result.x.tolist() == pytest.approx([0.3, 0.7])
    assert result.multipliers[0].tolist() == pytest.approx([-1.4])
    assert result.kkt.bound_multipliers.tolist() == pytest.approx([0.8, 0.0], abs=1e-9)
    assert result.kkt.active_bounds.tolist() == [1, 0]
    assert result.verdict.kind is Kind.STRICT_MINIMUM and not len(result.verdict.eigenvalues)


def test_a_set_and_a_constraint_together() -> None:
    result = optim.minimize(
        lambda x: (x * torch.tensor([1.0, 2.0, 4.0], dtype=x.dtype)).sum(),
        [0.2, 0.3, 0.5],
        bounds=optim.Simplex(),
        constraints=[Inequality(lambda x: x[0] - 0.4)],
    )
    assert result.x.tolist() == pytest.approx([0.4, 0.6, 0.0], abs=1e-6)
    assert result.multipliers[0].tolist() == pytest.approx([1.0], abs=1e-5)


@pytest.mark.parametrize(
    "method", ["gradient-descent", "conjugate-gradient", "bfgs", "lbfgs", "newton", "damped-newton", "trust-region"]
)
def test_over_any_method(method: str) -> None:
    constraints = [Equality(lambda x: x[0] ** 2 + x[2] ** 2 - 2), Inequality(lambda x: x[1] - x[0] * x[2] / 2)]
    peer = scipy.optimize.minimize(
        lambda x: (x[0] - 2) ** 2 + (x[1] - 2) ** 2 + x[2] ** 4,
        [1.0, 0.0, 1.0],
        constraints=[
            {"type": "eq", "fun": lambda x: x[0] ** 2 + x[2] ** 2 - 2},
            {"type": "ineq", "fun": lambda x: x[0] * x[2] / 2 - x[1]},
        ],
        method="SLSQP",
        options={"ftol": 1e-15},
    )
    result = optim.minimize(
        lambda x: (x[0] - 2) ** 2 + (x[1] - 2) ** 2 + x[2] ** 4, [1.0, 0.0, 1.0], method, constraints=constraints
    )
    assert result.value == pytest.approx(peer.fun, rel=1e-8)
    assert result.x.tolist() == pytest.approx(peer.x, abs=1e-5)
    assert result.kkt.residual < 1e-8


def test_least_squares_methods_work_inside() -> None:
    residuals = optim.ResidualProblem(lambda x: torch.stack([10 * (x[1] - x[0] ** 2), 1 - x[0]]))
    constraint = Inequality(lambda x: x @ x - 1)
    for method in ("levenberg-marquardt", "gauss-newton"):
        result = optim.minimize(residuals, [-1.2, 1.0], method, constraints=[constraint])
        assert result.x.tolist() == pytest.approx([0.7864151542, 0.6176983125], abs=1e-8)


def test_members_run_together_as_alone() -> None:
    starts = torch.tensor([[-1.2, 1.0], [0.5, 0.5], [0.0, -0.7]], dtype=DOUBLE)
    constraints, stop = [Inequality(lambda x: x @ x - 1), Equality(lambda x: x[0] - x[1] ** 2)], Stop()
    together = optim.minimize(rosenbrock, starts, constraints=constraints, bounds=Box(-0.9, 2.0), stop=stop)
    for member, start in zip(together, starts, strict=True):
        alone = optim.minimize(rosenbrock, start, constraints=constraints, bounds=Box(-0.9, 2.0), stop=stop)
        torch.testing.assert_close(member.x, alone.x, rtol=1e-7, atol=1e-8)
        assert (member.reason, member.iterations) == (alone.reason, alone.iterations)
        assert len(member.history.value) == len(member.history.x) == len(member.history.scale)
    assert together.best.kkt.residual < 1e-8


def test_steihaug_s_products_keep_to_constraints() -> None:
    starts = torch.tensor([[-1.2, 1.0], [0.5, 0.5]], dtype=DOUBLE)
    method = optim.TrustRegion(optim.Steihaug())
    for result in optim.minimize(rosenbrock, starts, method, constraints=[Inequality(lambda x: x @ x - 1)]):
        assert result.x.tolist() == pytest.approx([0.7864151542, 0.6176983125], abs=1e-6)


def test_linear_dependent_constraints_do_no_harm() -> None:
    plane = Equality(lambda x: torch.stack([x.sum() - 1, 2 * x.sum() - 2]))
    result = optim.minimize(lambda x: x @ x, [3.0, 0.0], constraints=[plane])
    assert result.x.tolist() == pytest.approx([0.5, 0.5])
    assert (result.multipliers[0] @ torch.tensor([1.0, 2.0], dtype=DOUBLE)).item() == pytest.approx(-1.0)


def test_a_maximum_on_the_circle_is_left() -> None:
    circle = Equality(lambda x: x @ x - 1)
    result = optim.minimize(torch.sum, [0.8, 0.7], constraints=[circle])
    assert result.x.tolist() == pytest.approx([-math.sqrt(0.5)] * 2)
    assert result.multipliers[0].tolist() == pytest.approx([math.sqrt(0.5)])


def test_the_certificate_is_honest_where_it_stopped_early() -> None:
    result = optim.minimize(
        rosenbrock, [-1.2, 1.0], constraints=[Inequality(lambda x: x @ x - 1)], stop=Stop(iterations=0)
    )
    assert result.reason is Reason.ITERATIONS and result.x.tolist() == [-1.2, 1.0]
    assert result.kkt.feasibility == pytest.approx(1.44)
    assert "feasibility 1.4" in result.sentence
    few = optim.minimize(
        rosenbrock,
        [-1.2, 1.0],
        "gradient-descent",
        constraints=[Inequality(lambda x: x @ x - 1)],
        stop=Stop(evaluations=5),
    )
    assert few.reason in (Reason.EVALUATIONS, Reason.KKT)


def test_a_point_that_is_optimal_already_stays() -> None:
    result = optim.minimize(lambda x: x @ x, [0.0, 0.0], constraints=[Inequality(lambda x: x.sum() - 1)])
    assert result.reason is Reason.KKT and result.iterations == 0


def test_single_precision_ends_at_its_own_limit() -> None:
    start = torch.tensor([-1.2, 1.0])
    result = optim.minimize(rosenbrock, start, constraints=[Inequality(lambda x: x @ x - 1)])
    assert result.x.dtype == torch.float32 and result.kkt.residual < 1e-5
    assert result.x.tolist() == pytest.approx([0.7864151542, 0.6176983125], abs=1e-5)


def test_an_interrupted_run_keeps_what_was_reached() -> None:
    calls = []

    def f(x: Tensor) -> Tensor:
        calls.append(1)
        if len(calls) == 12:
            raise KeyboardInterrupt
        return rosenbrock(x)

    result = optim.minimize(f, [-1.2, 1.0], constraints=[Inequality(lambda x: x @ x - 1)], stop=Stop(gradient=1e-12))
    assert result.reason is Reason.INTERRUPTED and math.isfinite(float(result.x.sum()))
