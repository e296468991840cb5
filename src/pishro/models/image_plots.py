"""Pictures of networks on images: what filters look like, what they make of an image, what a code keeps.

They are drawn on a matplotlib figure of their own, or on axes that are given; `axes.figure.savefig(path)` writes one.
Weights and feature maps have a sign, which is a color (orange below zero, purple above); images are gray.
"""

__all__ = ["plot_code", "plot_feature_maps", "plot_filters", "plot_images", "plot_reconstructions"]

import math
from typing import Any

import numpy as np
import torch
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from pishro.errors import SettingError, ShapeError, unknown_name
from pishro.nn import Conv1d, Conv2d, Network

MOST_LABELS = 20
"""Different labels up to which points are drawn in a color each, with a legend; beyond, by a scale of colors."""


def plot_filters(network: Network, theta: Tensor, layer: str | None = None, axes: Axes | None = None) -> Axes:
    """The kernels of a convolution, one tile an output channel; of several input channels, one row a channel.

    Parameters
    ----------
    network, theta : the network, and θ (P,) or (K, P), of which the first member is drawn.
    layer : name of the convolution; None for the first one.
    axes : where to draw; None for a figure of its own.

    Examples
    --------
    >>> from pishro.nn import Dense, Flatten
    >>> net = Network.chain((1, 8, 8), Conv2d(6, 3, "relu"), Flatten(), Dense(2))
    >>> plot_filters(net, net.init()).get_title()
    'conv2d1: 6 filters'
    """
    name = _convolution(network, layer)
    weight = network.layout.views(_first(theta))[f"{name}.weight"]
    tiles = weight if weight.ndim == 4 else weight.unsqueeze(-2)
    columns = len(tiles) if tiles.shape[1] > 1 else _columns(len(tiles))
    axes = _montage(tiles.transpose(0, 1).flatten(0, 1), columns, axes, signed=True)
    axes.set_title(f"{name}: {len(weight)} filters")
    return axes


def plot_feature_maps(
    network: Network, theta: Tensor, row: Tensor, layer: str | None = None, axes: Axes | None = None
) -> Axes:
    """What a convolution makes of one row, a tile for each of its channels.

    Parameters
    ----------
    row : (channels, height, width) or (channels, length), scaled as the network reads it.
    network, theta, layer, axes : as for `plot_filters`; any layer whose rows have a grid.
    """
    name = _convolution(network, layer)
    with torch.no_grad():
        trace = network.forward_path(_first(theta), row.unsqueeze(0).to(theta.dtype))
    maps = trace.outputs[name][0]
    if maps.ndim not in (2, 3):
        raise ShapeError(f"Expected a layer whose rows have channels and a grid, received {name!r} with {maps.shape}.")
    tiles = maps if maps.ndim == 3 else maps.unsqueeze(-2)
    axes = _montage(tiles, _columns(len(tiles)), axes, signed=bool((tiles < 0).any()))
    axes.set_title(f"{name}: {len(tiles)} feature maps")
    return axes


def plot_images(images: Any, title: str = "", axes: Axes | None = None, *, signed: bool = False) -> Axes:
    """Images (N, H, W) as tiles; weights that have the shape of an image, such as receptive fields, as `signed`.

    Examples
    --------
    >>> plot_images(np.zeros((6, 8, 8)), "six samples").get_title()
    'six samples'
    """
    tiles = torch.as_tensor(np.asarray(images), dtype=torch.float64)
    if tiles.ndim != 3 or not len(tiles):
        raise ShapeError(f"Expected images (N, H, W), received {tuple(tiles.shape)}.")
    axes = _montage(tiles, _columns(len(tiles)), axes, signed=signed)
    axes.set_title(title)
    return axes


