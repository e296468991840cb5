"""Figures of a classification: confusion matrix, calibration, rates at every threshold."""

__all__ = [
    "Calibration",
    "area_under",
    "average_precision",
    "calibration_of",
    "confusion",
    "confusion_counts",
    "precision_recall_of",
    "rates",
    "reliability",
    "roc_of",
    "share_interval",
]

import dataclasses

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from pishro.report.drawing import BLUE, INK, LINES, MUTED, framed, label, legend
from pishro.report.figures import name_ticks
from pishro.report.wording import short

_Floats = NDArray[np.float64]
_Counts = NDArray[np.int64]
# Standard normal quantile of a two-sided 95 % interval.
_Z95 = 1.959964
# Shade of a cell that holds its whole row; darker would take the contrast from the number in it.
_DARKEST = 0.5


@dataclasses.dataclass(frozen=True)
class Calibration:
    """Observed frequencies in groups of equally many rows.

    Attributes
    ----------
    predicted, observed : mean probability and observed frequency of each group, in [0, 1].
    low, high : 95 % interval of the frequency.
    """

    predicted: _Floats
    observed: _Floats
    low: _Floats
    high: _Floats


def confusion_counts(
    actual: list[float], predicted: list[float], classes: list[str], others: str, most: int = 15
) -> tuple[_Counts, list[str], int]:
    """Rows by actual and predicted class; beyond `most` classes the rarest are put together under `others`.

    Returns
    -------
    counts : (C, C), actual classes down.
    names : labels of the classes kept.
    merged : number of classes that were put together.
    """
    size = len(classes)
    counts = np.zeros((size, size), dtype=np.int64)
    np.add.at(counts, (np.asarray(actual, dtype=np.int64), np.asarray(predicted, dtype=np.int64)), 1)
    if size <= most:
        return counts, list(classes), 0
    frequent = np.sort(np.argsort(-counts.sum(axis=1), kind="stable")[: most - 1])
    place = np.full(size, most - 1)
    place[frequent] = np.arange(most - 1)
    merged = np.zeros((most, most), dtype=np.int64)
    np.add.at(merged, (place[:, None], place[None, :]), counts)
    return merged, [*(classes[i] for i in frequent), others], size - most + 1


def confusion(counts: _Counts, names: list[str], x: str, y: str, *, axes: Axes | None = None) -> Axes:
    """Confusion matrix: the number of rows in each cell, shaded by the share of its row."""
    size = len(names)
    axes = framed(axes, min(5.0, max(3.2, 2.1 + 0.26 * size)))
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    cells = []
    shades = []
    for i in range(size):
        for j in range(size):
            if counts[i, j] == 0:
                continue
            cells.append(Rectangle((j - 0.5, i - 0.5), 1, 1))
            shades.append((0, 0x72 / 255, 0xB2 / 255, 0.06 + (_DARKEST - 0.06) * shares[i, j]))
            axes.text(
                j,
                i,
                f"{counts[i, j]:,}",
                ha="center",
                va="center",
                color=INK,
                fontsize=9 if size <= 5 else 7.5 if size <= 10 else 6,
                fontweight="bold" if i == j else "normal",
            )
    axes.add_collection(PatchCollection(cells, facecolors=shades, edgecolors="none"))
    axes.grid(visible=False)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.hlines(np.arange(size + 1) - 0.5, -0.5, size - 0.5, color=MUTED, linewidth=0.3, alpha=0.5)
    axes.vlines(np.arange(size + 1) - 0.5, -0.5, size - 0.5, color=MUTED, linewidth=0.3, alpha=0.5)
    name_ticks(axes, names)
    axes.set_yticks(range(size), [short(n, 14) for n in names], parse_math=False)
    axes.set_xlim(-0.5, size - 0.5)
    axes.set_ylim(size - 0.5, -0.5)
    axes.tick_params(length=0, labelsize=8.5 if size <= 10 else 7)
    label(axes, x, y)
    return axes


