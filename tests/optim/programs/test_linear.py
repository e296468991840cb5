"""Linear programs: by hand, against SciPy, and with proofs where there is no solution."""

import numpy as np
import pytest
import scipy.sparse as sp
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from pishro import optim
from pishro.errors import SettingError, ShapeError
from pishro.optim import ProgramStatus

seeds = st.integers(0, 10**6)


def test_a_small_program_by_hand() -> None:
    # maximize 3x + 5y, x ≤ 4, 2y ≤ 12, 3x + 2y ≤ 18 (Hillier and Lieberman, 1967): 36 at (2, 6), prices 0, 3/2, 1
    program = optim.LinearProgram([-3, -5], [[1, 0], [0, 2], [3, 2]], [4, 12, 18], bounds=(0, None))
    result = program.solve()
    assert result.solved
    assert result.x.dtype == torch.float64
    assert result.x.tolist() == pytest.approx([2, 6])
    assert result.value == pytest.approx(-36)
    assert result.inequality.tolist() == pytest.approx([0, 1.5, 1])
    assert result.active.tolist() == [0, 1, 1]
    assert result.active_bounds.tolist() == [0, 0]
    assert len(result.equality) == 0
    assert result.kkt.residual < 1e-12
    assert "global minimum" in str(result)


def test_signs_of_multipliers() -> None:
    result = optim.LinearProgram([1, 2, -1], A_eq=[[1, 1, 0]], b_eq=[1], bounds=[(0, None), (0, None), (0, 3)]).solve()
    assert result.x.tolist() == [1, 0, 3]
    assert result.equality.tolist() == [-1]
    assert result.bound_multipliers.tolist() == [0, -1, 1]  # a lower bound pulls down, an upper one pushes up
    assert result.active_bounds.tolist() == [0, -1, 1]


def test_multipliers_are_prices() -> None:
    def solve(b: float) -> optim.ProgramResult:
        return optim.LinearProgram([-1, -1], [[1, 2], [3, 1]], [b, 6], bounds=(0, None)).solve()

    change = (solve(4.01).value - solve(4).value) / 0.01
    assert change == pytest.approx(-float(solve(4).inequality[0]))


def test_variables_are_free_without_bounds() -> None:
    assert optim.LinearProgram([1], A_ub=[[-1]], b_ub=[5]).solve().x.tolist() == [-5]


@pytest.mark.parametrize(
    "bounds",
    [(1, 2), [(1, 2)], np.array([[1, 2]]), np.array([1, 2]), torch.tensor([[1.0, 2.0]]), [[1, 2]]],
    ids=repr,
)
def test_bounds_of_one_variable(bounds: object) -> None:
    assert optim.LinearProgram([1], bounds=bounds).solve().x.tolist() == [1]
    assert optim.LinearProgram([-1], bounds=bounds).solve().x.tolist() == [2]


def test_bounds_of_two_variables() -> None:
    assert optim.LinearProgram([1, -1], bounds=(1, 2)).solve().x.tolist() == [1, 2]
    assert optim.LinearProgram([1, -1], bounds=[(1, None), (None, 5)]).solve().x.tolist() == [1, 5]
    assert optim.LinearProgram([1, -1], bounds=[(1, np.inf), (-1e30, 5)]).solve().x.tolist() == [1, 5]


@pytest.mark.parametrize("kind", [np.array, torch.tensor, sp.csc_array, lambda a: torch.tensor(a).to_sparse()])
def test_kinds_of_matrices(kind: object) -> None:
    A = kind([[-1.0, -2.0], [-3.0, -1.0]])  # type: ignore[operator]
    result = optim.LinearProgram(torch.tensor([1.0, 1.0]), A, torch.tensor([-2.0, -3.0])).solve()
    assert result.value == pytest.approx(1.4)
    assert result.x.tolist() == pytest.approx([0.8, 0.6])


def test_large_sparse_rows_stay_sparse() -> None:
    n = 30000  # dense rows would take 7 GB
    A = sp.diags_array([np.full(n, -1.0), np.full(n - 1, 0.5)], offsets=[0, -1])
    result = optim.LinearProgram(np.ones(n), A, np.full(n, -1.0), bounds=(0, None)).solve()
    assert result.solved
    assert float(result.x[-1]) == pytest.approx(2)


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_random_programs_against_interior_point(seed: int) -> None:
    g = np.random.default_rng(seed)
    n, m, k = g.integers(1, 8), g.integers(0, 8), g.integers(0, 3)
    x = g.integers(0, 3, n)  # an admissible point, and degenerate ones come often
    A, E = g.integers(-2, 3, (m, n)), g.integers(-2, 3, (k, n))
    arguments = (g.integers(-3, 4, n), A, A @ x + g.integers(0, 2, m), E, E @ x)
    result = optim.LinearProgram(*arguments, bounds=(0, 3)).solve()
    known = linprog(*arguments, bounds=(0, 3), method="highs-ipm")
    assert result.solved
    assert result.value == pytest.approx(known.fun, abs=1e-7)
    assert (result.inequality >= 0).all()


