"""One checklist for every likelihood, against autograd, quadrature and hand-computed cases."""

import math

import pytest
import scipy.stats
import torch

from pishro.errors import DataError, SettingError
from pishro.likelihoods import (
    Bernoulli,
    Categorical,
    ClassProbabilities,
    Likelihood,
    Normal,
    NormalMixture,
    likelihood_from_json,
)


def cases() -> list[tuple[Likelihood, torch.Tensor, torch.Tensor]]:
    g = torch.Generator().manual_seed(0)

    def raw(*shape: int) -> torch.Tensor:
        return 3 * torch.randn(shape, generator=g, dtype=torch.float64)

    return [
        (Normal(), raw(3, 6, 2), raw(6, 2)),
        (Bernoulli(), raw(3, 6, 1), torch.tensor([0, 1, 1, 0, 1, 0])),
        (Categorical(4), raw(3, 6, 4), torch.tensor([0, 1, 2, 3, 1, 0])),
    ]


@pytest.mark.parametrize(("likelihood", "raw", "y"), cases(), ids=lambda c: getattr(c, "name", ""))
class TestChecklist:
    def test_gradient_equals_autograd(self, likelihood: Likelihood, raw: torch.Tensor, y: torch.Tensor) -> None:
        raw = raw.clone().requires_grad_()
        (expected,) = torch.autograd.grad(likelihood.nll(raw, y).sum(), raw)
        torch.testing.assert_close(likelihood.gradient(raw, y).detach(), expected, rtol=1e-12, atol=1e-12)

    def test_curvature_equals_hessian(self, likelihood: Likelihood, raw: torch.Tensor, y: torch.Tensor) -> None:
        # For these links the Fisher information is the Hessian of the cost, whatever y is.
        rows = raw[0]
        hessian = torch.stack(
            [
                torch.autograd.functional.hessian(lambda r, i=i: likelihood.nll(r[None], y[i : i + 1]).sum(), rows[i])
                for i in range(len(rows))
            ]
        )
        root = likelihood.curvature_root(rows)
        got = torch.eye(rows.shape[-1]).double().expand_as(hessian) if root is None else root @ root.mT
        torch.testing.assert_close(got, hessian, rtol=1e-9, atol=1e-12)

    def test_json_round_trip(self, likelihood: Likelihood, raw: torch.Tensor, y: torch.Tensor) -> None:
        again = likelihood_from_json(likelihood.to_json())
        assert torch.equal(again.nll(raw, y), likelihood.nll(raw, y))

    def test_stable_far_out(self, likelihood: Likelihood, raw: torch.Tensor, y: torch.Tensor) -> None:
        far = raw.sign() * 1e3
        assert torch.isfinite(likelihood.nll(far, y)).all()
        assert torch.isfinite(likelihood.gradient(far, y)).all()
        root = likelihood.curvature_root(far)
        assert root is None or torch.isfinite(root).all()

    def test_own_target_is_inside_the_domain(self, likelihood: Likelihood, raw: torch.Tensor, y: torch.Tensor) -> None:
        likelihood.check(y)
        assert likelihood.outputs(y) == raw.shape[-1]


def test_categorical_root_has_rank_one_less() -> None:
    raw = torch.tensor([[0.0, 1.0, -2.0, 0.5]], dtype=torch.float64)
    assert Categorical(4).curvature_root(raw).shape == (1, 4, 3)


def test_domains() -> None:
    with pytest.raises(DataError, match="finite"):
        Normal().check(torch.tensor([[float("nan")]]))
    with pytest.raises(DataError, match="0 and 1"):
        Bernoulli().check(torch.tensor([0, 2]))
    with pytest.raises(DataError, match="0 to 2"):
        Categorical(3).check(torch.tensor([0, 3]))
    with pytest.raises(SettingError, match="at least 2"):
        Categorical(1)
    with pytest.raises(SettingError, match="Did you mean 'normal'"):
        likelihood_from_json({"name": "norma"})


def mixture() -> NormalMixture:
    centers = torch.tensor([[[0.0], [1.0]], [[4.0], [1.5]]], dtype=torch.float64)
    scales = torch.tensor([[[1.0], [0.5]], [[0.5], [2.0]]], dtype=torch.float64)
    return NormalMixture(centers, scales)


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


def test_mixture_moments_match_its_samples() -> None:
    d = mixture()
    draws = d.sample(200_000, torch.Generator().manual_seed(1))
    torch.testing.assert_close(draws.mean(0), d.mean(), rtol=0, atol=0.02)
    torch.testing.assert_close(draws.var(0), d.variance(), rtol=0.02, atol=0)


def test_affine_moves_the_interval() -> None:
    low, high = mixture().interval(0.9)
    moved = mixture().affine(torch.tensor(3.0), torch.tensor(2.0)).interval(0.9)
    torch.testing.assert_close(moved[0], 3 + 2 * low)
    torch.testing.assert_close(moved[1], 3 + 2 * high)


def test_predictive_variance_adds_noise_and_parameters() -> None:
    raw = torch.zeros(1, 2, 1, dtype=torch.float64)
    d = Normal().predictive(raw, torch.full_like(raw, 3.0), torch.tensor([0.25], dtype=torch.float64))
    assert d.variance().flatten().tolist() == pytest.approx([7.0, 7.0])


def test_certain_parameters_leave_probabilities_alone() -> None:
    raw = torch.tensor([[[0.3, -1.0, 2.0]]], dtype=torch.float64)
    p = Categorical(3).predictive(raw, torch.zeros_like(raw), torch.ones(1)).mean()
    torch.testing.assert_close(p, torch.softmax(raw[0], -1))
    certain = Bernoulli().predictive(raw[..., :1], torch.zeros(1, 1, 1), torch.ones(1)).mean()
    torch.testing.assert_close(certain[0, 1], torch.sigmoid(raw[0, 0, 0]))
    unsure = Bernoulli().predictive(raw[..., :1], torch.full((1, 1, 1), 9.0), torch.ones(1)).mean()
    assert 0.5 < unsure[0, 1] < certain[0, 1]


def test_log_density_of_classes() -> None:
    d = ClassProbabilities(torch.tensor([[0.2, 0.8], [0.5, 0.5]]))
    assert d.log_density(torch.tensor([1, 0])).tolist() == pytest.approx([math.log(0.8), math.log(0.5)])
