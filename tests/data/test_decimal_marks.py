"""Commas and points between digits: what they mean is told by the whole table, said, and kept with the model."""

import dataclasses

import numpy as np
import polars as pl
import pytest

import pishro
from pishro.data import TableEncoder, infer_inputs, infer_schema, read_table, separator_of, target_encoder
from pishro.data.cells import number_of
from pishro.data.streams import open_stream
from pishro.models import FitSettings, fit_stream, fit_table

ROWS = 40
RANDOM = np.random.default_rng(0)
AMBIGUOUS = [f"{i % 7 + 1},{i * 37 % 900 + 100}" for i in range(ROWS)]
AS_DECIMALS = [float(t.replace(",", ".")) for t in AMBIGUOUS]
AS_THOUSANDS = [float(t.replace(",", "")) for t in AMBIGUOUS]
WHOLE = [i * i % 11 for i in range(ROWS)]
NUMBERS = [(i * 7 % 11) + 0.5 for i in range(ROWS)]


def styles(frame: pl.DataFrame, **settings) -> dict[str, str]:
    """How each column is read, the target y among them."""
    schema = infer_schema(frame, "y", **settings)
    return {c.name: c.style for c in schema.columns} | {"y": schema.target_style}


def with_sibling(values, **columns) -> pl.DataFrame:
    return pl.DataFrame({"x": WHOLE, "sibling": values, "y": AMBIGUOUS, **columns})


@pytest.mark.parametrize(
    ("sibling", "style", "why"),
    [
        (["82,5", "7,25"] * 20, "decimal comma", "'sibling' has decimal commas"),
        (["0,125", "3,125"] * 20, "decimal comma", "'sibling' has decimal commas"),
        (["12,3456", "3,125"] * 20, "decimal comma", "'sibling' has decimal commas"),
        (["1.234,5", "12"] * 20, "decimal comma", "'sibling' has decimal commas"),
        (["1.234.567", "12"] * 20, "decimal comma", "'sibling' has decimal commas"),
        (["1,234,567", "12,345"] * 20, "thousands", "'sibling' has commas between thousands"),
        (["1,234.5", "12,345"] * 20, "thousands", "'sibling' has commas between thousands"),
        (["82.5", "unknown"] * 20, "thousands", "'sibling' has decimal points"),
        ([82.5, 7.25] * 20, "thousands", "'sibling' has decimal points"),
    ],
)
def test_a_clear_column_tells_of_the_others(sibling, style, why):
    frame = with_sibling(sibling)
    schema = infer_schema(frame, "y")
    assert schema.target_style == style
    read = ("1.1", "1100") if style == "decimal comma" else ("1100", "1.1")
    assert f"'y': '1,100' is read as {read[0]} and not as {read[1]}, as {why}." in schema.notes
    coder = target_encoder(frame, schema)
    expected = AS_DECIMALS if style == "decimal comma" else AS_THOUSANDS
    np.testing.assert_allclose(coder.inverse(coder.transform(frame["y"])).squeeze(1).numpy(), expected, rtol=1e-12)


def test_an_ambiguous_column_alone_is_said():
    schema = infer_schema(pl.DataFrame({"x": WHOLE, "y": ["5,830"] * 20 + ["6,125"] * 20, "a": AMBIGUOUS}), "y")
    assert schema.target_style == "thousands"
    (note,) = [n for n in schema.notes if n.startswith("'y': ")]
    assert "'5,830' could be 5830 or 5.83, and no other column tells; 5830 is used" in note
    assert any(n.startswith("'a': ") and "could be" in n for n in schema.notes)


def test_columns_that_contradict_each_other_do_not_tell():
    frame = with_sibling(["82,5", "7,25"] * 20, other=["1,234,567", "12,345"] * 20)
    schema = infer_schema(frame, "y")
    assert schema.target_style == "thousands"
    assert any(n.startswith("'y': ") and "no other column tells" in n for n in schema.notes)


def test_a_clear_column_of_its_own_needs_no_others():
    frame = with_sibling(["82,5", "7,25"] * 20, z=["1,234,567", "12,345"] * 20)
    assert styles(frame)["z"] == "thousands"
    assert styles(frame)["sibling"] == "decimal comma"


