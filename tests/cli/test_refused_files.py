"""Disks without room, files that vanish: one sentence, status 2, and what was there stays."""

import contextlib
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import pishro
from pishro.cli import main
from pishro.cli import predict as command
from pishro.data import streams
from pishro.serialization.export import exporting


@pytest.fixture
def folder(tmp_path: Path, fitted: pishro.Model) -> Path:
    """A model, a table of 20 kB, and what is to be replaced."""
    fitted.save(tmp_path / "m.safetensors")
    x = np.random.default_rng(1).normal(size=1000)
    pl.DataFrame({"x": x}).write_csv(tmp_path / "new.csv")
    for suffix in ("csv", "tsv", "parquet", "c", "h", "py", "m", "onnx", "html"):
        (tmp_path / f"out.{suffix}").write_text("old")
    return tmp_path


@pytest.fixture(scope="module")
def fitted() -> pishro.Model:
    x = np.random.default_rng(0).normal(size=60)
    return pishro.fit({"x": x, "y": np.sin(x)}, "y", hidden=2, members=1, max_seconds=2)


@contextlib.contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file may grow beyond `size` bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> object:
    monkeypatch.setattr(sys, "argv", ["pishro", *map(str, arguments)])
    with pytest.raises(SystemExit) as exit_:
        main()
    return exit_.value.code


def refused(capsys: pytest.CaptureFixture[str], folder: Path, before: dict[str, bytes]) -> str:
    """The one sentence, once nothing is found to have changed."""
    said = capsys.readouterr().err
    assert said.startswith("pishro: ") and said.count("\n") == 1 and said.endswith(".\n")
    assert contents(folder) == before
    return said


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(
    "typed",
    [
        ("predict", "m.safetensors", "new.csv", "-o", "out.csv"),
        ("predict", "m.safetensors", "new.csv", "-o", "out.tsv"),
        ("predict", "m.safetensors", "new.csv", "-o", "out.parquet"),
        ("export", "m.safetensors", "out.c"),
        ("export", "m.safetensors", "out.py"),
        ("export", "m.safetensors", "out.m"),
        ("export", "m.safetensors", "out.onnx"),
        ("report", "m.safetensors", "-o", "out.html"),
    ],
    ids=lambda typed: typed[-1],
)
def test_a_full_disk(
    typed: tuple[str, ...], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if typed[-1] == "out.onnx":
        pytest.importorskip("onnxruntime")
    monkeypatch.chdir(folder)
    monkeypatch.setattr(exporting, "octave", lambda: None)
    before = contents(folder)
    with room_for(300):
        assert run(monkeypatch, *typed) == 2
    assert "too large" in refused(capsys, folder, before)


def test_a_full_disk_while_a_large_table_is_predicted(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "LARGE", 1)
    monkeypatch.setattr(streams, "BLOCK_BYTES", 1000)
    before = contents(folder)
    with room_for(10_000):
        assert run(monkeypatch, "predict", folder / "m.safetensors", folder / "new.csv", "-o", folder / "out.csv") == 2
    assert "too large" in refused(capsys, folder, before)


def test_c_and_its_header_are_written_both_or_not_at_all(
    folder: Path, fitted: pishro.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "compiler", lambda: None)
    fitted.export(folder / "fits.c")
    before = contents(folder)
    header, source = (folder.joinpath(f"fits.{suffix}").stat().st_size for suffix in "hc")
    assert header < source
    with room_for((header + source) // 2), pytest.raises(OSError, match="too large"):
        fitted.export(folder / "out.c")
    assert contents(folder) == before


def test_a_table_that_vanishes_while_it_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def opened_once(path: Path) -> streams.TableStream:
        stream = streams.open_stream(path)
        path.unlink()
        return stream

    monkeypatch.setattr(command, "LARGE", 1)
    monkeypatch.setattr(command, "open_stream", opened_once)
    before = {name: held for name, held in contents(folder).items() if name != "new.csv"}
    assert run(monkeypatch, "predict", folder / "m.safetensors", folder / "new.csv", "-o", folder / "out.csv") == 2
    assert "new.csv" in refused(capsys, folder, before)


def test_an_interrupt_before_the_command_begins(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pishro.cli.app.app", interrupted)
    assert run(monkeypatch, "predict") == 130
    assert capsys.readouterr().err == "pishro: interrupted; nothing on disk was changed.\n"
