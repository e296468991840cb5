"""Tables as matrices and targets as numbers."""

import datetime
import json
import math
import time

import numpy as np
import polars as pl
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pishro.data import Column, Schema, TableEncoder, infer_schema, target_encoder, target_from_json
from pishro.data.numeric_columns import mean_and_scale, median_of
from pishro.errors import DataError


def encoder_of(values, kind, style="") -> TableEncoder:
    schema = Schema((Column("a", kind, style),), "y", "regression")
    return TableEncoder.fit(pl.DataFrame({"a": values}), schema)


def encoded(encoder: TableEncoder, values) -> list[list[float]]:
    return encoder.transform(pl.DataFrame({"a": values})).tolist()


def test_numeric_median_scale_and_indicator():
    encoder = encoder_of([1.0, 2.0, None, 9.0], "numeric", "plain")
    assert encoder.names == ["a", "a is missing"]
    filled = np.array([1.0, 2.0, 2.0, 9.0])
    expected = np.stack([(filled - filled.mean()) / filled.std(), [0, 0, 1, 0]], axis=1)
    np.testing.assert_allclose(encoded(encoder, [1.0, 2.0, None, 9.0]), expected, atol=1e-14)
    np.testing.assert_allclose(encoded(encoder, ["1", "2", "n/a", " 9 "]), expected, atol=1e-14)
    assert encoder.check(pl.DataFrame({"a": [None, 1.0]})) == []


def test_numeric_corner_cases():
    assert encoded(encoder_of([0.1] * 7, "numeric", "plain"), [0.1, 5.0]) == [[0.0], [0.0]]
    assert encoded(encoder_of([1e300, -1e300], "numeric", "plain"), [1e300]) == [[1.0]]
    assert encoded(encoder_of([None, None], "numeric", "plain"), [3.0]) == [[0.0]]
    encoder = encoder_of([1.0, 2.0, 3.0], "numeric", "plain")
    assert encoded(encoder, [None, math.inf, math.nan]) == [[0.0]] * 3
    (sentence,) = encoder.check(pl.DataFrame({"a": [None, 1.0]}))
    assert "1 missing values" in sentence
    with pytest.raises(DataError, match="row 2 holds 'x'"):
        encoded(encoder, ["1", "x", "y"])
    assert encoded(encoder, ["2", "x", "2"]) == [[0.0]] * 3


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(-5, 5), st.integers(1, 4)), min_size=1, max_size=12).map(
        lambda pairs: np.array(pairs, dtype=float).T
    )
)
def test_a_weight_counts_like_repeated_rows(pairs):
    values, weight = pairs
    repeated = np.repeat(values, weight.astype(int))
    assert median_of(values, weight) == np.median(repeated)
    np.testing.assert_allclose(mean_and_scale(values, weight), (repeated.mean(), repeated.std()), atol=1e-12)


def test_numbers_in_other_styles():
    assert encoded(encoder_of(["1,000", "3,000"], "numeric", "thousands"), ["2,000"]) == [[0.0]]
    assert encoded(encoder_of(["1,5", "2,5"], "numeric", "decimal comma"), ["2,0"]) == [[0.0]]


@pytest.mark.parametrize(
    ("train", "names", "new", "row"),
    [
        (["u", "v"], ["a=v"], "v", [1.0]),
        (["u", "v"], ["a=v"], "unseen", [0.0]),
        (["u", "v", "w"], ["a=u", "a=v", "a=w"], "v", [0.0, 1.0, 0.0]),
        (["u", "v", "w"], ["a=u", "a=v", "a=w"], None, [0.0, 0.0, 0.0]),
        (["u", "v", "NA"], ["a=v", "a is missing"], "?", [0.0, 1.0]),
        (["u", None], ["a is missing"], "u", [0.0]),
        (["none", "v"], ["a=v"], "none", [0.0]),
        ([5, 7, 9], ["a=5", "a=7", "a=9"], "7", [0.0, 1.0, 0.0]),
        ([5.0, 7.0, None], ["a=7", "a is missing"], "7", [1.0, 0.0]),
    ],
)
def test_levels(train, names, new, row):
    encoder = encoder_of(train, "categorical")
    assert encoder.names == names
    assert encoded(encoder, [new]) == [row]


def test_truth_has_many_spellings():
    encoder = encoder_of(["Yes", "no"], "boolean")
    assert encoder.names == ["a=yes"]
    for spelling in (["yes", "NO"], ["true", "f"], [True, False], [1, 0], ["1", "0"]):
        assert encoded(encoder, spelling) == [[1.0], [0.0]]


def test_unseen_and_rare_levels():
    encoder = encoder_of(["u", "v", "w"], "categorical")
    sentences = encoder.check(pl.DataFrame({"a": ["u", "q", "r", None]}))
    assert sentences[0].startswith("'a': 2 cells hold levels")
    assert "1 missing values" in sentences[1]
    wide = encoder_of([f"l{i}" for i in range(60)] + ["l0"], "categorical")
    assert len(wide.names) == 50
    assert wide.names[-1] == "a=other"
    assert sum(encoded(wide, ["brand new"])[0]) == 1.0


