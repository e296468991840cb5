"""The runnable examples, with short settings."""

import importlib
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(autouse=True)
def importable(monkeypatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))


def test_vanishing_gradient(tmp_path: Path) -> None:
    errors = importlib.import_module("vanishing_gradient").main(str(tmp_path / "picture.png"), epochs=10, before=20)
    assert (tmp_path / "picture.png").stat().st_size > 10_000
    assert errors.pop("sigmoid, random weights") > 0.8
    assert max(errors.values()) < 0.4
