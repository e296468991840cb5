"""Published constrained problems: their minima and certificates; a fast part of the benchmark's list."""

import pytest
from tests.problems.constrained import Constrained
from tests.problems.hock_schittkowski import PROBLEMS

from pishro import optim
from pishro.optim import Kind

SADDLE = {"HS33"}
"""From the usual start x₂ stays at its bound with a multiplier of zero, and lowers the cost where it leaves it."""

DEGENERATE = {"HS13", "HS26", "HS47", "HS108"}
"""No multipliers exist, or a curvature is zero along the constraints."""


def solve(problem: Constrained, method: str) -> optim.ConstrainedResult:
    constraints = []
    if problem.equality is not None:
        constraints.append(optim.Equality(problem.equality))
    if problem.inequality is not None:
        constraints.append(optim.Inequality(problem.inequality))
    return optim.minimize(problem.f, problem.start, method, bounds=problem.bounds, constraints=constraints)


REGULAR = [p for p in PROBLEMS if p.name not in SADDLE | DEGENERATE]
SMALL = [p for p in REGULAR if len(p.x0) <= 3]


@pytest.mark.parametrize(
    ("problem", "method"),
    [*((p, "bfgs") for p in REGULAR), *((p, "trust-region") for p in SMALL)],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_minimum_and_certificate(problem: Constrained, method: str) -> None:
    result = solve(problem, method)
    assert result.kkt.residual <= 1e-6, result.sentence
    assert problem.at_known_minimum(result.value)
    assert result.verdict.kind is Kind.STRICT_MINIMUM
    for constraint, multiplier in zip("=" * (problem.equality is not None) + "<", result.multipliers, strict=False):
        assert constraint == "=" or bool((multiplier >= -1e-9).all())


@pytest.mark.parametrize("problem", [p for p in PROBLEMS if p.name in DEGENERATE - {"HS13"}], ids=lambda p: p.name)
def test_degenerate_minima_are_reached_and_not_judged(problem: Constrained) -> None:
    result = solve(problem, "bfgs")
    assert problem.at_known_minimum(result.value) and result.kkt.residual <= 1e-6
    assert result.verdict.kind is Kind.INCONCLUSIVE


def test_the_verdict_tells_a_kkt_point_that_is_no_minimum() -> None:
    (problem,) = (p for p in PROBLEMS if p.name in SADDLE)
    result = solve(problem, "bfgs")
    assert result.kkt.residual <= 1e-6 and not problem.at_known_minimum(result.value)
    assert result.verdict.kind is Kind.SADDLE
