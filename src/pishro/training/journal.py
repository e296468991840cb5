"""Where a training stands, kept so that it can go on: when a checkpoint is written, and what an interrupt does.

A training is a row of *stages* (trials of a start, then the run). A stage is a loop that passes *safe points*, at which
everything it depends on can be written down; there a checkpoint is written where the time has come. Ctrl-C waits for
the next safe point, writes, and only then ends the training, so that nothing is ever kept half changed; a second Ctrl-C
does not wait. A stage that goes on restores what was kept and does the rest of its steps, which makes the result the
same to the last bit on the same machine with the same number of threads; unless a limit of time ends it, for clocks do
not repeat themselves.

A disk that is full costs the new checkpoint, neither the one before nor the training.
"""

__all__ = ["Checkpoints", "Journal", "Part", "Stage", "opened"]

import contextlib
import dataclasses
import math
import os
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, Protocol, final

import torch

from pishro.errors import CheckpointError, CheckpointWarning, Interrupted, PishroError, ProcessError, SettingError
from pishro.training.checkpoint import Tree, read_checkpoint, write_checkpoint
from pishro.training.distributed import current
from pishro.training.record import versions

SHARE = 0.05
"""Most of the time that goes into writing checkpoints; where they are large, they are written less often."""


@final
@dataclasses.dataclass(frozen=True)
class Checkpoints:
    """Where and how often a training keeps where it stands.

    Attributes
    ----------
    path : the file; its folder has to exist. Of several processes the first writes, and all read.
    seconds : between checkpoints; one is also written when the training is interrupted.
    resume : go on from the file, where there is one. Else a file that is there is refused, not overwritten.
    keep : leave the file when the training has ended well, for a caller who removes it once the result is safe.

    Examples
    --------
    >>> import tempfile, torch
    >>> from pishro import training
    >>> from pishro.likelihoods import Normal
    >>> from pishro.nn import Dense, Network
    >>> x = torch.linspace(-1, 1, 50, dtype=torch.float64).reshape(-1, 1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     checkpoint = training.Checkpoints(f"{folder}/sine.checkpoint", resume=True)
    ...     theta, record = training.train(
    ...         Network.chain(1, Dense(3, "tanh"), Dense(1)), Normal(), x, torch.sin(3 * x), checkpoint=checkpoint
    ...     )
    """

    path: str | os.PathLike[str]
    seconds: float = 30.0
    resume: bool = False
    keep: bool = False

    def __post_init__(self) -> None:
        if not self.seconds >= 0:
            raise SettingError(f"Expected seconds of at least 0 between checkpoints, received {self.seconds}.")

    @property
    def file(self) -> Path:
        """The path."""
        return Path(self.path)

    def check(self) -> None:
        """Refuse what could only fail later.

        Raises
        ------
        CheckpointError
            If the file cannot be written, or is there although nothing is to be resumed.
        """
        path = self.file
        if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
            raise CheckpointError(f"The checkpoint '{path}' cannot be written: make the folder, or choose another.")
        if path.is_dir():
            raise CheckpointError(f"Expected a file for the checkpoint, but '{path}' is a folder; add a file name.")
        if path.exists() and not self.resume:
            raise CheckpointError(
                f"'{path}' is there already, perhaps from a training that was interrupted. Go on with it by "
                "resume=True (in the shell --resume), or delete it to start anew."
            )

    def remove(self) -> None:
        """Delete the file, if there is one."""
        self.file.unlink(missing_ok=True)


class Part(Protocol):
    """Something beside the loop whose state belongs to a stage."""

    def pack(self) -> Tree:
        """Everything that it depends on; what it goes on changing is copied."""

    def unpack(self, packed: Tree) -> None:
        """Take over what `pack` gave."""


@contextlib.contextmanager
def opened(settings: Checkpoints | None, identity: Callable[[], dict[str, str]]) -> Iterator["Journal"]:
    """The journal of a training, while it runs; without settings one that stays empty.

    Parameters
    ----------
    settings : None for no checkpoints.
    identity : what makes it this training and no other.

    Raises
    ------
    CheckpointError
        If the file that is there is no checkpoint, or one of another training, or is not to be resumed.
    Interrupted
        On Ctrl-C, with a sentence that says what was kept.
    """
    journal = Journal(settings, identity)
    if settings is None:
        yield journal
        return
    with _ctrl_c(journal.ask):
        try:
            yield journal
        except ProcessError:
            journal.write()
            raise
    if journal.asked:  # too late for the last safe point
        raise Interrupted(journal.said())
    if not settings.keep and journal.writes:
        settings.remove()


