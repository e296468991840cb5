"""One-layer networks are the classical models: closed form, logistic and softmax regression, GLMs, against peers."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import GammaRegressor, LogisticRegression, PoissonRegressor, QuantileRegressor

from pishro import optim
from pishro.likelihoods import (
    Bernoulli,
    Categorical,
    Gamma,
    Laplace,
    Likelihood,
    MultiLabel,
    Normal,
    Poisson,
    Quantile,
    class_weight,
    log_exposure,
)
from pishro.nn import Dense, Network
from pishro.objectives import Batch, Objective

N, D = 300, 3
STOP = optim.Stop(gradient=1e-10, iterations=300)
X = torch.randn(N, D, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
TRUTH = torch.tensor([0.5, -0.8, 0.3], dtype=torch.float64)


def fit(likelihood: Likelihood, y: torch.Tensor, **rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Weights (D, C) and bias (C,) of the maximum likelihood."""
    network = Network.chain(D, Dense(likelihood.outputs(y)))
    objective = Objective(network, likelihood, Batch(X, y, **rows))
    start = torch.zeros(1, network.layout.size, dtype=torch.float64)
    result = optim.optimize(objective, start, optim.LevenbergMarquardt(), STOP)
    views = network.layout.views(result.x[0])
    return views["dense1.weight"], views["dense1.bias"]


def test_linear_regression_is_the_closed_form() -> None:
    y = X @ torch.stack([TRUTH, TRUTH.flip(0)], 1) + torch.randn(N, 2, generator=torch.Generator().manual_seed(1))
    design = torch.cat([X, torch.ones(N, 1)], 1)
    expected = torch.linalg.lstsq(design, y).solution
    weight, bias = fit(Normal(), y)
    torch.testing.assert_close(torch.cat([weight, bias[None]]), expected, rtol=1e-9, atol=1e-9)


def test_a_missing_target_leaves_its_own_regression_alone() -> None:
    y = X @ torch.stack([TRUTH, TRUTH.flip(0)], 1) + torch.randn(N, 2, generator=torch.Generator().manual_seed(1))
    gaps = y.clone()
    gaps[::3, 1] = float("nan")
    design, seen = torch.cat([X, torch.ones(N, 1)], 1), ~torch.isnan(gaps[:, 1])
    weight, bias = fit(Normal(), gaps)
    for column, rows in ((0, torch.ones_like(seen)), (1, seen)):
        expected = torch.linalg.lstsq(design[rows], y[rows, column : column + 1]).solution.squeeze(-1)
        torch.testing.assert_close(torch.cat([weight[:, column], bias[column : column + 1]]), expected)


def classes(count: int) -> torch.Tensor:
    logits = X @ torch.randn(D, count, generator=torch.Generator().manual_seed(2)).double()
    return torch.multinomial(torch.softmax(logits, -1), 1, generator=torch.Generator().manual_seed(3)).squeeze(-1)


def unpenalized(y: torch.Tensor, weight: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
    model = LogisticRegression(C=np.inf, tol=1e-12, max_iter=2000, solver="newton-cg")
    model.fit(X.numpy(), y.numpy(), sample_weight=None if weight is None else weight.numpy())
    return torch.from_numpy(model.coef_.T), torch.from_numpy(model.intercept_)


@pytest.mark.parametrize("balanced", [False, True])
def test_logistic_regression_equals_scikit_learn(balanced: bool) -> None:
    y = classes(2)
    weight = class_weight(y, 2) if balanced else None
    expected = unpenalized(y, weight)
    torch.testing.assert_close(fit(Bernoulli(), y, weight=weight), expected, rtol=0, atol=1e-6)
    label = y[:, None].double()
    torch.testing.assert_close(fit(MultiLabel(), label, weight=weight), expected, rtol=0, atol=1e-6)


def test_softmax_regression_equals_scikit_learn() -> None:
    y = classes(3)
    got, expected = fit(Categorical(3), y), unpenalized(y)
    for ours, theirs in zip(got, expected, strict=True):  # up to the shift that changes nothing
        ours, theirs = (t - t.mean(-1, keepdim=True) for t in (ours, theirs))
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)


def test_poisson_regression_equals_scikit_learn() -> None:
    rate = (X @ TRUTH + 0.7).exp()
    y = torch.poisson(rate, generator=torch.Generator().manual_seed(4))
    model = PoissonRegressor(alpha=0, tol=1e-12, max_iter=1000, solver="newton-cholesky").fit(X.numpy(), y.numpy())
    weight, bias = fit(Poisson(), y[:, None])
    np.testing.assert_allclose(weight.squeeze(-1).numpy(), model.coef_, atol=1e-6)
    np.testing.assert_allclose(bias.item(), model.intercept_, atol=1e-6)


def test_exposure_equals_rates_weighted_by_it() -> None:
    exposure = 0.5 + 5 * torch.rand(N, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    y = torch.poisson(exposure * (X @ TRUTH + 0.7).exp(), generator=torch.Generator().manual_seed(4))
    model = PoissonRegressor(alpha=0, tol=1e-12, max_iter=1000, solver="newton-cholesky")
    model.fit(X.numpy(), (y / exposure).numpy(), sample_weight=exposure.numpy())
    weight, bias = fit(Poisson(), y[:, None], offset=log_exposure(exposure, 1))
    np.testing.assert_allclose(weight.squeeze(-1).numpy(), model.coef_, atol=1e-6)
    np.testing.assert_allclose(bias.item(), model.intercept_, atol=1e-6)


@pytest.mark.parametrize("shape", [1.0, 4.0, None])
def test_gamma_regression_equals_scikit_learn(shape: float | None) -> None:
    noise = torch.from_numpy(np.random.default_rng(6).gamma(3.0, 1 / 3, N))
    y = (X @ TRUTH + 0.7).exp() * noise
    model = GammaRegressor(alpha=0, tol=1e-12, max_iter=1000, solver="newton-cholesky").fit(X.numpy(), y.numpy())
    if shape is None:  # a shape that may depend on x moves the mean too, but only within its standard error
        weight, _ = fit(Gamma(), y[:, None])
        np.testing.assert_allclose(weight[:, 0].numpy(), model.coef_, atol=0.05)
        return
    weight, bias = fit(Gamma(shape), y[:, None])
    np.testing.assert_allclose(weight.squeeze(-1).numpy(), model.coef_, atol=1e-6)
    np.testing.assert_allclose(bias.item(), model.intercept_, atol=1e-6)


@pytest.mark.parametrize(
    ("likelihood", "level"), [(Quantile((0.5,)), 0.5), (Quantile((0.8,)), 0.8), (Laplace(1.0), 0.5)]
)
def test_quantile_regression_reaches_the_linear_program(likelihood: Likelihood, level: float) -> None:
    y = (X @ TRUTH)[:, None] + torch.randn(N, 1, generator=torch.Generator().manual_seed(7), dtype=torch.float64)
    model = QuantileRegressor(quantile=level, alpha=0, solver="highs").fit(X.numpy(), y[:, 0].numpy())
    weight, bias = fit(likelihood, y)
    ours, theirs = X @ weight + bias, torch.from_numpy(model.predict(X.numpy()))[:, None]
    one = Quantile((level,))
    # the optimum of a linear program lies on a vertex, which steps of a quadratic model approach and do not hit
    assert one.nll(ours, y).mean() < one.nll(theirs, y).mean() * (1 + 1e-4)
