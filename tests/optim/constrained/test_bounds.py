"""Bounds and sets by projection, beside SciPy's bounded solvers; every method that keeps to a box."""

import math

import pytest
import scipy.optimize
import torch
from torch import Tensor

from pishro import optim
from pishro.errors import SettingError
from pishro.optim import Affine, Ball, Box, Kind, Reason, Simplex, Stop

DOUBLE = torch.float64
METHODS: dict[str, object] = {
    **{name: name for name in ("gradient-descent", "bfgs", "lbfgs", "newton", "damped-newton", "trust-region")},
    "BFGS, Armijo": optim.BFGS(search=optim.ArmijoSearch()),
    "dogleg": optim.TrustRegion(optim.Dogleg()),
    "Steihaug": optim.TrustRegion(optim.Steihaug()),
}
LEAST_SQUARES: dict[str, object] = {
    **{name: name for name in ("levenberg-marquardt", "gauss-newton", "hessian-free", "bfgs")},
    "scaled": optim.LevenbergMarquardt(marquardt=True),
}


def chain(x: Tensor) -> Tensor:
    """Rosenbrock's function of many variables, tilted."""
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum() - 0.3 * x.sum()


def residual(x: Tensor) -> Tensor:
    t = torch.linspace(0, 2, 12, dtype=x.dtype)
    return x[0] * torch.exp(-x[1] * t) + x[2] - (2 * torch.exp(-1.5 * t) - 0.5)


BOX = Box(torch.full((8,), -0.5, dtype=DOUBLE), torch.linspace(0.2, 1.2, 8, dtype=DOUBLE))
STARTS = torch.stack([torch.zeros(8, dtype=DOUBLE), torch.linspace(-0.5, 0.2, 8, dtype=DOUBLE)])


@pytest.mark.parametrize("method", METHODS)
def test_every_method_finds_the_bounded_minimum_of_scipy(method: str) -> None:
    gradient = torch.func.grad(chain)
    peer = scipy.optimize.minimize(
        lambda x: float(chain(torch.from_numpy(x))),
        STARTS[0].numpy(),
        jac=lambda x: gradient(torch.from_numpy(x)).numpy(),
        method="L-BFGS-B",
        bounds=list(zip(BOX.lower.tolist(), BOX.upper.tolist(), strict=True)),
        options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 5000},
    )
    for result in optim.minimize(chain, STARTS, METHODS[method], bounds=BOX):
        assert result.value == pytest.approx(peer.fun, rel=1e-12)
        assert result.x.tolist() == pytest.approx(peer.x, abs=1e-6)
        assert result.gradient_norm < 1e-6
        assert float(BOX.violation(result.x.unsqueeze(0))) == 0.0
        # the projected gradient's multipliers: ν points out of the box
        slope = gradient(result.x) + result.kkt.bound_multipliers
        assert float(slope.abs().amax()) < 1e-5
        assert bool((result.kkt.bound_multipliers * result.kkt.active_bounds >= 0).all())
        assert result.verdict.kind is Kind.STRICT_MINIMUM


@pytest.mark.parametrize("method", LEAST_SQUARES)
def test_bounded_least_squares_equal_scipy_s(method: str) -> None:
    low, high = [0.0, 0.0, -0.2], [1.5, 5.0, 1.0]
    peer = scipy.optimize.least_squares(
        lambda x: residual(torch.from_numpy(x)).numpy(), [1.0, 1.0, 0.0], bounds=(low, high), xtol=1e-15, gtol=1e-15
    )
    fit = optim.least_squares(residual, [1.0, 1.0, 0.0], LEAST_SQUARES[method], bounds=(low, high))
    assert fit.value == pytest.approx(peer.cost, rel=1e-8)
    assert fit.x.tolist() == pytest.approx(peer.x, abs=1e-5)
    assert fit.kkt.active_bounds.tolist() == [1, 0, -1]
    if fit.form is optim.Form.PRODUCTS:  # nothing is written out to take deviations from
        return
    # a parameter at its bound is known; the others are as uncertain as in the fit without it
    J = torch.func.jacfwd(residual)(fit.x)[:, 1]
    deviation = math.sqrt(2 * fit.value / 11 / float(J @ J))
    assert fit.standard_deviations.tolist() == pytest.approx([0.0, deviation, 0.0], rel=1e-6)
    many = optim.least_squares(residual, [[1.0, 1.0, 0.0], [0.5, 0.1, 0.5]], bounds=(low, high))
    assert [one.kkt.active_bounds.tolist() for one in many] == [[1, 0, -1]] * 2


def test_residuals_without_bounds_have_no_certificate_of_bounds() -> None:
    assert optim.least_squares(residual, [1.0, 1.0, 0.0]).kkt is None


@pytest.mark.parametrize("region", [Ball(0.7), Ball(0.7, norm=1), Ball(0.4, norm=math.inf), Simplex(1.5)])
def test_a_distance_is_least_at_the_projection(region) -> None:
    target = torch.tensor([2.0, -1.0, 0.3], dtype=DOUBLE)
    result = optim.minimize(lambda x: ((x - target) ** 2).sum(), torch.zeros(3, dtype=DOUBLE), bounds=region)
    assert result.x.tolist() == pytest.approx(region.project(target.unsqueeze(0))[0].tolist(), abs=1e-7)
    assert result.kkt.residual < 1e-7
    assert result.method == "spectral-projected-gradient"
    assert result.verdict.kind is Kind.STRICT_MINIMUM


