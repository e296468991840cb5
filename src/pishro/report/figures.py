"""Figures of the training and of a regression, each a function from numbers to matplotlib axes."""

__all__ = [
    "BARS",
    "POINTS",
    "agreement",
    "count_by",
    "coverage_curve",
    "curve",
    "dots",
    "name_ticks",
    "residual_histogram",
    "residual_scatter",
    "residual_strips",
    "score_intervals",
    "thin",
]

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from pishro.models.evaluation import Metric
from pishro.report.drawing import BLUE, FARTHEST, GRID, INK, MUTED, SURFACE, VERMILLION, framed, label
from pishro.report.wording import fixed, is_share, power_of_ten, short

# More points than this hide each other on half a page; they would also make the page large.
POINTS = 1500
BARS = 250

_Array = NDArray[np.float64]


def thin(rows: int, most: int = POINTS) -> NDArray[np.intp]:
    """Evenly spaced row numbers, all of them where there are at most `most`."""
    if rows <= most:
        return np.arange(rows)
    return np.linspace(0, rows - 1, most).round().astype(np.intp)


def _padded(low: float, high: float, share: float = 0.05) -> tuple[float, float]:
    """Axis limits around a range, also around a range of one value."""
    width = share * (high - low) if high > low else 0.5 * abs(high)
    pad = width or 1.0
    return low - pad, high + pad


def _log_tick(value: float) -> str:
    """A tick of a logarithmic axis: "10⁻³"."""
    exponent = round(math.log10(value))
    return power_of_ten(exponent) if abs(exponent) > 1 else f"{value:g}"


def count_by(axis: Axis, most: int) -> None:
    """At most so many intervals between the ticks of an axis, and thousands set apart by commas."""
    axis.set_major_locator(MaxNLocator(most))
    if max(map(abs, axis.get_view_interval())) >= 1e4:
        axis.set_major_formatter(FuncFormatter(lambda value, _: fixed(value, 0)))


def dots(axes: Axes, x: _Array, y: _Array, *, missed: bool = False) -> None:
    """Points with a thin rim in the color of the page, smaller and paler where there are many."""
    size, alpha = (18.0, 0.85) if len(x) <= 300 else (9.0, 0.55)
    axes.scatter(
        x,
        y,
        s=size * (0.8 if missed else 1),
        color=VERMILLION if missed else BLUE,
        alpha=1.0 if missed else alpha,
        marker="D" if missed else "o",
        edgecolors=SURFACE,
        linewidths=0.35,
        zorder=4 if missed else 3,
    )


