"""Widths chosen by rows left out: the choice itself, what is compared, and through the estimator and `fit`."""

import dataclasses

import numpy as np
import pytest
import torch
from torch.distributions import Categorical, MixtureSameFamily, Normal

import pishro
from pishro import FeedForwardClassifier, FeedForwardRegressor, SettingError
from pishro.likelihoods import Bernoulli
from pishro.likelihoods import Normal as NormalCost
from pishro.models import FitSettings, fit_encoded
from pishro.models.choosing_width import choose_width, losses, widths_to_try
from pishro.nn import Dense, Network
from pishro.objectives import Batch
from pishro.optim import Adam, Reason
from pishro.training import TrainedMembers, Wishes, choose_recipe, few_rows
from pishro.training.record import TrainingRecord

WIDTHS = [(1,), (2,), (4,), (8,), (16,), (32,)]
GENERATOR = np.random.default_rng(0)
X = GENERATOR.uniform(-1, 1, (160, 2))


def trial(*levels: float, seen: list | None = None):
    """A loss for each width: a level, noise that all widths share, and a little noise of its own."""
    generator = torch.Generator().manual_seed(0)
    shared = torch.randn(300, generator=generator)
    each = [level + shared + 0.1 * torch.randn(300, generator=generator) for level in levels]

    def loss(width, train, left_out):
        assert len(train) + len(left_out) == 300
        if seen is not None:
            seen.append(width)
        return each[WIDTHS.index(width)][left_out]

    return loss


def test_the_smallest_width_that_none_improves_on() -> None:
    seen: list = []
    chosen, told = choose_width(WIDTHS, 300, 0, trial(2.0, 1.0, 0.5, 0.52, 0.53, 0.0, seen=seen))
    assert chosen == (4,)
    assert "searched on rows left out (3 folds): 1, 2 (+1 ± " in told
    assert "; 4 is the smallest" in told
    assert set(seen) == set(WIDTHS[:-1])  # after two widths without a gain there is no third
    assert choose_width(WIDTHS, 300, 0, trial(2.0, 2.1, 1.0, 1.2, 1.3, 0.0))[0] == (4,)  # one step back is forgiven
    assert choose_width(WIDTHS[:3], 300, 0, trial(1.0, 1.02, 1.03))[0] == (1,)


def test_a_trial_may_end_the_search_and_a_few_rows_are_too_few() -> None:
    assert choose_width(WIDTHS, 300, 0, lambda width, train, left_out: None) is None
    with pytest.raises(SettingError, match="at least 30 rows"):
        choose_width(WIDTHS, 20, 0, trial(1.0))


def test_widths_are_doubled_as_far_as_rows_can_tell() -> None:
    assert widths_to_try((16,), (300, 6, 1)) == [(2,), (4,), (8,), (16,), (32,)]
    assert widths_to_try((16,), (100, 6, 1)) == [(2,), (4,), (8,), (16,)]
    assert widths_to_try((1,), (100, 1, 1)) == [(1,), (2,)]
    assert widths_to_try((12, 12), (3900, 140, 1))[-1] == (12, 12)  # twice as wide has 4009 parameters
    assert widths_to_try((256, 128), (5000, 40, 1))[-1] == (256, 128)


def members(outputs: int) -> tuple[Network, torch.Tensor, TrainedMembers]:
    net = Network.chain(2, Dense(3, "tanh"), Dense(outputs))
    theta = net.init(seed=0, members=2)
    record = TrainingRecord("", "", 0, 2, net.layout.size, 20)
    beta = torch.tensor([4.0, 4.0], dtype=torch.float64)
    return net, theta, TrainedMembers(theta, beta, None, record)


def test_losses_are_those_of_the_mixture() -> None:
    net, theta, trained = members(1)
    x = torch.from_numpy(X[:20])
    y = torch.sin(3 * x[:, :1])
    raw = net(theta, x)[..., 0].T
    mixture = MixtureSameFamily(Categorical(torch.ones(20, 2, dtype=torch.float64)), Normal(raw, 0.5))
    torch.testing.assert_close(losses(net, NormalCost(), trained, Batch(x, y)), -mixture.log_prob(y[:, 0]))
    labels = (y[:, 0] > 0).long()
    chance = torch.sigmoid(net(theta, x))[..., 0].mean(0)
    expected = -torch.where(labels > 0, chance, 1 - chance).log()
    torch.testing.assert_close(losses(net, Bernoulli(), trained, Batch(x, labels)), expected)


