"""The second-order test on the tangent space, on problems solved by hand."""

import pytest
import torch
from torch import Tensor

from pishro.errors import ShapeError
from pishro.optim import Kind, classify_on_tangent, reduced_hessian
from pishro.optim.stationary.tangent import null_space

DOUBLE = torch.float64


def vector(*entries: float) -> Tensor:
    return torch.tensor(entries, dtype=DOUBLE)


@pytest.mark.parametrize("rank", [0, 1, 2, 3])
def test_null_space(rank: int) -> None:
    generator = torch.Generator().manual_seed(0)
    A = torch.randn(3, rank, generator=generator, dtype=DOUBLE) @ torch.randn(
        rank, 5, generator=generator, dtype=DOUBLE
    )
    Z = null_space(A)
    assert Z.shape == (5, 5 - rank)
    torch.testing.assert_close(Z.mT @ Z, torch.eye(5 - rank, dtype=DOUBLE))
    assert (A @ Z).abs().amax() < 1e-13


def test_reduced_hessian_without_constraints_is_the_hessian_turned() -> None:
    H = torch.diag(vector(1.0, -2.0, 3.0))
    values = torch.linalg.eigvalsh(reduced_hessian(H, torch.zeros(0, 3, dtype=DOUBLE)))
    torch.testing.assert_close(values, vector(-2.0, 1.0, 3.0))


# Nocedal and Wright (2006), section 12.5: min −0.1 (x₁ − 4)² + x₂² with c = 1 − ‖x‖² ≤ 0. At (1, 0) ∇L = (0.6 − 2ν, 0),
# so ν = 0.3, and ∇²L = diag(−0.2 − 2ν, 2 − 2ν) = diag(−0.8, 1.4) is indefinite; the tangent is the direction of x₂.
def test_nocedal_wright_example() -> None:
    verdict = classify_on_tangent(
        lambda x: -0.1 * (x[0] - 4) ** 2 + x[1] ** 2,
        vector(1.0, 0.0),
        lambda x: (1 - x @ x).reshape(1),
        vector(0.3),
        inequality=torch.tensor([True]),
    )
    assert verdict.kind is Kind.STRICT_MINIMUM
    assert verdict.eigenvalues.tolist() == pytest.approx([1.4])


def test_a_saddle_of_f_becomes_a_minimum_on_the_line() -> None:
    # x₁² − x₂² on x₂ = 0, where its Hessian is indefinite in the plane.
    verdict = classify_on_tangent(lambda x: x[0] ** 2 - x[1] ** 2, vector(0, 0), lambda x: x[1:], vector(0.0))
    assert verdict.kind is Kind.STRICT_MINIMUM and verdict.eigenvalues.tolist() == [2.0]


def test_the_constraint_s_curvature_counts() -> None:
    # min x₂ on the parabola x₂ = c x₁²: f has no curvature at all, the constraint decides.
    for c, kind in ((2.0, Kind.STRICT_MINIMUM), (-2.0, Kind.STRICT_MAXIMUM), (0.0, Kind.INCONCLUSIVE)):
        verdict = classify_on_tangent(
            lambda x: x[1], vector(0, 0), lambda x, c=c: (c * x[0] ** 2 - x[1]).reshape(1), vector(1.0)
        )
        assert verdict.kind is kind
        assert verdict.eigenvalues.tolist() == pytest.approx([2 * c])


def test_a_vertex_has_no_free_direction() -> None:
    both = torch.tensor([True, True])
    verdict = classify_on_tangent(torch.sum, vector(0, 0), lambda x: -x, vector(1.0, 1.0), inequality=both)
    assert verdict.kind is Kind.STRICT_MINIMUM and len(verdict.eigenvalues) == 0
    assert "No direction is free" in str(verdict)


def test_weakly_active_inequalities() -> None:
    bound = torch.tensor([True])

    def kind(f: object, multiplier: float = 0.0) -> Kind:
        # x₂ ≥ 0 holds with equality at 0.
        return classify_on_tangent(f, vector(0, 0), lambda x: -x[1:], vector(multiplier), inequality=bound).kind

    assert kind(lambda x: x @ x) is Kind.STRICT_MINIMUM
    assert kind(lambda x: -(x[0] ** 2) + x[1] ** 2) is Kind.SADDLE
    # f falls along x₂ by second order, and x₂ may grow: no test on subspaces sees which side is open.
    assert kind(lambda x: x[0] ** 2 - x[1] ** 2) is Kind.INCONCLUSIVE
    # A strictly active bound with a maximum along it: f falls along the bound and rises into the set.
    assert kind(lambda x: -(x[0] ** 2) + x[1], 1.0) is Kind.SADDLE
    # The wrong sign: f falls into the set.
    assert kind(lambda x: x[0] ** 2 - x[1], -1.0) is Kind.NOT_STATIONARY


def test_multipliers_that_do_not_balance() -> None:
    verdict = classify_on_tangent(torch.sum, vector(0, 0), lambda x: x[1:], vector(-1.0))
    assert verdict.kind is Kind.NOT_STATIONARY
    with pytest.raises(ShapeError, match="multiplier"):
        classify_on_tangent(torch.sum, vector(0, 0), lambda x: x[1:], vector(1.0, 2.0))
