"""Distributions: normalized, inverted, sampled, scored; each against quadrature, SciPy or its own samples."""

import math

import pytest
import scipy.stats
import torch

from likelihoods.cases import NUMBERS, Case, draws
from pishro.likelihoods import Binned, EqualMixture, Huber, Quantile, likelihood
from pishro.likelihoods.gamma import GammaDistribution
from pishro.likelihoods.huber import HuberDistribution
from pishro.likelihoods.laplace import LaplaceDistribution
from pishro.likelihoods.log_normal import LogNormalDistribution
from pishro.likelihoods.negative_binomial import NegativeBinomialDistribution
from pishro.likelihoods.normal import NormalDistribution
from pishro.likelihoods.poisson import PoissonDistribution
from pishro.likelihoods.student_t import StudentTDistribution

UNIFORM = (torch.arange(20_000, dtype=torch.float64) + 0.5) / 20_000
every_case = pytest.mark.parametrize("case", NUMBERS, ids=str)


def value(x: float) -> torch.Tensor:
    return torch.tensor([[x]], dtype=torch.float64)


PAIRS = [
    (NormalDistribution(value(0.4), value(1.7)), scipy.stats.norm(0.4, 1.7)),
    (LaplaceDistribution(value(0.4), value(1.7)), scipy.stats.laplace(0.4, 1.7)),
    (StudentTDistribution(value(0.4), value(1.7), value(3.5)), scipy.stats.t(3.5, 0.4, 1.7)),
    (LogNormalDistribution(value(0.4), value(0.6)), scipy.stats.lognorm(0.6, scale=math.exp(0.4))),
    (GammaDistribution(value(2.0), value(1.3)), scipy.stats.gamma(1.3, scale=2.0 / 1.3)),
    (GammaDistribution(value(2.0), value(2e4)), scipy.stats.gamma(2e4, scale=1e-4)),
    (PoissonDistribution(value(3.7)), scipy.stats.poisson(3.7)),
    (NegativeBinomialDistribution(value(3.7), value(1.2)), scipy.stats.nbinom(1.2, 1.2 / 4.9)),
    (NegativeBinomialDistribution(value(3.7), value(1e9)), scipy.stats.poisson(3.7)),
]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=lambda p: type(p).__name__)
def test_against_scipy(ours: NormalDistribution, theirs: scipy.stats.rv_continuous) -> None:
    log = theirs.logpmf if ours.discrete else theirs.logpdf
    points = [0.0, 1.0, 4.0, 9.0] if ours.discrete else [0.2, 0.9, 2.1, 7.5]
    for y in points:
        assert ours.log_density(value(y)).item() == pytest.approx(log(y), rel=1e-6)
        assert ours.cdf(value(y)).item() == pytest.approx(theirs.cdf(y), rel=1e-6)
    for level in (0.01, 0.3, 0.5, 0.975):
        assert ours.quantile(level).item() == pytest.approx(theirs.ppf(level), rel=1e-9)
    assert ours.mean().item() == pytest.approx(theirs.mean())
    assert ours.variance().item() == pytest.approx(theirs.var(), rel=1e-6)
    assert ours.median().item() == pytest.approx(theirs.median())


@every_case
def test_density_is_normalized(case: Case) -> None:
    given = case.likelihood.distribution(case.typical[None])
    first = type(given).__name__ != "GaussianMixtureDistribution" or case.y.shape[1] == 1
    if given.discrete:
        y = torch.arange(400, dtype=torch.float64).reshape(-1, 1, 1).expand(-1, 1, case.y.shape[1])
        mass = given.log_density_each(y).exp().sum(0)
    else:  # ∫ p dy = ∫ p dy/du du along a change of variables that reaches far into the tails
        u = torch.linspace(-12, 12, 400_001, dtype=torch.float64)
        y = (0.4 + torch.sinh(u)).reshape(-1, 1, 1).expand(-1, 1, case.y.shape[1])
        density = given.log_density_each(y).exp() * torch.cosh(u).reshape(-1, 1, 1)
        mass = torch.trapezoid(density, u, dim=0)
    torch.testing.assert_close(mass, torch.ones_like(mass), rtol=0, atol=1e-4)
    if first:
        torch.testing.assert_close(given.log_density(y), given.log_density_each(y).sum(-1))


@every_case
def test_cost_is_the_density_up_to_a_constant(case: Case) -> None:
    if isinstance(case.likelihood, Quantile):
        pytest.skip("the pinball cost is a score of its distribution")
    given = case.likelihood.distribution(case.raw)
    gap = case.likelihood.nll(case.raw, case.y) + given.log_density(case.y)
    torch.testing.assert_close(gap, gap[0, 0].expand_as(gap), rtol=0, atol=1e-9)


def test_the_cost_of_one_quantile_is_the_asymmetric_laplace() -> None:
    raw, y = torch.zeros(5, 1).double(), torch.tensor([[-2.0], [-0.1], [0.0], [0.4], [3.0]]).double()
    one = Quantile((0.8,))
    torch.testing.assert_close(
        one.nll(raw, y) + one.distribution(raw).log_density(y), torch.full((5,), math.log(0.16)).double()
    )


