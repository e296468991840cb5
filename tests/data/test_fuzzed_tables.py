"""Text tables that were damaged, and tables nobody would expect: numbers or a sentence, and nothing else."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pishro
from pishro.data import read_table
from pishro.errors import PishroError

quick = settings(derandomize=True, deadline=None, max_examples=150)

WHOLE = b"x,kind,day,y\n" + b"".join(
    f"{i / 7:.3f},{'ab'[i % 2]},2024-01-{1 + i % 28:02d},{i % 5}\n".encode() for i in range(40)
)

NUMBERS = ["=1+1", "-", "۱۲", "1e400", "nan", "-inf"]
WORDS = [*NUMBERS, "\0", '"', '""', ",", ";", "\t", "\n", "\r", "\r\n", "é", "🙂", "\u202e"]
PIECES = st.sampled_from([*map(str.encode, WORDS), b"\xff\xfe", b"\xef\xbb\xbf", b"\xff", b"9" * 400, b"a" * 3000])


class Whole(tuple[Path, pishro.Model]):
    """A folder to write in, and a model of the undamaged table, which no failure need print."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "whole"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    folder = tmp_path_factory.mktemp("tables")
    (folder / "whole.csv").write_bytes(WHOLE)
    return Whole((folder, pishro.fit(folder / "whole.csv", "y", members=1, hidden=1, max_seconds=1)))


def predicted(whole: Whole, data: bytes, suffix: str = ".csv") -> None:
    """Predictions for all rows, or a sentence."""
    folder, model = whole
    path = folder / f"damaged{suffix}"
    path.write_bytes(data)
    try:
        frame = read_table(path)
        assert len(model.predict(frame)) == len(frame)
    except PishroError as error:
        assert 10 < len(str(error)) < 2000


@pytest.mark.filterwarnings("ignore")
@quick
@given(edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), PIECES), min_size=1, max_size=8))
def test_a_damaged_table(whole: Whole, edits: list[tuple[float, int, bytes]]) -> None:
    data = WHOLE
    for place, dropped, piece in edits:
        at = int(place * len(data))
        data = data[:at] + piece + data[at + dropped :]
    predicted(whole, data)


@pytest.mark.filterwarnings("ignore")
@quick
@given(data=st.binary(max_size=400), suffix=st.sampled_from([".csv", ".tsv", ".parquet", ".arff", ".xlsx"]))
def test_any_bytes(whole: Whole, data: bytes, suffix: str) -> None:
    predicted(whole, data, suffix)
    predicted(whole, WHOLE[:13] + data, suffix)


CELLS = st.none() | st.integers(-(2**62), 2**62) | st.floats() | st.text(max_size=30) | st.booleans()


@pytest.mark.filterwarnings("ignore")
@quick
@given(
    x=st.lists(CELLS, min_size=3, max_size=3),
    kind=st.lists(CELLS, min_size=3, max_size=3),
    day=st.lists(CELLS, min_size=3, max_size=3),
)
def test_any_cells(whole: Whole, x: list[object], kind: list[object], day: list[object]) -> None:
    columns = {name: pl.Series(name, cells, strict=False) for name, cells in (("x", x), ("kind", kind), ("day", day))}
    try:
        values = whole[1].predict(pl.DataFrame(columns))
    except PishroError as error:
        assert 10 < len(str(error)) < 2000
        return
    assert values.shape == (3,)
    assert values.dtype.kind in "fiuU" or values.dtype == object
    if values.dtype.kind == "f":
        assert np.isfinite(values).all(), "numbers that no prediction can have"
