"""Streams and warm starts: rows that come in parts, and a fit that goes on from the last one."""

import pickle

import numpy as np
import pandas as pd
import pytest

from pishro import DataError, FeedForwardClassifier, FeedForwardRegressor, SettingError

GENERATOR = np.random.default_rng(0)
X = GENERATOR.uniform(-1, 1, (4000, 2))
Y = 5 + 2 * np.sin(3 * X[:, 0]) + X[:, 1] + 0.1 * GENERATOR.standard_normal(4000)


def parts(count: int = 8):
    return zip(np.array_split(X[:3600], count), np.array_split(Y[:3600], count), strict=True)


def test_a_stream_is_learned_part_by_part() -> None:
    model = FeedForwardRegressor(hidden=32, members=2)
    scores = []
    for x, y in [*parts(), *parts()]:
        scores.append(model.partial_fit(x, y).score(X[3600:], Y[3600:]))
    assert scores[-1] > 0.97 > scores[0]
    low, high = model.predict_interval(X[3600:], 0.9)
    assert 0.8 < ((low <= Y[3600:]) & (Y[3600:] <= high)).mean() <= 1
    assert model.n_iter_ == 16
    assert "16 parts" in model.model_.record.recipe


def test_the_same_stream_twice_is_the_same_and_goes_on_after_a_pickle() -> None:
    first, second = (FeedForwardRegressor(hidden=8, members=1, random_state=3) for _ in range(2))
    for x, y in list(parts())[:3]:
        first.partial_fit(x, y)
        second = pickle.loads(pickle.dumps(second.partial_fit(x, y)))
    np.testing.assert_array_equal(first.predict(X[:50]), second.predict(X[:50]))


def test_labels_in_parts() -> None:
    labels = np.where(Y > 5, "high", "low")
    model = FeedForwardClassifier(hidden=16, members=1)
    with pytest.raises(SettingError, match="needs classes"):
        model.partial_fit(X[:100], labels[:100])
    for start in range(0, 3600, 400):
        model.partial_fit(X[start : start + 400], labels[start : start + 400], classes=["low", "high"])
    assert model.score(X[3600:], labels[3600:]) > 0.93
    with pytest.raises(DataError, match="'other'"):
        model.partial_fit(X[:2], ["low", "other"])


def test_frames_keep_their_columns_from_part_to_part() -> None:
    table = pd.DataFrame({"a": X[:, 0], "kind": np.where(X[:, 1] > 0, "up", "down")})
    model = FeedForwardRegressor(hidden=8, members=1).partial_fit(table[:500], Y[:500])
    model.partial_fit(table[500:1000], Y[500:1000])
    assert model.predict(table[:3]).shape == (3,)
    with pytest.raises(ValueError, match="feature names"):
        model.partial_fit(table[["kind", "a"]][:100], Y[:100])


def test_a_stream_goes_on_from_a_fit_and_a_fit_begins_anew() -> None:
    model = FeedForwardRegressor(hidden=6, members=2).fit(X[:200], Y[:200])
    before = model.score(X[3600:], Y[3600:])
    model.partial_fit(X[200:1200], Y[200:1200])
    assert model.score(X[3600:], Y[3600:]) > before - 0.02
    again = model.fit(X[:200], Y[:200])
    assert again.score(X[3600:], Y[3600:]) == before


def test_settings_that_a_stream_has_no_rows_for() -> None:
    for settings in ({"calibrate": "conformal"}, {"likelihood": ["normal", "laplace"]}):
        with pytest.raises(SettingError, match="stream"):
            FeedForwardRegressor(**settings).partial_fit(X[:100], Y[:100])


def test_a_warm_start_begins_where_the_last_fit_ended() -> None:
    warm = FeedForwardRegressor(hidden=5, members=2, warm_start=True, random_state=0).fit(X[:300], Y[:300])
    first = warm.model_.trained.theta.clone()
    second = warm.set_params(random_state=1).fit(X[:300], Y[:300]).model_.trained.theta
    other = FeedForwardRegressor(hidden=5, members=2, random_state=1).fit(X[:300], Y[:300]).model_.trained.theta
    assert (second - first).norm() < 0.2 * (other - first).norm()
    assert warm.set_params(hidden=7).fit(X[:300], Y[:300]).model_.network.layout.size > 21  # another size begins anew
