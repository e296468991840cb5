"""Networks of radial basis functions against SciPy's interpolation, against sums by hand, and on data with a goal."""

import numpy as np
import pytest
import torch
from scipy.interpolate import RBFInterpolator
from torch import Tensor

from pishro.errors import DataError, SettingError
from pishro.likelihoods import Categorical, Normal
from pishro.objectives import Batch
from pishro.training import RadialPlan, interpolate, kernel_regression, train_radial


def rows(count: int = 60) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    x = torch.rand(count, 2, generator=generator, dtype=torch.float64) * 2 - 1
    return x, (torch.sin(3 * x[:, :1]) + x[:, 1:] ** 2)


@pytest.mark.parametrize(
    ("kernel", "scipys"), [("multiquadric", "multiquadric"), ("inverse_multiquadric", "inverse_multiquadric")]
)
def test_interpolation_equals_scipys(kernel: str, scipys: str) -> None:
    x, y = rows()
    network, trained = interpolate(Normal(), Batch(x, y), kernel, width=0.5)
    torch.testing.assert_close(network(trained.theta, x)[0], y, rtol=0, atol=1e-8)
    new, _ = rows(10)
    oracle = RBFInterpolator(x.numpy(), y.numpy(), kernel=scipys, epsilon=2.0, degree=-1)(new.numpy() + 0.01)
    np.testing.assert_allclose(network(trained.theta, new + 0.01)[0], oracle, rtol=1e-6, atol=1e-7)


def test_the_error_left_out_is_that_of_networks_fitted_without_the_row() -> None:
    x, y = rows(25)
    _, trained = interpolate(Normal(), Batch(x, y), "inverse_multiquadric", width=0.7)
    errors = []
    for n in range(len(x)):
        kept = torch.arange(len(x)) != n
        network, other = interpolate(Normal(), Batch(x[kept], y[kept]), "inverse_multiquadric", width=0.7)
        errors.append(float(network(other.theta, x[n : n + 1])[0] - y[n]))
    assert float(1 / trained.beta) == pytest.approx(np.mean(np.square(errors)), rel=1e-6)


def test_interpolation_says_why_it_cannot() -> None:
    x, y = rows(10)
    with pytest.raises(DataError, match="equal rows have different targets"):
        interpolate(Normal(), Batch(torch.cat([x, x[:1]]), torch.cat([y, y[:1] + 1])))
    network, trained = interpolate(Normal(), Batch(torch.cat([x, x[:1]]), torch.cat([y, y[:1]])))
    assert network(trained.theta, x).shape == (1, 10, 1)
    with pytest.raises(DataError, match="smaller width"):
        interpolate(Normal(), Batch(x, y), width=1e6)
    with pytest.raises(SettingError, match="width above 0"):
        interpolate(Normal(), Batch(x, y), width=-1.0)


def test_kernel_regression_is_the_weighted_mean_of_the_targets() -> None:
    x, y = rows()
    network, trained = kernel_regression(Normal(), Batch(x, y), width=0.3)
    new = x[:7] + 0.05
    near = np.exp(-((new.numpy()[:, None] - x.numpy()[None]) ** 2).sum(-1) / (2 * 0.3**2))
    expected = near @ y.numpy() / near.sum(1, keepdims=True)
    np.testing.assert_allclose(network(trained.theta, new)[0], expected, rtol=1e-10)


def test_a_probabilistic_network_predicts_the_share_of_each_class_near_by() -> None:
    x, _ = rows()
    y = (x[:, 0] > 0).long() + (x[:, 1] > 0.5).long()
    network, trained = kernel_regression(Categorical(3), Batch(x, y))
    p = Categorical(3).mean(network(trained.theta, x)[0])
    torch.testing.assert_close(p.sum(-1), torch.ones(60, dtype=torch.float64))
    assert float((p.argmax(-1) == y).double().mean()) > 0.95
    far = Categorical(3).mean(network(trained.theta, x[:1] + 1e3))
    assert bool(far.isfinite().all())


def test_kernel_regression_has_no_place_for_weights() -> None:
    x, y = rows()
    with pytest.raises(SettingError, match="counts each row once"):
        kernel_regression(Normal(), Batch(x, y, torch.ones(60, dtype=torch.float64)))


@pytest.mark.parametrize("centers", ["kmeans", "orthogonal-least-squares"])
def test_training_improves_on_the_start(centers: str) -> None:
    x, y = rows(120)
    plan = RadialPlan(units=8, centers=centers, members=2)
    network, trained = train_radial(Normal(), Batch(x, y), plan)
    assert float((network(trained.theta, x).mean(0) - y).square().mean()) < 1e-3
    assert trained.posterior is not None


def test_units_are_added_until_the_goal_is_met() -> None:
    x, y = rows(120)
    few = train_radial(Normal(), Batch(x, y), RadialPlan(units=40, goal=0.1, members=1))[0]
    many = train_radial(Normal(), Batch(x, y), RadialPlan(units=40, goal=1e-4, members=1))[0]
    assert few.layout.size < many.layout.size
    with pytest.raises(SettingError, match="class labels"):
        train_radial(Categorical(2), Batch(x, (x[:, 0] > 0).long()), RadialPlan(goal=0.1))
