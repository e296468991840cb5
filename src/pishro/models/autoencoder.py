"""Autoencoders: a network that gives its input back through a narrow, or otherwise hampered, layer in its middle.

    code h = f_e(x),   reconstruction f̂(x) = f_d(h),   cost −ln p(x | f̂(x)) + what hampers

The middle layer is named `BOTTLENECK`; the encoder is the graph up to it and the decoder the rest. The decoder mirrors
the encoder: dense layers of the same widths in reverse, or, on images, blocks that upsample and convolve where the
encoder convolves and pools. With tied weights a decoder's layer reads its counterpart's weights, transposed.

With linear units and squared error the code spans the same subspace as the first principal components (Baldi, Hornik
1989).

References
----------
Baldi, Hornik (1989), Neural networks and principal component analysis, Neural Networks 2.
Hinton, Salakhutdinov (2006), Reducing the dimensionality of data with neural networks, Science 313.
"""

__all__ = ["BOTTLENECK", "AutoencoderModel", "conv_autoencoder", "dense_autoencoder", "encode"]

import dataclasses
import math
from collections.abc import Sequence
from typing import Any, final

import torch
from torch import Tensor

from pishro.likelihoods import Likelihood
from pishro.models.image_plan import given_widths
from pishro.models.row_scaling import RowScaling
from pishro.nn import Conv2d, Dense, Flatten, MaxPool2d, Network, Reshape, Transposed, Upsample
from pishro.nn.paths import walk_forward
from pishro.training import TrainedMembers
from pishro.training.recipe import Hidden

BOTTLENECK = "bottleneck"
"""Name of the layer whose output is the code."""

FIRST_CHANNELS = 16
"""Channels of the first block of a convolutional encoder; each further block has twice as many."""

ROWS_AT_ONCE = 2048


def dense_autoencoder(
    columns: int, hidden: Sequence[int], code: int, activation: str, code_activation: str, tied: bool
) -> Network:
    """Dense layers to the code and back.

    Parameters
    ----------
    columns : D.
    hidden : units of the layers between input and code.
    code : units of the code.
    activation, code_activation : of the layers between, on both sides, and of the code; the output is linear.
    tied : whether the decoder reads the encoder's weights.

    Examples
    --------
    >>> dense_autoencoder(64, (32,), 2, "tanh", "linear", tied=True).layout.size - 32 - 2 - 32 - 64    # 64·32 + 32·2
    2112
    """
    names = [*(f"encoder{i + 1}" for i in range(len(hidden))), BOTTLENECK]
    widths = [columns, *hidden]
    layers: dict[str, Any] = {
        name: Dense(units, code_activation if name == BOTTLENECK else activation)
        for name, units in zip(names, [*hidden, code], strict=True)
    }
    for i in reversed(range(len(widths))):
        f = activation if i else "linear"
        layers[f"decoder{i}" if i else "output"] = Transposed(names[i], widths[i], f) if tied else Dense(widths[i], f)
    return Network.graph({"x": columns}, layers)