def test_where_targets_are_missing_the_cost_is_compared() -> None:
    net, theta, trained = members(2)
    x = torch.from_numpy(X[:20])
    y = torch.cat([torch.sin(3 * x[:, :1]), torch.full((20, 1), torch.nan)], 1)
    error = net(theta, x).mean(0)[:, 0] - y[:, 0]
    torch.testing.assert_close(losses(net, NormalCost(), trained, Batch(x, y)), error.square() / 2)


def test_a_line_needs_fewer_units_than_a_wave(monkeypatch) -> None:
    monkeypatch.setattr(few_rows, "MORE_ITERATIONS", 60)  # enough for these
    noise = 0.05 * GENERATOR.normal(size=160)
    line = FeedForwardRegressor("search", members=1).fit(X[:60], (X[:, 0] - X[:, 1] + noise)[:60])
    wave = FeedForwardRegressor("search", members=1).fit(X, np.sin(5 * X[:, 0]) + np.cos(4 * X[:, 1]) + noise)
    widths = [m.model_.network.nodes[0].layer.units for m in (line, wave)]
    assert widths[0] <= 2 < widths[1]
    assert "The width was searched on rows left out" in wave.model_.record.recipe
    assert wave.hidden == "search"


def test_labels_are_searched_on_mini_batches() -> None:
    model = FeedForwardClassifier("search", members=2).fit(X, X[:, 0] > X[:, 1])
    assert "Mini-batches" in model.model_.record.recipe
    assert model.model_.record.recipe.count(" units,") == 1


def test_fit_takes_it_too_within_its_time() -> None:
    table = {"x": X[:, 0], "y": np.sin(3 * X[:, 0])}
    model = pishro.fit(table, "y", hidden="search", members=1, max_seconds=6)
    assert "The width was searched" in model.record.recipe
    assert model.record.seconds <= 3.5


def test_whoever_watches_ends_the_search() -> None:
    x = torch.from_numpy(X)
    batch = Batch(x, torch.sin(3 * x[:, :1]))
    seen = []

    def enough(event):
        seen.append(event.trying)
        return Reason.INTERRUPTED

    settings = FitSettings("search", members=2)
    network, trained = fit_encoded(NormalCost(), batch, settings, enough)
    usual, _ = fit_encoded(NormalCost(), batch, dataclasses.replace(settings, hidden="auto"), enough)
    assert network == usual
    assert "searched" not in trained.record.recipe
    assert seen[0]
    assert not seen[-1]


@pytest.mark.parametrize("method", ["auto", "bfgs", Adam(1e-3)])
def test_every_recipe_can_be_sized(method) -> None:
    recipe = choose_recipe(300, 4, 1, wishes=Wishes(method))
    narrow = recipe.sized((3,), 2, (200, 4, 1), None)
    assert type(narrow) is type(recipe)
    assert (narrow.hidden, narrow.members) == ((3,), 2)
    assert "2 networks with 3 " in narrow.sentence
    assert narrow.network(torch.randn(50, 4), 1).nodes[-2].layer.units in (1, 3)  # dropout may stand between


def test_units_may_be_an_array() -> None:
    model = FeedForwardRegressor(np.array([3, 2]), members=1).fit(X[:40], X[:40, 0])
    assert "with 3-2 tanh units" in model.model_.record.recipe
    assert "3-2 units" in choose_recipe(5000, 4, 1, np.array([3, 2])).sentence


def test_other_words_are_refused() -> None:
    with pytest.raises(SettingError, match=r"\"search\".*'serach'"):
        FeedForwardRegressor("serach").fit(X, X[:, 0])
    with pytest.raises(SettingError, match="'search'"):
        FeedForwardRegressor("search").partial_fit(X, X[:, 0])
