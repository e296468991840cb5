"""Pictures of optimization: paths on the contours of a function of two variables, and convergence side by side.

The colors are those of Okabe and Ito (2008), which color-blind readers can tell apart; line styles and markers differ
as well. matplotlib is loaded with this file, and this file only when a picture is asked for.
"""

__all__ = ["contours", "draw_convergence", "draw_paths"]

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure
from torch import Tensor

from pishro.errors import SettingError

COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
LINES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
MUTED = "#8a8a8a"

GRID = 160
"""Points along each axis of a contour plot."""

LEVELS = 16
"""Contours; their heights are quantiles of f, which shows a valley's floor however high its walls are."""

UNEVEN = 20
"""How many times longer the longest run may be than the shortest before iterations are drawn logarithmically."""


def _styles() -> Iterator[tuple[str, str, str]]:
    return zip(itertools.cycle(COLORS), itertools.cycle(LINES), itertools.cycle(MARKERS), strict=False)


def new_axes(width: float, height: float, panels: int = 1) -> list[Axes]:
    """Fresh axes in one row, without the box around them."""
    figure = Figure(figsize=(width, height), layout="constrained")
    row = list(np.atleast_1d(figure.subplots(1, panels)))
    for axes in row:
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=9)
    return row


def contours(f: Callable[[Tensor], Tensor], bounds: Sequence[tuple[float, float]], axes: Axes) -> None:
    """Draw the contours of f over a rectangle.

    Parameters
    ----------
    f : (2,) → scalar; vectorized by `torch.func.vmap` if it can be.
    bounds : (low, high) of both variables.
    axes : where to draw.
    """
    first, second = (torch.linspace(low, high, GRID, dtype=torch.float64) for low, high in bounds)
    points = torch.cartesian_prod(first, second)
    with torch.no_grad():
        try:
            values = torch.func.vmap(f)(points)
        except RuntimeError:  # f branches on its values
            values = torch.stack([f(point) for point in points])
    heights = values.detach().reshape(GRID, GRID).mT
    finite = heights[torch.isfinite(heights)]
    if not len(finite):
        raise SettingError(
            f"Expected f to be finite somewhere in {bounds!r}, received no finite value; move the bounds."
        )
    levels = torch.quantile(finite, torch.linspace(0, 1, LEVELS, dtype=torch.float64).square()).unique()
    if len(levels) < 2:
        return
    grid = (first.numpy(), second.numpy(), np.ma.masked_invalid(heights.numpy()))
    shades = BoundaryNorm(levels.numpy(), 256)  # by rank, not by height
    axes.contourf(*grid, levels=levels.numpy(), cmap="Greys", norm=shades, alpha=0.35)
    axes.contour(*grid, levels=levels.numpy(), colors=MUTED, linewidths=0.4)


def draw_paths(
    f: Callable[[Tensor], Tensor],
    paths: Mapping[str, Tensor],
    bounds: Sequence[tuple[float, float]],
    axes: Axes | None = None,
) -> Axes:
    """Draw named paths (n, 2) on the contours of f."""
    axes = axes or new_axes(6.0, 4.6)[0]
    contours(f, bounds, axes)
    for (name, path), (color, line, marker) in zip(paths.items(), _styles(), strict=False):
        x, y = path.detach().cpu().double().numpy().T
        sparse = max(1, len(x) // 12)
        label = name if name else None
        axes.plot(
            x,
            y,
            color=color,
            linestyle=line,
            marker=marker,
            markersize=3.5,
            linewidth=1.6,
            markevery=sparse,
            label=label,
        )
        axes.plot(
            x[-1], y[-1], color=color, marker="*", markersize=12, markeredgecolor="white", linestyle="none", zorder=5
        )
    axes.set(xlim=bounds[0], ylim=bounds[1], xlabel="x₁", ylabel="x₂")
    if any(paths):
        axes.legend(fontsize=9, framealpha=0.9)
    return axes


def draw_convergence(curves: Mapping[str, tuple[Tensor, Tensor]], axes: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw cost above the lowest one found, and largest |∇f|, over the iterations.

    Parameters
    ----------
    curves : name → values f (n,) and largest |∇f| entries (n,).
    axes : two, or None for fresh ones.
    """
    left, right = new_axes(9.0, 3.6, 2) if axes is None else axes
    lowest = min(float(values.min()) for values, _ in curves.values())
    for (name, (values, norms)), (color, line, _) in zip(curves.items(), _styles(), strict=False):
        for panel, series in ((left, values - lowest), (right, norms)):
            shown = torch.where(series > 0, series, torch.nan).cpu()  # zero has no place on a logarithmic axis
            panel.plot(shown.numpy(), color=color, linestyle=line, linewidth=1.6, label=name)
    lengths = [max(1, len(values) - 1) for values, _ in curves.values()]
    uneven = max(lengths) > UNEVEN * min(lengths)
    for panel, title in ((left, "f above the lowest f found"), (right, "largest |∇f|")):
        panel.set_yscale("log")
        if uneven:
            panel.set_xscale("symlog", linthresh=10)
            panel.set_xlim(left=0)
        panel.set_xlabel("iteration", fontsize=10)
        panel.set_title(title, fontsize=10, loc="left")
        panel.grid(visible=True, color=MUTED, alpha=0.25, linewidth=0.6)
    left.legend(fontsize=9 if len(curves) <= len(COLORS) else 6.5, framealpha=0.9)
    return [left, right]
