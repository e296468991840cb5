"""A training that is killed, interrupted or refused by the disk goes on, and ends as if nothing had been."""

import copy
import errno
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from pishro import optim
from pishro.errors import CheckpointError, CheckpointWarning, Interrupted, SettingError
from pishro.likelihoods import Normal
from pishro.nn import Dense, Network
from pishro.training import Checkpoints, Progress, train
from training.interrupted import KINDS, facts, fit, rows


def same(first: dict[str, Tensor], second: dict[str, Tensor]) -> bool:
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def interrupt(kind: str, file: Path, event: int) -> str:
    """Send Ctrl-C at an event of a training; what is said."""
    seen = 0

    def watch(progress: Progress) -> None:
        nonlocal seen
        seen += 1
        if seen == event:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(Interrupted) as said:
        fit(kind, Checkpoints(file), watch)
    return str(said.value)


@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_random_moments_it_ends_the_same(kind: str, tmp_path: Path) -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    whole, chance = facts(fit(kind)), random.Random(0)
    torch.set_num_threads(threads)
    file, result = tmp_path / "c.checkpoint", tmp_path / "result"
    command = [sys.executable, str(Path(__file__).with_name("interrupted.py")), kind, str(file), str(result)]
    killed = 0
    while not result.exists():
        run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert run.stdout is not None
        run.stdout.readline()
        try:
            run.wait(chance.uniform(0.05, 0.4) if killed < 3 else None)
        except subprocess.TimeoutExpired:
            run.kill()
            killed += 1
        run.communicate()
        assert killed <= 3 and run.returncode in (0, -signal.SIGKILL)
    assert killed
    assert same(torch.load(result, weights_only=True), whole)
    assert not file.exists()


@pytest.mark.parametrize("event", [1, 33, 41, 70, 77])
def test_evidence_goes_on_from_any_stage(event: int, tmp_path: Path) -> None:
    file = tmp_path / "c.checkpoint"
    assert "keeps" in interrupt("evidence", file, event)
    assert same(facts(fit("evidence", Checkpoints(file, resume=True))), facts(fit("evidence")))
    assert not file.exists()


def test_other_rows_and_settings_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "c.checkpoint"
    interrupt("mini-batches", file, 3)
    with pytest.raises(CheckpointError, match="seed was 0, now it is 1"):
        fit("mini-batches", Checkpoints(file, resume=True), seed=1)
    with pytest.raises(CheckpointError, match="rows"):
        fit("mini-batches", Checkpoints(file, resume=True), data=1)
    with pytest.raises(CheckpointError, match="resume=True"):
        fit("mini-batches", Checkpoints(file))
    assert file.exists()


def test_truncated_and_foreign_files_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "c.checkpoint"
    interrupt("mini-batches", file, 3)
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match="not a whole checkpoint"):
        fit("mini-batches", Checkpoints(file, resume=True))
    file.write_text("a,b\n1,2\n")
    with pytest.raises(CheckpointError, match="not a whole checkpoint"):
        fit("mini-batches", Checkpoints(file, resume=True))
    assert file.read_text() == "a,b\n1,2\n"


def test_a_folder_that_is_absent_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="make the folder"):
        fit("evidence", Checkpoints(tmp_path / "no" / "c.checkpoint"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_costs_neither_the_training_nor_the_checkpoint_before(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "c.checkpoint"
    interrupt(kind, file, 45 if kind == "evidence" else 5)
    before = file.read_bytes()

    def full(path: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.warns(CheckpointWarning, match="No space left") as told:
        trained = fit(kind, Checkpoints(file, seconds=0, resume=True, keep=True))
    assert len(told) == 1
    assert file.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == [file]
    assert same(facts(trained), facts(fit(kind)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_callback_ends_the_training(kind: str) -> None:
    def watch(progress: Progress) -> optim.Reason | None:
        return optim.Reason.GOAL if progress.iteration >= 4 else None

    record = fit(kind, watch=watch).record
    assert record.iterations == 4
    assert record.reasons == [optim.Reason.GOAL.sentence] * 3


def test_a_descent_goes_on_from_before_its_first_step() -> None:
    class AtOnce:
        """Remembers the first safe point, and ends there."""

        found: dict[str, Any] | None = None
        at = 0.0

        def reach(self, packed: dict[str, Any]) -> None:
            self.found = copy.deepcopy(packed)
            raise KeyboardInterrupt

    source = optim.autograd_source(lambda x: (x - 3).square().sum(-1))
    start, stop, pause = torch.zeros(2, 4), optim.Stop(iterations=5, gradient=0.0), AtOnce()
    with pytest.raises(KeyboardInterrupt):
        optim.descend(source, start, optim.Adam(0.1), stop, pause=pause)
    pause.at = float("inf")
    went_on = optim.descend(source, start, optim.Adam(0.1), stop, pause=pause)
    assert torch.equal(went_on.x, optim.descend(source, start, optim.Adam(0.1), stop).x)


def test_training_by_hand_with_a_rule_goes_on(tmp_path: Path) -> None:
    net, data, file = Network.chain(3, Dense(4, "tanh"), Dense(1)), rows(), tmp_path / "c.checkpoint"

    def by_hand(checkpoint: Checkpoints | None) -> Tensor:
        stop = optim.Stop(gradient=0.0, step=0.0, iterations=4000)
        return train(net, Normal(), data.x, data.y, method="adam", stop=stop, checkpoint=checkpoint)[0]

    before = signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        with pytest.raises(Interrupted):
            by_hand(Checkpoints(file))
    finally:
        signal.signal(signal.SIGALRM, before)
    assert torch.equal(by_hand(Checkpoints(file, resume=True)), by_hand(None))


def test_a_method_that_keeps_none_says_so(tmp_path: Path) -> None:
    net, data = Network.chain(3, Dense(2, "tanh"), Dense(1)), rows()
    with pytest.raises(SettingError, match="keeps no checkpoints"):
        train(net, Normal(), data.x, data.y, method="bfgs", checkpoint=Checkpoints(tmp_path / "c.checkpoint"))
