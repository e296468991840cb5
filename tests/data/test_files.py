"""Reading, converting and writing tables."""

import errno
import os
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pishro.data import frame_from, read_table, replacing, write_table
from pishro.errors import DataError


def _file(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("name", "content", "rows"),
    [
        ("a.csv", "a,b\n1,x\n2,y\n", [(1, "x"), (2, "y")]),
        ("b.csv", "a;b\n1,5;x\n2,5;y\n", [("1,5", "x"), ("2,5", "y")]),
        ("c.tsv", "a\tb\n1\tx\n", [(1, "x")]),
        ("d.txt", "a|b\n1|x\n", [(1, "x")]),
        ("e.csv", b"\xef\xbb\xbfa,b\r\n1.5,x\r\n", [(1.5, "x")]),
        ("f.csv", "a,b\n1,Müller\n".encode("cp1252"), [(1, "Müller")]),
        ("g.csv", "a,b\n1,x\n".encode("utf-16"), [(1, "x")]),
        ("h.csv", "a,b\n\n1,x\n  \n2, \n\n", [(1, "x"), (2, None)]),
        ("i.csv", 'a,b\n\n1,"x,\n\ny"\n\n2,z\n', [(1, "x,\n\ny"), (2, "z")]),
        ("j.csv", "a,b\n007,x\n123,y\n", [("007", "x"), ("123", "y")]),
        ("k.csv", "a,b\r1,x\r2,y\r", [(1, "x"), (2, "y")]),
    ],
)
def test_text_tables(tmp_path, name, content, rows):
    assert read_table(_file(tmp_path, name, content)).rows() == rows


def test_one_late_word_keeps_a_column_as_text(tmp_path):
    frame = read_table(_file(tmp_path, "a.csv", "a\n" + "1\n" * 20_000 + "NA\n"))
    assert frame["a"].dtype == pl.String
    assert len(frame) == 20_001


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", "", "is empty"),
        ("b.csv", " \n", "is empty"),
        ("c.csv", "a,b\n", "0 rows"),
        ("d.csv", "a,b,a\n1,2,3\n", "'a' more than once"),
        ("e.csv", "a,b\n1,2\n1\n", "row 3 has 1"),
        ("f.csv", "a,b\n1,2\n1,2,3\n", "row 3 has 3"),
        ("g.csv", b"a,b\n\0\1,2\n", "binary data"),
        ("h.csv", "1.5,2.5\n3,4\n", "holds only numbers"),
        ("i.doc", "a\n1\n", "ending in one of"),
        ("j.parquet", "nonsense", "not a readable parquet"),
        ("k.arff", "@relation r\n@attribute a real\n@data\n1,2\n", "line 4 has 2"),
        ("l.arff", "@relation r\n@attribute a real\n@data\n{0 1}\n", "sparse"),
        ("m.arff", "@relation r\n@data\n", "0 rows"),
    ],
)
def test_refused_files(tmp_path, name, content, words):
    with pytest.raises(DataError, match=words) as caught:
        read_table(_file(tmp_path, name, content))
    assert "\n" not in str(caught.value)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(DataError, match="there is no"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(DataError, match="is a folder"):
        read_table(tmp_path)


def test_arff(tmp_path):
    text = "% hi\n@RELATION r\n@attribute 'my n' real\n@attribute b {1,'b c'}\n@attribute s string\n@DATA\n"
    frame = read_table(_file(tmp_path, "a.arff", text + "1, 'b c', \"x, y\"\n?,1,'it\\'s'\n"))
    assert frame.columns == ["my n", "b", "s"]
    assert frame.rows() == [(1, "b c", "x, y"), (None, "1", "it's")]
    assert frame["b"].dtype == pl.Categorical


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet"])
def test_write_and_read_back(tmp_path, suffix):
    frame = pl.DataFrame({"a": [1, 2], "b": ["x, y", None], "c": [0.5, 1e-9]})
    path = tmp_path / f"t{suffix}"
    write_table(frame, path)
    assert read_table(path).equals(frame)
    assert os.listdir(tmp_path) == [path.name]


words = st.text("abxyz ,;\"'\téü", max_size=6).map(str.strip)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-(10**9), 10**9), st.sampled_from(["q"]), words), min_size=1, max_size=8))
def test_csv_round_trip(tmp_path_factory, rows):
    frame = pl.DataFrame(rows, schema={"n": pl.Int64, "q": pl.String, "w": pl.String}, orient="row")
    path = tmp_path_factory.mktemp("trip") / "t.csv"
    write_table(frame, path)
    expected = frame.with_columns(pl.col("w").replace("", None))
    assert read_table(path).rows() == expected.rows()