def curve(
    values: list[float],
    x: str,
    y: str,
    *,
    reference: tuple[float, str] | None = None,
    chosen: int | None = None,
    axes: Axes | None = None,
) -> Axes:
    """A curve over iterations; logarithmic where the values are positive and span more than a factor of 30.

    Parameters
    ----------
    values : one entry an iteration; entries that are not finite leave a gap.
    x, y : labels of the axes.
    reference : a level to mark, with its label.
    chosen : number of the entry whose parameters were kept, to be marked.
    axes : where to draw; a figure of its own where None.
    """
    axes = framed(axes, 2.5)
    everything = np.asarray(values, dtype=np.float64)
    at = thin(len(everything), 1000)
    shown = np.where(np.abs(everything[at]) < FARTHEST, everything[at], np.nan)
    known = shown[np.isfinite(shown)]
    axes.plot(at + 1, shown, color=BLUE, linewidth=1.6, marker="o" if len(at) < 3 else "", markersize=4)
    if known.min() > 0 and known.max() / known.min() > 30:
        axes.set_yscale("log")
        axes.yaxis.minorticks_off()
        # matplotlib's own labels of powers are set by its mathtext, which takes a third of the report's time.
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _log_tick(value)))
    elif known.max() - known.min() <= 1e-12 * abs(known.max()):
        axes.set_ylim(*_padded(known.min(), known.max()))
    if reference is not None:
        level, text = reference
        axes.axhline(level, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
        axes.annotate(
            text,
            (1.0, level),
            xycoords=("axes fraction", "data"),
            xytext=(0, -3),
            textcoords="offset points",
            ha="right",
            va="top",
            color=MUTED,
            fontsize=8.5,
        )
    if chosen is not None and abs(everything[chosen]) < FARTHEST:
        axes.axvline(chosen + 1, color=VERMILLION, linewidth=1, linestyle=":", zorder=1)
        axes.plot(chosen + 1, everything[chosen], color=VERMILLION, marker="D", markersize=6, clip_on=False, zorder=5)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
    if len(everything) > 1:
        axes.set_xlim(1, len(everything))
    label(axes, x, y)
    return axes


def score_intervals(entries: list[tuple[str, Metric]], x: str, *, axes: Axes | None = None) -> Axes:
    """A number with its interval for the model (first) and for each baseline, one below the other."""
    axes = framed(axes, 0.95 + 0.36 * len(entries))
    scale = 100.0 if is_share(entries[0][1]) else 1.0
    for row, (_, metric) in enumerate(entries):
        color, marker = (BLUE, "o") if row == 0 else (MUTED, "D")
        if math.isfinite(metric.low) and math.isfinite(metric.high):
            axes.plot([scale * metric.low, scale * metric.high], [row, row], color=color, linewidth=2.6, alpha=0.55)
        axes.plot(scale * metric.value, row, marker=marker, color=color, markersize=7 if row == 0 else 5.5)
    names = [short(name, 28) for name, _ in entries]
    axes.set_yticks(range(len(entries)), names, parse_math=False)
    axes.set_ylim(len(entries) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False, axis="y")
    count_by(axes.xaxis, 5)
    label(axes, x, "")
    return axes


def agreement(columns: tuple[_Array, ...], x: str, y: str, *, axes: Axes | None = None) -> Axes:
    """Predicted against actual with the identity and, where they are known, 95 % intervals.

    Parameters
    ----------
    columns : actual and predicted (N,), then optionally lower and upper (N,); all finite.
    x, y : labels of the axes.
    """
    axes = framed(axes, 3.7)
    actual, predicted = columns[:2]
    at = thin(len(actual))
    low, high = _padded(min(actual.min(), predicted.min()), max(actual.max(), predicted.max()))
    axes.plot([low, high], [low, high], color=MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    inside = np.ones(len(at), dtype=bool)
    if len(columns) == 4:
        lower, upper = columns[2][at], columns[3][at]
        inside = (actual[at] >= lower) & (actual[at] <= upper)
        bars = thin(len(at), BARS)
        axes.vlines(actual[at][bars], lower[bars], upper[bars], color=BLUE, linewidth=0.8, alpha=0.3, zorder=2)
        missed = np.flatnonzero(~inside)
        axes.vlines(actual[at][missed], lower[missed], upper[missed], color=VERMILLION, linewidth=0.9, alpha=0.4)
    dots(axes, actual[at][inside], predicted[at][inside])
    if not inside.all():
        dots(axes, actual[at][~inside], predicted[at][~inside], missed=True)
    axes.set_xlim(low, high)
    axes.set_ylim(low, high)
    axes.set_aspect("equal", adjustable="box")
    for axis in (axes.xaxis, axes.yaxis):
        count_by(axis, 5)
    label(axes, x, y)
    return axes


def residual_scatter(against: _Array, residuals: _Array, x: str, y: str, *, axes: Axes | None = None) -> Axes:
    """Residuals against predictions or an input, with means of groups of equally many rows where there are enough."""
    axes = framed(axes, 3.7)
    at = thin(len(against))
    axes.axhline(0, color=MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    dots(axes, against[at], residuals[at])
    levels = np.unique(against)
    if len(against) >= 100 and len(levels) > 1:
        groups = np.array_split(np.argsort(against, kind="stable"), 10)
        if len(levels) <= 12:
            groups = [np.flatnonzero(against == level) for level in levels]
        _means(axes, [against[g].mean() for g in groups], [residuals[g].mean() for g in groups])
    axes.set_xlim(*_padded(against.min(), against.max()))
    axes.set_ylim(*_padded(residuals.min(), residuals.max()))
    count_by(axes.yaxis, 6)
    count_by(axes.xaxis, 5)
    label(axes, x, y)
    return axes


def residual_strips(levels: list[str], residuals: _Array, x: str, y: str, *, axes: Axes | None = None) -> Axes:
    """Residuals beside each other by level of an input, with the mean of each level that has five rows."""
    axes = framed(axes, 3.7)
    names = sorted(set(levels))
    place = np.array([names.index(level) for level in levels], dtype=np.float64)
    beside = 0.28 * np.sin(np.arange(len(place)) * 2.399963)  # the golden angle spreads dots without a pattern
    axes.axhline(0, color=MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    at = thin(len(place))
    dots(axes, (place + beside)[at], residuals[at])
    known = [i for i in range(len(names)) if np.sum(place == i) >= 5]
    _means(axes, known, [residuals[place == i].mean() for i in known], joined=False)
    name_ticks(axes, names)
    axes.set_ylim(*_padded(residuals.min(), residuals.max()))
    count_by(axes.yaxis, 6)
    label(axes, x, y)
    return axes


def _means(axes: Axes, x: Sequence[float], y: Sequence[float], *, joined: bool = True) -> None:
    """Means on top of the dots, with a rim in the color of the page."""
    line, marker = ("-", "o") if joined else ("", "D")
    size = 3.5 if joined else 5.5
    axes.plot(x, y, linestyle=line, color=SURFACE, linewidth=4, marker=marker, markersize=size + 2, zorder=5, alpha=0.8)
    axes.plot(x, y, linestyle=line, color=VERMILLION, linewidth=1.8, marker=marker, markersize=size, zorder=6)


def name_ticks(axes: Axes, names: list[str]) -> None:
    """Levels along the horizontal axis, upright where they are too long to lie."""
    shown = [short(name, 14) for name in names]
    upright = max(map(len, shown), default=0) * len(shown) > 44
    axes.set_xticks(range(len(shown)), shown, parse_math=False, rotation=90 if upright else 0)
    axes.set_xlim(-0.6, len(shown) - 0.4)
    axes.grid(visible=False, axis="x")


def coverage_curve(
    levels: _Array, shares: _Array, ends: tuple[_Array, _Array], x: str, y: str, *, axes: Axes | None = None
) -> Axes:
    """The share of values that intervals of each level hold, with its uncertainty, and the diagonal it should be."""
    axes = framed(axes, 3.7)
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    axes.fill_between(levels, *ends, color=BLUE, alpha=0.18, linewidth=0)
    axes.plot(levels, shares, color=BLUE, linewidth=1.6, marker="o", markersize=4)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f} %"))
    axes.set_xlim(0, 1.01)
    axes.set_ylim(0, 1.01)
    axes.set_aspect("equal", adjustable="box")
    label(axes, x, y)
    return axes


def residual_histogram(
    residuals: _Array, limits: tuple[float, float], x: str, y: str, *, axes: Axes | None = None
) -> Axes:
    """Histogram of residuals between `limits`; the bars take the square root of the number of rows, at most 40."""
    axes = framed(axes, 2.9)
    low, high = limits if limits[1] > limits[0] else _padded(*limits)
    bins = int(min(40, max(5, round(math.sqrt(len(residuals))))))
    axes.hist(residuals, bins=bins, range=(low, high), color=BLUE, alpha=0.8, edgecolor=SURFACE, linewidth=0.6)
    axes.axvline(0, color=INK, linewidth=1, linestyle=(0, (4, 3)))
    axes.grid(visible=False, axis="x")
    axes.grid(visible=True, axis="y", color=GRID)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    count_by(axes.xaxis, 6)
    label(axes, x, y)
    return axes
