"""Targets and weights: several numbers a row, labels of any type, rows that weigh nothing, few rows."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch

from pishro import DataError, FeedForwardClassifier, FeedForwardRegressor, SettingError
from pishro.data import NumericTargets, target_from_json
from pishro.serialization import load_model, save_model

GENERATOR = np.random.default_rng(0)
X = GENERATOR.uniform(-1, 1, (80, 2))
TWO = np.column_stack([np.sin(3 * X[:, 0]), 1000 + 200 * X[:, 1] ** 2])


def regressor(**settings) -> FeedForwardRegressor:
    return FeedForwardRegressor(**{"hidden": 6, "members": 2} | settings)


def test_several_outputs_each_on_its_own_scale() -> None:
    model = regressor().fit(X, TWO)
    predicted = model.predict(X)
    assert predicted.shape == (80, 2)
    assert model.n_outputs_ == 2
    assert (np.corrcoef(predicted.T, TWO.T)[[0, 1], [2, 3]] > 0.99).all()
    low, high = model.predict_interval(X, 0.9)
    assert low.shape == (80, 2)
    assert ((low <= TWO) & (high >= TWO)).mean() > 0.8
    np.testing.assert_allclose(model.predict_distribution(X).mean().numpy(), predicted, rtol=1e-12)


@pytest.mark.parametrize("make", [pd.DataFrame, lambda y: pl.DataFrame(y), lambda y: pl.DataFrame(y).to_arrow()])
def test_several_outputs_from_a_frame(make) -> None:
    one = regressor(members=1)
    np.testing.assert_array_equal(one.fit(X, make(TWO)).predict(X), one.fit(X, TWO).predict(X))


def test_predictions_have_the_shape_of_the_target() -> None:
    flat = regressor().fit(X, TWO[:, 0]).predict(X)
    column = regressor().fit(X, TWO[:, :1]).predict(X)
    assert flat.shape == (80,)
    np.testing.assert_array_equal(column, flat[:, None])


def test_targets_round_trip() -> None:
    targets = NumericTargets.fit(TWO, ["a", "b"])
    scaled = targets.scaled(TWO)
    torch.testing.assert_close(scaled.mean(0), torch.zeros(2, dtype=torch.float64))
    torch.testing.assert_close(scaled.std(0, correction=0), torch.ones(2, dtype=torch.float64))
    torch.testing.assert_close(targets.inverse(scaled), torch.from_numpy(TWO))
    assert target_from_json(targets.to_json()) == targets
    assert NumericTargets.fit(np.ones((5, 1)), ["a"]).scale == (1.0,)


@pytest.mark.parametrize("y", [TWO, TWO[:, 0], np.where(TWO[:, 0] > 0, "up", "down")])
def test_the_model_behind_an_estimator_can_be_saved(y, tmp_path) -> None:
    estimator = FeedForwardClassifier(2, members=1) if y.dtype.kind == "U" else regressor()
    model = estimator.fit(X, y)
    save_model(model.model_, tmp_path / "model.safetensors")
    np.testing.assert_array_equal(load_model(tmp_path / "model.safetensors").predict(X), model.predict(X))


@pytest.mark.parametrize("labels", [["no", "yes"], [0, 1], [-1, 1], [3.0, 7.0], [False, True]])
def test_labels_keep_their_type(labels) -> None:
    y = np.array(labels)[(X[:, 0] > 0).astype(int)]
    model = FeedForwardClassifier(2, members=1).fit(X, y)
    assert model.classes_.dtype == y.dtype
    assert model.predict(X).dtype == y.dtype
    assert model.score(X, y) > 0.95


def test_rows_that_weigh_nothing_are_as_good_as_absent() -> None:
    weight = (X[:, 0] > -0.5).astype(float)
    y = TWO[:, 0] + 100 * (weight == 0)
    kept = regressor().fit(X[weight > 0], y[weight > 0])
    np.testing.assert_array_equal(regressor().fit(X, y, weight).predict(X), kept.predict(X))
    words = np.where(weight == 0, "gone", np.where(X[:, 1] > 0, "up", "down"))
    assert FeedForwardClassifier(2, members=1).fit(X, words, weight).classes_.tolist() == ["down", "up"]


def test_class_weights_move_the_border() -> None:
    y = (X[:, 0] + 0.7 * GENERATOR.normal(size=80) > 0.8).astype(int)
    shares = [
        FeedForwardClassifier(1, members=1, class_weight=weight).fit(X, y).predict_proba(X)[:, 1].mean()
        for weight in (None, "balanced", {0: 0.2, 1: 5.0})
    ]
    assert shares[0] == pytest.approx(y.mean(), abs=0.05)
    assert shares[0] < shares[1] < shares[2]
    balanced = FeedForwardClassifier(1, members=1, class_weight="balanced").fit(X, y)
    weight = np.where(y == 1, 40 / y.sum(), 40 / (80 - y.sum()))
    by_hand = FeedForwardClassifier(1, members=1).fit(X, y, weight)
    np.testing.assert_allclose(balanced.predict_proba(X), by_hand.predict_proba(X), rtol=1e-9)


@pytest.mark.parametrize("rows", [2, 3, 5, 9])
def test_few_rows_are_enough(rows) -> None:
    assert np.isfinite(FeedForwardRegressor(members=1).fit(X[:rows], TWO[:rows, 0]).predict(X)).all()
    assert np.isfinite(FeedForwardRegressor(members=1).fit(X[:rows], np.ones(rows)).predict(X)).all()
    model = FeedForwardClassifier(members=1).fit(X[:rows], np.arange(rows) % 2)
    np.testing.assert_allclose(model.predict_proba(X).sum(1), 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((X, None), "requires y"),
        ((X[:1], [1.0]), "1 sample"),
        ((X, TWO[:70, 0]), "inconsistent numbers of samples"),
        ((X, np.where(X[:, 0] > 0, np.nan, 1.0)), "Input y contains NaN"),
        ((X, TWO[:, 0], -np.ones(80)), "Negative values in sample_weight"),
        ((X, TWO[:, 0], np.zeros(80)), "weight of zero"),
        ((X, TWO[:, 0], np.ones(79)), r"each of 80 rows, received shape \(79,\)"),
    ],
)
def test_bad_targets_and_weights_are_refused(arguments, message) -> None:
    with pytest.raises(ValueError, match=message):
        regressor().fit(*arguments)


def test_one_class_or_measures_are_refused_by_the_classifier() -> None:
    with pytest.raises(DataError, match="1 class: 'a'"):
        FeedForwardClassifier().fit(X, ["a"] * 80)
    with pytest.raises(ValueError, match="continuous"):
        FeedForwardClassifier().fit(X, TWO[:, 0])


def test_a_generator_draws_the_seed() -> None:
    drawn = int(np.random.RandomState(5).randint(2**31 - 1))
    by_seed = regressor(random_state=drawn).fit(X, TWO)
    by_generator = regressor(random_state=np.random.RandomState(5)).fit(X, TWO)
    np.testing.assert_array_equal(by_generator.predict(X), by_seed.predict(X))
    assert by_seed.n_iter_ == by_seed.model_.record.iterations


def test_several_labels_a_row() -> None:
    labels = np.column_stack([X[:, 0] > 0, X[:, 1] > 0.3, X.sum(1) > 0]).astype(int)
    model = FeedForwardClassifier(4, members=2).fit(X, labels)
    assert model.predict_proba(X).shape == (80, 3)
    assert (model.predict(X) == labels).mean() > 0.97
    assert model.score(X, labels) > 0.9
    with pytest.raises(SettingError, match="multi-label"):
        FeedForwardClassifier(4, class_weight="balanced").fit(X, labels)


def test_a_target_that_is_missing_leaves_the_others_of_its_row() -> None:
    gaps = TWO.copy()
    gaps[::2, 0] = np.nan
    gaps[1::4, 1] = np.nan
    model = regressor().fit(X, gaps)
    assert (np.corrcoef(model.predict(X).T, TWO.T)[[0, 1], [2, 3]] > 0.98).all()
    gaps[3] = np.nan
    with pytest.raises(DataError, match="1 have none"):
        regressor().fit(X, gaps)
