"""Convolutional networks for images and sequences: the recipe, and the fitted model.

Blocks of a convolution and a pooling halve the grid until it is smaller than 4 places on its shortest axis, each with
twice the channels of the one before; a dense layer reads what is left. A unit of the last block then sees the whole
image, whatever its size, and the dense layer holds a fixed share of the parameters. Windows of 3 × 3 are the smallest
that know a direction; on sequences, where a window has one axis only, 5 places.

References
----------
LeCun, Bottou, Bengio, Haffner (1998), Gradient-based learning applied to document recognition, Proc. IEEE 86.
Simonyan, Zisserman (2015), Very deep convolutional networks for large-scale image recognition, ICLR. (3 × 3, doubling.)
"""

__all__ = ["ConvModel", "convolutional_network"]

import dataclasses
from typing import Any, final

import torch
from torch import Tensor

from pishro.errors import SettingError, ShapeError
from pishro.likelihoods import Likelihood
from pishro.models.image_plan import given_widths
from pishro.models.row_scaling import RowScaling
from pishro.nn import Conv1d, Conv2d, Dense, Dropout, Flatten, MaxPool1d, MaxPool2d, Network
from pishro.nn.layer import Layer
from pishro.training import TrainedMembers
from pishro.training.recipe import Hidden

FIRST_CHANNELS, MOST_CHANNELS = 32, 256

HIDDEN = 128
"""Units of the dense layer."""

SMALLEST_GRID = 4
"""Places of the shortest axis down to which a block pools."""

ROWS_AT_ONCE = 512
"""Images predicted in one go: their feature maps fill some tens of megabytes."""


def convolutional_network(
    row: tuple[int, ...],
    outputs: int,
    channels: Hidden = "auto",
    hidden: Hidden = "auto",
    dropout: float = 0.0,
) -> Network:
    """The network for rows (channels, height, width) or (channels, length).

    Parameters
    ----------
    row : shape of one row.
    outputs : C.
    channels : of each block; "auto" by the size of the grid.
    hidden : units of the dense layer, or of several.
    dropout : share left out in training of what the dense layer reads, and of its own units.

    Examples
    --------
    >>> [node.layer.describe() for node in convolutional_network((1, 28, 28), 10).nodes if node.layer.kind == "conv2d"]
    ['32 relu, 3×3, padding 1', '64 relu, 3×3, padding 1', '128 relu, 3×3, padding 1']
    """
    axes = len(row) - 1
    if axes not in (1, 2):
        raise ShapeError(f"Expected rows (channels, height, width) or (channels, length), received {row}.")
    widths = given_widths("channels", channels, _channels(min(row[1:])))
    if not widths:
        raise SettingError("A convolutional network needs at least one block, received no channels.")
    conv, pool, size = (Conv1d, MaxPool1d, 5) if axes == 1 else (Conv2d, MaxPool2d, 3)
    layers: list[Layer] = []
    grid = row[1:]
    for width in widths:
        layers.append(conv(width, size, "relu", padding=size // 2))
        if min(grid) >= SMALLEST_GRID:
            layers.append(pool(2))
            grid = tuple(places // 2 for places in grid)
    layers += [Flatten(), Dropout(dropout)]
    for units in given_widths("hidden", hidden, (HIDDEN,)):
        layers += [Dense(units, "relu"), Dropout(dropout)]
    return Network.chain(row, *layers, Dense(outputs))


def _channels(places: int) -> tuple[int, ...]:
    """Channels of each block for that many places on the shortest axis."""
    widths = [FIRST_CHANNELS]
    while (places := places // 2) >= SMALLEST_GRID:
        widths.append(min(2 * widths[-1], MOST_CHANNELS))
    return tuple(widths)


@final
@dataclasses.dataclass(frozen=True)
class ConvModel:
    """A fitted convolutional network with what stands between it and the pixels.

    Attributes
    ----------
    scaling : of each channel.
    network, likelihood : the function and its cost.
    trained : θ of the members and the record.
    classes : the labels, in the order of the probabilities.
    """

    scaling: RowScaling
    network: Network
    likelihood: Likelihood
    trained: TrainedMembers
    classes: tuple[Any, ...]

    def probabilities(self, x: Tensor) -> Tensor:
        """Probabilities of the classes (N, C) for rows (N, *row), averaged over the members."""
        return torch.cat([self._part(part) for part in x.split(ROWS_AT_ONCE)])

    def _part(self, x: Tensor) -> Tensor:
        theta = self.trained.theta
        with torch.no_grad():
            raw = self.network(theta, self.scaling(x).to(theta.dtype)).double()
        return self.likelihood.predictive(raw, torch.zeros_like(raw), self.trained.beta).mean()
