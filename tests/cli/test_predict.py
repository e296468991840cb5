"""pishro predict: whole tables, large ones in parts, series; and what the commands say to programs."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

import pishro
from pishro.cli import predict as command
from pishro.cli.app import app
from pishro.data import streams
from pishro.errors import DataError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A regression's and a series' model, and tables."""
    place = tmp_path_factory.mktemp("predict")
    random = np.random.default_rng(0)
    kind, x = random.choice(["a", "b, quoted", 'c"'], 300), random.standard_normal(300)
    table = pl.DataFrame({"kind": kind, "x": x, "y": np.where(kind == "a", x, -x) + 0.1 * random.standard_normal(300)})
    pishro.fit(table, "y", members=2, hidden=2).save(place / "m.safetensors")
    table.drop("y").write_csv(place / "new.csv")
    table.drop("y").write_parquet(place / "new.parquet")
    series = {"y": np.sin(np.arange(80) / 3)}
    pishro.fit_series(series, "y", pishro.Lags({"y": 2}), members=1, hidden=1).save(place / "s.safetensors")
    pl.DataFrame(series).write_csv(place / "series.csv")
    return place


def test_a_large_table_is_predicted_in_parts_as_if_it_were_read_whole(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command.run(folder / "m.safetensors", folder / "new.csv", tmp_path / "whole.csv", 0.9, False)
    monkeypatch.setattr(command, "LARGE", 1)
    monkeypatch.setattr(streams, "BLOCK_BYTES", 1000)
    monkeypatch.setattr(streams, "PARQUET_ROWS", 70)
    for source in ("new.csv", "new.parquet"):
        command.run(folder / "m.safetensors", folder / source, tmp_path / "parts.csv", 0.9, False)
        whole, parts = pl.read_csv(tmp_path / "whole.csv"), pl.read_csv(tmp_path / "parts.csv")
        assert parts.columns == whole.columns and parts["kind"].to_list() == whole["kind"].to_list()
        for name in whole.columns[1:]:
            np.testing.assert_allclose(
                parts[name].to_numpy(), whole[name].to_numpy(), rtol=1e-6
            )  # the posterior has seven digits
    assert sorted(p.name for p in tmp_path.iterdir()) == ["parts.csv", "whole.csv"]


def test_what_cannot_be_done_in_parts_is_refused_and_leaves_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "LARGE", 1)
    with pytest.raises(DataError, match=r"written as \.csv"):
        command.run(folder / "m.safetensors", folder / "new.csv", tmp_path / "out.parquet", None, False)
    with pytest.raises(DataError, match="read whole"):
        command.run(folder / "s.safetensors", folder / "series.csv", tmp_path / "out.csv", None, False)
    (tmp_path / "ragged.csv").write_text("kind,x\na,1\na,2,3\n")
    with pytest.raises(DataError, match="row 3"):
        command.run(folder / "m.safetensors", tmp_path / "ragged.csv", tmp_path / "out.csv", None, False)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ragged.csv"]


def test_the_first_rows_of_a_series_have_no_prediction(folder: Path, tmp_path: Path) -> None:
    command.run(folder / "s.safetensors", folder / "series.csv", tmp_path / "out.csv", 0.9, False)
    out = pl.read_csv(tmp_path / "out.csv")
    assert len(out) == 80 and out["predicted y"].null_count() == 2
    assert out["predicted y"].head(2).null_count() == 2


def test_commands_speak_json(folder: Path, tmp_path: Path) -> None:
    said = CliRunner().invoke(
        app,
        ["predict", str(folder / "m.safetensors"), str(folder / "new.csv"), "-o", str(tmp_path / "o.csv"), "--json"],
    )
    assert json.loads(said.stdout) == {"output": str(tmp_path / "o.csv"), "rows": 300, "warnings": []}
    said = CliRunner().invoke(app, ["inspect", str(folder / "m.safetensors"), "--json"])
    facts = json.loads(said.stdout)
    assert facts["record"]["members"] == 2 and facts["certificate"]["kind"] and facts["schema"]["target"] == "y"
