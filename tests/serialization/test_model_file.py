"""Model files: what is written is what is read, and what is not whole is refused in one sentence."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import safetensors.torch
import torch

import pishro
from pishro.errors import DataError, ModelFileError


@pytest.fixture(scope="module")
def frame() -> pl.DataFrame:
    g = np.random.default_rng(0)
    size = g.normal(size=80)
    return pl.DataFrame(
        {
            "size": size,
            "color": g.choice(["red", "blue", "green"], 80),
            "price": 3 * size + g.normal(size=80) / 10,
            "sold": np.where(size > 0, "yes", "no"),
        }
    )


@pytest.fixture(scope="module")
def regression(frame: pl.DataFrame) -> pishro.Model:
    return pishro.fit(frame.drop("sold"), "price", members=2, hidden=3)


@pytest.fixture(scope="module")
def classifier(frame: pl.DataFrame) -> pishro.Model:
    return pishro.fit(frame.drop("price"), "sold", members=2, hidden=3)


def test_regression_round_trip(regression: pishro.Model, frame: pl.DataFrame, tmp_path: Path) -> None:
    regression.save(tmp_path / "m.safetensors")
    again = pishro.load(tmp_path / "m.safetensors")
    assert np.array_equal(again.predict(frame), regression.predict(frame))
    for a, b in zip(again.predict_interval(frame), regression.predict_interval(frame), strict=True):
        assert np.array_equal(a, b)
    assert again.record == regression.record
    assert again.score == regression.score
    assert again.schema == regression.schema
    assert str(again) == str(regression)


def test_classifier_round_trip(classifier: pishro.Model, frame: pl.DataFrame, tmp_path: Path) -> None:
    classifier.save(tmp_path / "m.safetensors")
    again = pishro.load(tmp_path / "m.safetensors")
    assert again.predict(frame).tolist() == classifier.predict(frame).tolist()
    assert np.array_equal(again.predict_proba(frame), classifier.predict_proba(frame))
    assert set(again.predict(frame)) <= {"yes", "no"}


def test_columns_in_any_order(regression: pishro.Model, frame: pl.DataFrame) -> None:
    shuffled = frame.select("sold", "color", "price", "size")
    assert np.array_equal(regression.predict(shuffled), regression.predict(frame))


def test_lacking_column_is_named(regression: pishro.Model, frame: pl.DataFrame) -> None:
    with pytest.raises(DataError, match="color"):
        regression.predict(frame.drop("color"))


def test_not_whole_or_foreign_files(regression: pishro.Model, tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    regression.save(path)
    data = path.read_bytes()
    for name, content in {
        "empty": b"",
        "short": data[:7],
        "truncated": data[: len(data) // 2],
        "text": b"x,y\n1,2\n",
        "header": (2**62).to_bytes(8, "little") + b"{}",
    }.items():
        bad = tmp_path / name
        bad.write_bytes(content)
        with pytest.raises(ModelFileError):
            pishro.load(bad)
    foreign = tmp_path / "foreign"
    safetensors.torch.save_file({"a": torch.zeros(2)}, foreign)
    with pytest.raises(ModelFileError, match="without the entry 'pishro'"):
        pishro.load(foreign)
    with pytest.raises(ModelFileError, match="No model file"):
        pishro.load(tmp_path / "missing")


def _rewritten(path: Path, change: dict[str, object]) -> Path:
    with safetensors.safe_open(path, "pt") as file:
        header = json.loads(file.metadata()["pishro"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    target = path.with_name("changed")
    safetensors.torch.save_file(tensors, target, {"pishro": json.dumps({**header, **change})})
    return target


def test_newer_and_damaged_headers(regression: pishro.Model, tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    regression.save(path)
    with pytest.raises(ModelFileError, match="upgrade"):
        pishro.load(_rewritten(path, {"format": 99}))
    for change in ({"format": "one"}, {"network": 3}, {"likelihood": {"name": "nope"}}, {"schema": {}}, {"record": []}):
        with pytest.raises(ModelFileError, match="damaged"):
            pishro.load(_rewritten(path, change))
    wider = {**regression.network.to_json(), "inputs": {"x": [900]}}
    with pytest.raises(ModelFileError, match="theta"):
        pishro.load(_rewritten(path, {"network": wider}))


def test_failed_save_leaves_the_old_file(
    regression: pishro.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "m.safetensors"
    path.write_bytes(b"old")

    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises((OSError, DataError)):
        regression.save(path)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["m.safetensors"]
    with pytest.raises(DataError):
        regression.save(tmp_path / "no folder" / "m.safetensors")


def test_a_model_of_many_rows_has_no_posterior(tmp_path: Path) -> None:
    g = np.random.default_rng(0)
    x = g.normal(size=5200)
    table = pl.DataFrame({"x": x, "y": np.sin(2 * x) + 0.1 * g.normal(size=5200)})
    model = pishro.fit(table, target="y", hidden=16, members=2, max_seconds=1.0)
    assert model.trained.posterior is None
    model.save(tmp_path / "m.safetensors")
    loaded = pishro.load(tmp_path / "m.safetensors")
    np.testing.assert_array_equal(loaded.predict(table), model.predict(table))
    np.testing.assert_array_equal(loaded.predict_interval(table)[0], model.predict_interval(table)[0])
    assert model.score["R²"].value > 0.8
