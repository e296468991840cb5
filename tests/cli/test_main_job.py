"""The main job as a person runs it: real processes for what must hold of a process, in-process for the rest."""

import json
import math
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pishro.cli import main


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Exit status of the command line."""
    monkeypatch.setattr(sys, "argv", ["pishro", *map(str, arguments)])
    with pytest.raises(SystemExit) as exit_:
        main()
    code = exit_.value.code
    return 0 if code is None else int(code)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    g = np.random.default_rng(0)
    x, kind = g.normal(size=90), g.choice(["a", "b"], 90)
    frame = pl.DataFrame({"x": x, "kind": kind, "y": np.sin(x) + (kind == "a") + g.normal(size=90) / 20})
    frame.write_csv(tmp_path / "table.csv")
    return tmp_path / "table.csv"


def test_fit_then_predict(monkeypatch: pytest.MonkeyPatch, table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = table.with_name("m.safetensors")
    assert run(monkeypatch, "fit", table, "--target", "y", "-o", model, "--members", 2, "--hidden", 4) == 0
    shown = capsys.readouterr().out
    assert "RMSE" in shown
    assert "linear" in shown
    page = model.with_suffix(".html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>") or page.startswith("<!doctype html>")
    new = table.with_name("new.csv")
    pl.DataFrame({"kind": ["b", "a", "z"], "x": [0.5, 0.5, 0.5]}).write_csv(new)
    out = table.with_name("out.csv")
    assert run(monkeypatch, "predict", model, new, "-o", out, "--interval", 0.9) == 0
    predicted = pl.read_csv(out)
    assert predicted.columns == ["kind", "x", "predicted y", "predicted y, 90 % from", "predicted y, 90 % to"]
    assert predicted["predicted y"][0] == pytest.approx(np.sin(0.5), abs=0.15)
    assert predicted["predicted y"][1] == pytest.approx(np.sin(0.5) + 1, abs=0.15)
    assert "kind" in capsys.readouterr().err  # the unseen category is said
    assert run(monkeypatch, "inspect", model) == 0
    assert "dense1" in capsys.readouterr().out
    assert run(monkeypatch, "report", model, "-o", table.with_name("again.html")) == 0
    assert run(monkeypatch, "report", model, "-o", table.with_name("fa.html"), "--language", "fa") == 0
    assert 'lang="fa" dir="rtl"' in table.with_name("fa.html").read_text(encoding="utf-8")
    assert run(monkeypatch, "report", model, "-o", table.with_name("no.html"), "--language", "xx") == 2
    capsys.readouterr()
    assert run(monkeypatch, "report", model, "-o", table.with_name("once.html"), "--json") == 0
    assert json.loads(capsys.readouterr().out)["bytes"] == table.with_name("once.html").stat().st_size


@pytest.mark.parametrize(
    ("content", "target", "word"),
    [
        (None, "y", "table.csv"),
        (b"", "y", "empty"),
        (b"x,y\n1,2\n2,3\n3,4\n", "y", "rows"),
        (b"x,price\n" + b"1,2\n3,4\n" * 20, "prise", "price"),
        (b"x,y\n" + b"1,2\n3,2\n" * 20, "y", "one value"),
        (b"x,x,y\n" + b"1,2,3\n3,4,5\n" * 20, "y", "x"),
        (b"x,y\n" + b"inf,1\n-inf,2\n" * 20, "y", "column"),
    ],
    ids=["missing", "empty", "three rows", "no such target", "one value", "duplicated names", "infinities"],
)
def test_bad_input_ends_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes | None,
    target: str,
    word: str,
) -> None:
    table = tmp_path / "table.csv"
    if content is not None:
        table.write_bytes(content)
    before = sorted(tmp_path.iterdir())
    assert run(monkeypatch, "fit", table, "--target", target, "-o", tmp_path / "m.safetensors") == 2
    error = capsys.readouterr().err
    assert error.startswith("pishro: ")
    assert error.count("\n") == 1
    assert word in error
    assert sorted(tmp_path.iterdir()) == before


def test_all_text_table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "table.csv"
    rows = "\n".join(f"a long remark number {i} of its own kind,{i % 7}.5" for i in range(60))
    table.write_text("remark,y\n" + rows + "\n")
    assert run(monkeypatch, "fit", table, "--target", "y") == 2
    assert "remark" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("extra", "word"),
    [
        (["--hidden", "two"], "12,12"),
        (["--members", "0"], "from 1"),
        (["-o", "model.txt"], ".safetensors"),
        (["--example", "diabetes"], "both"),
    ],
)
def test_bad_settings(
    monkeypatch: pytest.MonkeyPatch, table: Path, capsys: pytest.CaptureFixture[str], extra: list[str], word: str
) -> None:
    assert run(monkeypatch, "fit", table, "--target", "y", *extra) == 2
    assert word in capsys.readouterr().err


def test_target_is_asked_for(monkeypatch: pytest.MonkeyPatch, table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "fit", table) == 2
    assert "'kind'" in capsys.readouterr().err
    assert run(monkeypatch, "fit") == 2


def test_help_does_not_wait_for_torch() -> None:
    code = "import sys; sys.argv = ['pishro', '--help']\nimport pishro.cli.app\nsys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("heard", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_a_checkpoint_that_resume_finishes(tmp_path: Path, heard: signal.Signals) -> None:
    rows = "\n".join(f"{i % 97},{i % 89},{math.sin(i % 97 / 15) + i % 89 / 50}" for i in range(100))
    (tmp_path / "table.csv").write_text("a,b,y\n" + rows + "\n")
    command = [
        sys.executable,
        "-m",
        "pishro",
        "fit",
        "table.csv",
        "--target",
        "y",
        "--members",
        "2",
        "--hidden",
        "2",
        "--json",
    ]
    program = [sys.executable, "-c", _SIGNALS_ITSELF.format(heard=int(heard)), *command[3:]]
    stopped = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert stopped.returncode == 128 + heard
    assert stopped.stderr.startswith("pishro: interrupted; y.checkpoint keeps") and "--resume" in stopped.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["table.csv", "y.checkpoint"]
    if heard == signal.SIGTERM:  # the rest does not depend on the signal
        return
    stale = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert stale.returncode == 2 and "--resume" in stale.stderr
    done = subprocess.run([*command, "--resume"], cwd=tmp_path, capture_output=True, text=True, check=True)
    facts = json.loads(done.stdout)
    assert facts["model"] == "y.safetensors" and facts["scores"] and facts["record"]["members"] == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["table.csv", "y.html", "y.safetensors"]


_SIGNALS_ITSELF = """
import os, sys
from pishro.training import LiveView
from pishro.cli import main

def call(view, event):
    if event.iteration == 12 and not event.trying:
        os.kill(os.getpid(), {heard})

LiveView.__call__ = call
sys.argv[0] = "pishro"
main()
"""
