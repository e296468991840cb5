"""Monotone columns and bounded predictions of whole models, on data that would have them otherwise."""

import numpy as np
import polars as pl
import pytest

import pishro
from pishro import FeedForwardClassifier, FeedForwardRegressor, SettingError
from pishro.training import choose_recipe
from pishro.training.limits import Limits

GENERATOR = np.random.default_rng(0)
N = 120
TABLE = pl.DataFrame(
    {
        "age": GENERATOR.uniform(20, 60, N),
        "size": GENERATOR.uniform(0, 1, N),
        "kind": GENERATOR.choice(["a", "b", "c"], N),
    }
)
Y = 50 + 0.4 * TABLE["age"].to_numpy() + 20 * np.sin(5 * TABLE["size"].to_numpy()) + 12 * GENERATOR.standard_normal(N)


def steps(model, column: str, low: float, high: float, tries: int = 20) -> np.ndarray:
    """Changes of the prediction along a column, others as in some row."""
    rows = []
    for i in range(tries):
        row = TABLE[int(i * N / tries)]
        rows.append(pl.concat([row] * 50).with_columns(pl.Series(column, np.linspace(low, high, 50))))
    return np.diff(model.predict(pl.concat(rows)).reshape(tries, 50), axis=1)


def test_predictions_rise_with_a_column_everywhere() -> None:
    table = TABLE.with_columns(y=Y)
    free = pishro.fit(table, "y", hidden=8, members=1)
    model = pishro.fit(table, "y", hidden=8, members=2, monotone={"age": +1, "size": -1})
    assert (steps(free, "size", -3, 4) > 0).any()
    assert (steps(model, "age", -100, 200) >= -1e-9).all()
    assert (steps(model, "size", -3, 4) <= 1e-9).all()
    assert (steps(model, "age", 20, 60) > 0.05).any()


def test_predictions_stay_between_bounds() -> None:
    far = TABLE.with_columns(age=pl.col("age") * 40 - 900)
    model = FeedForwardRegressor(6, members=2, bounds=(60, 75)).fit(TABLE, Y)
    for rows in (TABLE, far):
        predicted = model.predict(rows)
        assert predicted.min() >= 60
        assert predicted.max() <= 75
    above = FeedForwardRegressor(6, members=1, bounds=(64, None), likelihood="heteroscedastic-normal").fit(TABLE, Y)
    assert above.predict(far).min() >= 64


def test_bounds_that_the_data_keep_cost_nothing() -> None:
    x = np.linspace(-1, 1, 80).reshape(-1, 1)
    y = np.tanh(4 * x[:, 0]) * 3
    bounded = FeedForwardRegressor(5, members=2, bounds=(-3.1, 3.1)).fit(x, y)
    assert bounded.score(x, y) > 0.999


def test_the_probability_of_the_second_class_rises() -> None:
    labels = np.median(Y) < Y
    model = FeedForwardClassifier(6, members=2, monotone={"size": +1}).fit(TABLE, labels)
    probe = pl.concat([TABLE[:1]] * 60).with_columns(size=pl.Series(np.linspace(-2, 3, 60)))
    assert (np.diff(model.predict_proba(probe)[:, 1]) >= -1e-12).all()


def test_many_rows_keep_to_them_too() -> None:
    import torch

    x = torch.randn(5000, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    recipe = choose_recipe(5000, 2, 1, (8, 4))
    net = recipe.network(x, 1, limits=Limits((1, 0), (-0.5, 2.0)))
    line = torch.stack([torch.linspace(-5, 5, 400), torch.full((400,), 0.3)], 1).double()
    for seed in range(5):
        y = net(net.init(seed=seed), line)
        assert (y.diff(dim=0) >= 0).all()
        assert bool((y >= -0.5).all() and (y <= 2).all())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"monotone": {"aeg": 1}}, "age"),
        ({"monotone": {"kind": 1}}, "no numbers"),
        ({"monotone": {"age": 2}}, "rises"),
        ({"bounds": (3, 1)}, "below the upper"),
        ({"bounds": (0, 1), "likelihood": "gaussian-mixture"}, "one number a target"),
        ({"monotone": {"age": 1}, "activation": "silu"}, "never falls"),
    ],
)
def test_what_cannot_be_kept_to(settings, message) -> None:
    with pytest.raises(SettingError, match=message):
        FeedForwardRegressor(4, members=1).set_params(**settings).fit(TABLE, Y)


def test_three_classes_have_no_order() -> None:
    with pytest.raises(SettingError, match="one number a target"):
        FeedForwardClassifier(4, monotone={"age": 1}).fit(TABLE, TABLE["kind"].to_numpy())