def plot_reconstructions(images: Any, reconstructions: Any, axes: Axes | None = None) -> Axes:
    """Images (N, H, W) in a line, and what an autoencoder gives back for them below.

    Examples
    --------
    >>> axes = plot_reconstructions(np.zeros((4, 8, 8)), np.ones((4, 8, 8)))
    >>> axes.get_title()
    'inputs over reconstructions'
    """
    above, below = (torch.as_tensor(np.asarray(v), dtype=torch.float64) for v in (images, reconstructions))
    if above.ndim != 3 or above.shape != below.shape:
        raise ShapeError(
            f"Expected images (N, H, W) and as many reconstructions, received {tuple(above.shape)} and "
            f"{tuple(below.shape)}."
        )
    axes = _montage(torch.cat([above, below]), len(above), axes, signed=False)
    axes.set_title("inputs over reconstructions")
    return axes


def plot_code(code: Any, labels: Any = None, axes: Axes | None = None) -> Axes:
    """Codes (N, 2) as points, in the colors of their labels (N,); of wider codes the first two units.

    Examples
    --------
    >>> axes = plot_code(np.zeros((3, 2)), ["a", "b", "a"])
    >>> [text.get_text() for text in axes.get_legend().get_texts()]
    ['a', 'b']
    """
    points = np.asarray(code, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] < 2:
        raise ShapeError(f"Expected codes (N, 2), received {points.shape}; a code of one unit is a histogram.")
    axes = axes or Figure(figsize=(5.5, 4.5), layout="constrained").subplots()
    given = np.zeros(len(points)) if labels is None else np.asarray(labels)
    kinds = np.unique(given)
    if len(kinds) > MOST_LABELS:
        axes.figure.colorbar(axes.scatter(points[:, 0], points[:, 1], s=6, c=given, cmap="viridis"), ax=axes)
    else:
        colors = _palette(len(kinds))
        for kind, color in zip(kinds, colors, strict=True):
            those = points[given == kind]
            axes.scatter(those[:, 0], those[:, 1], s=6, color=color, label=str(kind))
        if labels is not None:
            axes.legend(markerscale=2, fontsize="small", loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    axes.set(xlabel="code 1", ylabel="code 2")
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def _palette(count: int) -> list[Any]:
    return [colormaps["tab10" if count <= 10 else "tab20"](i) for i in range(count)]


def _first(theta: Tensor) -> Tensor:
    return theta if theta.ndim == 1 else theta[0]


def _convolution(network: Network, layer: str | None) -> str:
    names = [node.name for node in network.nodes]
    if layer is not None:
        if layer not in names:
            raise SettingError(unknown_name("layer", layer, names))
        return layer
    found = [node.name for node in network.nodes if isinstance(node.layer, Conv1d | Conv2d)]
    if not found:
        raise SettingError(f"Expected a network with a convolution, received one of the layers {', '.join(names)}.")
    return found[0]


def _columns(count: int) -> int:
    return min(count, math.ceil(math.sqrt(2 * count)))  # about twice as wide as high


def _montage(tiles: Tensor, columns: int, axes: Axes | None, *, signed: bool) -> Axes:
    """Tiles (M, H, W) side by side, a gap of one place between them."""
    count, height, width = tiles.shape
    lines = math.ceil(count / columns)
    sheet = np.full((lines * (height + 1) - 1, columns * (width + 1) - 1), np.nan)
    for number, tile in enumerate(tiles.detach().double().numpy()):
        line, column = divmod(number, columns)
        top, left = line * (height + 1), column * (width + 1)
        sheet[top : top + height, left : left + width] = tile
    size = (min(12.0, max(3.0, 0.9 * columns)), min(12.0, max(1.2, 0.9 * lines * height / width)) + 0.4)
    axes = axes or Figure(figsize=size, layout="constrained").subplots()
    top_value = float(np.nanmax(np.abs(sheet))) or 1.0
    low = -top_value if signed else float(np.nanmin(sheet))
    axes.imshow(sheet, cmap="PuOr" if signed else "gray", vmin=low, vmax=top_value, interpolation="nearest")
    axes.set_axis_off()
    return axes
