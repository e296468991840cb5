"""Calibration and limits of the prediction, typed on the command line."""

import json
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import pishro
from pishro.cli import main
from pishro.cli.limits import bounds_from, monotone_from
from pishro.errors import SettingError


def test_limits_hold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    g = np.random.default_rng(0)
    x = g.uniform(-2, 2, 120)
    table, file = tmp_path / "t.csv", tmp_path / "m.safetensors"
    pl.DataFrame({"a=b": x, "y": x + np.sin(4 * x) + g.normal(size=120) / 10}).write_csv(table)
    options = ["--members", 2, "--hidden", 4, "--calibrate", "conformal", "--monotone", "a=b=+1", "--bounds=-1,1.5"]
    command = ["pishro", "fit", table, "-t", "y", "-o", file, "--json", *options]
    monkeypatch.setattr(sys, "argv", [str(word) for word in command])
    with pytest.raises(SystemExit) as exit_:
        main()
    assert not exit_.value.code
    assert "conformal" in json.loads(capsys.readouterr().out)["record"]["calibration"].lower()
    predicted = pishro.load(file).predict({"a=b": np.linspace(-4, 4, 200)})
    assert (np.diff(predicted) >= 0).all()
    assert predicted.min() >= -1 and predicted.max() <= 1.5


@pytest.mark.parametrize("typed", ["age", "age=up", "=+1", ""])
def test_a_direction_that_is_none(typed: str) -> None:
    with pytest.raises(SettingError, match=r"age=\+1"):
        monotone_from([typed])


@pytest.mark.parametrize(("typed", "ends"), [("0,100", (0, 100)), (",5", (None, 5)), ("-1e3,", (-1000, None))])
def test_ends(typed: str, ends: tuple[float | None, float | None]) -> None:
    assert bounds_from(typed) == ends
    assert bounds_from(None) is None


@pytest.mark.parametrize("typed", ["5", ",", "a,b", ""])
def test_ends_that_are_none(typed: str) -> None:
    with pytest.raises(SettingError, match="--bounds"):
        bounds_from(typed)