def test_dates():
    days = ["2024-01-01", "2024-01-08", ""]
    encoder = encoder_of(days, "date", "%Y-%m-%d")
    assert encoder.names == [
        "a days", "a month sine", "a month cosine", "a weekday sine", "a weekday cosine", "a is missing",
    ]  # fmt: skip
    rows = encoded(encoder, days)
    # Both are Mondays in January: the turn of month and weekday is 0.
    np.testing.assert_allclose([r[1:] for r in rows[:2]], [[0, 1, 0, 1, 0]] * 2, atol=1e-14)
    assert rows[2][1:] == [0.0, 0.0, 0.0, 0.0, 1.0]
    same = encoded(encoder, [datetime.date(2024, 1, 1), datetime.date(2024, 1, 8), None])
    assert same == rows
    with pytest.raises(DataError, match="row 1 holds 'soon'"):
        encoded(encoder, ["soon"])
    with pytest.raises(DataError, match="holds numbers"):
        encoded(encoder, [3])


def test_dates_with_a_clock():
    moments = [datetime.datetime(2024, 1, 1, 6), datetime.datetime(2024, 7, 1, 18)]
    encoder = encoder_of(moments, "date")
    assert encoder.names[-2:] == ["a hour sine", "a hour cosine"]
    np.testing.assert_allclose([r[-2:] for r in encoded(encoder, moments)], [[1, 0], [-1, 0]], atol=1e-14)
    assert encoded(encoder, ["2024-01-01 06:00:00"]) == encoded(encoder, moments)[:1]


FRAME = pl.DataFrame(
    {
        "size": [1.0, 2.0, None, 4.0] * 10,
        "sex": ["m", "f", "f", "m"] * 10,
        "town": ["a", "b", "c", "NA"] * 10,
        "day": ["2024-01-31", "2024-02-29", "2023-05-05", "2022-12-31"] * 10,
        "y": np.linspace(0.0, 5.0, 40),
    }
)


def test_columns_by_name_in_any_order():
    encoder = TableEncoder.fit(FRAME, infer_schema(FRAME, "y"))
    x = encoder.transform(FRAME)
    assert x.dtype == torch.float64
    assert x.shape == (40, len(encoder.names))
    assert torch.equal(encoder.transform(FRAME.select(reversed(FRAME.columns))), x)
    with pytest.raises(DataError, match="lacks 'size', 'town'"):
        encoder.transform(FRAME.drop("size", "town"))
    again = TableEncoder.from_json(json.loads(json.dumps(encoder.to_json())))
    assert again == encoder
    assert torch.equal(again.transform(FRAME), x)
    assert torch.equal(torch.cat([encoder.transform(FRAME[i : i + 1]) for i in range(40)]), x)
    assert encoder.check(FRAME) == []
    assert encoder.transform(FRAME.clear()).shape == (0, len(encoder.names))


def test_a_hundred_thousand_rows_take_a_moment():
    frame = pl.concat([FRAME] * 2500)
    encoder = TableEncoder.fit(FRAME, infer_schema(FRAME, "y"))
    start = time.perf_counter()
    encoder.transform(frame)
    assert time.perf_counter() - start < 5.0  # 0.05 s when written; the rest is for a busy machine.


cells = st.one_of(st.none(), st.text(max_size=4), st.sampled_from(["NA", "1", "-2.5", "1,234", "yes", "2024-01-01"]))


@settings(deadline=None)
@given(st.lists(cells, min_size=12, max_size=40))
def test_any_text_column_is_left_out_or_encodes_to_finite_numbers(values):
    frame = pl.DataFrame(
        {"a": values, "z": [i * 0.5 % 7 for i in range(len(values))], "y": [i * 1.5 % 5 for i in range(len(values))]},
        schema_overrides={"a": pl.String},
    )
    schema = infer_schema(frame, "y")
    encoder = TableEncoder.fit(frame, schema)
    assert torch.isfinite(encoder.transform(frame)).all()
    assert Schema.from_json(json.loads(json.dumps(schema.to_json()))) == schema
    assert TableEncoder.from_json(json.loads(json.dumps(encoder.to_json()))) == encoder


def test_numeric_target():
    target = target_encoder(FRAME, infer_schema(FRAME, "y"))
    y = target.transform(FRAME["y"])
    assert y.shape == (40, 1)
    assert y.dtype == torch.float64
    assert abs(float(y.mean())) < 1e-14
    torch.testing.assert_close(target.inverse(y).squeeze(1), torch.tensor(FRAME["y"].to_list(), dtype=torch.float64))
    assert target_from_json(json.loads(json.dumps(target.to_json()))) == target
    with pytest.raises(DataError, match="1 of 2 have none"):
        target.transform(pl.Series("y", [1.0, None]))


@pytest.mark.parametrize(
    ("labels", "codes"),
    [
        (["b", "a"] * 10, [1, 0]),
        ([2, 1] * 10, [1, 0]),
        ([1.0, 0.0] * 10, [1, 0]),
        ([True, False] * 10, [1, 0]),
    ],
)
def test_class_target(labels, codes):
    frame = pl.DataFrame({"x": [i * i for i in range(20)], "y": labels})
    target = target_encoder(frame, infer_schema(frame, "y"))
    found = target.transform(frame["y"])
    assert found.dtype == torch.int64
    assert found.tolist() == codes * 10
    assert target.inverse(found).to_list() == labels
    assert target.inverse(found).dtype == frame["y"].dtype
    assert torch.equal(target.transform(frame["y"].cast(pl.String)), found)
    assert target_from_json(json.loads(json.dumps(target.to_json()))) == target
    with pytest.raises(DataError, match="row 1 holds 'zebra'"):
        target.transform(pl.Series("y", ["zebra"]))
