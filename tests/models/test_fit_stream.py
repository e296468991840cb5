"""A file that is read in parts gives the model that a table in memory gives."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch

import pishro
from pishro.data import streams
from pishro.errors import DataError, SettingError
from pishro.objectives import StoredRows, stored_rows


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    random = np.random.default_rng(0)
    x = random.standard_normal((4000, 2))
    kind = np.array(["up", 'a "quoted"\nword', "left, right"])[random.integers(0, 3, 4000)]
    gaps = np.where(random.random(4000) < 0.05, np.nan, x[:, 1])
    y = 3 * x[:, 0] + (kind == "up") + 0.1 * random.standard_normal(4000)
    frame = pl.DataFrame({"id": np.arange(4000), "a": x[:, 0], "b": gaps, "kind": kind, "y": y})
    return frame.with_columns(pl.col("b").fill_nan(None))


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_parts_are_the_table(table, tmp_path, monkeypatch, suffix):
    monkeypatch.setattr(streams, "BLOCK_BYTES", 10_000)
    monkeypatch.setattr(streams, "PARQUET_ROWS", 300)
    path = tmp_path / f"table.{suffix}"
    table.write_csv(path) if suffix == "csv" else table.write_parquet(path)
    stream = streams.open_stream(path)
    whole = pl.concat(stream.parts(("id", "a", "b", "y")))
    assert sum(1 for _ in stream.parts()) > 5
    assert whole.equals(pishro.data.read_table(path) if suffix == "csv" else table)


def test_drawn_rows_are_spread_evenly(table, tmp_path, monkeypatch):
    monkeypatch.setattr(streams, "PARQUET_ROWS", 300)
    table.write_parquet(tmp_path / "t.parquet")
    sample = streams.draw_rows(streams.open_stream(tmp_path / "t.parquet"), 500, seed=0)
    assert (sample.rows, len(sample.frame)) == (4000, 500)
    assert sample.frame["id"].to_list() == sample.places.tolist()
    assert abs(np.mean(sample.places) - 2000) < 4 * 4000 / np.sqrt(12 * 500)


def test_an_epoch_of_stored_rows_has_each_row_once(tmp_path, monkeypatch):
    monkeypatch.setattr(stored_rows, "BLOCK", 7)
    monkeypatch.setattr(stored_rows, "WINDOW_BYTES", 4 * 2 * 7 * 5)
    x = torch.arange(200.0).reshape(100, 2)
    rows = StoredRows.write(tmp_path, [(x[:60], x[:60, :1]), (x[60:], x[60:, :1])])
    windows = list(rows.windows(torch.Generator().manual_seed(0)))
    seen = torch.cat([w.x for w in windows])
    assert len(windows) == 3
    assert not torch.equal(seen, x)
    assert torch.equal(seen[seen[:, 0].argsort()], x)
    assert all(torch.equal(w.y, w.x[:, :1]) for w in windows)


def test_fit_in_parts(table, tmp_path):
    table.write_csv(tmp_path / "table.csv")
    model = pishro.fit(tmp_path / "table.csv", "y", stream=True, hidden=(16,), members=1, max_seconds=3)
    assert [c.name for c in model.schema.columns] == ["a", "b", "kind"]
    assert model.score["R²"].value > 0.9
    assert len(model.predict(table[:5])) == 5


def test_refusals_name_what_is_wrong(table, tmp_path):
    table.write_csv(tmp_path / "table.csv")
    with pytest.raises(DataError, match="No column is named 'z'"):
        pishro.fit(tmp_path / "table.csv", "z", stream=True)
    with pytest.raises(SettingError, match="in memory"):
        pishro.fit(table, "y", stream=True)
    with pytest.raises(SettingError, match="one cost"):
        pishro.fit(tmp_path / "table.csv", "y", stream=True, likelihood=["normal", "laplace"])
    (tmp_path / "ragged.csv").write_text("a,y\n1,2\n3\n", encoding="utf-8")
    with pytest.raises(DataError, match="row 3 has 1"):
        pishro.fit(tmp_path / "ragged.csv", "y", stream=True)


def test_a_method_is_not_ignored(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("x,y\n" + "\n".join(f"{i},{2 * i}" for i in range(50)))
    with pytest.raises(SettingError, match="leave method"):
        pishro.fit(file, "y", stream=True, method="bfgs")
