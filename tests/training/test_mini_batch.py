"""Mini-batches: the gradient against autograd, what early stopping keeps, the noise, repeatability."""

import dataclasses

import pytest
import torch
from torch import Tensor

from pishro.errors import DataError
from pishro.likelihoods import Categorical, Likelihood, Normal
from pishro.nn import Dense, Dropout, Network
from pishro.objectives import Batch, MiniBatches, mean_cost
from pishro.optim import Nesterov
from pishro.training import MiniBatchPlan, Wishes, choose_recipe, train_mini_batches
from pishro.training.few_rows import FewRows
from pishro.training.many_rows import ManyRows

PLAN = MiniBatchPlan(members=2, epochs=30, size=50, rate=1e-2)


def sine(rows: int = 1000, noise: float = 0.2) -> Batch:
    g = torch.Generator().manual_seed(0)
    x = 2 * torch.rand(rows, 1, generator=g, dtype=torch.float64) - 1
    y = torch.sin(3 * x) + noise * torch.randn(rows, 1, generator=g, dtype=torch.float64)
    return Batch(x, y)


def network() -> Network:
    return Network.chain(1, Dense(20, "tanh"), Dense(1))


@pytest.mark.parametrize("likelihood", [Normal(), Categorical(3)], ids=lambda kind: kind.name)
@pytest.mark.parametrize("weighted", [False, True])
def test_gradient_against_autograd(likelihood: Likelihood, weighted: bool) -> None:
    g = torch.Generator().manual_seed(1)
    x = torch.randn(12, 2, generator=g, dtype=torch.float64)
    y = torch.randint(3, (12,), generator=g) if likelihood.name == "categorical" else x[:, :1].sin()
    weight = torch.rand(12, generator=g, dtype=torch.float64) if weighted else None
    net = Network.chain(2, Dense(5, "tanh"), Dense(likelihood.outputs(y)))
    source = MiniBatches(net, likelihood, Batch(x, y, weight), 12, g)
    theta = net.init(seed=0, members=3)
    value, gradient = source(theta)
    leaf = theta.clone().requires_grad_()
    nll = likelihood.nll(net(leaf, x), y)
    expected = (nll if weight is None else nll * weight).mean(-1)
    torch.testing.assert_close(value, expected.detach(), rtol=1e-10, atol=1e-12)
    torch.testing.assert_close(gradient, torch.autograd.grad(expected.sum(), leaf)[0], rtol=1e-10, atol=1e-12)


def test_an_epoch_walks_each_row_once() -> None:
    batch = Batch(torch.arange(100.0).reshape(-1, 1), torch.zeros(100, 1))
    source = MiniBatches(network(), Normal(), batch, 20, torch.Generator().manual_seed(0))
    theta = network().init(members=1, dtype=torch.float32)
    seen: list[Tensor] = []
    for _ in range(source.steps):
        source(theta)
        seen.append(source._x.clone())
    assert torch.equal(torch.cat(seen).flatten().sort().values, batch.x.flatten())


def test_fits_and_knows_the_noise() -> None:
    batch = sine()
    trained = train_mini_batches(network(), Normal(), batch, dataclasses.replace(PLAN, epochs=150, patience=50))
    error = network()(trained.theta, batch.x.float()).mean(0) - torch.sin(3 * batch.x)
    assert error.square().mean().sqrt() < 0.06
    assert float(1 / trained.beta[0].sqrt()) == pytest.approx(0.2, rel=0.2)
    assert trained.posterior is None
    assert len(trained.record.history.validation) == trained.record.iterations


def test_the_best_weights_are_kept_and_the_run_ends_early() -> None:
    # Far too fast a rate with nothing left to learn: the validation cost soon rises.
    plan = dataclasses.replace(PLAN, rate=0.3, epochs=200, patience=3)
    trained = train_mini_batches(network(), Normal(), sine(200), plan)
    history = trained.record.history.validation
    assert len(history) < 200
    assert "validation" in trained.record.reasons[0]
    assert mean_cost(network(), Normal(), trained.theta, _single(sine(200))).mean() < 2 * min(history)


def _single(batch: Batch) -> Batch:
    return Batch(batch.x.float(), batch.y.float())


def test_same_seed_same_result() -> None:
    net = Network.chain(1, Dense(10, "tanh"), Dropout(0.2), Dense(1))
    first, second = (train_mini_batches(net, Normal(), sine(), PLAN).theta for _ in range(2))
    assert torch.equal(first, second)


def test_no_finite_cost_is_an_error() -> None:
    batch = sine(100)
    with pytest.raises(DataError, match="extreme"):
        train_mini_batches(network(), Normal(), Batch(batch.x * float("nan"), batch.y), PLAN)


def test_recipe_follows_the_size_of_the_table() -> None:
    assert isinstance(choose_recipe(2000, 10, 1), FewRows)
    assert isinstance(choose_recipe(5000, 10, 1), ManyRows)
    assert isinstance(choose_recipe(1000, 400, 1), ManyRows)


@pytest.mark.parametrize(
    ("labels", "rule", "hidden", "left_out"),
    [(False, "auto", (256, 128), 0.05), (True, "auto", (192, 192, 192), 0.1), (False, "adam", (256, 128), 0.1)],
)
def test_network_follows_what_is_learned(labels: bool, rule: str, hidden: tuple[int, ...], left_out: float) -> None:
    recipe = choose_recipe(5000, 1, 3, wishes=Wishes(rule), labels=labels)
    layers = [node.layer for node in recipe.network(sine(200).x, 3).nodes]
    assert tuple(layer.units for layer in layers if isinstance(layer, Dense)) == (*hidden, 3)
    assert [layer.rate for layer in layers if isinstance(layer, Dropout)] == [left_out] * len(hidden)


def test_epochs_follow_the_time_that_there_is() -> None:
    recipe = choose_recipe(5000, 10, 1)
    assert isinstance(recipe, ManyRows)
    net = recipe.network(sine(5000).x, 1)
    assert recipe.epochs(5000, net, 1e15) == recipe.plan.epochs
    assert 10 < recipe.epochs(5000, net, 20 * 6 * 5000 * recipe.members * net.layout.size) == 20
    assert recipe.epochs(5000, net, 1e3) == 10


def test_inputs_are_disturbed_and_rows_to_validate_on_are_not() -> None:
    seen: list[Tensor] = []

    def disturb(x: Tensor, generator: torch.Generator) -> Tensor:
        seen.append(x)
        return torch.zeros_like(x)

    plan = dataclasses.replace(PLAN, epochs=3, disturb=disturb)
    trained = train_mini_batches(network(), Normal(), sine(), plan)
    assert len(seen) == 3 * 17  # the mini-batches of 50 among 850 rows
    weight = network().layout.views(trained.theta)["dense1.weight"]
    start = network().layout.views(network().init(PLAN.seed, 2, torch.float32))["dense1.weight"]
    # a weight that never sees an input only decays
    torch.testing.assert_close(weight / start, (weight / start)[:, :1, :1].expand_as(weight), rtol=1e-4, atol=0)


def test_any_rule_has_its_name_in_the_record() -> None:
    plan = dataclasses.replace(PLAN, rule=Nesterov(0.05, 0.9))
    trained = train_mini_batches(network(), Normal(), sine(), plan)
    assert trained.record.method == "nesterov"
    assert trained.record.history.validation[-1] < 0.05
