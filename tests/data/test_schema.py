"""What columns and targets are taken for."""

import json
import warnings
from collections import Counter

import numpy as np
import polars as pl
import pytest

from pishro.data import Schema, TableEncoder, infer_schema, load_example, usable_rows
from pishro.data.judging_columns import judge_column
from pishro.errors import DataError, SettingError

ROWS = 40
NUMBER = [(i * 7 % 11) + 0.5 for i in range(ROWS)]


def schema_of(values, **settings) -> Schema:
    """The schema of a table with `values` in column a, beside a numeric input and a numeric target."""
    rows = len(values)
    frame = pl.DataFrame({"a": values, "z": [i * i % 5 for i in range(rows)], "y": (NUMBER * rows)[:rows]})
    return infer_schema(frame, "y", **settings)


def kind_of(values) -> tuple[str, str]:
    """Kind and style of column a, or 'out' and the reason."""
    schema = schema_of(values)
    kept = {c.name: (c.kind, c.style) for c in schema.columns} | {c.name: ("out", c.reason) for c in schema.left_out}
    return kept["a"]


@pytest.mark.parametrize(
    ("values", "kind", "style"),
    [
        ([1, 2] * 20, "numeric", "plain"),
        (["1.5", "NA", " 2 ", "n/a", "?", "none", "7e3", "-"] * 5, "numeric", "plain"),
        (["1,234", "12"] * 20, "numeric", "thousands"),
        (["$1,234.50", "12"] * 20, "numeric", "thousands"),
        (["3,14", "2,7"] * 20, "numeric", "decimal comma"),
        (["1.234,5", "2,7"] * 20, "numeric", "decimal comma"),
        (["0,125", "1,250"] * 20, "numeric", "decimal comma"),
        (["5%", "7%"] * 20, "numeric", "plain"),
        (["5%", "0.07"] * 20, "categorical", ""),
        (["020", "190", "060"] * 20, "categorical", ""),
        (["a", "b", "NA"] * 20, "categorical", ""),
        (["yes", None] * 20, "boolean", ""),
        (["Y", "n"] * 20, "boolean", ""),
        ([True, False] * 20, "boolean", ""),
        (["male", "female"] * 20, "categorical", ""),
        (["2024-01-31", "2023-12-01", ""] * 20, "date", "%Y-%m-%d"),
        (["2024-01-31T10:20:00Z", "2023-12-01T00:00:01Z"] * 20, "date", "%Y-%m-%d %H:%M:%S%.f"),
        (["31/01/2024", "01/02/2024"] * 20, "date", "%d/%m/%Y"),
        (["31.1.2024", "1.2.2024"] * 20, "date", "%d.%m.%Y"),
        (["5 Mar 2024", "17 Apr 2023"] * 20, "date", "%d %b %Y"),
        (["1/31/24", "2/1/24"] * 20, "date", "%m/%d/%y"),
    ],
)
def test_kinds(values, kind, style):
    assert kind_of(values) == (kind, style)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (list(range(ROWS)), "counts the rows"),
        ([f"k{i}" for i in range(ROWS)], "names the rows"),
        (["same"] * ROWS, "constant"),
        ([3] * ROWS, "constant"),
        (["NA", "?"] * 20, "missing"),
        ([None] * ROWS, "missing"),
        ([float("inf")] * ROWS, "finite"),
        ([f"this is sentence number {i} of a longer text, written by someone" for i in range(ROWS)], "free text"),
        ([f"t{i // 2}" for i in range(200)], "too few rows"),
        ([[1]] * ROWS, "no single values"),
    ],
)
def test_left_out(values, reason):
    kind, why = kind_of(values)
    assert kind == "out"
    assert reason in why


@pytest.mark.parametrize("name", ["id", "PassengerId", "customerID", "PID", "Order", "row_index", "CustomerNo"])
def test_identifiers_by_name(name):
    frame = pl.DataFrame({name: [i * i for i in range(ROWS)], "z": [1, 2] * 20, "y": NUMBER})
    assert [c.name for c in infer_schema(frame, "y").left_out] == [name]


