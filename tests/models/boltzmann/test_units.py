"""Units against their definition: states summed or integrated."""

import pytest
import torch
from scipy.integrate import quad

from pishro.errors import DataError, SettingError
from pishro.models.boltzmann import (
    BernoulliUnits,
    GaussianUnits,
    JoinedUnits,
    NoisyReLUUnits,
    SoftmaxUnits,
    Units,
    units_named,
)

DRAWS = 200_000
Z = torch.tensor([-1.2, 0.3, 0.9, 2.0], dtype=torch.float64)
JOINED = JoinedUnits((BernoulliUnits(), SoftmaxUnits()), (1, 3))
COUNTED = [BernoulliUnits(), SoftmaxUnits(), JOINED]
ALL = [*COUNTED, GaussianUnits(), NoisyReLUUnits()]


@pytest.mark.parametrize("units", COUNTED, ids=lambda u: u.name)
def test_sums_over_all_states(units: Units) -> None:
    states = units.states(4)
    weights = states @ Z - units.base(states)
    torch.testing.assert_close(units.log_partition(Z), weights.logsumexp(0))
    torch.testing.assert_close(units.mean(Z), weights.softmax(0) @ states)


def test_gaussian_units_by_quadrature() -> None:
    units = GaussianUnits()
    for z in Z.tolist():

        def weight(s: float, z: float = z) -> float:
            return float(torch.exp(s * torch.tensor(z) - units.base(torch.tensor([s], dtype=torch.float64))))

        total, first = quad(weight, -12, 12)[0], quad(lambda s: s * weight(s), -12, 12)[0]
        one = torch.tensor([z], dtype=torch.float64)
        assert float(units.log_partition(one).exp()) == pytest.approx(total)
        assert float(units.mean(one)) == pytest.approx(first / total)


def test_rectified_units_are_many_bernoulli_copies() -> None:
    z = torch.linspace(-4, 30, 40, dtype=torch.float64)
    copies = z.unsqueeze(-1) - torch.arange(1, 400, dtype=torch.float64) + 0.5
    units = NoisyReLUUnits()
    got = torch.stack([units.log_partition(a.reshape(1)) for a in z])
    torch.testing.assert_close(got, torch.nn.functional.softplus(copies).sum(-1), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(units.mean(z), copies.sigmoid().sum(-1), rtol=0.02, atol=0.02)


@pytest.mark.parametrize("units", ALL, ids=lambda u: u.name)
def test_the_mean_is_the_slope_of_the_log_partition_and_of_what_is_drawn(units: Units) -> None:
    z = Z.clone().requires_grad_()
    (slope,) = torch.autograd.grad(units.log_partition(z), z)
    rough = isinstance(units, NoisyReLUUnits)
    torch.testing.assert_close(units.mean(Z), slope, atol=0.02 if rough else 1e-9, rtol=0)
    rows = Z.expand(DRAWS, -1)
    drawn = units.sample(rows, units.mean(rows), torch.Generator().manual_seed(0))
    expected = units.mean(Z)
    if rough:  # the mean of a rectified Normal, which is what is drawn
        deviation, normal = Z.sigmoid().sqrt(), torch.distributions.Normal(0.0, 1.0)
        height = Z / deviation
        expected = Z * normal.cdf(height) + deviation * normal.log_prob(height).exp()
    torch.testing.assert_close(drawn.mean(0), expected, atol=0.01, rtol=0)


@pytest.mark.parametrize("units", ALL, ids=lambda u: u.name)
def test_biases_for_means(units: Units) -> None:
    mean = torch.tensor([0.5, 0.2, 0.7, 0.1], dtype=torch.float64)
    if isinstance(units, SoftmaxUnits):
        mean /= mean.sum()
    if isinstance(units, JoinedUnits):
        mean[1:] /= mean[1:].sum()
    torch.testing.assert_close(units.mean(units.bias_for(mean)), mean)


@pytest.mark.parametrize("units", ALL, ids=lambda u: u.name)
def test_as_plain_data(units: Units) -> None:
    assert units_named(units.to_json()) == units


def test_bad_states_and_names() -> None:
    with pytest.raises(DataError, match=r"\[0, 1\] for Bernoulli"):
        BernoulliUnits().check(torch.tensor([[0.0, 255.0]]))
    with pytest.raises(DataError, match="sum to 1"):
        JOINED.check(torch.tensor([[1.0, 0.5, 0.1, 0.1]]))
    with pytest.raises(SettingError, match="infinitely many"):
        GaussianUnits().states(2)
    with pytest.raises(SettingError, match="'gaussian'"):
        units_named("gausian")
