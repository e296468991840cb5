"""Predictions: mixtures over members and over the uncertainty of their parameters; class probabilities."""

import math

import pytest
import scipy.stats
import torch

from pishro.likelihoods import (
    Bernoulli,
    Categorical,
    ClassProbabilities,
    EqualMixture,
    GaussianMixture,
    HeteroscedasticNormal,
    Laplace,
    MultiLabel,
    Normal,
    Ordinal,
    Poisson,
    StudentT,
    UserCost,
)
from pishro.likelihoods.normal import NormalDistribution
from pishro.likelihoods.spread import normal_points, spread_points


def mixture() -> EqualMixture:
    centers = torch.tensor([[[0.0], [1.0]], [[4.0], [1.5]]], dtype=torch.float64)
    scales = torch.tensor([[[1.0], [0.5]], [[0.5], [2.0]]], dtype=torch.float64)
    return EqualMixture(NormalDistribution(centers, scales))


def test_mixture_against_scipy() -> None:
    y = torch.tensor([[0.3], [2.0]], dtype=torch.float64)
    d = mixture()
    for i, (a, b) in enumerate((((0.0, 1.0), (4.0, 0.5)), ((1.0, 0.5), (1.5, 2.0)))):
        p = [scipy.stats.norm(*a), scipy.stats.norm(*b)]
        v = float(y[i])
        assert d.cdf(y)[i].item() == pytest.approx((p[0].cdf(v) + p[1].cdf(v)) / 2, rel=1e-12)
        assert d.log_density(y)[i].item() == pytest.approx(math.log((p[0].pdf(v) + p[1].pdf(v)) / 2), rel=1e-12)


def test_quantile_inverts_cdf() -> None:
    d = mixture()
    for level in (0.001, 0.025, 0.5, 0.9, 0.999):
        torch.testing.assert_close(d.cdf(d.quantile(level)), torch.full((2, 1), level, dtype=torch.float64))


def test_quantile_of_a_mixture_of_counts_is_a_count() -> None:
    raw = torch.tensor([[[1.0]], [[3.0]]], dtype=torch.float64)
    d = Poisson().predictive(raw, torch.zeros_like(raw), torch.ones(2).double())
    for level in (0.01, 0.3, 0.5, 0.99):
        q = d.quantile(level)
        assert q == q.round() and d.cdf(q) >= level > d.cdf(q - 1)


def test_mixture_moments_match_its_samples() -> None:
    d = mixture().affine(1.0, 2.0)
    draws = d.sample(200_000, torch.Generator().manual_seed(1))
    torch.testing.assert_close(draws.mean(0), d.mean(), rtol=0, atol=0.04)
    torch.testing.assert_close(draws.var(0), d.variance(), rtol=0.02, atol=0)


def test_crps_of_a_mixture_matches_its_samples() -> None:
    d, y = mixture().affine(1.0, 2.0), torch.tensor([[0.3], [2.0]], dtype=torch.float64)
    draws = d.sample(200_000, torch.Generator().manual_seed(1))
    other = d.sample(200_000, torch.Generator().manual_seed(2))
    expected = (draws - y).abs().mean(0) - (draws - other).abs().mean(0) / 2
    torch.testing.assert_close(d.crps(y), expected, rtol=0.02, atol=0)


def test_affine_moves_everything() -> None:
    d, y = mixture(), torch.tensor([[0.3], [2.0]], dtype=torch.float64)
    low, high = d.interval(0.9)
    moved = d.affine(3.0, 2.0)
    torch.testing.assert_close(moved.interval(0.9), (3 + 2 * low, 3 + 2 * high))
    torch.testing.assert_close(moved.mean(), 3 + 2 * d.mean())
    torch.testing.assert_close(moved.variance(), 4 * d.variance())
    torch.testing.assert_close(moved.cdf(3 + 2 * y), d.cdf(y))
    torch.testing.assert_close(moved.log_density(3 + 2 * y), d.log_density(y) - math.log(2))
    torch.testing.assert_close(moved.log_density_each(3 + 2 * y).squeeze(-1), moved.log_density(3 + 2 * y))
    torch.testing.assert_close(moved.crps(3 + 2 * y), 2 * d.crps(y))
    torch.testing.assert_close(moved.affine(1.0, 3.0).mean(), 1 + 3 * moved.mean())


def test_predictive_variance_adds_noise_and_parameters() -> None:
    raw = torch.zeros(1, 2, 1, dtype=torch.float64)
    d = Normal().predictive(raw, torch.full_like(raw, 3.0), torch.tensor([0.25], dtype=torch.float64))
    assert d.variance().flatten().tolist() == pytest.approx([7.0, 7.0])


@pytest.mark.parametrize("likelihood", [HeteroscedasticNormal(), Laplace(), StudentT(degrees=5.0)])
def test_uncertain_locations_add_their_variance(likelihood: HeteroscedasticNormal) -> None:
    raw = torch.tensor([[[0.3, 0.1]]], dtype=torch.float64)
    variance = torch.tensor([[[0.7, 0.0]]], dtype=torch.float64)
    d = likelihood.predictive(raw, variance, torch.ones(1).double())
    own = likelihood.distribution(raw[0])
    torch.testing.assert_close(d.mean(), own.mean())
    torch.testing.assert_close(d.variance(), own.variance() + 0.7)


