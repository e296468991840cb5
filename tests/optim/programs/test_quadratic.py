"""Quadratic programs: by hand, against optima that are known by construction, and where a solver is wrong."""

import numpy as np
import pytest
import scipy.sparse as sp
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pishro import optim
from pishro.errors import SettingError, ShapeError
from pishro.optim import ProgramStatus
from pishro.optim.programs.active_set import polished
from pishro.optim.programs.form import ProgramForm
from pishro.optim.programs.kkt import admissible, kkt_of
from pishro.optim.programs.quadratic import USUAL, interior_point

seeds = st.integers(0, 10**6)


def test_a_small_program_by_hand() -> None:
    # Nocedal and Wright, example 16.4: (1.4, 1.7), the first row active with multiplier 0.8
    rows = -np.array([[1, -2], [-1, -2], [-1, 2], [1, 0], [0, 1]])
    result = optim.QuadraticProgram(2 * np.eye(2), [-2, -5], rows, [2, 6, 2, 0, 0]).solve()
    assert result.solved
    assert result.x.tolist() == pytest.approx([1.4, 1.7], abs=1e-14)
    assert result.inequality.tolist() == pytest.approx([0.8, 0, 0, 0, 0], abs=1e-14)
    assert result.value == pytest.approx(1.96 - 2.8 + 2.89 - 8.5)
    assert result.active.tolist() == [1, 0, 0, 0, 0]


def test_equations_alone_are_a_linear_system() -> None:
    # Nocedal and Wright, example 16.2: x = (2, −1, 1), λ = (3, −2) in ∇f = Aᵀλ
    Q, c = [[6, 2, 1], [2, 5, 2], [1, 2, 4]], [-8, -3, -3]
    result = optim.QuadraticProgram(Q, c, A_eq=[[1, 0, 1], [0, 1, 1]], b_eq=[3, 0]).solve()
    assert result.x.tolist() == pytest.approx([2, -1, 1])
    assert result.equality.tolist() == pytest.approx([-3, 2])


def test_no_limits_at_all() -> None:
    result = optim.QuadraticProgram(torch.tensor([[2.0, 0.0], [0.0, 4.0]]), torch.tensor([-2.0, -4.0])).solve()
    assert result.x.tolist() == pytest.approx([1, 1])
    assert result.value == pytest.approx(-3)


def test_a_program_without_curvature_is_linear() -> None:
    result = optim.QuadraticProgram(np.zeros((2, 2)), [1, 1], bounds=(0, 1)).solve()
    assert result.solver == "HiGHS"
    assert result.value == 0


def constructed(seed: int) -> tuple[optim.QuadraticProgram, np.ndarray, float]:
    """A program built around its own solution: x*, multipliers and limits first, then c = −Q x* − Aᵀy − z."""
    g = np.random.default_rng(seed)
    n, m, k = int(g.integers(1, 9)), int(g.integers(0, 9)), int(g.integers(0, 3))
    root = g.normal(size=(int(g.integers(1, n + 1)), n))  # Q may be singular
    Q, A, E, x = root.T @ root, g.normal(size=(m, n)), g.normal(size=(k, n)), g.normal(size=n)
    y = g.uniform(0, 2, m) * g.integers(0, 2, m)
    slack = g.uniform(0.1, 1, m) * (y == 0) * g.integers(0, 2, m)  # some rows active without a multiplier
    lam, z = g.normal(size=k), g.uniform(0, 2, n) * g.integers(-1, 2, n)
    lower = np.where(z < 0, x, x - g.uniform(0.1, 1, n))
    upper = np.where(z > 0, x, x + g.uniform(0.1, 1, n))
    c = -Q @ x - A.T @ y - E.T @ lam - z
    program = optim.QuadraticProgram(Q, c, A, A @ x + slack, E, E @ x, np.stack([lower, upper], 1))
    return program, x, float(x @ Q @ x / 2 + c @ x)


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_programs_built_around_their_solution(seed: int) -> None:
    program, x, value = constructed(seed)
    result = program.solve()
    assert result.solved
    assert result.value == pytest.approx(value, rel=1e-8, abs=1e-8)
    assert program.form.gradient(result.x.numpy()) == pytest.approx(program.form.gradient(x), abs=1e-4)  # is unique
    assert (result.inequality >= 0).all()


def test_the_active_set_gives_the_last_digits() -> None:
    program, _, _ = constructed(6)
    form = program.form
    answer = interior_point(form)
    y = admissible(answer.y, form.row_lower, form.row_upper)
    rough = kkt_of(form, answer.x + 1e-5, y).residual
    assert kkt_of(form, *polished(form, answer.x + 1e-5, y)).residual < 1e-9 * rough


