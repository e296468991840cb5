"""Several processes that fit one network together, each on its share of the rows.

Cost, gradient and JᵀΛJ are sums over rows. So each process sums over its own, one all-reduce of a flat vector adds the
sums up, and every process takes the same step from the same numbers: no process leads, and none sends θ around. What
is drawn at random (splits, starts) comes from the same seed in all; what depends on a clock is agreed upon.

`torchrun --nproc-per-node 2 -m pishro fit table.parquet --target y` does this; a program of one's own, started the same
way, fits within `joined()`. A process that dies or hangs ends the run of the others with a `ProcessError`.
"""

__all__ = ["Processes", "SummedSource", "current", "joined"]

import contextlib
import dataclasses
import datetime
import os
from collections.abc import Callable, Iterator
from typing import final

import torch
from torch import Tensor
from torch import distributed as torch_distributed

from pishro.errors import ProcessError
from pishro.objectives import Batch
from pishro.optim.stochastic import Source

PATIENCE = 60.0
"""Seconds to wait for the other processes before the run is given up."""


@final
@dataclasses.dataclass(frozen=True)
class Processes:
    """One process among those that train together.

    Attributes
    ----------
    rank : which it is, from 0.
    count : of processes.

    Examples
    --------
    >>> alone = Processes()
    >>> alone.first, alone.several, alone.least(7)
    (True, False, 7)
    """

    rank: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        """Whether this is the process that prints and writes files."""
        return self.rank == 0

    @property
    def several(self) -> bool:
        """Whether there are others."""
        return self.count > 1

    def share(self, batch: Batch) -> Batch:
        """The rows of this process: each `count`-th."""
        return batch.take(torch.arange(self.rank, len(batch), self.count)) if self.several else batch

    def add(self, *parts: Tensor) -> None:
        """Add each tensor up over the processes, in place, all in one all-reduce."""
        if not self.several:
            return
        flat = parts[0].reshape(-1) if len(parts) == 1 else torch.cat([part.reshape(-1) for part in parts])
        _ask(lambda: torch_distributed.all_reduce(flat), self.count)
        sums = flat.split([part.numel() for part in parts])
        for part, total in zip(parts, sums, strict=True):
            part.copy_(total.view_as(part))

    def align(self, tensor: Tensor) -> Tensor:
        """The first process's numbers, in place."""
        if self.several:
            _ask(lambda: torch_distributed.broadcast(tensor, 0), self.count)
        return tensor

    def gathered(self, tensor: Tensor) -> list[Tensor]:
        """The processes' tensors, which have one shape, in the order of their ranks."""
        found = [torch.empty_like(tensor) for _ in range(self.count)]
        _ask(lambda: torch_distributed.all_gather(found, tensor), self.count)
        return found

    def least(self, number: int) -> int:
        """The smallest of the processes' numbers."""
        if not self.several:
            return number
        found = torch.tensor(number)
        _ask(lambda: torch_distributed.all_reduce(found, torch_distributed.ReduceOp.MIN), self.count)
        return int(found)

    def agreed(self, wish: bool) -> bool:
        """Whether any process wishes it."""
        return self.least(-int(wish)) < 0


@final
class SummedSource:
    """A source whose value and gradient are means over the processes' mini-batches: one all-reduce a step."""

    def __init__(self, source: Source, processes: Processes) -> None:
        self._source, self._processes = source, processes

    def __call__(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        """Value and gradient, the same in all processes."""
        value, gradient = self._source(theta)
        self._processes.add(value, gradient)
        share = 1 / self._processes.count
        return value.mul_(share), gradient.mul_(share)


def current() -> Processes:
    """The processes that train together now: those of `joined`, or this one alone."""
    if not (torch_distributed.is_available() and torch_distributed.is_initialized()):
        return Processes()
    return Processes(torch_distributed.get_rank(), torch_distributed.get_world_size())


@contextlib.contextmanager
def joined(patience: float = PATIENCE) -> Iterator[Processes]:
    """Join the processes that `torchrun` started; a process of its own is alone and joins nothing.

    Parameters
    ----------
    patience : seconds after which a process that does not answer is given up.

    Raises
    ------
    ProcessError
        If the others cannot be reached.

    Examples
    --------
    >>> with joined() as processes:
    ...     processes.count
    1
    """
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1 or not torch_distributed.is_available():
        yield Processes()
        return
    # sums of few numbers run over gloo also where θ is on a GPU
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() and torch_distributed.is_nccl_available() else "gloo"
    wait = datetime.timedelta(seconds=patience)
    _ask(lambda: torch_distributed.init_process_group(backend, timeout=wait), count)
    try:
        yield current()
    finally:
        torch_distributed.destroy_process_group()


def _ask(work: Callable[[], object], count: int) -> None:
    try:
        work()
    except (RuntimeError, ValueError) as error:  # gloo and nccl raise RuntimeError and its kin alike
        first = str(error).split("\n", 1)[0]
        raise ProcessError(
            f"Expected {count} processes to train together, but another one ended or does not answer ({first}); "
            "look at its own message, then start all of them again."
        ) from error
