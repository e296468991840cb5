"""pishro solve: what a person sees, and the exit status."""

import json
import sys
from pathlib import Path

import polars as pl
import pytest

from pishro.cli import main

DIET = """\
NAME diet
ROWS
 N cost
 G protein
 L weight
COLUMNS
 bread cost 2 protein 1 weight 1
 beans cost 3 protein 2 weight 1
RHS
 b protein 4 weight 10
ENDATA
"""


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Exit status of the command line."""
    monkeypatch.setattr(sys, "argv", ["pishro", "solve", *map(str, arguments)])
    with pytest.raises(SystemExit) as exit_:
        main()
    return int(exit_.value.code or 0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "diet.mps"
    path.write_text(DIET)
    return path


def test_an_optimum(monkeypatch: pytest.MonkeyPatch, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = file.with_name("x.csv")
    assert run(monkeypatch, file, "-o", output) == 0
    shown = capsys.readouterr().out
    for word in ("solved", "linear program, 2 variables, 2 rows", "minimum", "6", "residuals", "protein", "-1.5"):
        assert word in shown
    written = pl.read_csv(output)
    assert written.columns == ["variable", "value", "multiplier"]
    assert written["value"].to_list() == [0, 2]
    assert written["multiplier"].to_list() == [-0.5, 0]


def test_a_quadratic_maximum(monkeypatch: pytest.MonkeyPatch, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    concave = "QUADOBJ\n bread bread -2\n beans beans -2\nENDATA\n"
    file.write_text("OBJSENSE MAX\n" + DIET.replace("ENDATA\n", concave))
    assert run(monkeypatch, file) == 0
    shown = capsys.readouterr().out
    assert "quadratic program" in shown
    assert "maximum" in shown
    assert "3.25" in shown  # at (1, 3/2)


def test_long_tables_are_shortened(
    monkeypatch: pytest.MonkeyPatch, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = "".join(f" x{i} cost 1 protein {i}\n" for i in range(40))
    file.write_text(DIET.replace("RHS", columns + "RHS"))
    assert run(monkeypatch, file) == 0
    shown = capsys.readouterr().out
    assert "x39" not in shown.split("more")[1]
    assert "--output x.csv writes all" in shown


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("protein 4", "protein 40"), ("infeasible", "protein", "weight", "relax")),
        (("cost 3", "coast 3"), ("No row is named 'coast'", "line 8")),
        (("weight 1\nRHS", "weight -1\nRHS"), ("solved",)),
        (("bread cost 2 protein 1 weight 1", "bread cost -2 protein 1 weight -1"), ("unbounded", "bread", "direction")),
    ],
)
def test_what_has_no_optimum(
    monkeypatch: pytest.MonkeyPatch,
    file: Path,
    capsys: pytest.CaptureFixture[str],
    change: tuple[str, str],
    words: tuple[str, ...],
) -> None:
    file.write_text(DIET.replace(*change))
    status = run(monkeypatch, file, "-o", file.with_name("x.csv"))
    captured = capsys.readouterr()
    assert status == {"infeasible": 1, "unbounded": 1, "solved": 0}.get(words[0], 2)
    assert file.with_name("x.csv").exists() == (status == 0)
    for word in words:
        assert word in captured.out + captured.err


def test_bad_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, tmp_path / "none.mps") == 2
    error = capsys.readouterr().err
    assert error.startswith("pishro: ")
    assert error.count("\n") == 1


def test_whole_numbers(monkeypatch: pytest.MonkeyPatch, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(DIET.replace(" beans", " M 'MARKER' 'INTORG'\n beans", 1))
    assert run(monkeypatch, file) == 2
    assert "relax" in capsys.readouterr().err
    assert run(monkeypatch, file, "--relax") == 0
    assert "1 whole-number variables are relaxed" in capsys.readouterr().out


def test_for_another_program(monkeypatch: pytest.MonkeyPatch, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, file, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["status"] == "solved"
    assert told["value"] == pytest.approx(6)
    assert told["x"] == pytest.approx({"bread": 0, "beans": 2})
    assert told["multipliers"]["protein"] == pytest.approx(-1.5)
    assert max(told["residuals"].values()) < 1e-9
    file.write_text(DIET.replace("weight 10", "weight 1"))
    assert run(monkeypatch, file, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["status"], told["value"]) == ("infeasible", None)