def test_replacing_keeps_the_old_file_when_the_block_fails(tmp_path):
    path = _file(tmp_path, "a.txt", "old")
    with pytest.raises(RuntimeError, match="stop"), replacing(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError("stop")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_replacing_refuses_absent_folder_and_folder(tmp_path):
    with pytest.raises(DataError, match="make the folder"), replacing(tmp_path / "no" / "a.txt"):
        pass
    with pytest.raises(DataError, match="is a folder"), replacing(tmp_path):
        pass
    with pytest.raises(DataError, match="rename it"):
        write_table(pl.DataFrame({"a": [1]}), tmp_path / "a.doc")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_replacing_refuses_a_folder_without_rights(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(DataError, match="choose another folder"), replacing(tmp_path / "a.txt"):
        pass


def test_replacing_in_a_file_system_for_reading_alone(tmp_path, monkeypatch):
    def refused(*_):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr("pishro.atomic.os.open", refused)
    monkeypatch.setattr(Path, "unlink", refused)  # as such a system does, of a file that is not there
    with pytest.raises(DataError, match="read-only"), replacing(tmp_path / "a.txt"):
        pass


def test_replacing_keeps_rights_and_follows_links(tmp_path):
    path = _file(tmp_path, "a.txt", "old")
    path.chmod(0o640)
    link = tmp_path / "link.txt"
    link.symlink_to(path)
    with replacing(link) as temporary:
        temporary.write_text("new")
    assert link.is_symlink()
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    "table",
    [
        pl.DataFrame({"x0": [1.0, 2.0], "x1": [3.0, 4.0]}),
        pl.LazyFrame({"x0": [1.0, 2.0], "x1": [3.0, 4.0]}),
        pd.DataFrame({"x0": [1.0, 2.0], "x1": [3.0, 4.0]}),
        pa.table({"x0": [1.0, 2.0], "x1": [3.0, 4.0]}),
        {"x0": [1.0, 2.0], "x1": torch.tensor([3.0, 4.0])},
        [{"x0": 1.0, "x1": 3.0}, {"x0": 2.0, "x1": 4.0}],
        [[1.0, 3.0], [2.0, 4.0]],
        np.array([[1.0, 3.0], [2.0, 4.0]]),
        torch.tensor([[1.0, 3.0], [2.0, 4.0]], requires_grad=True),
        torch.tensor([[1.0, 3.0], [2.0, 4.0]], dtype=torch.bfloat16),
    ],
)
def test_frames_of_every_kind(table):
    frame = frame_from(table)
    assert frame.columns == ["x0", "x1"]
    assert frame.rows() == [(1.0, 3.0), (2.0, 4.0)]


def test_mixed_pandas_column_becomes_text():
    frame = frame_from(pd.DataFrame({"a": [1, "z", None], "d": pd.to_datetime(["2020-01-01", None, None])}))
    assert frame["a"].to_list() == ["1", "z", None]
    assert frame["d"].dtype == pl.Datetime


@pytest.mark.parametrize(
    "table", [3, np.zeros(3), np.zeros((2, 0)), {}, {"a": [1], "b": [1, 2]}, pd.DataFrame([[1, 2]], columns=["a", "a"])]
)
def test_refused_tables(table):
    with pytest.raises(DataError):
        frame_from(table)