@pytest.mark.parametrize("name", ["area", "paid", "order_amount", "year", "humidity"])
def test_no_identifiers_by_name(name):
    values = [1980 + i for i in range(ROWS)] if name == "year" else [i * i for i in range(ROWS)]
    frame = pl.DataFrame({name: values, "z": [1, 2] * 20, "y": NUMBER})
    assert not infer_schema(frame, "y").left_out


def test_a_counter_stays_if_it_is_the_only_input():
    frame = pl.DataFrame({"step": range(ROWS), "y": NUMBER})
    assert [c.name for c in infer_schema(frame, "y").columns] == ["step"]


@pytest.mark.parametrize(
    ("values", "task", "classes"),
    [
        ([0, 1] * 50, "classification", (0, 1)),
        ([1, 2, 3] * 50, "classification", (1, 2, 3)),
        ([0.0, 1.0] * 50, "classification", (0.0, 1.0)),
        ([True, False] * 50, "classification", (False, True)),
        (["b", " a "] * 50, "classification", ("a", "b")),
        (["0", "1", "NA"] * 50, "classification", (0, 1)),
        ([3, 4, 5, 6, 7, 8] * 50, "regression", ()),
        ([4, 6, 8] * 50, "regression", ()),
        (list(range(11)) * 20, "regression", ()),
        ([0, 1, 2, 3, 4, 5] * 3, "regression", ()),
        ([0.5, 1.5, 2.5] * 50, "regression", ()),
        (["1,5", "2,5", "7,25"] * 50, "regression", ()),
    ],
)
def test_tasks(values, task, classes):
    frame = pl.DataFrame({"x": [(i * i) % 17 for i in range(len(values))], "y": values})
    schema = infer_schema(frame, "y")
    assert (schema.task, schema.classes) == (task, classes)
    assert [type(c) for c in schema.classes] == [type(c) for c in classes]
    assert "because" in schema.notes[0]


def test_task_and_kinds_on_request():
    values = [1, 2, 3] * 20
    frame = pl.DataFrame({"x": [5, 6] * 30, "w": [1.5, 2.5] * 30, "y": values})
    schema = infer_schema(frame, "y", task="regression", kinds={"x": "categorical"}, leave_out=["w"])
    assert schema.task == "regression"
    assert [(c.name, c.kind) for c in schema.columns] == [("x", "categorical")]
    assert [c.reason for c in schema.left_out] == ["as asked"]
    with pytest.raises(SettingError, match="kind"):
        infer_schema(frame, "y", kinds={"x": "word"})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("columns", "target", "words"),
    [
        ({"x": [1, 2] * 20, "y": NUMBER}, "Y", "Did you mean 'y'"),
        ({"x": [1, 2] * 20, "y": [1] * ROWS}, "y", "one value"),
        ({"x": [1, 2] * 20, "y": [None] * ROWS}, "y", "all 40 are missing"),
        ({"x": [1, 2, 3], "y": [1.5, 2.5, 3.0]}, "y", "there are 3 rows"),
        ({"x": [f"t{i}" for i in range(ROWS)], "y": NUMBER}, "y", "usable input column"),
        ({"y": NUMBER}, "y", "only column"),
        ({"x": [1, 2] * 20, "y": [f"t{i}" for i in range(ROWS)]}, "y", "different texts"),
    ],
)
def test_refused_tables(columns, target, words):
    with pytest.raises(DataError, match=words) as caught:
        infer_schema(pl.DataFrame(columns), target)
    assert "\n" not in str(caught.value)


def notes_of(frame: pl.DataFrame) -> str:
    schema = infer_schema(frame, "y")
    return " ".join((*schema.notes, *schema.warnings))


