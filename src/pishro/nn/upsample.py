"""Upsampling: each place of each channel becomes a block of equal places; the way back from pooling.

A decoder of images alternates this layer with convolutions. The more usual transposed convolution lays its windows over
each other unevenly wherever its size is no multiple of its stride, and leaves a checkerboard in the image; a block of
equal places smoothed by a convolution does not. The derivative sums over the block.

References
----------
Odena, Dumoulin, Olah (2016), Deconvolution and checkerboard artifacts, Distill.
"""

__all__ = ["Upsample"]

import dataclasses
from typing import Self, final

from torch import Generator, Tensor

from pishro.errors import SettingError, ShapeError
from pishro.nn.layer import Parameters
from pishro.nn.parameter_free import ParameterFree


@final
@dataclasses.dataclass(frozen=True)
class Upsample(ParameterFree):
    """Rows (channels, *places) to (channels, *factor·places), each place repeated along each axis.

    Parameters
    ----------
    factor : repetitions, at least 1.
    row : shape of an input row; a network fills it in.

    Examples
    --------
    >>> Upsample(2).shape_out((8, 7, 7))
    (8, 14, 14)
    """

    factor: int
    kind = "upsample"
    row: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.factor < 1:
            raise SettingError(f"Upsampling repeats each place at least once, received factor = {self.factor}.")

    def settle(self, shape_in: tuple[int, ...]) -> Self:
        """Note the shape of the rows."""
        return dataclasses.replace(self, row=tuple(shape_in))

    def shape_out(self, shape_in: tuple[int, ...]) -> tuple[int, ...]:
        """As many channels, and more places."""
        if len(shape_in) < 2:
            raise ShapeError(f"Upsampling takes rows of shape (channels, *places), received {shape_in}.")
        return (shape_in[0], *(self.factor * places for places in shape_in[1:]))

    def forward(
        self, params: Parameters, x: Tensor, *, training: bool = False, generator: Generator | None = None
    ) -> tuple[Tensor, None]:
        """Each place as a block."""
        return self.push(None, x), None

    def pull(self, saved: None, dy: Tensor) -> Tensor:
        """The sum over each block."""
        axes = len(self.row) - 1
        lead = dy.ndim - axes
        blocks = [size for places in self.row[1:] for size in (places, self.factor)]
        return dy.reshape(*dy.shape[:lead], *blocks).sum([lead + 2 * axis + 1 for axis in range(axes)])

    def pull_outputs(self, saved: None, dy: Tensor) -> Tensor:
        """The same for each raw output."""
        return self.pull(saved, dy)

    def push(self, saved: None, dx: Tensor) -> Tensor:
        """Each place as a block."""
        for axis in range(1, len(self.row)):
            dx = dx.repeat_interleave(self.factor, -axis)
        return dx

    def describe(self) -> str:
        """How often a place is repeated."""
        return f"each place {self.factor} times along each axis"
