"""How wide the hidden layers need to be: rows that were left out decide, where there is time to ask them.

Widths are doubled from an eighth of the usual one on, and each is fitted to the rows outside each of a few folds. A
wider network takes the place of a narrower one only where its gain on the rows left out exceeds the standard error of
that gain (the one-standard-error rule of Breiman et al., 1984); after two widths in a row without such a gain there is
no third. So the width that is chosen is the smallest that the rows left out cannot improve on.

It tells how small a network may be, not which predicts best: a trial sees two thirds of the rows, and the rule prefers
the narrower width where rows cannot tell. On inner splits, "auto" and what was chosen here: a linear function, 16 and 2
or 4 units, RMSE 0.310 and 0.312; yacht, 12 and 24 units, RMSE 0.28 and 0.42, log-likelihood 0.08 and 0.21; concrete,
12-12 and 6-6, RMSE 4.57 and 4.25, log-likelihood -2.67 and -2.87; energy, 12-12 and 6-6, RMSE 0.31 and 0.47. So "auto"
stays a rule.

What is compared is the log-likelihood, which knows how large the noise is; of costs that predict no distribution, and
where targets are missing, the cost itself.

References
----------
Breiman, L., Friedman, J., Olshen, R. and Stone, C. (1984). Classification and regression trees. Wadsworth. (3.4.3.)
"""

__all__ = ["Trial", "choose_width", "losses", "widths_to_try"]

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from pishro.data import folds
from pishro.errors import SettingError
from pishro.likelihoods import ClassProbabilities, Distribution, Likelihood
from pishro.models.comparing_costs import FOLDS
from pishro.models.table_model import scaled_predictive
from pishro.nn import Network
from pishro.objectives import Batch
from pishro.training import TrainedMembers
from pishro.training.few_rows import MOST_PARAMETERS
from pishro.training.recipe import Size, dense_parameters, shape

MISSES = 2
"""Widths without a gain after which none is tried: one alone may be scatter, or a step that only the next one takes."""

STEPS = range(-3, 2)
"""Powers of two, times the usual width, that are tried. Four times as wide was never better (three inner splits, yacht
and diabetes), and takes most of the time."""

PARAMETERS_A_NUMBER = 2
"""Parameters for each number in the target up to which a width is tried that is wider than usual; and no more than
second-order steps can take."""

Width = tuple[int, ...]
Trial = Callable[[Width, Tensor, Tensor], Tensor | None]
"""Width, row numbers to fit to, and row numbers left out → the loss on each of the latter, in nats; None ends it."""


def widths_to_try(usual: Width, size: Size) -> list[Width]:
    """From narrow to wide.

    Examples
    --------
    >>> widths_to_try((12, 12), (700, 8, 1))
    [(2, 2), (3, 3), (6, 6), (12, 12), (24, 24)]
    """
    rows, inputs, outputs = size
    wider = min(PARAMETERS_A_NUMBER * rows * outputs, MOST_PARAMETERS)
    most = max(wider, dense_parameters(inputs, usual, outputs))
    widths = [tuple(max(1, round(units * 2.0**step)) for units in usual) for step in STEPS]
    return [w for w in dict.fromkeys(widths) if dense_parameters(inputs, w, outputs) <= most]


def choose_width(widths: Sequence[Width], rows: int, seed: int, trial: Trial) -> tuple[Width, str] | None:
    """The smallest width that no wider one improves on, and the choice in one sentence; None where a trial ended it.

    Parameters
    ----------
    widths : from narrow to wide.
    rows : N.
    seed : of the folds.
    trial : what is tried.

    Raises
    ------
    SettingError
        If there are too few rows to choose on.
    """
    if rows < 10 * FOLDS:
        raise SettingError(
            f"Expected at least {10 * FOLDS} rows to search a width on, received {rows}; name the units."
        )
    parts = folds(rows, FOLDS, torch.Generator().manual_seed(seed))
    best, lowest, misses = widths[0], torch.empty(0), 0
    told: list[str] = []
    for width in widths:
        found = [trial(width, *part) for part in parts]
        each = [one for one in found if one is not None]
        if len(each) < len(parts):
            return None
        loss = torch.cat(each)
        if not told:
            lowest = loss
            told.append(shape(width))
            continue
        gain = lowest - loss
        mean, error = float(gain.mean()), float(gain.std()) / rows**0.5
        gained = f"{mean:+.2g} ± {error:.1g}".replace("-", "−")
        told.append(f"{shape(width)} ({gained})")
        misses += 1
        if mean > error:
            best, lowest, misses = width, loss, 0
        if misses == MISSES:
            break
    return best, (
        f"The width was searched on rows left out ({FOLDS} folds): {', '.join(told)}, where each gain is that over the "
        f"best before, in nats a row; {shape(best)} is the smallest that none clearly improves on."
    )


def losses(network: Network, likelihood: Likelihood, trained: TrainedMembers, batch: Batch) -> Tensor:
    """−ln p of each row (N,) by the members' mixture; their mean's cost where that is not known."""
    predictive = scaled_predictive(network, likelihood, trained, batch.x)
    known = isinstance(predictive, Distribution | ClassProbabilities) and batch.offset is None
    if known and not bool(torch.isnan(batch.y).any()):
        return -predictive.log_density(batch.y).reshape(len(batch), -1).sum(-1)
    raw = network(trained.theta.to(batch.x), batch.x).mean(0, keepdim=True)
    return likelihood.nll(batch.shifted(raw), batch.y)[0]
