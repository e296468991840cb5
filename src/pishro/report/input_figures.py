"""Figures of what the model makes of its inputs: how much each column matters, and how the prediction follows it."""

__all__ = ["effect", "relevance_bars"]

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from pishro.report.drawing import BLUE, INK, LINES, framed, label, legend
from pishro.report.figures import count_by, name_ticks
from pishro.report.wording import short

_Floats = NDArray[np.float64]


def relevance_bars(shares: dict[str, float], x: str, *, axes: Axes | None = None) -> Axes:
    """One bar a column, the longest on top, with its share at its end."""
    axes = framed(axes, 0.9 + 0.3 * len(shares))
    for row, share in enumerate(shares.values()):
        axes.barh(row, share, height=0.66, color=BLUE, alpha=0.8)
        axes.text(share, row, f" {100 * share:.0f} %", va="center", color=INK, fontsize=8.5)
    axes.set_yticks(range(len(shares)), [short(name, 26) for name in shares], parse_math=False)
    axes.set_ylim(len(shares) - 0.5, -0.5)
    axes.set_xlim(0, 1.18 * max(shares.values(), default=1.0) or 1.0)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_visible(False)
    axes.grid(visible=False)
    label(axes, x, "")
    return axes


def effect(
    values: tuple[Any, ...],
    curves: list[tuple[str, _Floats, _Floats, _Floats]],
    x: str,
    y: str,
    *,
    axes: Axes | None = None,
) -> Axes:
    """The averaged prediction as a function of one column, with its band.

    Parameters
    ----------
    values : numbers, drawn as a line, or levels, drawn as dots with bars.
    curves : name, mean, lower and upper end of each, at most four; a name is shown where there are several.
    x, y : labels of the axes.
    axes : where to draw; a figure of its own where None.
    """
    axes = framed(axes, 3.1)
    numeric = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    place = np.asarray(values, dtype=np.float64) if numeric else np.arange(len(values), dtype=np.float64)
    for i, ((name, mean, low, high), (color, dashes)) in enumerate(zip(curves, LINES, strict=False)):
        if numeric:
            axes.fill_between(place, low, high, color=color, alpha=0.18, linewidth=0)
            axes.plot(place, mean, color=color, linestyle=dashes, linewidth=1.8, label=name)
        else:
            beside = place + 0.16 * (i - (len(curves) - 1) / 2)
            axes.vlines(beside, low, high, color=color, linewidth=2.2, alpha=0.45)
            axes.plot(beside, mean, color=color, linestyle="", marker="osD^"[i], markersize=6, label=name)
    if len(curves) > 1:
        legend(axes)
    if numeric:
        count_by(axes.xaxis, 5)
    else:
        name_ticks(axes, [str(v) for v in values])
    count_by(axes.yaxis, 5)
    label(axes, x, y)
    return axes
