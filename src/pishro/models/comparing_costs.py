"""Which of several likelihoods a table is fitted by: rows that were left out decide.

Every candidate is fitted to the rows outside each of a few folds, and the log-likelihood of the fold's rows is taken,
in the target's own units, so that candidates which scale it differently compare. The first candidate is the usual one.
Another takes its place only where its lead is clear: more than twice its standard error over the rows, which are the
same for all, so that only the difference is uncertain. A cost picked by a lead within its error is picked by chance,
and loses on new rows about as often as it wins.

Where a target takes few values (grades, say), a density may rise without limit by narrow peaks on them, and says
nothing. There the score is ln P(y − ½ < Y < y + ½) with the gap between the values as unit, for every candidate.

The Laplace evidence was tried in place of the folds and chooses worse: it counts the peak of the posterior only, and
prefers costs with narrow ones (energy, inner splits: it takes the Laplace cost, which loses 0.2 nats a row).
"""

__all__ = ["choose_cost", "gap_between_values", "held_out_score"]

from collections.abc import Callable, Sequence

import torch
from torch import Generator, Tensor

from pishro.data import folds
from pishro.errors import SettingError
from pishro.likelihoods import Distribution, Likelihood, Predictive

FOLDS = 3
"""Every fit has two thirds of the rows; five folds cost nearly twice the time and chose the same on inner splits."""

CLEAR = 2.0
"""Standard errors by which a candidate must lead the first one."""

FEW = 0.02
"""Distinct values over rows below which a target counts as taking few values."""

Wanted = str | Likelihood


def choose_cost(
    candidates: Sequence[Wanted], rows: int, seed: int, score: Callable[[Wanted, Tensor, Tensor], Tensor]
) -> tuple[Wanted, str]:
    """The candidate that predicts left-out rows best, and the choice in one sentence.

    Parameters
    ----------
    candidates : at least two, the usual one first.
    rows : N.
    seed : of the folds.
    score : candidate, row numbers to fit to, and row numbers left out → the log-likelihood of the latter.

    Raises
    ------
    SettingError
        If there is nothing to choose from, or too little to choose on.
    """
    if len(candidates) < 2:
        raise SettingError(f"Expected at least two costs to choose from, received {list(candidates)}.")
    if rows < 10 * FOLDS:
        raise SettingError(f"Expected at least {10 * FOLDS} rows to choose a cost on, received {rows}; name one cost.")
    parts = folds(rows, FOLDS, Generator().manual_seed(seed))
    scores = torch.stack([torch.cat([score(c, *part) for part in parts]) for c in candidates])
    lead = scores - scores[0]
    mean, error = lead.mean(-1), lead.std(-1) / rows**0.5
    best = int(mean.nan_to_num(-torch.inf).argmax())
    clear = best > 0 and bool(mean[best] > CLEAR * error[best])
    names = [c if isinstance(c, str) else c.name for c in candidates]
    told = f"The cost was chosen from {', '.join(names)} by the log-likelihood of rows left out ({FOLDS} folds): "
    if best == 0:
        return candidates[0], f"{told}{names[0]}, which no other exceeds."
    difference = f"{names[best]} leads by {float(mean[best]):.3g} ± {float(error[best]):.2g} nats a row"
    if clear:
        return candidates[best], f"{told}{names[best]}; {difference}."
    return candidates[0], f"{told}{names[0]}; {difference}, which is too little to be sure of."


def held_out_score(distribution: Predictive, y: Tensor, gap: float | None) -> Tensor:
    """Ln p of each row, (N,), for targets y (N, T); of the interval around y where it takes few values.

    Parameters
    ----------
    distribution, y : the prediction and what came.
    gap : what `gap_between_values` says of all rows.

    Raises
    ------
    SettingError
        If a candidate predicts no distribution of numbers.
    """
    if not isinstance(distribution, Distribution):
        raise SettingError("A cost that predicts no distribution cannot be compared with others; leave it out.")
    if gap is None or distribution.discrete:
        return distribution.log_density(y)
    inside = distribution.cdf(y + gap / 2) - distribution.cdf(y - gap / 2)
    return inside.clamp_min(torch.finfo(inside.dtype).tiny).log().squeeze(-1)


def gap_between_values(y: Tensor) -> float | None:
    """Smallest distance between the values of one target (N, 1) that takes few of them; None for others."""
    if y.ndim > 1 and y.shape[-1] > 1:
        return None
    values = y.unique()
    return float(values.diff().min()) if 1 < len(values) < FEW * len(y) else None
