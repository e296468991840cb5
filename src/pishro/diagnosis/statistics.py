"""What every test here shares: a level that keeps false alarms rare, and an effect below which nothing is said.

A p-value alone alarms on trifles where rows are many, an effect alone on chance where they are few; so both are asked
for. Within a check that tests many columns the level is divided among them (Bonferroni).
"""

__all__ = ["FEWEST_ROWS", "LEVEL", "grouped_effect", "quantile_groups"]

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEVEL = 1e-3
"""Of each check: some ten of them together then raise one false alarm in a hundred healthy runs."""

FEWEST_ROWS = 30
"""Held-out rows below which residuals are not tested."""

GROUPS = 5


def quantile_groups(values: Floats) -> list[npt.NDArray[np.bool_]]:
    """Masks (N,) of at most `GROUPS` groups of about equally many rows, equal values together."""
    edges = np.unique(np.quantile(values, np.linspace(0, 1, GROUPS + 1)[1:-1]))
    codes = np.searchsorted(edges, values, side="left")
    masks = [codes == c for c in np.unique(codes)]
    return [mask for mask in masks if mask.sum() >= 5]


def grouped_effect(z: Floats, values: Floats) -> tuple[float, float]:
    """Share ε² of the variance of z's ranks that groups of `values` explain, and its p-value (Kruskal and Wallis 1952).

    It sees trends and bends alike, and nothing of it depends on the scale of z. (0, 1) where there are no two groups.
    """
    from scipy.stats import kruskal  # noqa: PLC0415 - slow to import

    groups = [z[mask] for mask in quantile_groups(values)]
    if len(groups) < 2 or np.ptp(z) == 0:
        return 0.0, 1.0
    statistic, p = kruskal(*groups)
    rows = sum(len(g) for g in groups)
    effect = (float(statistic) - len(groups) + 1) / max(rows - len(groups), 1)
    return (max(effect, 0.0), float(p)) if math.isfinite(effect) else (0.0, 1.0)
