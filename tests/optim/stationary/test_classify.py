"""Verdicts on points whose kind is known."""

import itertools
import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from pishro.errors import ShapeError
from pishro.optim import Kind, Point, classify, verdict_of
from pishro.optim.stationary.classify import DENSE

DOUBLE = torch.float64
CORNERS = [
    ((0.0, 0.0), Kind.STRICT_MINIMUM),
    ((0.0, -8 / 3), Kind.SADDLE),
    ((-4 / 3, 0.0), Kind.SADDLE),
    ((-4 / 3, -8 / 3), Kind.STRICT_MAXIMUM),
]


def reference(x: Tensor) -> Tensor:
    return x[0] ** 3 + x[1] ** 3 + 2 * x[0] ** 2 + 4 * x[1] ** 2 + 6


def rosenbrock(x: Tensor) -> Tensor:
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def rotation(size: int, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.linalg.qr(torch.randn(size, size, generator=generator, dtype=DOUBLE)).Q


def quadratic(values: list[float], seed: int = 0) -> Callable[[Tensor], Tensor]:
    U = rotation(len(values), seed)
    H = U @ torch.diag(torch.tensor(values, dtype=DOUBLE)) @ U.mT
    return lambda x: x @ H @ x / 2


@pytest.mark.parametrize(("x", "kind"), CORNERS)
def test_reference_case(x: tuple[float, ...], kind: Kind) -> None:
    verdict = classify(reference, torch.tensor(x, dtype=DOUBLE))
    assert verdict.kind is kind and verdict.complete
    assert verdict.gradient_norm < 1e-13
    expected = sorted((6 * x[0] + 4, 6 * x[1] + 8))
    assert verdict.eigenvalues.tolist() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("x", "kind"), CORNERS)
def test_a_point_typed_with_two_decimals_and_a_point_in_float32(x: tuple[float, ...], kind: Kind) -> None:
    assert classify(reference, torch.tensor([round(v, 2) for v in x], dtype=DOUBLE)).kind is kind
    assert classify(reference, torch.tensor(x, dtype=torch.float32)).kind is kind


@pytest.mark.parametrize("signs", list(itertools.product((-1, 0, 1), repeat=3)))
def test_inertia_of_quadratic_forms(signs: tuple[int, ...]) -> None:
    values = [sign * size for sign, size in zip(signs, (1e-4, 1.0, 300.0), strict=True)]
    verdict = classify(quadratic(values), torch.zeros(3, dtype=DOUBLE))
    if {-1, 1} <= set(signs):
        expected = Kind.SADDLE
    elif 0 in signs:
        expected = Kind.INCONCLUSIVE
    else:
        expected = Kind.STRICT_MINIMUM if signs[0] == 1 else Kind.STRICT_MAXIMUM
    assert verdict.kind is expected
    assert verdict.zeros == signs.count(0)
    assert (verdict.escape is not None) == (-1 in signs)