@given(seeds)
@settings(max_examples=30, deadline=None)
def test_contradictions_are_proved(seed: int) -> None:
    g = np.random.default_rng(seed)
    n, m = g.integers(1, 6), g.integers(1, 6)
    A, b, weights = g.normal(size=(m, n)), g.normal(size=m), g.uniform(0.1, 1, m)
    low, high = np.zeros(n), np.full(n, 2.0)
    row = weights @ A  # above what the others and the bounds allow together
    A, b = np.vstack([A, -row]), np.append(b, -(weights @ b) - g.uniform(0.1, 1))
    result = optim.LinearProgram(g.normal(size=n), A, b, bounds=(0, 2)).solve()
    assert result.status is ProgramStatus.INFEASIBLE
    assert result.value == np.inf
    proof = result.certificate
    assert isinstance(proof, optim.Contradiction)
    y, w = proof.rows.numpy(), proof.bounds.numpy()
    assert (y <= 0).all()  # only upper ends exist
    assert np.allclose(A.T @ y, w, atol=1e-8)
    assert y @ b > np.maximum(w * low, w * high).sum()


@given(seeds)
@settings(max_examples=30, deadline=None)
def test_endless_descent_is_proved(seed: int) -> None:
    g = np.random.default_rng(seed)
    n, m = g.integers(1, 6), g.integers(0, 6)
    d = g.normal(size=n)
    A = g.normal(size=(m, n))
    A -= np.maximum(A @ d + 0.1, 0)[:, None] * d / (d @ d)  # A d ≤ −0.1, so that rounding does not make it positive
    c = g.normal(size=n)
    c -= (c @ d + 1) * d / (d @ d)  # cᵀd = −1
    result = optim.LinearProgram(c, A, A @ g.normal(size=n) + 1).solve()
    assert result.status is ProgramStatus.UNBOUNDED
    assert result.value == -np.inf
    proof = result.certificate
    assert isinstance(proof, optim.DescentRay)
    assert (A @ proof.direction.numpy() <= 1e-8).all()
    assert c @ proof.direction.numpy() == pytest.approx(proof.slope)
    assert proof.slope < 0


def test_infeasible_wins_over_unbounded() -> None:
    result = optim.LinearProgram([-1, 0], [[0, 1], [0, -1]], [1, -2]).solve()
    assert result.status is ProgramStatus.INFEASIBLE
    assert "relax" in str(result)


@pytest.mark.parametrize(
    ("arguments", "error", "word"),
    [
        (([1, 1], [[1, 1, 1]], [1]), ShapeError, r"A_ub of shape \(1, 2\)"),
        (([1, 1], [1, 1], [1]), ShapeError, "two axes"),
        (([[1, 1]],), ShapeError, "one axis"),
        (([],), ShapeError, "at least one variable"),
        (([1, 1], [[1, 1]]), SettingError, "A_ub without b_ub"),
        (([1, 1], None, None, None, [1]), SettingError, "b_eq without A_eq"),
        (([1, np.nan],), SettingError, "in c"),
        (([1, 1], [[1, np.inf]], [1]), SettingError, "in the rows"),
        (([1, 1], [[1, 1]], [np.nan]), SettingError, "received NaN"),
        (([1, 1], None, None, [[1, 1]], [np.inf]), SettingError, "nothing fulfills"),
        (([1, 1], None, None, None, None, [(0, 1), (2, 1)]), SettingError, "2 ≤ variable 1 ≤ 1"),
        (([1, 1], None, None, None, None, [(0, 1)] * 3), ShapeError, "2 pairs"),
        (([1, 1], None, None, None, None, (np.nan, 1)), SettingError, "NaN"),
    ],
)
def test_bad_input(arguments: tuple[object, ...], error: type[Exception], word: str) -> None:
    with pytest.raises(error, match=word):
        optim.LinearProgram(*arguments)


def test_time_limit() -> None:
    program = optim.LinearProgram([1.0], bounds=(0, 1))
    with pytest.raises(SettingError, match="max_seconds"):
        program.solve(max_seconds=0)
    g = np.random.default_rng(0)
    A = g.normal(size=(300, 300))
    late = optim.LinearProgram(A.sum(0), A, A @ np.ones(300) + 1, bounds=(-10, 10)).solve(max_seconds=1e-4)
    assert late.status is ProgramStatus.LIMIT
    assert "max_seconds" in str(late)
