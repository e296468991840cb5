"""Inputs that give the target away."""

__all__ = ["leak_warnings"]

import numpy as np
import polars as pl

from pishro.data.cells import Floats, numbers
from pishro.data.schema import Column

PROBED_ROWS = 64
"""Rows that rule nearly every pair of columns out before whole columns are added."""

MOST_PAIRED = 300
"""Numeric columns; their 45,000 pairs took 0.02 s over 20,000 rows."""

NEARLY_DETERMINED = 0.98
"""Rank correlation, chosen by eye between what nine real tables show: honest inputs reach 0.963 (x and price of
diamonds), inputs that give the target away begin at 0.989 (registered riders of all riders) and 0.993 (bodyfat)."""

FEWEST_RANKED = 30

SAME = 1e-12
"""Relative difference that rounding in a sum explains."""


def _equal(a: Floats, b: Floats) -> bool:
    both = np.isfinite(a) & np.isfinite(b)
    return bool(both.mean() > 0.5 and np.allclose(a[both], b[both], rtol=SAME, atol=0.0))


def _sums(values: list[Floats], target: Floats) -> list[tuple[int, int]]:
    """Pairs of columns whose sum is the target in every row."""
    if len(values) < 2 or len(values) > MOST_PAIRED:
        return []
    rows = np.linspace(0, len(target) - 1, min(PROBED_ROWS, len(target))).astype(np.int64)
    probe = np.stack([v[rows] for v in values])
    found = []
    for i in range(len(values) - 1):
        close = np.isclose(probe[i] + probe[i + 1 :], target[rows], rtol=SAME, atol=0.0)
        for j in np.flatnonzero(close.all(axis=1)) + i + 1:
            if np.allclose(values[i] + values[j], target, rtol=SAME, atol=0.0):
                found.append((i, int(j)))
    return found


def _ranks(values: Floats) -> Floats:
    """Ranks (N,) less their mean, ties sharing one."""
    ranks = pl.Series(values).rank("average").to_numpy()
    return np.asarray(ranks - ranks.mean())


def _monotone(values: Floats, goal: Floats) -> float:
    """Rank correlation in [-1, 1] over the rows that have both; 0 for few rows or a constant."""
    both = np.isfinite(values) & np.isfinite(goal)
    if both.sum() < FEWEST_RANKED:
        return 0.0
    a, b = _ranks(values[both]), _ranks(goal[both])
    size = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum() / size) if size else 0.0


def _renames(frame: pl.DataFrame, names: list[str], target: str) -> list[str]:
    """Level columns that stand in a one-to-one relation with the target."""
    classes = frame[target].n_unique()
    return [n for n in names if frame[n].n_unique() == classes and frame.select(n, target).n_unique() == classes]


def leak_warnings(frame: pl.DataFrame, columns: tuple[Column, ...], target: str, style: str) -> list[str]:
    """Warnings on inputs that equal the target, add up to it, or rename its classes.

    Parameters
    ----------
    frame : the rows (N, ·) with a target.
    columns : the inputs.
    style : how the target's numbers are written; "" where it holds labels.
    """
    found = []
    if style:
        numeric = [c for c in columns if c.kind == "numeric"]
        goal, _ = numbers(frame[target], style)
        values = [numbers(frame[c.name], c.style)[0] for c in numeric]
        equal = [c.name for c, v in zip(numeric, values, strict=True) if _equal(v, goal)]
        found += [f"{n!r} equals the target {target!r}; leave it out unless it is known beforehand." for n in equal]
        for i, j in _sums(values, goal) if not equal else []:
            found.append(
                f"{numeric[i].name!r} + {numeric[j].name!r} is exactly the target {target!r}; "
                "leave them out unless they are known beforehand."
            )
        for column, v in zip(numeric, values, strict=True):
            r = _monotone(v, goal) if column.name not in equal else 0.0
            if abs(r) > NEARLY_DETERMINED:
                found.append(
                    f"{column.name!r} alone nearly determines the target {target!r} (rank correlation "
                    f"{r:.3f}); leave it out unless it is known beforehand."
                )
    levels = [c.name for c in columns if c.kind in ("categorical", "boolean")]
    if frame[target].n_unique() <= len(frame) // 2:
        found += [
            f"{n!r} tells the target {target!r} one to one; leave it out unless it is known beforehand."
            for n in _renames(frame, levels, target)
        ]
    return found
