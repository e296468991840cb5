"""Exports of fitted models: each format says what the model says, and reads cells as the model does."""

import datetime
import importlib.util
import json
import math
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl
import pytest

import pishro
from pishro.cli import main
from pishro.data import load_example
from pishro.errors import DataError, SettingError
from pishro.serialization.export.running import compiler, octave

FORMATS = [
    *(".py", ".onnx"),
    pytest.param(".c", marks=pytest.mark.skipif(compiler() is None, reason="no C compiler")),
    pytest.param(".m", marks=pytest.mark.skipif(octave() is None, reason="no Octave")),
]


def passengers(rows: int = 150) -> pl.DataFrame:
    """Mixed columns with gaps, as in a passenger list."""
    g = np.random.default_rng(0)
    age, fare = g.normal(40, 12, rows), g.gamma(2, 20, rows)
    sex, port = g.choice(["male", "female"], rows), g.choice(["S", "C", "Q"], rows)
    alone = g.choice(["Yes", "no"], rows)
    days = [datetime.datetime(2019, 11, 1) + datetime.timedelta(hours=int(h)) for h in g.integers(0, 15_000, rows)]
    score = age / 12 + 2.0 * (sex == "male") - (port == "C") + np.sqrt(fare) / 4 + g.normal(size=rows) / 4
    frame = pl.DataFrame({"age": age, "fare": fare, "sex": sex, "port": port, "alone": alone, "day": days})
    gaps = {"age": g.random(rows) < 0.15, "port": g.random(rows) < 0.1, "day": g.random(rows) < 0.1}
    frame = frame.with_columns(
        pl.when(pl.Series(gap)).then(None).otherwise(pl.col(n)).alias(n) for n, gap in gaps.items()
    )
    return frame.with_columns(
        score=score,
        price=np.exp(score / 4),
        count=g.poisson(np.exp(score / 5)),
        survived=np.where(score > np.median(score), "yes", "no"),
        grade=np.digitize(score, np.quantile(score, [0.3, 0.7])).astype(str),
    )


INPUTS = ("age", "fare", "sex", "port", "alone", "day")


def fitted(target: str, **settings: Any) -> pishro.Model:
    return pishro.fit(passengers().select(*INPUTS, target), target, **{"members": 2, "hidden": 3, **settings})


@pytest.fixture(scope="module")
def diabetes() -> pishro.Model:
    frame, target = load_example("diabetes")
    return pishro.fit(frame, target, members=2, hidden=3)


@pytest.fixture(scope="module")
def score() -> pishro.Model:
    return fitted("score")


@pytest.fixture(scope="module")
def survived() -> pishro.Model:
    return fitted("survived")


def module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("exported", path)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.mark.parametrize("suffix", FORMATS)
def test_all_formats_agree(
    diabetes: pishro.Model, score: pishro.Model, survived: pishro.Model, tmp_path: Path, suffix: str
) -> None:
    for name, model, level in (("d", diabetes, 0.9), ("s", score, 0.8), ("v", survived, None)):
        done = model.export(tmp_path / f"{name}{suffix}", interval=level)
        assert done.deviation is not None and done.deviation < 1e-5
        assert all(file.stat().st_size for file in done.files)


SETTINGS: list[dict[str, Any]] = [{"calibrate": "conformal"}, {"monotone": {"fare": 1}}, {"bounds": (0.0, None)}]


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: next(iter(settings)))
def test_calibration_and_limits(settings: dict[str, Any], tmp_path: Path) -> None:
    model = fitted("score", **settings, max_seconds=1)
    for suffix in (".py", ".onnx", *([".c"] if compiler() else [])):
        done = model.export(tmp_path / f"m{suffix}", interval=0.5, posterior="bounds" not in settings)
        assert done.deviation is not None and done.deviation < 1e-5
    if "bounds" in settings:
        with pytest.raises(SettingError, match="posterior=False"):
            model.export(tmp_path / "m.py", interval=0.5)


@pytest.mark.parametrize("calibrate", [None, "temperature"])
def test_three_classes(calibrate: str | None, tmp_path: Path) -> None:
    model = fitted("grade", calibrate=calibrate, max_seconds=1)
    frame = passengers().select(INPUTS)
    for suffix in FORMATS[:2]:
        model.export(tmp_path / f"m{suffix}")
    exported = module(tmp_path / "m.py")
    assert exported.predict(frame.to_dict(as_series=False)).tolist() == model.predict(frame).tolist()


def test_python_reads_cells_as_the_model_does(score: pishro.Model, tmp_path: Path) -> None:
    score.export(tmp_path / "m.py", interval=0.9)
    exported = module(tmp_path / "m.py")
    table = {
        "age": [30.0, None, math.nan, 40.5, 1e9],
        "fare": [10.0, 20.0, 30.0, 40.0, 50.0],
        "sex": ["male", " female ", "other", None, "N/A"],
        "port": ["S", "C", "?", "", "s"],
        "alone": ["YES", "f", "maybe", "none", "0"],
        "day": [datetime.datetime(*d) for d in ((2020, 2, 29, 13), (1969, 12, 31), (2000, 3, 1))] + [None, None],
    }
    assert exported.predict(table) == pytest.approx(score.predict(pl.DataFrame(table)), rel=1e-10)
    rows = list(zip(*(table[name] for name in exported.COLUMNS), strict=True))
    assert exported.predict(rows) == pytest.approx(exported.predict(table), rel=1e-15)
    low, high = score.predict_interval(pl.DataFrame(table), 0.9)
    assert exported.interval(table)[0] == pytest.approx(low, rel=1e-5)
    assert exported.interval(table)[1] == pytest.approx(high, rel=1e-5)


