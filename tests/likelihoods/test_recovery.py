"""Likelihoods × methods: data drawn from the likelihood itself lead back to the parameters that made them."""

import functools
from collections.abc import Callable

import pytest
import scipy.stats
import torch

from likelihoods.cases import DENSITIES, NUMBERS, Case
from pishro import optim
from pishro.likelihoods import GaussianMixture
from pishro.nn import Dense, Network
from pishro.objectives import Batch, Objective
from pishro.training import train

METHODS: dict[str, Callable[[], optim.Method]] = {
    "levenberg-marquardt": optim.LevenbergMarquardt,
    "gauss-newton": optim.GaussNewton,
    "bfgs": optim.BFGS,
    "newton": optim.Newton,
}

D, N, FRESH = 2, 3000, 10_000
STOP = optim.Stop(iterations=300, change=1e-10)


def linear(case: Case) -> tuple[Network, torch.Tensor]:
    """A linear network and its true θ (1, P): the raw output is typical in the middle and moves with x."""
    outputs = len(case.typical)
    weight = 0.3 * torch.randn(D, outputs, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    return Network.chain(D, Dense(outputs)), torch.cat([weight.flatten(), case.typical])[None]


def rows(case: Case, count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs, and targets drawn from the truth."""
    network, truth = linear(case)
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(count, D, generator=generator, dtype=torch.float64)
    return x, case.likelihood.distribution(network(truth[0], x)).sample(1, generator).squeeze(0)


@functools.cache
def fitted(case: Case, method: str) -> tuple[Objective, optim.Results]:
    network, truth = linear(case)
    x, y = rows(case, N, seed=2)
    start = torch.zeros_like(truth)
    start[0, -len(case.typical) :] = case.likelihood.start(y)
    objective = Objective(network, case.likelihood, Batch(x, y))
    return objective, optim.optimize(objective, start, METHODS[method](), STOP)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("case", DENSITIES, ids=str)
def test_parameters_are_recovered(case: Case, method: str) -> None:
    _, truth = linear(case)
    objective, result = fitted(case, method)
    # twice the gain in likelihood over the truth is χ² with P degrees of freedom (Wilks 1938)
    most = float(scipy.stats.chi2.ppf(0.999, truth.shape[1]))
    gain = 2 * (objective.value(truth) - result.value).item()
    assert -1e-6 * N < gain < most
    if not isinstance(case.likelihood, GaussianMixture):  # components may be exchanged, and share what they know
        error = (result.x - truth)[0]
        assert error @ objective.at(truth).precision.matrix[0] @ error < most  # in standard errors (Wald 1943)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("case", NUMBERS, ids=str)
def test_intervals_cover_what_they_promise(case: Case, method: str) -> None:
    objective, result = fitted(case, method)
    x, y = rows(case, FRESH, seed=3)
    raw = objective.network(result.x, x)
    given = case.likelihood.predictive(raw, torch.zeros_like(raw), torch.ones(1, dtype=torch.float64))
    low, high = given.interval(0.9)
    held = ((y >= low) & (y <= high)).double().mean(0)
    if not given.discrete:
        assert ((held - 0.9).abs() < 0.03).all()
        return
    assert (held > 0.87).all()
    # a count's interval holds more than it promises; spread over its steps, the level is uniform (Smith 1985)
    u = torch.rand(y.shape, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
    level = given.cdf(y - 1) + u * (given.cdf(y) - given.cdf(y - 1))
    assert (((level - 0.5).abs() < 0.45).double().mean(0) - 0.9).abs().max() < 0.03


@pytest.mark.parametrize("case", DENSITIES, ids=str)
def test_evidence_trains_every_likelihood(case: Case) -> None:
    x, y = rows(case, 400, seed=5)
    network = Network.chain(D, Dense(3, "tanh"), Dense(len(case.typical)))
    theta, record = train(network, case.likelihood, x, y, members=2, stop=optim.Stop(iterations=60))
    x, y = rows(case, 2000, seed=6)
    fit, start = case.likelihood.nll(network(theta, x), y).mean(-1), case.likelihood.start(y)
    blind = case.likelihood.nll(start.expand(len(y), -1), y).mean()
    _, truth = linear(case)
    best = case.likelihood.nll(linear(case)[0](truth[0], x), y).mean()
    scale = 1 / float(record.noise[0]) ** 2 if record.noise else 1.0
    assert (fit.min() - best) * scale < 0.15 and fit.min() < blind + 0.01
    assert torch.isfinite(torch.tensor(record.effective)).all()
