"""The events of a training: in a terminal, and for TensorBoard."""

import io
import sys
import types
from pathlib import Path

import pytest
from rich.console import Console

from pishro.errors import SettingError
from pishro.training import LiveView, Progress, TensorBoard


def test_the_live_view_shows_where_the_training_is() -> None:
    page = io.StringIO()
    with LiveView(Console(file=page, force_terminal=True, width=160)) as view:
        view(Progress(2, 200, 0.9, 1.0, 8, trying=True))
        view(Progress(10, 200, 0.5, 1e-3, 8, damping=0.1, effective=12.0))
        view(Progress(20, 200, 0.4, 1e-3, 7, damping=0.1, effective=12.0))
        view._live.refresh()
    shown = page.getvalue()
    for text in ("20/200", "cost 0.4", "λ 1.0e-01", "γ 12", "7 running", "≤ 0 s"):
        assert text in shown, text


def test_without_a_terminal_nothing_is_shown() -> None:
    page = io.StringIO()
    with LiveView(Console(file=page)) as view:
        view(Progress(10, 200, 0.5, 1e-3, 8))
    assert page.getvalue() == ""


def test_tensorboard_is_asked_for_where_it_is_absent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(SettingError, match="pip install tensorboard"):
        TensorBoard(tmp_path)


def test_tensorboard_gets_each_event_but_no_trial(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    written: list[tuple[str, float, int]] = []
    closed: list[str] = []

    class Writer:
        def __init__(self, folder: str) -> None:
            self.folder = folder

        def add_scalar(self, name: str, value: float, step: int) -> None:
            written.append((name, value, step))

        def close(self) -> None:
            closed.append(self.folder)

    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", types.SimpleNamespace(SummaryWriter=Writer))
    with TensorBoard(tmp_path) as board:
        board(Progress(1, 9, 2.0, 1.0, 8, trying=True))
        board(Progress(3, 9, 0.5, 0.1, 4, damping=0.01))
    assert written == [("cost", 0.5, 3), ("gradient_norm", 0.1, 3), ("running", 4.0, 3), ("damping", 0.01, 3)]
    assert closed == [str(tmp_path)]
