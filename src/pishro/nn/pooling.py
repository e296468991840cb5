"""Pooling: one number for each window of each channel, its largest entry or its mean.

Pooling has no parameters. Its derivative sends what arrives at a place back to where it came from: to the largest
entry of the window (the first one among equals), or in equal parts to all of them.

References
----------
LeCun, Bottou, Bengio, Haffner (1998), Gradient-based learning applied to document recognition, Proc. IEEE 86 (mean).
Riesenhuber, Poggio (1999), Hierarchical models of object recognition in cortex, Nature Neuroscience 2 (largest).
"""

__all__ = ["AveragePool1d", "AveragePool2d", "MaxPool1d", "MaxPool2d", "Pooling"]

import dataclasses
from collections.abc import Sequence
from typing import ClassVar, final

import torch
from torch import Generator, Tensor
from torch.nn.functional import avg_pool2d, max_pool2d

from pishro.nn.geometry import Window, as_images, beside_channels, from_channels, rows_shape
from pishro.nn.layer import Parameters
from pishro.nn.parameter_free import ParameterFree


@dataclasses.dataclass(frozen=True, init=False)
class Pooling(ParameterFree):
    """What all poolings share.

    Parameters
    ----------
    size : extent of the window, one number for all axes or one each.
    stride : steps between windows, like `size`; `size` if not given, so that the windows tile the grid. Places that
        would reach over the edge are left out.
    """

    axes: ClassVar[int]
    size: tuple[int, ...]
    stride: tuple[int, ...]

    def __init__(self, size: int | Sequence[int], *, stride: int | Sequence[int] | None = None) -> None:
        window = Window.of(self.axes, size, size if stride is None else stride)
        object.__setattr__(self, "size", window.size)
        object.__setattr__(self, "stride", window.stride)

    def shape_out(self, shape_in: tuple[int, ...]) -> tuple[int, ...]:
        """(channels, *places)."""
        window = Window(self.size, self.stride, (0,) * self.axes)
        return (shape_in[0], *window.places(rows_shape(shape_in, self.axes, "A pooling layer")))

    def describe(self) -> str:
        """Kind and size, and the stride where the windows do not tile the grid."""
        window = Window(self.size, self.stride, (0,) * self.axes)
        return f"{self.kind.rstrip('12d').replace('_', ' ')} {window.describe(usual_stride=self.size)}"

    @property
    def _window(self) -> Window:
        return Window(self.size, self.stride, (0,) * self.axes).images()

    def _members(self, x: Tensor) -> int | None:
        return x.shape[0] if x.ndim == self.axes + 3 else None


class MaxPooling(Pooling):
    """The largest entry of each window; NaN where the window holds one."""

    def forward(
        self, params: Parameters, x: Tensor, *, training: bool = False, generator: Generator | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """The largest entries; keeps the folded input and where they were found."""
        images = beside_channels(as_images(x, self.axes))
        y, index = max_pool2d(images, self._window.size, self._window.stride, return_indices=True)
        return from_channels(y, self._members(x), self.axes), (images, index)

    def pull(self, saved: tuple[Tensor, Tensor], dy: Tensor) -> Tensor:
        """What arrives goes to the largest entry of the window."""
        images, index = saved
        window, delta = self._window, beside_channels(as_images(dy, self.axes))
        if delta.shape != index.shape:  # members that differ behind this layer and share its input
            members = delta.shape[1] // index.shape[1]
            images, index = images.repeat(1, members, 1, 1), index.repeat(1, members, 1, 1)
        dx = torch.ops.aten.max_pool2d_with_indices_backward(
            delta, images, window.size, window.stride, (0, 0), (1, 1), False, index
        )
        return from_channels(dx, self._members(dy), self.axes)

    def pull_outputs(self, saved: tuple[Tensor, Tensor], dy: Tensor) -> Tensor:
        """The same for each raw output."""
        images, index = saved
        delta = dy.flatten(-self.axes)
        dx = delta.new_zeros((*delta.shape[:-1], images.shape[-2] * images.shape[-1]))
        found = self._found(index, channels=delta.shape[-2]).unsqueeze(-3)  # the same for all raw outputs
        dx.scatter_add_(-1, found.expand_as(delta), delta)
        return dx.view(*delta.shape[:-1], *images.shape[-self.axes :])

    def push(self, saved: tuple[Tensor, Tensor], dx: Tensor) -> Tensor:
        """The entries of dx where the largest of x were found."""
        flat = dx.flatten(-self.axes)
        found = self._found(saved[1], channels=flat.shape[-2])
        dy = flat.gather(-1, found.expand(*flat.shape[:-1], found.shape[-1]))
        return dy.view(*dy.shape[:-1], *saved[1].shape[-self.axes :])

    def _found(self, index: Tensor, channels: int) -> Tensor:
        """Where in the flat grid the largest entries stand, (…, N, channels, places)."""
        members = index.shape[1] // channels
        return from_channels(index, members if members > 1 else None, 2).flatten(-2)


class AveragePooling(Pooling):
    """The mean of each window."""

    def forward(
        self, params: Parameters, x: Tensor, *, training: bool = False, generator: Generator | None = None
    ) -> tuple[Tensor, tuple[int, ...]]:
        """The means; keeps the grid's size."""
        return self._average(x), x.shape[-self.axes :]

    def pull(self, saved: tuple[int, ...], dy: Tensor) -> Tensor:
        """What arrives goes to all entries of the window in equal parts."""
        window, delta = self._window, beside_channels(as_images(dy, self.axes))
        like = delta.new_empty(1).expand(*delta.shape[:2], *(1, *saved)[-2:])  # only its shape is read
        dx = torch.ops.aten.avg_pool2d_backward(delta, like, window.size, window.stride, (0, 0), False, True, None)
        return from_channels(dx, self._members(dy), self.axes)

    def pull_outputs(self, saved: tuple[int, ...], dy: Tensor) -> Tensor:
        """The same for each raw output."""
        rows, outputs = -self.axes - 3, -self.axes - 2
        dx: Tensor = self.pull(saved, dy.flatten(rows, outputs)).unflatten(outputs, dy.shape[rows : outputs + 1])
        return dx

    def push(self, saved: tuple[int, ...], dx: Tensor) -> Tensor:
        """The means of dx."""
        return self._average(dx)

    def _average(self, x: Tensor) -> Tensor:
        y = avg_pool2d(beside_channels(as_images(x, self.axes)), self._window.size, self._window.stride)
        return from_channels(y, self._members(x), self.axes)


@final
class MaxPool1d(MaxPooling):
    """The largest entry of each window of a sequence (channels, length).

    Examples
    --------
    >>> MaxPool1d(2).shape_out((3, 9))
    (3, 4)
    """

    axes, kind = 1, "max_pool1d"


@final
class MaxPool2d(MaxPooling):
    """The largest entry of each window of an image (channels, height, width).

    Examples
    --------
    >>> MaxPool2d(3, stride=2).shape_out((8, 28, 28))
    (8, 13, 13)
    """

    axes, kind = 2, "max_pool2d"


@final
class AveragePool1d(AveragePooling):
    """The mean of each window of a sequence (channels, length).

    Examples
    --------
    >>> AveragePool1d(2).shape_out((3, 9))
    (3, 4)
    """

    axes, kind = 1, "average_pool1d"


@final
class AveragePool2d(AveragePooling):
    """The mean of each window of an image (channels, height, width).

    Examples
    --------
    >>> AveragePool2d((2, 4)).shape_out((8, 28, 28))
    (8, 14, 7)
    """

    axes, kind = 2, "average_pool2d"
