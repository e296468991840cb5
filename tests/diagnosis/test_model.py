"""The diagnosis and the certificate of a fitted model, from Python, from its file, and from the shell."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

import pishro
from pishro.cli.app import app


@pytest.fixture(scope="module")
def model() -> pishro.Model:
    g = np.random.default_rng(0)
    x = g.normal(size=(200, 2))
    y = np.sin(x[:, 0]) + x[:, 1] + g.normal(size=200) / 5
    return pishro.fit(
        pl.DataFrame({"a": x[:, 0], "b": x[:, 1], "copy": y + 1e-3 * x[:, 0], "y": y}), "y", members=2, hidden=3
    )


def test_model_has_both(model: pishro.Model) -> None:
    assert model.diagnosis is not None and model.certificate is not None
    assert "leak" in model.diagnosis and "'copy' alone nearly determines" in str(model.diagnosis)
    assert str(model.certificate).startswith("Member ")


def test_file_keeps_them_and_inspect_prints_them(model: pishro.Model, tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    model.save(path)
    again = pishro.load(path)
    assert again.diagnosis == model.diagnosis and again.certificate == model.certificate
    shown = CliRunner().invoke(app, ["inspect", str(path)]).stdout
    for part in (model, model.diagnosis, model.certificate):
        assert str(part) in shown


def test_file_without_findings_still_loads(model: pishro.Model, tmp_path: Path) -> None:
    import dataclasses

    path = tmp_path / "m.safetensors"
    dataclasses.replace(model, findings={}).save(path)
    assert pishro.load(path).diagnosis is None and pishro.load(path).certificate is None
    assert "The file has none" in CliRunner().invoke(app, ["inspect", str(path)]).stdout