def test_notes():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 50, 200), rng.integers(0, 50, 200)
    assert "'a' + 'b' is exactly the target" in notes_of(pl.DataFrame({"a": a, "b": b, "y": a + b}))
    assert "'a' equals the target" in notes_of(pl.DataFrame({"a": a, "b": b, "y": a}))
    assert "nearly determines" in notes_of(pl.DataFrame({"a": a, "b": b, "y": np.exp(a / 10)}))
    assert "one to one" in notes_of(pl.DataFrame({"a": ["u", "v"] * 20, "b": range(0, 80, 2), "y": ["p", "q"] * 20}))
    assert "look capped" in notes_of(pl.DataFrame({"a": b, "y": np.minimum(rng.normal(size=200), 1.0)}))
    assert "Only 1 row has class b" in notes_of(pl.DataFrame({"a": b, "y": ["a"] * 199 + ["b"]}))
    assert "1 rows without" in notes_of(pl.DataFrame({"a": b, "y": [None, *["a", "b"] * 99, "b"]}))
    assert "3 infinite" in notes_of(pl.DataFrame({"a": [np.inf] * 3 + [0.5] * 197, "b": b, "y": a}))
    assert "2 cells are not numbers ('oops')" in notes_of(
        pl.DataFrame({"a": ["oops"] * 2 + ["1.5", "2.5"] * 99, "b": b, "y": a})
    )
    ambiguous = ["01/02/2020", "03/04/2021"] * 20
    assert "%m/%d/%Y is used" in notes_of(pl.DataFrame({"a": ambiguous, "y": NUMBER}))


def test_many_levels_are_kept_as_the_rows_allow():
    levels = [f"l{min(i // 2, i % 300)}" for i in range(4000)]
    frame = pl.DataFrame({"a": levels, "y": np.resize(NUMBER, 4000)})
    schema = infer_schema(frame, "y")
    counts = sorted(Counter(levels).values(), reverse=True)
    rare = sum(counts[255:])
    assert f"'a' has 300 levels: the 255 most frequent are kept, the others ({rare} rows, {rare / 40:.1f} %)" in str(
        schema
    )
    encoder = TableEncoder.fit(frame, Schema.from_json(json.loads(json.dumps(schema.to_json()))))
    assert len(encoder.names) == 256
    assert encoder.transform(frame).sum(0).sort(descending=True).values[-1] == min(counts[:255])
    assert encoder.names[-1] == "a=other"
    assert int(encoder.transform(frame)[:, -1].sum()) == rare
    few = infer_schema(frame.head(1600).with_columns(a=pl.Series([f"l{i % 60}" for i in range(1600)])), "y")
    assert "other" not in str(few)


def test_a_long_table_keeps_fewer_levels():
    frame = pl.DataFrame({"a": [f"l{i % 300}" for i in range(120_000)], "y": np.resize(NUMBER, 120_000)})
    (column,) = infer_schema(frame, "y").columns
    assert column.levels == 2**23 // 120_000 == 69
    assert len(TableEncoder.fit(frame, infer_schema(frame, "y")).names) == 69
    assert judge_column(pl.Series("a", ["u", "v"] * 100_000)).column.levels == 50


def test_round_trip_and_sentences():
    frame, target = load_example("iris")
    schema = infer_schema(frame, target)
    assert Schema.from_json(json.loads(json.dumps(schema.to_json()))) == schema
    assert "3 classes (setosa, versicolor, virginica)" in str(schema)


@pytest.mark.parametrize(
    ("name", "task", "width"),
    [
        ("diabetes", "regression", 10),
        ("iris", "classification", 4),
        ("wine", "classification", 13),
        ("breast-cancer", "classification", 30),
        ("digits", "classification", 61),
    ],
)
def test_examples(name, task, width):
    schema = infer_schema(*load_example(name))
    assert (schema.task, len(schema.columns)) == (task, width)


def test_unknown_example():
    with pytest.raises(SettingError, match="iris"):
        load_example("irs")


def test_usable_rows():
    frame = pl.DataFrame({"x": range(0, 60, 2), "y": ["a", "b", "?"] * 10})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(usable_rows(frame, infer_schema(frame, "y"))) == 20
