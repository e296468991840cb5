"""Costs chosen by rows left out: the choice itself, and through the estimator and `fit`."""

import numpy as np
import pytest
import torch

import pishro
from pishro import FeedForwardClassifier, FeedForwardRegressor, SettingError
from pishro.likelihoods import ClassProbabilities, Normal
from pishro.models.comparing_costs import choose_cost, gap_between_values, held_out_score


def scores(**leads: float):
    """A candidate's score on each row: noise that all share, its lead, and a little noise of its own."""
    generator = torch.Generator().manual_seed(0)
    own = {name: lead + 0.1 * torch.randn(300, generator=generator) for name, lead in leads.items()}
    return lambda name, train, left_out: own[name][left_out]


def test_a_clear_lead_wins_and_one_within_its_error_does_not() -> None:
    chosen, told = choose_cost(["a", "b"], 300, 0, scores(a=0.0, b=0.1))
    assert chosen == "b"
    assert "b leads by 0.1" in told
    chosen, told = choose_cost(["a", "b"], 300, 0, scores(a=0.0, b=0.004))
    assert chosen == "a"
    assert "too little" in told
    assert choose_cost(["a", "b"], 300, 0, scores(a=0.1, b=0.0))[1].endswith("which no other exceeds.")


def test_every_row_is_left_out_once_and_never_fitted_to() -> None:
    seen = []

    def score(name, train, left_out):
        assert not set(train.tolist()) & set(left_out.tolist())
        assert len(train) + len(left_out) == 50
        if name == "a":
            seen.extend(left_out.tolist())
        return torch.zeros(len(left_out))

    choose_cost(["a", "b"], 50, 0, score)
    assert sorted(seen) == list(range(50))


def test_what_cannot_be_chosen_from() -> None:
    with pytest.raises(SettingError, match="at least two"):
        choose_cost(["a"], 100, 0, scores(a=0.0))
    with pytest.raises(SettingError, match="at least 30 rows"):
        choose_cost(["a", "b"], 20, 0, scores(a=0.0, b=0.0))
    with pytest.raises(SettingError, match="predicts no distribution"):
        held_out_score(ClassProbabilities(torch.ones(3, 1)), torch.zeros(3, 1), None)


def test_grades_are_scored_by_their_interval() -> None:
    y = torch.tensor([3.0, 4.0, 5.0] * 100, dtype=torch.float64).unsqueeze(-1)
    narrow = Normal().predictive(y.unsqueeze(0), torch.zeros(1, 300, 1), torch.tensor([1e12]))
    assert float(held_out_score(narrow, y, gap_between_values(y)).max()) <= 0  # a probability, where the density is 10⁵


GENERATOR = np.random.default_rng(0)
X = GENERATOR.uniform(-1, 1, (150, 1))
OUTLIERS = np.sin(3 * X[:, 0]) + 0.05 * GENERATOR.standard_t(1.2, 150)


def test_an_estimator_takes_the_cost_that_suits_outliers() -> None:
    model = FeedForwardRegressor(4, members=1, likelihood=["normal", "student-t"]).fit(X, OUTLIERS)
    assert model.model_.likelihood.name == "student-t"
    assert "student-t leads by" in model.model_.record.recipe
    assert model.likelihood == ["normal", "student-t"]
    with pytest.raises(SettingError, match="numbers only"):
        FeedForwardClassifier(2, likelihood=["bernoulli", "ordinal"]).fit(X, X[:, 0] > 0)


def test_fit_takes_it_too_and_normal_noise_keeps_the_normal() -> None:
    y = np.sin(3 * X[:, 0]) + 0.1 * GENERATOR.standard_normal(150)
    settings = {"hidden": 3, "members": 1, "max_seconds": 20}
    model = pishro.fit({"x": X[:, 0], "y": y}, "y", likelihood=["normal", "laplace"], **settings)
    assert model.likelihood.name == "normal"
    assert "The cost was chosen from normal, laplace" in model.record.recipe