def test_words_with_commas_are_no_witnesses():
    frame = with_sibling(["Main St 5,2 north", "Side St 7,25"] * 20)
    assert any(n.startswith("'y': ") and "no other column tells" in n for n in infer_schema(frame, "y").notes)


def test_semicolons_suggest_decimal_commas():
    alone = pl.DataFrame({"x": WHOLE, "y": AMBIGUOUS})
    assert styles(alone, separator=";")["y"] == "decimal comma"
    assert any("semicolons" in n for n in infer_schema(alone, "y", separator=";").notes)
    points = with_sibling([82.5, 7.25] * 20)
    assert styles(points, separator=";")["y"] == "thousands"


def test_points_between_thousands_beside_decimal_commas():
    points = [t.replace(",", ".") for t in AMBIGUOUS]
    beside = pl.DataFrame({"x": ["82,5", "7,25"] * 20, "a": points, "y": WHOLE})
    assert styles(beside) == {"x": "decimal comma", "a": "decimal comma", "y": "plain"}
    alone = infer_schema(pl.DataFrame({"x": WHOLE, "a": points, "y": WHOLE}), "y", separator=";")
    assert [c.style for c in alone.columns if c.name == "a"] == ["plain"]
    assert any(n.startswith("'a': ") and "no other column tells" in n for n in alone.notes)


def test_kinds_on_request_and_chosen_inputs_are_read_by_the_table_too():
    frame = with_sibling(["82,5", "7,25"] * 20, a=AMBIGUOUS)
    assert styles(frame, kinds={"a": "numeric"})["a"] == "decimal comma"
    columns, _, notes = infer_inputs(frame)
    assert {c.name: c.style for c in columns}["a"] == "decimal comma"
    assert any(n.startswith("'a': ") for n in notes)


SEMICOLONS = "breite;länge;preis\n" + "".join(
    f"{i % 9},{i % 7}5;{i % 5 + 1}.{100 + i * 31 % 800};{i % 9 + 1},{100 + (i % 9) * 13 + i % 5}\n" for i in range(60)
)


@pytest.fixture
def german(tmp_path):
    path = tmp_path / "german.csv"
    path.write_text(SEMICOLONS, encoding="utf-8")
    return path


def expected_columns() -> dict[str, list[float]]:
    rows = [line.split(";") for line in SEMICOLONS.splitlines()[1:]]
    plain = [[float(cell.replace(".", "").replace(",", ".")) for cell in row] for row in rows]
    return dict(zip(("breite", "länge", "preis"), map(list, zip(*plain, strict=True)), strict=True))


def test_a_german_file_is_read_alike_by_fit_and_predict(german, tmp_path):
    model = pishro.fit(german, "preis", hidden=2, members=1)
    assert {c.name: c.style for c in model.schema.columns} == {"breite": "decimal comma", "länge": "decimal comma"}
    numbers = expected_columns()
    means = {c.name: c.median for c in model.encoder.columns}
    assert 0 < means["breite"] < 10
    assert 1000 < means["länge"] < 6000
    predicted = model.predict(german)
    np.testing.assert_allclose(predicted, model.predict({n: numbers[n] for n in ("breite", "länge")}), rtol=1e-9)
    assert 1 < predicted.mean() < 11
    model.save(tmp_path / "m.safetensors")
    kept = pishro.load(tmp_path / "m.safetensors")
    np.testing.assert_array_equal(kept.predict(german), predicted)
    # A file of few rows, none of which tells of commas by itself, is read as the training was.
    few = tmp_path / "few.csv"
    few.write_text("länge;breite\n1.234;5,250\n2.500;5,750\n", encoding="utf-8")
    by_hand = model.predict({"breite": [5.25, 5.75], "länge": [1234, 2500]})
    np.testing.assert_allclose(kept.predict(few), by_hand, rtol=1e-9)


def test_a_stream_is_read_as_the_whole_file(german):
    whole = fit_table(german, "preis", FitSettings(hidden=2, members=1)).model.schema
    streamed = fit_stream(german, "preis", FitSettings(hidden=2, members=1, max_seconds=1.0)).model
    assert streamed.schema.target_style == whole.target_style == "decimal comma"
    assert [c.style for c in streamed.schema.columns] == [c.style for c in whole.columns]
    assert 1 < streamed.target.mean < 11
    part = next(open_stream(german).parts())
    assert open_stream(german).settled(part)["länge"].dtype == pl.String


