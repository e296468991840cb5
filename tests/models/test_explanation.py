"""Explanations on functions whose effects are known."""

import numpy as np
import polars as pl
import pytest

import pishro
from pishro import DataError, SettingError
from pishro.models import input_jacobian, partial_dependence, relevance

GENERATOR = np.random.default_rng(0)
N = 300
TABLE = pl.DataFrame(
    {
        "a": GENERATOR.uniform(-2, 2, N) * 10,
        "b": GENERATOR.uniform(-1, 1, N) + 5,
        "kind": GENERATOR.choice(["low", "high"], N),
        "noise": GENERATOR.uniform(-1, 1, N),
    }
)
STEP = np.where(TABLE["kind"].to_numpy() == "high", 3.0, 0.0)
Y = 100 + 0.4 * TABLE["a"].to_numpy() ** 2 / 10 + 6 * TABLE["b"].to_numpy() + STEP


@pytest.fixture(scope="module")
def model():
    return pishro.fit(TABLE.with_columns(y=Y + 0.05 * GENERATOR.standard_normal(N)), "y", hidden=6, members=2)


def test_partial_dependence_is_the_effect(model) -> None:
    effect = model.partial_dependence(TABLE, "a")
    truth = 0.04 * np.array(effect.values) ** 2 + (Y - 0.04 * TABLE["a"].to_numpy() ** 2).mean()
    assert len(effect.values) == 25
    np.testing.assert_allclose(effect.mean, truth, atol=0.25)
    assert (effect.low < effect.mean).all()
    assert ((effect.low - 0.05 <= truth) & (truth <= effect.high + 0.05)).mean() > 0.8
    levels = partial_dependence(model, TABLE, "kind")
    assert set(levels.values) == {"low", "high"}
    by_level = dict(zip(levels.values, levels.mean, strict=True))
    assert by_level["high"] - by_level["low"] == pytest.approx(3, abs=0.1)


def test_the_average_is_that_of_predictions(model) -> None:
    effect = partial_dependence(model, TABLE, "a", values=[4.0])
    expected = model.predict(TABLE.with_columns(a=pl.lit(4.0))).mean()
    assert effect.mean[0] == pytest.approx(expected, rel=1e-10)


def test_the_jacobian_equals_differences(model) -> None:
    rows = TABLE.head(20)
    slopes = input_jacobian(model, rows)
    assert set(slopes) == {"a", "b", "noise"}
    for name, slope in slopes.items():
        h = 1e-4
        up, down = (model.predict(rows.with_columns(pl.col(name) + d)) for d in (h, -h))
        np.testing.assert_allclose(slope, (up - down) / (2 * h), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(slopes["a"], 0.08 * rows["a"].to_numpy(), atol=0.15)


def test_relevance_is_the_share_of_variance(model) -> None:
    shares = relevance(model, TABLE)
    parts = {"a": 0.04 * TABLE["a"].to_numpy() ** 2, "b": 6 * TABLE["b"].to_numpy(), "kind": STEP}
    for name, part in parts.items():
        assert shares[name] == pytest.approx(part.var() / Y.var(), abs=0.06)
    assert shares["noise"] < 0.01
    assert list(shares.values()) == sorted(shares.values(), reverse=True)


def test_probabilities_are_explained_too() -> None:
    table = pl.DataFrame({"x": GENERATOR.uniform(-1, 1, 150)})
    fitted = pishro.fit(table.with_columns(up=pl.col("x") > 0), "up", hidden=2, members=2)
    effect = fitted.partial_dependence(table, "x")
    assert effect.mean.shape == (25, 2)
    np.testing.assert_allclose(effect.mean.sum(1), 1)
    assert effect.mean[0, 1] < 0.1 < 0.9 < effect.mean[-1, 1]
    assert ((effect.low >= 0) & (effect.high <= 1)).all()
    assert fitted.input_jacobian(table)["x"].shape == (150, 2)
    assert fitted.relevance(table)["x"] == pytest.approx(1, abs=0.15)


def test_what_cannot_be_explained(model) -> None:
    with pytest.raises(SettingError, match="'noise'"):
        partial_dependence(model, TABLE, "noize")
    with pytest.raises(SettingError, match="level"):
        partial_dependence(model, TABLE, "a", level=2)
    with pytest.raises(DataError, match="all its cells are missing"):
        partial_dependence(model, TABLE.with_columns(a=pl.lit(None, dtype=pl.Float64)), "a")
    with pytest.raises(DataError, match="at least 2"):
        relevance(model, TABLE.head(1))