DEGENERATE: dict[str, Callable[[Tensor], Tensor]] = {
    "monkey saddle": lambda x: x[0] ** 3 - 3 * x[0] * x[1] ** 2,
    "x to the fourth": lambda x: (x**4).sum(),
    "minus x to the fourth": lambda x: -(x**4).sum(),
    "valley": lambda x: x[0] ** 2,
    "fold": lambda x: x[0] ** 2 + x[1] ** 3,
    "constant": lambda x: x.new_tensor(3.0),
    "line of minima": lambda x: (x[0] * 3 - x[1]) ** 2,
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_points_are_inconclusive(name: str) -> None:
    assert classify(DEGENERATE[name], torch.zeros(2, dtype=DOUBLE)).kind is Kind.INCONCLUSIVE


@pytest.mark.parametrize("power", [3, 4, 5, 6, 8])
@pytest.mark.parametrize("distance", [9e-3, 1e-3, 1e-4, 1e-6])
def test_degenerate_also_where_a_run_stops_beside_the_point(power: int, distance: float) -> None:
    x = torch.tensor([distance, 0.0], dtype=DOUBLE)
    assert classify(lambda x: x[0] ** power + 50 * x[1] ** 2, x).kind is Kind.INCONCLUSIVE


def test_a_plateau_saddle_with_a_tiny_gradient_is_no_minimum() -> None:
    U = rotation(8, 1)
    values = torch.tensor([-0.48, -0.18, -2e-9, -1e-9, 1e-9, 2e-9, 3.0, 372.0], dtype=DOUBLE)
    H, g = U @ torch.diag(values) @ U.mT, 5e-9 * U.sum(-1) / math.sqrt(8)
    verdict = classify(lambda x: x @ H @ x / 2 + g @ x, torch.zeros(8, dtype=DOUBLE))
    assert verdict.kind is Kind.SADDLE and verdict.escape is not None
    assert float(verdict.escape @ H @ verdict.escape) == pytest.approx(-0.48)


def test_a_flat_direction_that_does_not_explain_its_gradient_is_inconclusive() -> None:
    # λ = 2·10⁻⁹ with g = 5·10⁻⁹: the stationary point, if there is one, lies 2.5 away.
    scale, g = torch.tensor([372.0, 2e-9], dtype=DOUBLE), torch.tensor([0.0, 5e-9], dtype=DOUBLE)
    assert classify(lambda x: (scale * x * x).sum() / 2 + g @ x, torch.zeros(2, dtype=DOUBLE)).kind is Kind.INCONCLUSIVE


def test_rosenbrock() -> None:
    assert classify(rosenbrock, torch.ones(5, dtype=DOUBLE)).kind is Kind.STRICT_MINIMUM
    # The second stationary point in five dimensions is a minimum too (Shang and Qiu 2006).
    near = torch.tensor([-0.96205, 0.93573, 0.88071, 0.77787, 0.60509], dtype=DOUBLE)
    assert classify(rosenbrock, near).kind is Kind.STRICT_MINIMUM
    assert classify(rosenbrock, torch.tensor([-1.2, 1.0], dtype=DOUBLE)).kind is Kind.NOT_STATIONARY


@pytest.mark.parametrize(
    "f", [torch.sum, lambda x: (x - 3).square().sum(), lambda x: x.exp().sum(), lambda x: x.log().sum()]
)
def test_not_stationary(f: Callable[[Tensor], Tensor]) -> None:
    assert classify(f, torch.zeros(3, dtype=DOUBLE)).kind is Kind.NOT_STATIONARY


@pytest.mark.parametrize("factor", [1e-12, 1e-6, 1e6, 1e12])
@pytest.mark.parametrize(("x", "kind"), CORNERS)
def test_the_unit_of_f_does_not_matter(factor: float, x: tuple[float, ...], kind: Kind) -> None:
    assert classify(lambda x: factor * (reference(x) - 6), torch.tensor(x, dtype=DOUBLE)).kind is kind


def sparse_function(size: int, shift: float, seed: int) -> tuple[Callable[[Tensor], Tensor], Tensor]:
    """Random sparse H (about 5 entries a row) as a function, and written out."""
    generator = torch.Generator().manual_seed(seed)
    place = torch.randint(size, (2, 2 * size), generator=generator)
    weight = torch.randn(2 * size, generator=generator, dtype=DOUBLE)
    diagonal = shift + torch.rand(size, generator=generator, dtype=DOUBLE)
    H = torch.diag(diagonal)
    H.index_put_((place[0], place[1]), weight, accumulate=True)
    H = (H + H.mT) / 2
    return lambda x: (weight * x[place[0]] * x[place[1]]).sum() / 2 + (diagonal * x * x).sum() / 2, H


@pytest.mark.parametrize(
    ("shift", "kind"), [(0.0, Kind.SADDLE), (6.0, Kind.STRICT_MINIMUM), (-7.0, Kind.STRICT_MAXIMUM)]
)
def test_lanczos_agrees_with_dense_eigenvalues(shift: float, kind: Kind) -> None:
    f, H = sparse_function(3 * DENSE, shift, seed=4)
    dense = torch.linalg.eigvalsh(H)
    verdict = classify(f, torch.zeros(len(H), dtype=DOUBLE))
    assert not verdict.complete
    assert verdict.kind is kind
    ends = verdict.eigenvalues[[0, -1]]
    torch.testing.assert_close(ends, dense[[0, -1]], rtol=1e-4, atol=1e-6)
    if verdict.escape is not None:
        assert float(verdict.escape @ H @ verdict.escape) == pytest.approx(float(dense[0]), rel=1e-4)


def test_a_large_singular_hessian_is_inconclusive_and_a_large_slope_is_not_stationary() -> None:
    size = 2 * DENSE
    zero, one = torch.zeros(size, dtype=DOUBLE), torch.ones(size, dtype=DOUBLE)
    assert classify(lambda x: x[: size // 2].square().sum(), zero).kind is Kind.INCONCLUSIVE
    assert classify(lambda x: (x**4).sum(), zero + 1e-4).kind is Kind.INCONCLUSIVE
    assert classify(lambda x: x.square().sum(), one).kind is Kind.NOT_STATIONARY
    assert classify(lambda x: (x - 1).square().sum(), one + 1e-5).kind is Kind.STRICT_MINIMUM


class Quartic:
    """A problem of two members that gives gradients only."""

    def __init__(self, centers: Tensor) -> None:
        self.centers = centers

    def value(self, x: Tensor) -> Tensor:
        return torch.stack([reference(row) for row in x - self.centers])

    def at(self, x: Tensor) -> Point:
        d = x - self.centers
        gradient = 3 * d**2 + torch.tensor([4.0, 8.0], dtype=DOUBLE) * d
        return Point(x, self.value(x), gradient)

    def select(self, index: Tensor) -> "Quartic":
        return Quartic(self.centers[index])


@pytest.mark.parametrize(("x", "kind"), CORNERS)
def test_a_problem_with_gradients_only(x: tuple[float, ...], kind: Kind) -> None:
    centers = torch.tensor([[0.0, 0.0], [5.0, -1.0]], dtype=DOUBLE)
    place = torch.tensor(x, dtype=DOUBLE) + centers
    verdicts = verdict_of(Quartic(centers), place)
    assert [v.kind for v in verdicts] == [kind, kind]


def test_the_verdict_speaks() -> None:
    verdict = classify(reference, torch.tensor([0.0, -8 / 3], dtype=DOUBLE))
    assert "saddle" in str(verdict) and "-8" in str(verdict) and "escape" in verdict.remedy
    assert all(kind.sentence for kind in Kind)
    assert "Largest |gradient| nan" in str(classify(torch.sum, torch.full((2,), math.nan)))


def test_refuses_wrong_shapes() -> None:
    with pytest.raises(ShapeError, match="vector"):
        classify(torch.sum, torch.zeros(2, 2))
    with pytest.raises(ShapeError, match="one number"):
        classify(torch.exp, torch.zeros(2))
    with pytest.raises(ShapeError, match="K, P"):
        verdict_of(torch.sum, torch.zeros(2))
