"""Bayesian regularization against closed forms and data drawn from the model itself."""

import math

import pytest
import torch

from pishro.errors import DataError, SettingError
from pishro.likelihoods import Categorical, Normal, NormalPrior
from pishro.nn import Dense, Network
from pishro.objectives import Batch, Objective
from pishro.optim import LevenbergMarquardt, Stop
from pishro.training import Evidence, LaplacePosterior, Plan, choose_recipe, fit_evidence, train, train_members
from pishro.training.few_rows import FewRows


def line(rows: int = 200, noise: float = 0.5) -> tuple[torch.Tensor, torch.Tensor]:
    g = torch.Generator().manual_seed(0)
    x = torch.randn(rows, 4, generator=g, dtype=torch.float64)
    weights = torch.tensor([[1.0], [-2.0], [0.5], [0.0]], dtype=torch.float64)
    return x, x @ weights + noise * torch.randn(rows, 1, generator=g, dtype=torch.float64)


def test_linear_model_reaches_the_closed_form_fixed_point() -> None:
    # Bishop 2006, equations 3.53, 3.54 and 3.91-3.95, iterated to convergence on the same rows.
    x, y = line()
    design = torch.cat([x, torch.ones(len(x), 1, dtype=x.dtype)], 1)
    alpha, beta = 1e-2, 1.0
    for _ in range(200):
        precision = alpha * torch.eye(5).double() + beta * design.T @ design
        mean = beta * torch.linalg.solve(precision, design.T @ y)
        gamma = 5 - alpha * torch.linalg.inv(precision).trace().item()
        alpha = gamma / mean.square().sum().item()
        beta = (len(x) - gamma) / (y - design @ mean).square().sum().item()
    net = Network.chain(4, Dense(1))
    one_group = NormalPrior(torch.zeros(5, dtype=torch.long), torch.ones(1, 1, dtype=torch.float64))
    objective = Objective(net, Normal(), Batch(x, y), one_group)
    settings = Evidence(every=2, change=0.0)
    fit = fit_evidence(objective, net.init(0, 1), LevenbergMarquardt(), Stop(iterations=200), settings)
    assert fit.gamma.item() == pytest.approx(gamma, rel=1e-6)
    assert fit.beta.item() == pytest.approx(beta, rel=1e-6)
    torch.testing.assert_close(fit.point.x[0], mean[:, 0], rtol=1e-6, atol=1e-8)
    exact = (
        -beta / 2 * (y - design @ mean).square().sum()
        - alpha / 2 * mean.square().sum()
        + 5 / 2 * math.log(alpha)
        + len(x) / 2 * math.log(beta / (2 * math.pi))
        - torch.logdet(precision) / 2
    )
    assert fit.log_evidence.item() == pytest.approx(exact.item(), rel=1e-6)


def test_noise_is_found() -> None:
    g = torch.Generator().manual_seed(1)
    x = torch.linspace(-2, 2, 400, dtype=torch.float64)[:, None]
    y = torch.sin(2 * x) + 0.1 * torch.randn(400, 1, generator=g, dtype=torch.float64)
    net = Network.chain(1, Dense(8, "tanh"), Dense(1))
    trained = train_members(net, Normal(), Batch(x, y), Plan(members=3))
    assert 1 / trained.beta.sqrt().mean().item() == pytest.approx(0.1, rel=0.1)
    assert all(3 < gamma < net.layout.size for gamma in trained.record.effective)
    assert len(trained.record.history.cost) == trained.record.iterations


def test_pure_noise_is_not_learned() -> None:
    g = torch.Generator().manual_seed(2)
    x = torch.randn(150, 6, generator=g, dtype=torch.float64)
    y = torch.randn(150, 1, generator=g, dtype=torch.float64)
    net = Network.chain(6, Dense(8, "tanh"), Dense(1))
    trained = train_members(net, Normal(), Batch(x, y), Plan(members=4))
    assert sum(trained.record.effective) / 4 < 12  # of 65


def test_posterior_variance_equals_the_direct_formula() -> None:
    x, y = line(60)
    net = Network.chain(4, Dense(3, "tanh"), Dense(2))
    trained = train_members(net, Normal(), Batch(x, torch.cat([y, -y], 1)), Plan(members=2, stop=Stop(iterations=20)))
    inverse = trained.posterior.inverse_lower.double()
    jacobian = net.jacobian(trained.theta, x)
    covariance = inverse.mT @ inverse
    expected = torch.einsum("kncp,kpq,kncq->knc", jacobian, covariance, jacobian)
    got = trained.posterior.variance(net, trained.theta, x)
    torch.testing.assert_close(got, expected, rtol=1e-9, atol=1e-12)
    again = LaplacePosterior.unpacked(trained.posterior.packed(), net.layout.size)
    assert torch.equal(again.inverse_lower, trained.posterior.inverse_lower)


def test_same_seed_same_result() -> None:
    x, y = line(80)
    net = Network.chain(4, Dense(4, "tanh"), Dense(1))
    plan = Plan(members=2, seed=3, stop=Stop(iterations=15))
    a, b = (train_members(net, Normal(), Batch(x, y), plan) for _ in range(2))
    assert torch.equal(a.theta, b.theta)


def test_classes_train_through_the_same_machinery() -> None:
    g = torch.Generator().manual_seed(0)
    x = torch.randn(150, 2, generator=g, dtype=torch.float64)
    y = (x[:, 0] * x[:, 1] > 0).long() + (x[:, 0] > 1).long()
    net = Network.chain(2, Dense(6, "tanh"), Dense(3))
    trained = train_members(net, Categorical(3), Batch(x, y), Plan(members=3, stop=Stop(iterations=60)))
    right = net(trained.theta, x).mean(0).argmax(-1) == y
    assert right.double().mean() > 0.95


def test_plain_training_and_fixed_prior() -> None:
    x, y = line(50)
    net = Network.chain(4, Dense(1))
    theta, record = train(net, Normal(), x, y, prior=None, members=1)
    design = torch.cat([x, torch.ones(50, 1).double()], 1)
    torch.testing.assert_close(theta[0], torch.linalg.lstsq(design, y).solution[:, 0], rtol=1e-6, atol=1e-8)
    assert "few enough" in record.recipe
    groups = torch.zeros(5, dtype=torch.long)
    heavy, _ = train(net, Normal(), x, y, prior=NormalPrior(groups, torch.full((1, 1), 1e4).double()))
    assert heavy.norm() < 0.1 * theta.norm()
    with pytest.raises(SettingError, match="evidence"):
        train(net, Normal(), x, y, prior="ridge")


def test_time_limit_is_kept_and_said() -> None:
    x, y = line(500)
    net = Network.chain(4, Dense(20, "tanh"), Dense(1))
    plan = Plan(members=4, stop=Stop(iterations=100_000, seconds=0.3))
    trained = train_members(net, Normal(), Batch(x, y), plan)
    assert trained.record.seconds < 5
    assert any("time" in reason or "evidence" in reason for reason in trained.record.reasons)


def test_recipe_fits_the_table() -> None:
    assert len(choose_recipe(277, 6, 1).hidden) == 1
    assert len(choose_recipe(700, 8, 1).hidden) == 2
    large = FewRows.choose(26_000, 108, 1)
    assert "fewer" in large.sentence
    assert choose_recipe(100, 3, 1, hidden=7, members=2).hidden == (7,)
    with pytest.raises(DataError, match="at most"):
        FewRows.choose(100, 5000, 1)
