"""Which rows lie outside what the training rows covered."""

import datetime
import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pishro
from pishro.data import Column, Schema, TableEncoder
from pishro.errors import DataError, SettingError

DAYS = [datetime.date(2024, 1, 1) + datetime.timedelta(i) for i in range(30)]


def encoder_of(values, kind, style="") -> TableEncoder:
    return TableEncoder.fit(pl.DataFrame({"a": values}), Schema((Column("a", kind, style),), "y", "regression"))


@pytest.mark.parametrize(
    ("train", "kind", "style", "new", "outside"),
    [
        ([1.0, 2.0, 5.0], "numeric", "plain", [1.0, 5.0, 0.999, 5.001, None], [0, 0, 1, 1, 1]),
        ([1.0, None, 5.0], "numeric", "plain", [None, 6.0, 3.0], [0, 1, 0]),
        (["1,5", "2,5"], "numeric", "decimal comma", ["2,0", "25", "1,4"], [0, 1, 1]),
        ([3.0, 3.0], "numeric", "plain", [3.0, 3.1], [0, 1]),
        ([None, None], "numeric", "plain", [3.0, None], [1, 1]),
        (["u", "v", "w"], "categorical", "", ["u", "x", None], [0, 1, 1]),
        (["u", "v", None], "categorical", "", ["v", "x", None], [0, 1, 0]),
        ([str(i % 60) for i in range(600)], "categorical", "", ["3", "999"], [0, 0]),
        (["yes", "no"], "boolean", "", ["1", "off", "perhaps"], [0, 0, 1]),
        (DAYS, "date", "", [DAYS[0], DAYS[-1], datetime.date(2023, 12, 31), datetime.date(2025, 1, 1)], [0, 0, 1, 1]),
        (["2024-01-31", "2024-03-01"], "date", "%Y-%m-%d", ["2024-02-02", "2024-03-02", ""], [0, 1, 1]),
        (["2024-01-31", None], "date", "%Y-%m-%d", ["2024-01-31", None, "2024-02-01"], [0, 0, 1]),
    ],
)
def test_columns(train, kind, style, new, outside):
    encoder = encoder_of(train, kind, style)
    restored = TableEncoder.from_json(json.loads(json.dumps(encoder.to_json())))
    for either in (encoder, restored):
        assert either.outside(pl.DataFrame({"a": new}))["a"].tolist() == [bool(flag) for flag in outside]


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30), st.lists(st.floats(-2e6, 2e6), min_size=1, max_size=30))
def test_no_training_row_is_outside_and_others_are_by_definition(train, new):
    encoder = encoder_of(train, "numeric", "plain")
    assert not encoder.outside(pl.DataFrame({"a": train}))["a"].any()
    expected = [not min(train) <= v <= max(train) for v in new]
    assert encoder.outside(pl.DataFrame({"a": new}))["a"].tolist() == expected


def test_a_lacking_column_is_named():
    with pytest.raises(DataError, match="lacks 'a'"):
        encoder_of([1.0, 2.0], "numeric", "plain").outside(pl.DataFrame({"b": [1.0]}))


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    random = np.random.default_rng(0)
    x, group = random.uniform(0, 1, 80), random.choice(["u", "v", "w"], 80)
    return pl.DataFrame({"x": x, "z": random.uniform(5, 6, 80), "group": group, "y": np.sin(3 * x) + (group == "v")})


def test_a_model_tells_row_by_row(table, tmp_path):
    model = pishro.fit(table, "y", hidden=2, members=1)
    new = pl.DataFrame({"x": [0.5, 7.0, 0.5, None], "z": [5.5, 5.5, 0.0, 5.5], "group": ["u", "q", "w", "v"]})
    expected = [(), ("x", "group"), ("z",), ("x",)]
    assert model.outside(new) == expected
    model.save(tmp_path / "m.safetensors")
    assert pishro.load(tmp_path / "m.safetensors").outside(new) == expected
    # Rows held out may be outside, training rows never are: at most the extremes of two columns.
    assert sum(map(bool, model.outside(table))) <= 16


def test_a_model_of_an_older_version_says_that_it_cannot_tell(table):
    data = pishro.fit(table, "y", hidden=2, members=1).encoder.to_json()
    older = {"columns": [{k: v for k, v in c.items() if k not in ("low", "high")} for c in data["columns"]]}
    encoder = TableEncoder.from_json(older)
    assert encoder.transform(table).shape == (80, 5)
    with pytest.raises(SettingError, match=r"range of 'x' in training.*fit it again"):
        encoder.outside(table)


def test_a_series_tells_of_its_lags():
    swing = [np.sin(i / 3) for i in range(80)]
    model = pishro.fit_series({"y": swing}, "y", pishro.Lags({"y": 2}), members=1, hidden=2)
    told = model.outside({"y": [0.0, 0.1, 9.0, 0.1]})
    assert [len(names) for names in told] == [0, 1]
