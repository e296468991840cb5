"""Whatever holds the table, the predictions are the same; what cannot be used is refused by name."""

import datetime
import functools
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch
from sklearn.exceptions import DataConversionWarning

from pishro import DataError, FeedForwardClassifier, FeedForwardRegressor, PerceptronClassifier
from pishro.data import TableEncoder, infer_inputs

ROWS = 40
GENERATOR = np.random.default_rng(0)
X = GENERATOR.normal(size=(ROWS, 3))
Y = X[:, 0] - X[:, 1] ** 2
LABELS = np.where(Y > 0, "up", "down")
FRAME = pl.DataFrame(X, schema=["a", "b", "c"])

NUMBERS = {
    "fortran order": np.asfortranarray(X),
    "objects": X.astype(object),
    "text": X.astype(str),
    "lists": X.tolist(),
    "torch": torch.from_numpy(X).requires_grad_(),
    "pandas": FRAME.to_pandas(),
    "pandas without names": pd.DataFrame(X),
    "polars": FRAME,
    "Arrow": FRAME.to_arrow(),
}
TARGETS = {
    "list": Y.tolist(),
    "torch": torch.from_numpy(Y).requires_grad_(),
    "pandas": pd.Series(Y),
    "nullable": pd.Series(Y).convert_dtypes(),
    "polars": pl.Series(Y),
    "Arrow": pa.chunked_array([Y]),
    "objects": Y.astype(object),
}

MIXED = {
    "size": [None if i % 7 == 0 else float(v) for i, v in enumerate(GENERATOR.normal(size=ROWS))],
    "town": GENERATOR.choice(["a", "b", "c"], ROWS).tolist(),
    "sold": (GENERATOR.random(ROWS) > 0.5).tolist(),
    "day": [datetime.date(2024, 1, 1) + datetime.timedelta(days=9 * i) for i in range(ROWS)],
    "note": ["x" if i % 5 else None for i in range(ROWS)],
    "count": GENERATOR.integers(0, 9, ROWS).tolist(),
}
POLARS = pl.DataFrame(MIXED)
PANDAS = pd.DataFrame(MIXED)
CELLS = [list(row) for row in zip(*MIXED.values(), strict=True)]
TABLES = {
    "pandas": PANDAS,
    "pandas categories": PANDAS.assign(town=PANDAS["town"].astype("category"), day=pd.to_datetime(PANDAS["day"])),
    "nullable": PANDAS.convert_dtypes(),
    "Arrow in pandas": PANDAS.convert_dtypes(dtype_backend="pyarrow"),
    "Arrow": POLARS.to_arrow(),
    "lists": CELLS,
    "objects": np.array(CELLS, dtype=object),
}


def regressor(**settings) -> FeedForwardRegressor:
    return FeedForwardRegressor(**{"hidden": 2, "activation": "linear", "members": 1} | settings)  # quick


def classifier() -> FeedForwardClassifier:
    return FeedForwardClassifier(2, "linear", members=1)


@functools.cache
def from_array(make):
    """The estimator fitted to the plain arrays."""
    return make().fit(X, Y if make is regressor else LABELS)


@functools.cache
def from_polars() -> FeedForwardRegressor:
    """The estimator fitted to the mixed table."""
    return regressor().fit(POLARS, Y)


@pytest.mark.parametrize("kind", NUMBERS)
@pytest.mark.parametrize("make", [regressor, classifier, PerceptronClassifier])
@pytest.mark.filterwarnings("ignore:.*hyperplane")
def test_every_kind_of_numbers(make, kind) -> None:
    model = make().fit(NUMBERS[kind], Y if make is regressor else LABELS)
    np.testing.assert_array_equal(model.predict(NUMBERS[kind]), from_array(make).predict(X))
    assert model.n_features_in_ == 3
    named = kind in ("pandas", "polars", "Arrow")
    assert getattr(model, "feature_names_in_", np.array([])).tolist() == (["a", "b", "c"] if named else [])


@pytest.mark.parametrize("kind", TARGETS)
def test_every_kind_of_target(kind) -> None:
    np.testing.assert_array_equal(regressor().fit(X, TARGETS[kind]).predict(X), from_array(regressor).predict(X))


@pytest.mark.parametrize(
    "labels", [LABELS.tolist(), pd.Series(LABELS, dtype="category"), pl.Series(LABELS), pa.array(LABELS)]
)
def test_every_kind_of_labels(labels) -> None:
    model = classifier().fit(X, labels)
    assert model.classes_.tolist() == ["down", "up"]
    np.testing.assert_array_equal(model.predict(X), from_array(classifier).predict(X))


