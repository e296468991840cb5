"""Flatten: a row of any shape as one long axis, in row-major order, as a dense layer wants it."""

__all__ = ["Flatten"]

import dataclasses
import math
from typing import Self, final

from torch import Generator, Tensor

from pishro.nn.layer import Parameters
from pishro.nn.parameter_free import ParameterFree


@final
@dataclasses.dataclass(frozen=True)
class Flatten(ParameterFree):
    """Rows (c, h, w), or of any other shape, to (c·h·w).

    Parameters
    ----------
    row : shape of an input row; a network fills it in.

    Examples
    --------
    >>> Flatten().shape_out((64, 5, 5))
    (1600,)
    """

    row: tuple[int, ...] = ()
    kind = "flatten"

    def settle(self, shape_in: tuple[int, ...]) -> Self:
        """Note the shape of the rows."""
        return dataclasses.replace(self, row=tuple(shape_in))

    def shape_out(self, shape_in: tuple[int, ...]) -> tuple[int, ...]:
        """One axis."""
        return (math.prod(shape_in),)

    def forward(
        self, params: Parameters, x: Tensor, *, training: bool = False, generator: Generator | None = None
    ) -> tuple[Tensor, None]:
        """The entries in row-major order."""
        return x.flatten(-len(self.row)), None

    def pull(self, saved: None, dy: Tensor) -> Tensor:
        """The entries back in their places."""
        return dy.reshape(*dy.shape[:-1], *self.row)

    def pull_outputs(self, saved: None, dy: Tensor) -> Tensor:
        """The same for each raw output."""
        return dy.reshape(*dy.shape[:-1], *self.row)

    def push(self, saved: None, dx: Tensor) -> Tensor:
        """The entries in row-major order."""
        return dx.flatten(-len(self.row))

    def describe(self) -> str:
        """Length of the axis, once it is known."""
        return f"{math.prod(self.row)} in one row" if self.row else "in one row"
