"""Projections: idempotent, non-expansive, and the nearest point by an independent solver."""

import math

import pytest
import scipy.optimize
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from pishro.errors import SettingError, ShapeError
from pishro.optim import Affine, Ball, Box, NonNegative, Region, Simplex
from pishro.optim.constrained.bounds import as_region

DOUBLE = torch.float64
A = torch.tensor([[1.0, 2.0, -1.0], [0.5, 0.0, 1.0], [1.5, 2.0, 0.0]], dtype=DOUBLE)  # the third row is their sum
b = torch.tensor([1.0, 2.0, 3.0], dtype=DOUBLE)
LOWER = torch.tensor([-1.0, 0.0, -math.inf], dtype=DOUBLE)
SETS: dict[str, Region] = {
    "box": Box(LOWER, torch.tensor([1.0, 0.5, 2.0], dtype=DOUBLE)),
    "non-negative": NonNegative(),
    "ball": Ball(1.5),
    "ball, norm 1": Ball(1.5, norm=1),
    "ball, norm inf": Ball(1.5, norm=math.inf),
    "simplex": Simplex(2.0),
    "affine": Affine(A, b),
}
# the same sets for SciPy: constraint functions that are not negative inside, or zero
DESCRIPTIONS = {
    "ball": [{"type": "ineq", "fun": lambda z: 2.25 - z @ z}],
    "simplex": [{"type": "eq", "fun": lambda z: z.sum() - 2}],
    "affine": [{"type": "eq", "fun": lambda z: A.numpy()[:2] @ z - b.numpy()[:2]}],
}
POINTS = st.lists(st.floats(-5, 5), min_size=3, max_size=3).map(lambda x: torch.tensor([x], dtype=DOUBLE))


@pytest.mark.parametrize("name", SETS)
@given(x=POINTS, y=POINTS)
@settings(max_examples=50, deadline=None)
def test_idempotent_and_non_expansive(name: str, x: Tensor, y: Tensor) -> None:
    project = SETS[name].project
    torch.testing.assert_close(project(project(x)), project(x), rtol=1e-12, atol=1e-12)
    assert float((project(x) - project(y)).norm()) <= float((x - y).norm()) + 1e-12
    assert float(SETS[name].violation(project(x))) <= 1e-12


@pytest.mark.parametrize("name", SETS)
@given(x=POINTS)
@settings(max_examples=50, deadline=None)
def test_no_point_of_the_set_is_nearer(name: str, x: Tensor) -> None:
    # P is the nearest point exactly where (x − P(x))ᵀ(z − P(x)) ≤ 0 for every z of the set
    project = SETS[name].project
    z = project(torch.randn(200, 3, dtype=DOUBLE, generator=torch.Generator().manual_seed(1)) * 3)
    assert float(((z - project(x)) @ (x - project(x)).T).max()) <= 1e-10


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_nearest_by_another_solver(name: str) -> None:
    for x in torch.randn(5, 3, dtype=DOUBLE, generator=torch.Generator().manual_seed(2)) * 3:
        peer = scipy.optimize.minimize(
            lambda z, x=x: ((z - x.numpy()) ** 2).sum(),
            SETS[name].project(torch.zeros(1, 3, dtype=DOUBLE))[0].numpy(),
            bounds=[(0, None)] * 3 if name == "simplex" else None,
            constraints=DESCRIPTIONS[name],
            method="SLSQP",
            options={"ftol": 1e-14},
        )
        assert SETS[name].project(x.unsqueeze(0))[0].tolist() == pytest.approx(peer.x, abs=1e-5)


def test_the_norm_1_ball_makes_zeros() -> None:
    x = torch.tensor([[3.0, -2.5, 0.1]], dtype=DOUBLE)
    assert Ball(1.0, norm=1).project(x).tolist() == [[0.75, -0.25, 0.0]]


@pytest.mark.parametrize("name", SETS)
def test_single_precision_stays_single(name: str) -> None:
    assert SETS[name].project(torch.ones(2, 3)).dtype == torch.float32


def test_bounds_in_every_form() -> None:
    x = torch.zeros(1, 3, dtype=DOUBLE)
    pairs = as_region([(0, 1), (None, 2), (-1, None)], x)
    scipys = as_region(scipy.optimize.Bounds([0, -math.inf, -1], [1, 2, math.inf]), x)
    vectors = as_region(([0, None, -1], torch.tensor([1.0, 2.0, math.inf])), x)
    for region in (pairs, scipys, vectors):
        assert [end.tolist() for end in region.ends(x)] == [[0, -math.inf, -1], [1, 2, math.inf]]
    assert as_region(None, x) is None
    assert as_region((0, None), x).project(x - 1).tolist() == [[0.0, 0.0, 0.0]]
    two = torch.zeros(1, 2, dtype=DOUBLE)
    assert as_region(((0, 1), (2, 3)), two).lower.tolist() == [0, 2]  # tuples inside belong to one variable each


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Box(1.0, 0.0), r"lower ≤ upper.*1.0 and 0.0 for x\[0\]"),
        (lambda: Box(torch.tensor([0.0, math.nan]), 1.0), r"for x\[1\]"),
        (lambda: Box(torch.zeros(2), torch.ones(3)), "as many lower as upper"),
        (lambda: Ball(0.0), "positive radius"),
        (lambda: Ball(1.0, norm=3), "norm 1, 2 or inf"),
        (lambda: Simplex(-1.0), "positive total"),
        (
            lambda: Affine(torch.ones(2, 2), torch.tensor([1.0, 2.0])),
            "contradict each other; the least residual is 0.5",
        ),
        (lambda: Affine(torch.ones(2), torch.ones(2)), r"A \(m, P\)"),
        (lambda: as_region([(0, 1)], torch.zeros(1, 2)), "2 pairs"),
        (lambda: as_region((0, [1, 2, 3]), torch.zeros(1, 2)), "2 variables"),
        (lambda: as_region("positive", torch.zeros(1, 2)), "lower, upper"),
        (lambda: as_region((0, "a"), torch.zeros(1, 2)), "numbers"),
        (lambda: as_region([1, 2, 3], torch.zeros(1, 3)), "lower, upper"),
        (lambda: as_region(Affine(torch.ones(1, 3), torch.ones(1)), torch.zeros(1, 2)), "2 variables"),
    ],
)
def test_sets_that_mean_nothing_are_refused(build, message: str) -> None:
    with pytest.raises((SettingError, ShapeError), match=message):
        build()
