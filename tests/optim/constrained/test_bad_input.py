"""What constraints do with functions that fail, shapes that do not fit, and conditions that contradict each other."""

import math

import pytest
import torch
from torch import Tensor

from pishro import optim
from pishro.errors import SettingError, ShapeError
from pishro.optim import Equality, Inequality, Reason


def bowl(x: Tensor) -> Tensor:
    return x @ x


def test_constraints_that_contradict_each_other_are_named() -> None:
    apart = [Equality(lambda x: x.sum() - 1), Equality(lambda x: x.sum() - 3)]
    result = optim.minimize(bowl, [0.3, 0.0], constraints=apart)
    assert result.reason is Reason.INFEASIBLE
    assert result.kkt.feasibility == pytest.approx(1.0, abs=1e-4)  # between the two lines
    assert "No feasible point was found; the least violation is 1." in result.sentence


def test_no_point_of_the_box_is_feasible() -> None:
    result = optim.minimize(bowl, [0.0, 0.0], bounds=(0, 1), constraints=[Inequality(lambda x: 3 - x.sum())])
    assert result.reason is Reason.INFEASIBLE
    assert result.x.tolist() == pytest.approx([1.0, 1.0]) and result.kkt.feasibility == pytest.approx(1.0)


def test_an_unfeasible_member_does_not_stop_the_others() -> None:
    # a circle that the second start cannot leave: the violation has a maximum at the origin
    circle = Equality(lambda x: x @ x - 1)
    results = optim.minimize(lambda x: x[0], [[0.5, 0.5], [0.0, 0.0]], constraints=[circle])
    assert results[0].reason is Reason.KKT and results[0].x.tolist() == pytest.approx([-1.0, 0.0], abs=1e-7)


def test_a_cost_without_bound() -> None:
    result = optim.minimize(lambda x: -x.sum(), [1.0, 0.0], constraints=[Equality(lambda x: x[0] - x[1] - 1)])
    assert result.reason in (Reason.UNBOUNDED, Reason.NO_DESCENT)
    assert result.kkt.stationarity > 0.1  # it does not pretend


@pytest.mark.parametrize("where", ["f", "constraint"])
def test_not_finite_at_the_start(where: str) -> None:
    def f(x: Tensor) -> Tensor:
        return x.sum() * math.nan if where == "f" else x @ x

    def g(x: Tensor) -> Tensor:
        return torch.log(x[0]) if where == "constraint" else x[0]

    result = optim.minimize(f, [-1.0, 0.0], constraints=[Inequality(g)])
    assert result.reason is Reason.NOT_FINITE and result.x.tolist() == [-1.0, 0.0]
    assert not math.isfinite(result.kkt.residual)


@pytest.mark.parametrize("method", ["bfgs", "newton", "trust-region"])
def test_a_cost_that_is_nan_outside_its_domain(method: str) -> None:
    result = optim.minimize(
        lambda x: -torch.log(x[0]) - torch.log(x[1]) + x.sum(),
        [0.1, 3.0],
        method,
        constraints=[Equality(lambda x: x[0] + 2 * x[1] - 2)],
    )
    # −1/x₁ + 1 + λ = 0, −1/x₂ + 1 + 2λ = 0
    assert result.reason is Reason.KKT
    slope = -1 / result.x + 1 + result.multipliers[0] * torch.tensor([1.0, 2.0], dtype=torch.float64)
    assert float(slope.abs().amax()) < 1e-7


def test_a_constraint_that_is_nan_outside_its_domain() -> None:
    result = optim.minimize(
        lambda x: (x - 5) @ (x - 5), [0.5, 0.5], constraints=[Inequality(lambda x: torch.log(x.sum()))]
    )
    assert result.x.tolist() == pytest.approx([0.5, 0.5], abs=1e-7)


@pytest.mark.parametrize(
    ("constraints", "error", "message"),
    [
        ({"type": "eq", "fun": bowl}, SettingError, r"Equality\(h\)"),
        ([{"type": "eq", "fun": bowl}], SettingError, r"Inequality\(g\), for g\(x\) ≤ 0"),
        ([Equality(lambda x: x.outer(x))], ShapeError, r"\(m,\) numbers, received shape \(2, 2\)"),
        ([Inequality(lambda x: 3.0)], ShapeError, "return a torch tensor, received float"),
    ],
)
def test_constraints_that_are_none_are_refused(constraints, error, message: str) -> None:
    with pytest.raises(error, match=message):
        optim.minimize(bowl, [1.0, 0.0], constraints=constraints)


def test_a_constraint_that_is_no_function() -> None:
    with pytest.raises(SettingError, match="received int"):
        Equality(3)


def test_stop_rules_in_the_place_of_bounds() -> None:
    for solve in (optim.minimize, optim.least_squares):
        with pytest.raises(SettingError, match="stop=Stop"):
            solve(lambda x: x, [1.0], "bfgs", optim.Stop())


def test_saddles_are_escaped_without_constraints_only() -> None:
    with pytest.raises(SettingError, match="escape_saddles without bounds"):
        optim.minimize(bowl, [1.0, 0.0], bounds=(0, 1), escape_saddles=True)