def test_a_quadratic_on_a_plane_has_its_closed_form() -> None:
    Q = torch.tensor([[4.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 2.0]], dtype=DOUBLE)
    c, A, b = torch.tensor([1.0, -2.0, 3.0], dtype=DOUBLE), torch.ones(1, 3, dtype=DOUBLE), torch.ones(1, dtype=DOUBLE)
    matrix = torch.zeros(4, 4, dtype=DOUBLE)
    matrix[:3, :3], matrix[:3, 3], matrix[3, :3] = Q, 1.0, 1.0
    solution = torch.linalg.solve(matrix, torch.cat([-c, b]))
    result = optim.minimize(lambda x: x @ Q @ x / 2 + c @ x, [1.0, 1.0, 1.0], bounds=Affine(A, b))
    assert result.x.tolist() == pytest.approx(solution[:3].tolist(), abs=1e-7)
    assert result.kkt.bound_multipliers.tolist() == pytest.approx([float(solution[3])] * 3, abs=1e-6)
    assert result.verdict.kind is Kind.STRICT_MINIMUM


def test_a_start_outside_is_moved_and_the_result_says_so() -> None:
    inside, outside = optim.minimize(chain, STARTS[:1] * 0 + torch.tensor([[0.1] * 8, [9.0] * 8]), bounds=BOX)
    assert (inside.start_moved, outside.start_moved) == (False, True)
    assert "moved onto them" in outside.sentence and "moved" not in inside.sentence
    assert float(BOX.violation(outside.history.x).amax()) == 0.0


def test_no_trial_leaves_the_bounds() -> None:
    def f(x: Tensor) -> Tensor:
        assert bool((x.detach() >= 0.1).all()) and bool((x.detach() <= 4.0).all())
        return (x * torch.log(x)).sum() - x.prod()

    for method in ("bfgs", "newton", "trust-region", "gradient-descent"):
        result = optim.minimize(f, [1.0, 2.0], method, bounds=(0.1, 4.0))
        assert result.kkt.residual < 1e-6


def test_fixed_variables_stay_fixed() -> None:
    result = optim.minimize(lambda x: ((x - 3) ** 2).sum() + x.prod(), [0.0, 0.0], bounds=[(1.0, 1.0), (None, None)])
    assert result.x.tolist() == pytest.approx([1.0, 2.5])


def test_members_do_not_disturb_each_other_inside_a_box() -> None:
    for method in ("bfgs", "lbfgs", "newton", "trust-region", "gradient-descent"):
        together = optim.minimize(chain, STARTS, method, bounds=BOX, stop=Stop(iterations=6))
        for member, start in zip(together, STARTS, strict=True):
            alone = optim.minimize(chain, start, method, bounds=BOX, stop=Stop(iterations=6))
            torch.testing.assert_close(member.x, alone.x, rtol=1e-6, atol=1e-8)
            assert (member.reason, member.iterations) == (alone.reason, alone.iterations)


def test_bounds_hold_to_the_last_digit() -> None:
    result = optim.minimize(lambda x: ((x - 3) ** 2).sum(), [0.0, 0.0], bounds=(None, 0.1))
    assert result.x.tolist() == [0.1, 0.1]


def test_a_bound_that_is_not_needed_changes_nothing() -> None:
    free = optim.minimize(chain, STARTS[0], "newton")
    bounded = optim.minimize(chain, STARTS[0], "newton", bounds=(-10.0, 10.0))
    assert bounded.x.tolist() == pytest.approx(free.x.tolist(), abs=1e-8)
    assert bounded.kkt.active_bounds.abs().sum() == 0


def test_a_face_that_curves_down_is_no_minimum() -> None:
    # the gradient pushes x₁ against its bound; along x₂ the cost has a maximum
    def f(x: Tensor) -> Tensor:
        return x[0] - x[1] ** 2 + x[1] ** 4

    result = optim.minimize(f, [0.5, 0.0], "newton", bounds=[(0.0, None), (None, None)])
    assert result.x.tolist() == [0.0, 0.0]
    assert result.verdict.kind is Kind.SADDLE
    assert result.verdict.escape.abs().tolist() == pytest.approx([0.0, 1.0])


@pytest.mark.parametrize(("tilt", "kind"), [(1.0, Kind.STRICT_MINIMUM), (-1.0, Kind.SADDLE)])
def test_very_many_variables(tilt: float, kind: Kind) -> None:
    weights = torch.linspace(0.5, 2.0, 1000, dtype=DOUBLE)
    weights[-1] = tilt

    def f(x: Tensor) -> Tensor:
        return (weights * x**2).sum() + (x**4).sum() - 3 * x[:400].sum()

    result = optim.minimize(f, torch.zeros(1000, dtype=DOUBLE), "lbfgs", bounds=(-1.0, 0.4))
    assert int(result.kkt.active_bounds.sum()) == 400 and result.kkt.residual < 1e-8
    assert result.verdict.kind is kind and not result.verdict.complete
    if kind is Kind.SADDLE:
        assert result.verdict.escape.abs().argmax() == 999


@pytest.mark.parametrize("method", ["conjugate-gradient", "scaled-conjugate-gradient", "rprop"])
def test_methods_of_straight_lines_are_refused(method: str) -> None:
    with pytest.raises(SettingError, match='take "lbfgs"'):
        optim.minimize(chain, STARTS[0], method, bounds=BOX)


def test_no_iterations() -> None:
    result = optim.minimize(chain, STARTS[0], bounds=BOX, stop=Stop(iterations=0))
    assert result.reason is Reason.ITERATIONS and torch.equal(result.x, STARTS[0])
    assert result.kkt.stationarity > 0.1