@pytest.mark.parametrize("kind", TABLES)
def test_every_kind_of_table(kind) -> None:
    model = regressor().fit(TABLES[kind], Y)
    assert [c.kind for c in model.model_.schema.columns] == [
        "numeric", "categorical", "boolean", "date", "categorical", "numeric",
    ]  # fmt: skip
    np.testing.assert_array_equal(model.predict(TABLES[kind]), from_polars().predict(POLARS))


def test_one_row_equals_the_same_row_of_many() -> None:
    for model, table in ((from_array(regressor), X), (from_polars(), POLARS)):
        alone = [model.predict(table[i : i + 1])[0] for i in range(5)]
        np.testing.assert_allclose(alone, model.predict(table)[:5], rtol=1e-12)


def test_plain_numbers_take_no_frame_and_give_the_same() -> None:
    holes = X.copy()
    holes[::9, 1] = np.nan
    model = regressor().fit(holes, Y)
    encoder = model.model_.encoder
    assert encoder.all_numeric
    frame = pl.DataFrame(holes, schema=["x0", "x1", "x2"])
    assert torch.equal(encoder.transform_numbers(holes), encoder.transform(frame))
    assert encoder.names == ["x0", "x1", "x1 is missing", "x2"]
    with pytest.raises(DataError, match="3 columns were expected"):
        encoder.transform_numbers(holes[:, :2])
    assert not from_polars().model_.encoder.all_numeric


def test_weights_scale_like_repeated_rows() -> None:
    weight = GENERATOR.integers(1, 4, ROWS)
    schema = from_polars().model_.schema
    repeated = POLARS[np.repeat(np.arange(ROWS), weight).tolist()]
    weighted = TableEncoder.fit(POLARS, schema, weight.astype(float)).transform(POLARS)
    torch.testing.assert_close(weighted, TableEncoder.fit(repeated, schema).transform(POLARS))


def test_what_training_did_not_know_is_handled_and_counted() -> None:
    model = from_polars()
    new = POLARS.with_columns(town=pl.lit("elsewhere"), count=pl.lit(None, dtype=pl.Int64))
    with pytest.warns(DataConversionWarning, match="'town': 40 cells .*'elsewhere'.* 'count': 40 missing") as seen:
        assert np.isfinite(model.predict(new)).all()
    assert seen[0].filename == __file__
    numbers = from_array(regressor)
    with pytest.warns(DataConversionWarning, match="'x1': 2 missing values"):
        numbers.predict([[0.0, np.nan, 1.0], [0.0, np.inf, 1.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.predict(POLARS)


def test_text_is_refused_by_name() -> None:
    letters = pl.Series([f"Dear reader, this is letter {i} of a long row of letters" for i in range(ROWS)])
    with pytest.raises(DataError, match=r"'letter' \(free text, 40 different"):
        regressor().fit(POLARS.with_columns(letter=letters), Y)
    with pytest.raises(DataError, match=r"'names' \(it names the rows"):
        regressor().fit(POLARS.with_columns(names=pl.Series([f"n{i * i}" for i in range(ROWS)])), Y)
    with pytest.raises(DataError, match="'pairs'"):
        regressor().fit(POLARS.with_columns(pairs=pl.Series([[1, 2]] * ROWS)), Y)


def test_a_chosen_counter_stays_in_and_a_constant_does_not() -> None:
    columns, left_out, _ = infer_inputs(pl.DataFrame({"id": range(ROWS), "c": [1.0] * ROWS, "v": X[:, 0]}))
    assert [c.name for c in columns] == ["id", "v"]
    assert [c.name for c in left_out] == ["c"]
    line = np.column_stack([np.arange(ROWS), X[:, 0]])
    model = regressor(hidden=3, activation="tanh", members=2).fit(line, np.sin(line[:, 0] / 5))
    assert model.score(line, np.sin(line[:, 0] / 5)) > 0.9


def test_other_names_are_refused_and_lost_names_are_warned_of() -> None:
    model = regressor().fit(FRAME, Y)
    with pytest.raises(ValueError, match=r"yet now missing:\n- c"):
        model.predict(FRAME.rename({"c": "d"}))
    with pytest.raises(ValueError, match="same order"):
        model.predict(FRAME.select("c", "b", "a"))
    with pytest.raises(ValueError, match="2 features, but FeedForwardRegressor is expecting 3"):
        from_array(regressor).predict(X[:, :2])
    for nameless in (X, X.astype(object), pd.DataFrame(X)):
        with pytest.warns(UserWarning, match="valid feature names"):
            np.testing.assert_array_equal(model.predict(nameless), model.predict(FRAME))
    with pytest.warns(UserWarning, match="fitted without feature names"):
        np.testing.assert_array_equal(from_array(regressor).predict(FRAME), model.predict(FRAME))
