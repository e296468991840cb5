"""Encoded rows that lie in a file because they do not fit into memory.

Rows are read again in every epoch, but a disk wants long reads and a stochastic rule wants rows in random order. So
the file is walked in blocks of consecutive rows, in an order drawn anew for each epoch; a window of some tens of blocks
is read at once, and its rows are shuffled among each other. A row meets rows from all over the file, and memory holds
one window.

The encoded rows are written once, in float32: reading and encoding a text table again in each epoch would cost some
twenty times the read of its numbers. They are read by plain reads rather than mapped, because the pages of a mapped
file count as the process's memory as long as the system sees no need for them elsewhere.
"""

__all__ = ["StoredRows"]

import dataclasses
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import final

import numpy as np
import torch
from torch import Generator, Tensor

from pishro.errors import DataError
from pishro.objectives.batch import Batch

BLOCK = 4096
"""Rows read in one go: at ten inputs 160 kB, which a disk reads as fast as one byte."""

WINDOW_BYTES = 2**25
"""Inputs held at once; 800,000 rows of ten inputs."""


@final
@dataclasses.dataclass(frozen=True)
class StoredRows:
    """Rows x (N, D) and targets in two files of plain numbers.

    Attributes
    ----------
    folder : where the files are; whoever made it removes it.
    rows, inputs : N and D.
    target : shape of one row's target, (C,) or () for classes.
    dtype : of the targets.
    """

    folder: Path
    rows: int
    inputs: int
    target: tuple[int, ...]
    dtype: torch.dtype

    @classmethod
    def write(cls, folder: Path, parts: Iterable[tuple[Tensor, Tensor]]) -> "StoredRows":
        """Write rows that come in parts, x (n, D) and y (n, C) or (n,); one part is held at a time.

        Raises
        ------
        DataError
            If there are no rows, or the disk has no room for them.
        """
        rows, inputs, dtype = 0, 0, torch.float32
        target: tuple[int, ...] = ()
        try:
            with (folder / "x").open("wb") as xs, (folder / "y").open("wb") as ys:
                for x, y in parts:
                    y = y.float() if y.is_floating_point() else y
                    x.float().numpy().tofile(xs)
                    y.numpy().tofile(ys)
                    rows, inputs, target, dtype = rows + len(x), x.shape[1], tuple(y.shape[1:]), y.dtype
        except OSError as error:
            raise DataError(
                f"The encoded rows should be kept in '{folder}', but that failed ({error.strerror}); make room there, "
                "or name a larger folder in the variable TMPDIR."
            ) from error
        if not rows:
            raise DataError("Training rows were expected, but there are none; bring more data.")
        return cls(folder, rows, inputs, target, dtype)

    def __len__(self) -> int:
        return self.rows

    @property
    def bytes(self) -> int:
        """Memory that is held at once: a window, and the next while it is read."""
        return 2 * WINDOW_BYTES

    def windows(self, generator: Generator) -> Iterator[Batch]:
        """One epoch: windows of blocks in random order; the rows of a window are still block by block."""
        order = torch.randperm(math.ceil(self.rows / BLOCK), generator=generator).tolist()
        count = max(1, WINDOW_BYTES // (4 * self.inputs * BLOCK))
        with (self.folder / "x").open("rb") as xs, (self.folder / "y").open("rb") as ys:
            for start in range(0, len(order), count):
                blocks = order[start : start + count]
                sizes = [min(BLOCK, self.rows - block * BLOCK) for block in blocks]
                x = torch.empty(sum(sizes), self.inputs)
                y = torch.empty(sum(sizes), *self.target, dtype=self.dtype)
                at = 0
                for block, size in zip(blocks, sizes, strict=True):
                    for file, kept in ((xs, x), (ys, y)):
                        part = kept[at : at + size].numpy()
                        file.seek(block * BLOCK * (part.nbytes // size))
                        file.readinto(part.reshape(-1).view(np.uint8).data)
                    at += size
                yield Batch(x, y)
