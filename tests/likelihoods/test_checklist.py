"""One checklist for every likelihood: derivatives against autograd, curvature against Monte Carlo, weights, masks."""

import pytest
import torch

from likelihoods.cases import CASES, DENSITIES, MASKABLE, NAN, Case, draws, pinball_is_no_density
from pishro.likelihoods import (
    GaussianMixture,
    Likelihood,
    NegativeBinomial,
    Quantile,
    likelihood_from_json,
)
from pishro.nn import Dense, Network
from pishro.objectives import Batch, Objective

EXACT = {"rtol": 1e-9, "atol": 1e-9}
every_case = pytest.mark.parametrize("case", CASES, ids=str)


def curvature(likelihood: Likelihood, raw: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    root = likelihood.curvature_root(raw, y)
    return torch.eye(raw.shape[-1]).double().expand(*raw.shape, -1) if root is None else root @ root.mT


@every_case
def test_gradient_equals_autograd(case: Case) -> None:
    raw = case.raw.clone().requires_grad_()
    (expected,) = torch.autograd.grad(case.likelihood.nll(raw, case.y).sum(), raw)
    torch.testing.assert_close(case.likelihood.gradient(case.raw, case.y), expected, **EXACT)


@every_case
def test_mean_and_gradient_equal_autograd(case: Case) -> None:
    for raw in (case.raw, case.raw[0]):  # members, and one network alone
        leaf = raw.clone().requires_grad_()
        mean = case.likelihood.nll(leaf, case.y).mean(-1)
        (expected,) = torch.autograd.grad(mean.sum(), leaf)
        found = case.likelihood.mean_and_gradient(raw, case.y)
        torch.testing.assert_close(found[0], mean.detach(), **EXACT)
        torch.testing.assert_close(found[1], expected, **EXACT)


@pytest.mark.parametrize("case", DENSITIES, ids=str)
def test_curvature_equals_monte_carlo_fisher(case: Case) -> None:
    if pinball_is_no_density(case):
        pytest.skip("a sum of pinball costs is no density; its curvature has a test of its own")
    count = 400_000
    raw, y = case.typical.expand(count, -1), draws(case, count)
    score = case.likelihood.gradient(raw, y)
    fisher, got = score.T @ score / count, curvature(case.likelihood, raw, y).mean(0)
    width = fisher.diagonal().clamp_min(1e-3).sqrt()
    relative = (got - fisher) / width / width[:, None]
    if isinstance(case.likelihood, GaussianMixture):
        assert torch.linalg.eigvalsh(relative).min() > -0.03  # complete-data information is never less
    elif isinstance(case.likelihood, NegativeBinomial):
        assert relative[0].abs().max() < 0.03 and -0.03 < relative[1, 1] < 0.5
    else:
        assert relative.abs().max() < 0.05  # the score of degrees of freedom has heavy tails
    assert (score.mean(0) / width).abs().max() < 0.02  # the expected gradient is zero


def test_complete_data_information_is_exact_where_components_lie_apart() -> None:
    raw = torch.tensor([0.3, 0.0, -30.0, 0.0, 30.0, 2.0, 0.0, 0.4, 0.1, 0.2, 0.8, -0.5], dtype=torch.float64)
    likelihood, count = GaussianMixture(2, "full"), 400_000
    rows = raw.expand(count, -1)
    y = likelihood.distribution(rows).sample(1, torch.Generator().manual_seed(0)).squeeze(0)
    score = likelihood.gradient(rows, y)
    fisher, got = score.T @ score / count, curvature(likelihood, rows, y).mean(0)
    width = fisher.diagonal().sqrt()
    assert ((got - fisher) / width / width[:, None]).abs().max() < 0.03


@pytest.mark.parametrize("levels", [(0.1, 0.3, 0.6, 0.9), (0.25, 0.75), (0.02, 0.1, 0.2)])
def test_quantile_curvature_is_the_hessian_of_the_expected_cost(levels: tuple[float, ...]) -> None:
    likelihood = Quantile(levels)
    raw = torch.tensor([0.4, -1.0, -0.5, 0.2][: len(levels)], dtype=torch.float64)
    given = likelihood.distribution(raw[None])
    grid = (torch.arange(400_000, dtype=torch.float64) + 0.5) / 400_000
    y = given.quantile(grid[:, None, None]).reshape(-1, 1)

    def expected_gradient(at: torch.Tensor) -> torch.Tensor:
        return likelihood.gradient(at.expand(len(y), -1), y).mean(0)

    step = 1e-3 * torch.eye(len(raw)).double()
    hessian = torch.stack([(expected_gradient(raw + s) - expected_gradient(raw - s)) / 2e-3 for s in step])
    got = curvature(likelihood, raw[None], y[:1])[0]
    torch.testing.assert_close(got, hessian, rtol=0.02, atol=0.005)


@pytest.mark.parametrize("name", ["normal", "bernoulli", "categorical", "poisson", "multi-label", "user"])
def test_canonical_curvature_equals_hessian(name: str) -> None:
    case = next(c for c in CASES if c.id == name)
    rows = case.raw[0]
    hessian = torch.stack(
        [
            torch.autograd.functional.hessian(
                lambda r, i=i: case.likelihood.nll(r[None], case.y[i : i + 1]).sum(), rows[i]
            )
            for i in range(len(rows))
        ]
    )
    torch.testing.assert_close(curvature(case.likelihood, rows, case.y), hessian, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("case", DENSITIES, ids=str)
def test_root_has_true_rank(case: Case) -> None:
    y = draws(case, 20)
    root = case.likelihood.curvature_root(case.typical.expand(20, -1), y)
    if root is not None:
        assert int(torch.linalg.matrix_rank(root, rtol=1e-9).max()) == root.shape[-1]


@every_case
def test_stable_far_out(case: Case) -> None:
    for far in (case.raw.sign() * 1e3, torch.full_like(case.raw, 1e3), torch.full_like(case.raw, -1e3)):
        assert torch.isfinite(case.likelihood.nll(far, case.y)).all()
        assert torch.isfinite(case.likelihood.gradient(far, case.y)).all()
        assert torch.isfinite(curvature(case.likelihood, far, case.y)).all()


@every_case
def test_own_target_is_inside_the_domain(case: Case) -> None:
    case.likelihood.check(case.y)
    assert case.likelihood.outputs(case.y) == case.raw.shape[-1]
    assert case.likelihood.start(case.y).shape == case.raw.shape[-1:]


@pytest.mark.parametrize("case", DENSITIES, ids=str)
def test_start_is_near_the_marginal_fit(case: Case) -> None:
    y = draws(case, 4000)
    start = case.likelihood.start(y).expand(len(y), -1)
    typical = case.likelihood.nll(case.typical.expand(len(y), -1), y).mean()
    slack = 1.0 if isinstance(case.likelihood, GaussianMixture) else 0.08
    assert case.likelihood.nll(start, y).mean() < typical + slack


@every_case
def test_members_axis_equals_one_by_one(case: Case) -> None:
    together = case.likelihood.nll(case.raw, case.y), case.likelihood.gradient(case.raw, case.y)
    for k, raw in enumerate(case.raw):
        torch.testing.assert_close(together[0][k], case.likelihood.nll(raw, case.y))
        torch.testing.assert_close(together[1][k], case.likelihood.gradient(raw, case.y))
        torch.testing.assert_close(
            curvature(case.likelihood, case.raw, case.y)[k], curvature(case.likelihood, raw, case.y)
        )


@pytest.mark.parametrize("case", DENSITIES, ids=str)
def test_json_round_trip(case: Case) -> None:
    again = likelihood_from_json(case.likelihood.to_json())
    assert type(again) is type(case.likelihood)
    assert torch.equal(again.nll(case.raw, case.y), case.likelihood.nll(case.raw, case.y))


@every_case
def test_weights_equal_repetition(case: Case) -> None:
    network = Network.chain(2, Dense(3, "tanh"), Dense(case.raw.shape[-1]))
    theta = network.init(seed=1, members=2)
    x = torch.randn(len(case.y), 2, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    times = torch.tensor([0, 1, 2, 3, 1, 2])
    index = torch.arange(len(x)).repeat_interleave(times)
    weighted = Objective(network, case.likelihood, Batch(x, case.y, times.double())).at(theta)
    repeated = Objective(network, case.likelihood, Batch(x[index], case.y[index])).at(theta)
    torch.testing.assert_close(weighted.value, repeated.value)
    torch.testing.assert_close(weighted.gradient, repeated.gradient)
    torch.testing.assert_close(weighted.precision.matrix, repeated.precision.matrix)


@pytest.mark.parametrize("case", MASKABLE, ids=str)
def test_what_was_not_observed_adds_nothing(case: Case) -> None:
    y = case.y.clone()
    y[0, 0] = y[3, 1] = NAN
    raw, likelihood = case.raw, case.likelihood
    free = raw.clone().requires_grad_()
    nll = likelihood.nll(free, y)
    (expected,) = torch.autograd.grad(nll.sum(), free)
    gradient = likelihood.gradient(raw, y)
    torch.testing.assert_close(gradient, expected, **EXACT)
    whole, masked = curvature(likelihood, raw, case.y), curvature(likelihood, raw, y)
    torch.testing.assert_close(masked[:, 1:3], whole[:, 1:3])
    if not isinstance(likelihood, GaussianMixture):  # where the component's weight still learns from the other target
        own = torch.arange(raw.shape[-1]) % 2 == 0  # the columns of target 0
        assert (gradient[:, 0, own] == 0).all() and (masked[:, 0][:, own] == 0).all()
        torch.testing.assert_close(masked[:, 0][:, ~own][..., ~own], whole[:, 0][:, ~own][..., ~own])
    assert torch.isfinite(nll).all()


@pytest.mark.parametrize("case", MASKABLE, ids=str)
def test_a_row_without_targets_costs_nothing(case: Case) -> None:
    y = case.y.clone()
    y[2] = NAN
    if isinstance(case.likelihood, GaussianMixture):
        torch.testing.assert_close(case.likelihood.nll(case.raw, y)[:, 2], torch.zeros(2).double())
        return
    assert (case.likelihood.nll(case.raw, y)[:, 2] == 0).all()
    assert (curvature(case.likelihood, case.raw, y)[:, 2] == 0).all()