def test_points_stand_for_a_normal() -> None:
    for dimensions in (1, 2, 5):
        points = normal_points(dimensions)
        torch.testing.assert_close(points.mean(0), torch.zeros(dimensions).double())
        torch.testing.assert_close(points.square().mean(0), torch.ones(dimensions).double())
    raw = torch.zeros(2, 3, 4).double()
    assert spread_points(raw, torch.ones_like(raw)).shape == (2, 16, 3, 4)
    assert spread_points(raw, torch.zeros_like(raw)).shape == (2, 1, 3, 4)
    # the interval that the points' documentation speaks of
    noise = NormalDistribution(math.sqrt(0.3) * points[:, :1, None], torch.full((16, 1, 1), math.sqrt(0.7)).double())
    assert EqualMixture(noise).quantile(0.975).item() == pytest.approx(1.95996, rel=0.006)


def test_certain_parameters_leave_probabilities_alone() -> None:
    raw = torch.tensor([[[0.3, -1.0, 2.0]]], dtype=torch.float64)
    p = Categorical(3).predictive(raw, torch.zeros_like(raw), torch.ones(1)).mean()
    torch.testing.assert_close(p, torch.softmax(raw[0], -1))
    certain = Bernoulli().predictive(raw[..., :1], torch.zeros(1, 1, 1), torch.ones(1)).mean()
    torch.testing.assert_close(certain[0, 1], torch.sigmoid(raw[0, 0, 0]))
    unsure = Bernoulli().predictive(raw[..., :1], torch.full((1, 1, 1), 9.0), torch.ones(1)).mean()
    assert 0.5 < unsure[0, 1] < certain[0, 1]


def test_labels_are_moderated() -> None:
    raw = torch.tensor([[[2.0, -2.0]]], dtype=torch.float64)
    unsure = MultiLabel().predictive(raw, torch.full_like(raw, 9.0), torch.ones(1)).mean()
    assert 0.5 < unsure[0, 0] < torch.sigmoid(raw[0, 0, 0])
    assert unsure.sum() == pytest.approx(1)


def test_uncertain_grades_spread_over_the_classes() -> None:
    raw = torch.tensor([[[-1.0, 0.7, 0.1]]], dtype=torch.float64)
    sure = Ordinal(4).predictive(raw, torch.zeros_like(raw), torch.ones(1))
    unsure = Ordinal(4).predictive(raw, torch.full_like(raw, 2.0), torch.ones(1))
    torch.testing.assert_close(sure.mean(), Ordinal(4).mean(raw)[0])
    torch.testing.assert_close(unsure.mean().sum(-1), torch.ones(1).double())
    assert unsure.mean()[0, 3] > sure.mean()[0, 3] and unsure.ordered


def test_shifted_logits_predict_the_same() -> None:
    raw = torch.tensor([[[0.3, -0.4, -1.0, 1.0, 0.0, 0.0]]], dtype=torch.float64)
    shifted = raw + torch.tensor([5.0, 5.0, 0, 0, 0, 0]).double()
    variance, beta = torch.full_like(raw, 0.1), torch.ones(1)
    a, b = (GaussianMixture(2).predictive(r, variance, beta) for r in (raw, shifted))
    torch.testing.assert_close(a.mean(), b.mean())


def test_class_probabilities() -> None:
    p = torch.tensor([[0.2, 0.8, 0.0], [0.5, 0.25, 0.25]], dtype=torch.float64)
    d, y = ClassProbabilities(p), torch.tensor([1, 0])
    assert d.log_density(y).tolist() == pytest.approx([math.log(0.8), math.log(0.5)])
    assert d.mode().tolist() == [1, 0] and d.median().tolist() == [1, 0]
    assert d.score(y).tolist() == pytest.approx([0.08, 0.375])
    assert ClassProbabilities(p, ordered=True).score(y).tolist() == pytest.approx([0.04, 0.3125])
    draws = d.sample(100_000, torch.Generator().manual_seed(0))
    share = torch.stack([(draws == c).double().mean(0) for c in range(3)], -1)
    torch.testing.assert_close(share, p, rtol=0, atol=0.01)


def test_a_cost_of_ones_own_predicts_points() -> None:
    cost = UserCost(lambda raw, y: (raw - y).square().sum(-1), point=torch.exp)
    d = cost.predictive(torch.zeros(2, 3, 1), torch.ones(2, 3, 1), torch.ones(2))
    torch.testing.assert_close(d.mean(), torch.ones(3, 1))
    torch.testing.assert_close(d.score(torch.zeros(3, 1)), torch.ones(3))
    with pytest.raises(ValueError, match="no distribution"):
        d.log_density(torch.zeros(3, 1))
