"""Reshape: a row's entries in row-major order under another shape; the way back from `Flatten`."""

__all__ = ["Reshape"]

import dataclasses
import math
from collections.abc import Sequence
from typing import Self, final

from torch import Generator, Tensor

from pishro.errors import ShapeError
from pishro.nn.layer import Parameters
from pishro.nn.parameter_free import ParameterFree


@final
@dataclasses.dataclass(frozen=True, init=False)
class Reshape(ParameterFree):
    """Rows of one shape to rows of another with as many entries, such as (c·h·w) to (c, h, w).

    Parameters
    ----------
    shape : of an output row.
    row : shape of an input row; a network fills it in.

    Examples
    --------
    >>> Reshape((64, 5, 5)).shape_out((1600,))
    (64, 5, 5)
    """

    shape: tuple[int, ...]
    row: tuple[int, ...] = ()
    kind = "reshape"

    def __init__(self, shape: Sequence[int], row: Sequence[int] = ()) -> None:
        object.__setattr__(self, "shape", tuple(int(s) for s in shape))
        object.__setattr__(self, "row", tuple(int(s) for s in row))

    def settle(self, shape_in: tuple[int, ...]) -> Self:
        """Note the shape of the rows."""
        return dataclasses.replace(self, row=tuple(shape_in))

    def shape_out(self, shape_in: tuple[int, ...]) -> tuple[int, ...]:
        """The shape asked for."""
        if math.prod(shape_in) != math.prod(self.shape):
            raise ShapeError(
                f"Expected rows of {math.prod(self.shape)} entries for the shape {self.shape}, received {shape_in} "
                f"with {math.prod(shape_in)}."
            )
        return self.shape

    def forward(
        self, params: Parameters, x: Tensor, *, training: bool = False, generator: Generator | None = None
    ) -> tuple[Tensor, None]:
        """The entries in row-major order, under the other shape."""
        return self.push(None, x), None

    def pull(self, saved: None, dy: Tensor) -> Tensor:
        """The entries back in their places."""
        return dy.reshape(*dy.shape[: dy.ndim - len(self.shape)], *self.row)

    def pull_outputs(self, saved: None, dy: Tensor) -> Tensor:
        """The same for each raw output."""
        return self.pull(saved, dy)

    def push(self, saved: None, dx: Tensor) -> Tensor:
        """The entries under the other shape."""
        return dx.reshape(*dx.shape[: dx.ndim - len(self.row)], *self.shape)

    def describe(self) -> str:
        """The shape."""
        return f"as {' × '.join(map(str, self.shape))}"
