"""Checkpoints of mini-batches that several processes walk: all pause at the same step, and the first one writes.

θ, the rule's means and the books are the same in all processes; only the rows and what is drawn differ. So a checkpoint
holds the one, and of the other each process's own. When it is due, or an interrupt waits, the processes agree at the
end of an epoch, all at the same step. Whatever process dies later, the file is there.
"""

__all__ = ["EachSource", "SharedPause"]

import math
import time
from typing import Any, final

import torch

from pishro.objectives import MiniBatches
from pishro.training.checkpoint import Tree
from pishro.training.distributed import Processes
from pishro.training.journal import Journal, Stage


@final
class EachSource:
    """The mini-batches of all processes, as a part of a checkpoint; each goes on with its own."""

    def __init__(self, source: MiniBatches, processes: Processes) -> None:
        self._source, self._processes = source, processes

    def pack(self) -> Tree:
        """Where each process stands, by name one entry a process; all have to ask at once."""
        own = {name: torch.as_tensor(value) for name, value in self._source.pack().items()}
        return {name: self._processes.gathered(value) for name, value in own.items()}

    def unpack(self, packed: Tree) -> None:
        """Take over this process's entries."""
        own = {name: every[self._processes.rank] for name, every in packed.items()}
        self._source.unpack({name: value if value.ndim else int(value) for name, value in own.items()})


@final
class SharedPause:
    """The pause of a descent in several processes.

    Attributes
    ----------
    found : what an earlier run kept.
    at : clock from which on the loop pauses: at once where it was agreed to, else never.
    """

    def __init__(self, stage: Stage, journal: Journal, processes: Processes) -> None:
        self.found, self.at = stage.found, math.inf
        self._stage, self._journal, self._processes = stage, journal, processes
        self._kept = stage.found is not None

    def agree(self) -> None:
        """At a look: whether to pause before the next step, the same in all processes; at once for the first time."""
        due = not self._kept or time.perf_counter() >= self._stage.at
        self.at = -math.inf if self._processes.agreed(due) else math.inf

    def reach(self, packed: dict[str, Any]) -> None:
        """Write, in the first process."""
        self.at = math.inf
        if self._journal.writes:  # whichever process asked for the pause
            self._journal.at = -math.inf
        self._stage.reach(packed)
        self._kept = True
        self._journal.forget()  # the next step moves what was packed, and the file has it