@every_case
def test_quantile_inverts_cdf(case: Case) -> None:
    given = case.likelihood.distribution(case.raw)
    for level in (0.001, 0.05, 0.31, 0.5, 0.77, 0.999):
        at = given.quantile(level)
        assert at.shape == given.mean().shape
        if given.discrete:
            assert (given.cdf(at) >= level).all() and (given.cdf(at - 1) < level).all()
        else:
            torch.testing.assert_close(given.cdf(at), torch.full_like(at, level), rtol=1e-6, atol=1e-9)
    low, high = given.interval(0.9)
    assert (low <= given.median()).all() and (given.median() <= high).all()


@every_case
def test_moments_match_samples(case: Case) -> None:
    given = case.likelihood.distribution(case.typical[None])
    sample = draws(case, 400_000)
    width = given.variance().sqrt().squeeze(0)
    assert ((sample.mean(0) - given.mean()[0]) / width).abs().max() < 0.02
    if not case.id.startswith("student"):  # their fourth moment does not exist
        torch.testing.assert_close(sample.var(0), given.variance()[0], rtol=0.04, atol=0)
    for level in (0.1, 0.6):
        below = (sample <= given.quantile(level)).double().mean(0)
        torch.testing.assert_close(below, given.cdf(given.quantile(level))[0], rtol=0, atol=0.005)
    assert given.sample(3, torch.Generator().manual_seed(0)).shape == (3, *given.mean().shape)


@every_case
def test_score_is_the_integral_that_defines_it(case: Case) -> None:
    # CRPS = 2 ∫ pinball_τ(y − F⁻¹(τ)) dτ, on a grid of levels
    given = case.likelihood.distribution(case.typical[None])
    at = given.quantile(UNIFORM.reshape(-1, 1, 1))
    y = given.quantile(0.8)
    error = y - at
    level = UNIFORM.reshape(-1, 1, 1)
    expected = 2 * torch.maximum(level * error, (level - 1) * error).mean(0)
    sampled = given._closed_crps(y) is None
    got = given.crps(y, draws=20_000)
    torch.testing.assert_close(got, expected, rtol=0.03 if sampled else 2e-3, atol=1e-4)
    torch.testing.assert_close(given.score(y), got.sum(-1), rtol=0.1 if sampled else 1e-9, atol=1e-4)


def test_huber_is_normal_in_the_middle_and_laplace_outside() -> None:
    z = torch.linspace(-1, 1, 9).double()[:, None]
    narrow = HuberDistribution(torch.zeros(9, 1).double(), torch.ones(9, 1).double(), 8.0)
    normal = NormalDistribution(torch.zeros(9, 1).double(), torch.ones(9, 1).double())
    torch.testing.assert_close(narrow.log_density(z), normal.log_density(z), rtol=1e-9, atol=1e-9)
    assert Huber(delta=8.0).information() == pytest.approx((1.0, 2.0))
    assert Huber(delta=1e-3).information()[1] == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("case", [c for c in NUMBERS if "mixture-" in c.id], ids=str)
def test_joint_samples_have_the_joint_covariance(case: Case) -> None:
    given = case.likelihood.distribution(case.typical[None])
    sample = draws(case, 400_000)
    weights, whitening = given.log_weights[0].exp(), given.whitening[0]
    within = sum(w * torch.linalg.inv(a.T @ a) for w, a in zip(weights, whitening, strict=True))
    apart = given.centers[0] - given.mean()[0]
    expected = within + (weights[:, None, None] * apart[:, :, None] * apart[:, None]).sum(0)
    torch.testing.assert_close(torch.cov(sample.T), expected, rtol=0.03, atol=0.02)
    density = scipy.stats.multivariate_normal
    y = sample[0]
    expected_density = sum(
        float(w) * density(m.numpy(), torch.linalg.inv(a.T @ a).numpy()).pdf(y.numpy())
        for w, m, a in zip(weights, given.centers[0], whitening, strict=True)
    )
    assert given.log_density(y[None]).item() == pytest.approx(math.log(expected_density))


def test_bins_of_data_hold_equally_many() -> None:
    y = torch.randn(1000, 1, generator=torch.Generator().manual_seed(0)).double()
    bins = Binned.of(y, 8)
    assert bins.outputs(y) == 8
    start = bins.start(y)
    assert start.abs().max() < 0.02
    assert torch.isfinite(bins.nll(start.expand(1000, -1), 100 * y)).all()  # what lies outside has a density too


def test_quantiles_never_cross() -> None:
    raw = 30 * torch.randn(200, 5, generator=torch.Generator().manual_seed(0)).double()
    assert (likelihood("quantile").distribution(raw).knots.diff(dim=-1) >= 0).all()


@every_case
def test_predictive_of_one_certain_member_is_its_distribution(case: Case) -> None:
    raw = case.raw[:1]
    mixture = case.likelihood.predictive(raw, torch.zeros_like(raw), torch.ones(1).double())
    assert isinstance(mixture, EqualMixture)
    given = case.likelihood.distribution(raw[0])
    torch.testing.assert_close(mixture.mean(), given.mean())
    torch.testing.assert_close(mixture.variance(), given.variance())
    torch.testing.assert_close(mixture.quantile(0.3), given.quantile(0.3), rtol=1e-6, atol=1e-9)
    torch.testing.assert_close(mixture.log_density(case.y), given.log_density(case.y))
    if given._closed_crps(case.y) is not None:
        torch.testing.assert_close(mixture.crps(case.y), given.crps(case.y), rtol=1e-7, atol=1e-7)