def conv_autoencoder(
    row: tuple[int, ...], channels: Hidden, code: int, activation: str, code_activation: str
) -> Network:
    """Convolutions and poolings to the code, and convolutions and upsamplings back.

    A block pools where both axes are even, so that the way back ends at the size where the way there began.

    Parameters
    ----------
    row : (channels, height, width).
    channels : of each block of the encoder; "auto" for as many blocks as can halve both axes down to 4 places.
    code, activation, code_activation : as for `dense_autoencoder`.
    """
    widths = given_widths("hidden", channels, _channels(row[1:]))
    grids = [row[1:]]
    layers: dict[str, Any] = {}
    for i, width in enumerate(widths):
        layers[f"encoder{i + 1}"] = Conv2d(width, 3, activation, padding=1)
        if _halves(grids[-1]):
            layers[f"pool{i + 1}"] = MaxPool2d(2)
        grids.append(tuple(places // 2 for places in grids[-1]) if _halves(grids[-1]) else grids[-1])
    inner = ([row[0], *widths][-1], *grids[-1])
    layers |= {"flat": Flatten(), BOTTLENECK: Dense(code, code_activation)}
    layers |= {"spread": Dense(math.prod(inner), activation), "images": Reshape(inner)}
    for i in reversed(range(len(widths))):
        if grids[i] != grids[i + 1]:
            layers[f"upsample{i + 1}"] = Upsample(2)
        last = i == 0
        layers[f"decoder{i + 1}"] = Conv2d(
            row[0] if last else widths[i - 1], 3, "linear" if last else activation, padding=1
        )
    layers["output"] = Flatten()
    return Network.graph({"x": row}, layers)


def _halves(grid: Sequence[int]) -> bool:
    return all(places % 2 == 0 and places >= 4 for places in grid)


def _channels(grid: Sequence[int]) -> list[int]:
    widths: list[int] = []
    while _halves(grid):
        widths.append(FIRST_CHANNELS * 2 ** len(widths))
        grid = [places // 2 for places in grid]
    return widths or [FIRST_CHANNELS]


def encode(network: Network, theta: Tensor, x: Tensor) -> Tensor:
    """The code (…, N, units) of rows x (N, *row); autograd knows its derivatives."""
    middle = _middle(network)
    plan = network.plan
    trace = walk_forward(plan.stages[:middle], plan.views(theta)[:middle], plan.rows(x))
    return trace.outputs[BOTTLENECK]


def _middle(network: Network) -> int:
    """The number of stages of the encoder."""
    return 1 + [stage.node.name for stage in network.plan.stages].index(BOTTLENECK)


@final
@dataclasses.dataclass(frozen=True)
class AutoencoderModel:
    """A fitted autoencoder of one member, with what stands between it and the rows.

    Attributes
    ----------
    scaling : of the rows.
    network, likelihood : the function and its cost; the target is the scaled row in one line.
    trained : θ and the record.
    """

    scaling: RowScaling
    network: Network
    likelihood: Likelihood
    trained: TrainedMembers

    @property
    def theta(self) -> Tensor:
        """(P,)."""
        return self.trained.theta[0]

    def encode(self, x: Tensor) -> Tensor:
        """The code (N, units) of rows (N, *row)."""
        with torch.no_grad():
            parts = [encode(self.network, self.theta, self.scaled(part)) for part in x.split(ROWS_AT_ONCE)]
        return torch.cat(parts)

    def decode(self, code: Tensor) -> Tensor:
        """Rows (N, *row) in their own units, for codes (N, units)."""
        return torch.cat([self._rows(self._decoded(part.to(self.theta))) for part in code.split(ROWS_AT_ONCE)])

    def reconstruct(self, x: Tensor) -> Tensor:
        """What the network gives back for rows (N, *row)."""
        return self.decode(self.encode(x))

    def cost(self, x: Tensor) -> Tensor:
        """−ln p of each row under its reconstruction (N,), up to a constant; 0 for a perfect one.

        Squared errors are in units of the noise that the training left; intensities outside [0, 1], which no row of
        the training had, count as the nearest that is inside.
        """
        costs = []
        for part in x.split(ROWS_AT_ONCE):
            raw, y = self._decoded(self.encode(part)), self.scaled(part).flatten(1)
            if not self.likelihood.dispersion:
                y = y.clamp(0, 1)
            costs.append(self.likelihood.nll(raw, y).double() * self.trained.beta)
        return torch.cat(costs)

    def scaled(self, x: Tensor) -> Tensor:
        """Rows (N, *row) in the network's units."""
        return self.scaling(x).to(self.theta.dtype)

    @torch.no_grad()
    def _decoded(self, code: Tensor) -> Tensor:
        """Raw output (N, D) of codes."""
        plan, middle = self.network.plan, _middle(self.network)
        trace = walk_forward(plan.stages[middle:], plan.views(self.theta)[middle:], {BOTTLENECK: code})
        return self.network.raw(trace)

    def _rows(self, raw: Tensor) -> Tensor:
        return self.scaling.inverse(self.likelihood.mean(raw).reshape(-1, *self.network.shape_in))