def share_interval(share: _Floats, rows: _Floats) -> tuple[_Floats, _Floats]:
    """95 % interval of shares observed on so many rows each.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    """
    z2 = _Z95**2
    center = (share + z2 / (2 * rows)) / (1 + z2 / rows)
    half = _Z95 / (1 + z2 / rows) * np.sqrt(share * (1 - share) / rows + z2 / (4 * rows**2))
    return np.clip(center - half, 0, share), np.clip(center + half, share, 1)


def calibration_of(probability: _Floats, happened: NDArray[np.bool_], groups: int = 10) -> Calibration:
    """Observed frequency of an event in groups of rows sorted by its predicted probability."""
    order = np.argsort(probability, kind="stable")
    parts = np.array_split(order, max(1, min(groups, len(order) // 10)))
    n = np.array([len(p) for p in parts], dtype=np.float64)
    mean = np.array([probability[p].mean() for p in parts])
    share = np.array([happened[p].mean() for p in parts])
    return Calibration(mean, share, *share_interval(share, n))


def reliability(calibration: Calibration, x: str, y: str, *, axes: Axes | None = None) -> Axes:
    """Observed frequency against predicted probability, with the diagonal."""
    axes = _square(axes)
    c = calibration
    axes.vlines(c.predicted, c.low, c.high, color=BLUE, linewidth=2.2, alpha=0.4)
    axes.plot(c.predicted, c.observed, color=BLUE, linewidth=1.2, marker="o", markersize=5)
    label(axes, x, y)
    return axes


def roc_of(score: _Floats, positive: NDArray[np.bool_]) -> tuple[_Floats, _Floats]:
    """False and true positive rates at every threshold, from none called positive to all."""
    order = np.argsort(-score, kind="stable")
    last_of_value = np.append(np.flatnonzero(np.diff(score[order])), len(order) - 1)
    true = np.cumsum(positive[order])[last_of_value]
    false = last_of_value + 1 - true
    start = np.zeros(1)
    return np.concatenate([start, false / false[-1]]), np.concatenate([start, true / true[-1]])


def area_under(false: _Floats, true: _Floats) -> float:
    """Area under a curve by trapezoids; for the rates of `roc_of` the probability of ranking a pair rightly."""
    return float(np.sum(np.diff(false) * (true[1:] + true[:-1]) / 2))


def precision_recall_of(score: _Floats, positive: NDArray[np.bool_]) -> tuple[_Floats, _Floats]:
    """Recall and precision at every threshold, from the fewest called positive to all."""
    order = np.argsort(-score, kind="stable")
    last_of_value = np.append(np.flatnonzero(np.diff(score[order])), len(order) - 1)
    true = np.cumsum(positive[order])[last_of_value]
    recall, precision = true / true[-1], true / (last_of_value + 1)
    return np.concatenate([np.zeros(1), recall]), np.concatenate([precision[:1], precision])


def average_precision(recall: _Floats, precision: _Floats) -> float:
    """Precision at each threshold, weighted by the recall gained there; no interpolation flatters it."""
    return float(np.sum(np.diff(recall) * precision[1:]))


def rates(
    curves: list[tuple[str, _Floats, _Floats]], x: str, y: str, *, chance: bool = False, axes: Axes | None = None
) -> Axes:
    """Curves within the unit square, at most four of them.

    Parameters
    ----------
    curves : name, abscissae and ordinates of each.
    x, y : labels of the axes.
    chance : whether the diagonal stands for a guess.
    axes : where to draw; a figure of its own where None.
    """
    axes = _square(axes, diagonal=chance)
    for (name, across, up), (color, dashes) in zip(curves, LINES, strict=False):
        at = np.linspace(0, len(across) - 1, min(len(across), 600)).round().astype(np.intp)
        axes.plot(across[at], up[at], color=color, linestyle=dashes, linewidth=1.8, label=name)
    if len(curves) > 1:
        legend(axes)
    label(axes, x, y)
    return axes


def _square(axes: Axes | None, *, diagonal: bool = True) -> Axes:
    axes = framed(axes, 3.7)
    if diagonal:
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set_aspect("equal", adjustable="box")
    ticks = [0, 0.2, 0.4, 0.6, 0.8, 1]
    axes.set_xticks(ticks)
    axes.set_yticks(ticks)
    return axes