def convex_regression(n: int) -> tuple[ProgramForm, float]:
    """Maros and Mészáros' YAO in small: the convex function nearest to a concave one, its end held at 0.

    It is the straight line through that end, fitted by least squares, which is a closed form.
    """
    t = np.sin(np.arange(1, n + 3) / (n + 2))
    rows = sp.diags_array([np.ones(n), -2 * np.ones(n), np.ones(n)], offsets=[0, 1, 2], shape=(n, n + 2))
    ends = sp.coo_array(([1.0, 1.0], ([0, 1], [n, n + 1])), shape=(2, n + 2))
    A = sp.csr_array(sp.vstack([rows, ends]))
    row_lower, row_upper = np.zeros(n + 2), np.append(np.full(n, np.inf), [0.0, 0.0])
    free = np.full(n + 2, np.inf)
    lower = np.append(0.08, -free[1:])
    form = ProgramForm(-t, A, row_lower, row_upper, lower, free, sp.csr_array(sp.eye_array(n + 2)), 0.5 * float(t @ t))
    slope = np.maximum(n - np.arange(n + 2), 0.0)
    line = slope * max(0.08 / n, float(slope @ t / (slope @ slope)))
    return form, 0.5 * float(((line - t) ** 2).sum())


def test_an_interior_point_may_be_wrong_and_is_not_believed() -> None:
    form, value = convex_regression(2000)
    answer = interior_point(form, settings=USUAL)
    believed = kkt_of(form, answer.x, admissible(answer.y, form.row_lower, form.row_upper))
    wrong = abs(form.value(answer.x) - value) / (1 + value)
    assert wrong > 0.1
    assert max(believed.primal, believed.dual) < 1e-4  # small in norm
    assert believed.error > 0.1
    names = tuple(map(str, range(2002)))
    result = optim.RowProgram(form, names, names).solve()
    assert result.solved
    assert result.value == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize("n", [5, 50, 300])
def test_convex_regression(n: int) -> None:
    form, value = convex_regression(n)
    names = tuple(map(str, range(n + 2)))
    assert optim.RowProgram(form, names, names).solve().value == pytest.approx(value, rel=1e-8)


def test_infeasible() -> None:
    result = optim.QuadraticProgram(np.eye(2), None, [[1, 1], [-1, -1]], [1, -2]).solve()
    assert result.status is ProgramStatus.INFEASIBLE
    assert isinstance(result.certificate, optim.Contradiction)
    assert result.certificate.rows.tolist() == [-1, -1]
    assert torch.isnan(result.x).all()


def test_unbounded_where_the_curvature_is_zero() -> None:
    result = optim.QuadraticProgram([[1, -1], [-1, 1]], [0, -1]).solve()
    assert result.status is ProgramStatus.UNBOUNDED
    assert isinstance(result.certificate, optim.DescentRay)
    assert result.certificate.direction.tolist() == [1, 1]
    assert optim.QuadraticProgram([[1, -1], [-1, 1]], [0, -1], [[1, 1]], [4]).solve().solved


@pytest.mark.parametrize(
    ("arguments", "error", "word"),
    [
        (([[1, 1], [0, 1]],), SettingError, "symmetric"),
        (([[1, 2], [2, 1]],), SettingError, "eigenvalue -1"),
        (([[-1]],), SettingError, "eigenvalue -1, mostly in variable 0"),
        (([[1, 0], [0, np.nan]],), SettingError, "in Q"),
        (([[1, 0]],), ShapeError, r"Q of shape \(2, 2\)"),
        (([[1]], [1, 1]), ShapeError, r"Q of shape \(2, 2\)"),
        (([1, 1],), ShapeError, "two axes"),
    ],
)
def test_bad_input(arguments: tuple[object, ...], error: type[Exception], word: str) -> None:
    with pytest.raises(error, match=word):
        optim.QuadraticProgram(*arguments)


def test_negative_curvature_in_many_variables() -> None:
    diagonal = np.ones(1500)
    diagonal[700] = -0.5
    with pytest.raises(SettingError, match=r"eigenvalue -0\.5, mostly in variable 700"):
        optim.QuadraticProgram(sp.diags_array(diagonal))


def test_rounding_is_not_negative_curvature() -> None:
    root = np.random.default_rng(0).normal(size=(40, 3))
    Q = root @ root.T
    assert np.linalg.eigvalsh(Q)[0] < 0
    assert optim.QuadraticProgram(Q, root.sum(1)).solve().solved
