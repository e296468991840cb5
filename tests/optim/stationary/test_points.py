"""Finding stationary points, and leaving them."""

import itertools
import math

import pytest
import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.optim import Kind, classify, escape, stationary_points
from pishro.optim.stationary.lanczos import extreme_eigenpairs

DOUBLE = torch.float64


def reference(x: Tensor) -> Tensor:
    return x[0] ** 3 + x[1] ** 3 + 2 * x[0] ** 2 + 4 * x[1] ** 2 + 6


def himmelblau(x: Tensor) -> Tensor:
    return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2


@pytest.mark.parametrize("seed", range(3))
def test_reference_case_has_four(seed: int) -> None:
    found = stationary_points(reference, [(-5, 5), (-5, 5)], seed=seed)
    kinds = {tuple(round(v, 9) + 0.0 for v in p.x.tolist()): p.verdict.kind for p in found}
    assert kinds == {
        (0.0, 0.0): Kind.STRICT_MINIMUM,
        (0.0, round(-8 / 3, 9)): Kind.SADDLE,
        (round(-4 / 3, 9), 0.0): Kind.SADDLE,
        (round(-4 / 3, 9), round(-8 / 3, 9)): Kind.STRICT_MAXIMUM,
    }
    assert [p.value for p in found] == sorted(p.value for p in found)
    assert "saddle" in str(found[1])


def test_himmelblau_has_nine() -> None:
    found = stationary_points(himmelblau, [(-6, 6), (-6, 6)])
    kinds = [p.verdict.kind for p in found]
    assert (kinds.count(Kind.STRICT_MINIMUM), kinds.count(Kind.SADDLE), kinds.count(Kind.STRICT_MAXIMUM)) == (4, 4, 1)
    maximum = next(p for p in found if p.verdict.kind is Kind.STRICT_MAXIMUM)
    assert maximum.x.tolist() == pytest.approx([-0.270845, -0.923039], abs=1e-6)  # Himmelblau (1972)


def test_a_product_of_cosines_has_its_lattice() -> None:
    found = stationary_points(lambda x: torch.cos(x).sum(), [(-1, 7), (-1, 7), (-1, 7)], starts=1024)
    lattice = set(itertools.product((0.0, math.pi, 2 * math.pi), repeat=3))
    assert {min(lattice, key=lambda q: math.dist(q, p.x.tolist())) for p in found} == lattice
    assert len(found) == 27


def test_only_points_inside_the_box_and_none_where_there_is_none() -> None:
    inside = stationary_points(reference, [(-1, 1), (-1, 1)])
    assert [p.verdict.kind for p in inside] == [Kind.STRICT_MINIMUM]
    assert stationary_points(lambda x: x.exp().sum(), [(-9, 9), (-9, 9)]) == ()
    # A tail that only looks flat: ∇f is 10⁻¹⁵ there, and still no stationary point.
    assert [p.x.abs().amax().item() < 1e-9 for p in stationary_points(lambda x: -(-x @ x).exp(), [(-6, 6)])] == [True]


def test_a_degenerate_point_is_found_once() -> None:
    (only,) = stationary_points(lambda x: (x**4).sum(), [(-1, 2), (-1, 3)])
    assert only.verdict.kind is Kind.INCONCLUSIVE and only.x.abs().amax() < 1e-4


def test_where_f_is_not_defined_nothing_is_started() -> None:
    (only,) = stationary_points(lambda x: x[0] * x[0].log(), [(-1, 2)])
    assert only.x.item() == pytest.approx(1 / math.e)


@pytest.mark.parametrize("bounds", [[(0, 0)], [(1, 0)], [(0, math.inf)], [0, 1], []])
def test_refuses_a_box_that_is_none(bounds: list[tuple[float, float]]) -> None:
    with pytest.raises(SettingError, match="bounds"):
        stationary_points(torch.sum, bounds)


@pytest.mark.parametrize("x", [(0.0, -8 / 3), (-4 / 3, 0.0), (-4 / 3, -8 / 3)])
def test_escaping_lowers_f(x: tuple[float, float]) -> None:
    here = torch.tensor(x, dtype=DOUBLE)
    there = escape(reference, here, classify(reference, here))
    assert reference(there) < reference(here)


def test_escaping_shortens_its_step_and_needs_a_direction() -> None:
    def f(x: Tensor) -> Tensor:
        return -(x[0] ** 2) + 1e6 * x[0] ** 4 + x[1] ** 2

    here = torch.zeros(2, dtype=DOUBLE)
    there = escape(f, here, classify(f, here))
    assert f(there) < 0 and there[0].abs() < 1e-2
    with pytest.raises(SettingError, match="nothing to escape"):
        escape(torch.sum, here, classify(lambda x: x @ x, here))


def test_lanczos_on_small_and_degenerate_matrices() -> None:
    start = torch.randn(5, generator=torch.Generator().manual_seed(0), dtype=DOUBLE)
    assert extreme_eigenpairs(lambda v: 0 * v, start).values.tolist() == [0.0] * 5
    torch.testing.assert_close(extreme_eigenpairs(lambda v: 3 * v, start).values, torch.full((5,), 3.0, dtype=DOUBLE))
    d = torch.tensor([-2.0, -2.0, 1.0, 1.0, 7.0], dtype=DOUBLE)
    torch.testing.assert_close(extreme_eigenpairs(lambda v: d * v, start).values[[0, -1]], d[[0, -1]])


def test_a_thick_restart_loses_neither_end_nor_orthogonality() -> None:
    d = torch.cat([torch.linspace(1e-3, 1, 1500, dtype=DOUBLE), torch.tensor([50.0], dtype=DOUBLE)])
    start = torch.randn(len(d), generator=torch.Generator().manual_seed(0), dtype=DOUBLE)
    found = extreme_eigenpairs(lambda v: d * v, start, basis=40, restarts=40)
    assert found.values[[0, -1]].tolist() == pytest.approx([1e-3, 50.0], rel=1e-2)
    torch.testing.assert_close(found.vectors @ found.vectors.mT, torch.eye(40, dtype=DOUBLE), rtol=0, atol=1e-12)
    actual = torch.linalg.vector_norm(found.vectors * d - found.values.unsqueeze(-1) * found.vectors, dim=-1)
    torch.testing.assert_close(found.residuals, actual, rtol=1e-3, atol=1e-10)