def test_files_with_decimal_points_are_numbers_at_once(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1.234,5\n2.345,6\n")
    assert read_table(path).dtypes == [pl.Float64, pl.Int64]
    path.write_text('a,b\n1.234,"5,5"\n2.345,"6,5"\n')
    assert read_table(path).dtypes == [pl.String, pl.String]
    path.write_text("a;b\n0.234;5\n2.345;6\n")
    assert read_table(path).dtypes == [pl.Float64, pl.Int64]


def test_separator_of(tmp_path):
    for name, data, separator in (
        ("a.csv", b"a;b\r\n1,5;2,5\r\n", ";"),
        ("b.txt", "a|b\n1|2\n".encode("utf-16"), "|"),
        ("c.tsv", b"a\tb\n", "\t"),
        ("d.csv", "\ufeffä;b\n1;2\n".encode(), ";"),
    ):
        (tmp_path / name).write_bytes(data)
        assert separator_of(tmp_path / name) == separator
    assert separator_of(pl.DataFrame({"a": [1]})) == ""
    assert separator_of("table.parquet") == ""


@pytest.mark.parametrize(
    ("cell", "style", "number"),
    [
        ("۱۲۳", "plain", 123.0),
        ("٤٥٦", "plain", 456.0),
        ("۳٫۱۴", "plain", 3.14),
        ("۳٫۱۴", "decimal comma", 3.14),
        ("۵٬۸۳۰", "plain", 5830.0),
        ("۵٬۸۳۰", "decimal comma", 5830.0),
        ("-۱٬۲۳۴٬۵۶۷٫۵", "thousands", -1234567.5),
        ("۷٪", "plain", 7.0),
        ("۱۲٬۵", "plain", np.inf),
        ("۱٫۲٫۳", "plain", np.inf),
        ("سلام", "plain", np.inf),
    ],
)
def test_persian_and_arabic_numbers(cell, style, number):
    assert number_of(cell, style) == number


def persian(number: str) -> str:
    return number.translate(str.maketrans("0123456789.,", "۰۱۲۳۴۵۶۷۸۹٫٬"))


def test_a_persian_table(tmp_path):
    path = tmp_path / "persian.csv"
    size, price = RANDOM.uniform(20, 200, 60), RANDOM.uniform(1000, 9_000_000, 60)
    rows = [f"{persian(f'{s:.1f}')};{persian(f'{p:,.0f}')}" for s, p in zip(size, price, strict=True)]
    path.write_text("\n".join(["متراژ;قیمت", *rows]), encoding="utf-8")
    frame = read_table(path)
    schema = infer_schema(frame, "قیمت", separator=separator_of(path))
    assert (schema.task, schema.target_style) == ("regression", "plain")
    assert [(c.name, c.kind, c.style) for c in schema.columns] == [("متراژ", "numeric", "plain")]
    assert not any("could be" in n for n in schema.notes)
    encoder = TableEncoder.fit(frame, schema)
    (column,) = encoder.columns
    np.testing.assert_allclose(column.mean, np.round(size, 1).mean())
    coder = target_encoder(frame, schema)
    np.testing.assert_allclose(coder.mean, np.round(price).mean())


def test_persian_headers_beside_decimal_commas():
    frame = pl.DataFrame({"وزن": ["82,5", "7,25"] * 20, "y": AMBIGUOUS})
    schema = infer_schema(frame, "y")
    assert schema.target_style == "decimal comma"
    assert any("as 'وزن' has decimal commas" in n for n in schema.notes)
    assert dataclasses.replace(schema) == type(schema).from_json(schema.to_json())


def test_persian_codes_padded_with_zeros_are_categories():
    frame = pl.DataFrame({"code": ["۰۲۰", "۱۹۰", "۰۶۰", "۰۷۰"] * 10, "x": WHOLE, "y": NUMBERS})
    assert {c.name: c.kind for c in infer_schema(frame, "y").columns}["code"] == "categorical"