@final
class Journal:
    """What is kept of a training: notes of what its stages found, and the state of the stage that runs.

    Attributes
    ----------
    at : clock (`time.perf_counter`) at which the next checkpoint is due.
    asked : whether an interrupt waits for a safe point.
    began : clock at which the training began; earlier than this process where it goes on.
    """

    def __init__(self, settings: Checkpoints | None, identity: Callable[[], dict[str, str]]) -> None:
        self.settings, self.asked, self.began = settings, False, time.perf_counter()
        self.writes = settings is not None and current().first
        self.at = math.inf
        self._warned = False
        self._tree: Tree = {"notes": {}, "stage": None}
        if settings is None:
            return
        settings.check()
        self._tree |= {"identity": identity(), "conditions": _conditions()}
        if settings.file.exists():
            self._go_on(settings.file, read_checkpoint(settings.file))
        if self.writes:
            self.at = time.perf_counter() + settings.seconds

    def _go_on(self, path: Path, found: Tree) -> None:
        for name, mine in self._tree["identity"].items():
            kept = found["identity"].get(name)
            if kept != mine:
                differ = f"{name} was {kept}, now it is {mine}" if len(f"{kept}{mine}") < 100 else f"{name} differs"
                raise CheckpointError(
                    f"'{path}' is the checkpoint of another training: {differ}. Take the same table and settings, or "
                    "delete the file to start anew."
                )
        before, now = found["conditions"], self._tree["conditions"]
        told = "; ".join(
            f"{name} {before[name]}, now {now.get(name)}" for name in before if before[name] != now.get(name)
        )
        if told:
            warnings.warn(
                f"'{path}' was written under other conditions ({told}): the result may differ in its last digits.",
                CheckpointWarning,
                stacklevel=5,
            )
        self._tree["notes"], self._tree["stage"] = found["notes"], found["stage"]
        self.began -= found["seconds"]

    def noted(self, name: str, find: Callable[[], Tree]) -> Tree:
        """What a stage found, once for all: from the checkpoint, or found now."""
        notes = self._tree["notes"]
        if name not in notes:
            notes[name] = find()
            self._tree["stage"] = None
        found: Tree = notes[name]
        return found

    def stage(self, name: str, **parts: Part) -> "Stage | None":
        """The stage that begins, or goes on, now; None where nothing is kept.

        Parameters
        ----------
        name : of the stage.
        parts : what belongs to it beside the loop; they are restored here.
        """
        if self.settings is None:
            return None
        kept = self._tree["stage"]
        if kept is None or kept["name"] != name:
            return Stage(self, name, parts, None)
        for part in parts:
            parts[part].unpack(kept["parts"][part])
        return Stage(self, name, parts, kept["loop"])

    def keep(self, stage: Tree) -> None:
        """Hold on to a stage's state, which must not change until the next is given."""
        self._tree["stage"] = stage

    def forget(self) -> None:
        """Let go of a stage's state, which changes from now on; what was written stays."""
        self._tree["stage"] = None

    def ask(self) -> None:
        """End the training at the next safe point; one who asks again does not want to wait."""
        if self.asked:
            raise KeyboardInterrupt
        self.asked, self.at = True, -math.inf

    def write(self) -> None:
        """Write what is held; a disk that refuses is said once."""
        if self.settings is None or not self.writes or self._tree["stage"] is None:
            return
        began = time.perf_counter()
        try:
            write_checkpoint(self.settings.file, self._tree | {"seconds": began - self.began})
        except (OSError, PishroError) as error:
            if not self._warned:
                self._warned = True
                warnings.warn(
                    f"A checkpoint could not be written ({error}); the training goes on, and tries again.",
                    CheckpointWarning,
                    stacklevel=4,
                )
        ended = time.perf_counter()
        self.at = ended + max(self.settings.seconds, (ended - began) / SHARE)

    def interrupt(self) -> None:
        """Write, and end the training."""
        self.write()
        raise Interrupted(self.said())

    def said(self) -> str:
        """What became of a training that is interrupted."""
        if self.settings is None or not self.settings.file.exists():
            return "interrupted; nothing was kept."
        return f"interrupted; '{self.settings.file}' keeps where the training stands."


@final
class Stage:
    """One loop of a training, as the journal sees it.

    Attributes
    ----------
    found : what the loop's `pack` gave when it was left; None where it begins.
    """

    def __init__(self, journal: Journal, name: str, parts: dict[str, Part], found: Tree | None) -> None:
        self.found, self._journal, self._name, self._parts = found, journal, name, parts

    @property
    def at(self) -> float:
        """Clock (`time.perf_counter`) from which on the loop should call `reach` at its safe points."""
        return self._journal.at

    def reach(self, packed: Tree) -> None:
        """A safe point: write where it is due, and end where that was asked.

        Parameters
        ----------
        packed : what the loop depends on; it must not change before the next safe point, if `heed` is used.
        """
        parts = {name: part.pack() for name, part in self._parts.items()}
        self._journal.keep({"name": self._name, "loop": packed, "parts": parts})
        if self._journal.asked:
            self._journal.interrupt()
        if time.perf_counter() >= self.at:
            self._journal.write()

    def heed(self) -> None:
        """Between safe points: end where that was asked, from the last safe point."""
        if self._journal.asked:
            self._journal.interrupt()


def _conditions() -> dict[str, Any]:
    """What else decides the last bits of a result."""
    return {**versions(), "threads": torch.get_num_threads()}


@contextlib.contextmanager
def _ctrl_c(ask: Callable[[], None]) -> Iterator[None]:
    """Let Ctrl-C ask. Only the main thread hears it, and a program's own way of handling it stays."""

    def heard(number: int, frame: FrameType | None) -> None:
        del number, frame
        ask()

    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, heard)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