def test_python_file_checks_itself_without_torch(diabetes: pishro.Model, tmp_path: Path) -> None:
    path = tmp_path / "m.py"
    diabetes.export(path)
    text = path.read_text(encoding="utf-8")
    assert "torch" not in text and "import pishro" not in text
    done = subprocess.run([sys.executable, path, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    wrong = text.replace("np.tanh(", "np.sin(", 1)
    assert wrong != text
    path.write_text(wrong, encoding="utf-8")
    assert subprocess.run([sys.executable, path, "--check"], capture_output=True, check=False).returncode == 1


def test_without_compiler_and_octave(survived: pishro.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    for suffix, word in ((".c", "not compiled"), (".m", "not run")):
        done = survived.export(tmp_path / f"m{suffix}")
        assert done.deviation is None and word in done.sentence
    text = (tmp_path / "m.m").read_text(encoding="utf-8")
    assert text.startswith("function [class, probabilities] = m(X)")
    assert "y = tanh(n);" in text  # tansig as MATLAB names it
    assert "classes = {'no', 'yes'};" in text
    with pytest.raises(SettingError, match="called as its function"):
        survived.export(tmp_path / "my model.m")


def test_onnx_reads_texts(survived: pishro.Model, tmp_path: Path) -> None:
    runtime = pytest.importorskip("onnxruntime")
    survived.export(tmp_path / "m.onnx")
    session = runtime.InferenceSession(tmp_path / "m.onnx", providers=["CPUExecutionProvider"])
    assert [given.name for given in session.get_inputs()] == list(INPUTS)
    frame = passengers().select(INPUTS)
    days = frame["day"].dt.epoch("us").cast(pl.Float64).to_numpy() / 86_400e6
    feed: dict[str, Any] = {"day": days[:, None]}
    for name in ("age", "fare"):
        feed[name] = frame[name].cast(pl.Float32).to_numpy()[:, None]
    for name in ("sex", "port", "alone"):
        feed[name] = np.array(frame[name].fill_null("").to_list(), object)[:, None]
    labels, probabilities = session.run(["prediction", "probabilities"], feed)
    assert probabilities == pytest.approx(survived.predict_proba(frame), abs=1e-5)
    assert labels.tolist() == survived.predict(frame).tolist()


def test_hostile_names_stay_names(tmp_path: Path) -> None:
    g = np.random.default_rng(0)
    x = g.normal(size=60)
    target = 'y */ """ \\ ??/ \n end'
    frame = pl.DataFrame({'a"""\\': x, "*/ b": g.choice(['"', "'''"], 60), target: x + g.normal(size=60) / 9})
    model = pishro.fit(frame, target, members=1, hidden=2, max_seconds=1)
    for suffix in (".py", ".onnx", *([".c"] if compiler() else [])):
        assert model.export(tmp_path / f"9 m{suffix}").deviation < 1e-5  # type: ignore[operator]


def test_refusals(score: pishro.Model, survived: pishro.Model, tmp_path: Path) -> None:
    for suffix in (".c", ".py", ".m", ".onnx"):
        with pytest.raises(SettingError, match="asked of a classifier"):
            survived.export(tmp_path / f"m{suffix}", interval=0.9)
    with pytest.raises(SettingError, match=r"\.onnx, \.c, \.py"):
        score.export(tmp_path / "m.java")
    with pytest.raises(SettingError, match="between 0 and 1"):
        score.export(tmp_path / "m.py", interval=95)
    with pytest.raises(DataError, match="folder"):
        score.export(tmp_path / "absent" / "m.py")
    assert not list(tmp_path.iterdir())


def test_without_onnx(score: pishro.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(SettingError, match=r"pishro\[onnx\]"):
        score.export(tmp_path / "m.onnx")


def test_command_line(
    score: pishro.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "m.safetensors"
    score.save(path)

    def run(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["pishro", "export", str(path), *map(str, arguments)])
        with pytest.raises(SystemExit) as done:
            main()
        return int(done.value.code or 0)

    assert run(tmp_path / "m.py", "--json", "--interval", 0.9) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["files"] == [str(tmp_path / "m.py")]
    assert said["deviation"] < 1e-5
    assert run(tmp_path / "m.py", "--no-posterior") == 0
    assert "NumPy only" in capsys.readouterr().out
    assert run(tmp_path / "m.txt") == 2
    assert run(tmp_path / "m.py", "--precision", "float8") == 2


def test_saving_without_the_posterior(score: pishro.Model, tmp_path: Path) -> None:
    score.save(tmp_path / "with.safetensors")
    score.save(tmp_path / "without.safetensors", posterior=False)
    sizes = [(tmp_path / f"{name}.safetensors").stat().st_size for name in ("without", "with")]
    assert sizes[0] < sizes[1]
    again, frame = pishro.load(tmp_path / "without.safetensors"), passengers()
    assert np.array_equal(again.predict(frame), score.predict(frame))
    low, high = again.predict_interval(frame)
    assert (low < high).all()
