"""What an autoencoder gives back of rows that it never saw: scores beside principal components, and rows to look at."""

__all__ = ["Reconstructions", "compare_reconstructions"]

import dataclasses
from collections.abc import Mapping
from typing import final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from pishro.models.autoencoder import AutoencoderModel
from pishro.models.evaluation import Metric, Scores
from pishro.models.scoring import reconstruction_metrics

Floats = npt.NDArray[np.float64]

SHOWN = 10
"""Rows drawn side by side; more would be too small to be looked at on half a page."""

POINTS = 1500
"""Codes drawn; more hide each other."""


@final
@dataclasses.dataclass(frozen=True)
class Reconstructions:
    """Held-out rows beside what came back, in the network's units (scaled rows).

    Attributes
    ----------
    row : shape of a row, (D,) or (channels, height, width).
    code : first two units of the code of at most 1500 rows, evenly chosen, (M, 2); (M, 1) of a code of one unit.
    units : of the code.
    errors : squared error of each row (N,), summed over its entries.
    some, worst : rows and what came back, (2, S, *row): evenly chosen ones, and those of the largest error.
    explained : R² of each column by its number, the smallest first; empty for images.
    """

    row: tuple[int, ...]
    units: int
    code: Floats
    errors: Floats
    some: Floats
    worst: Floats
    explained: Mapping[int, float]


def compare_reconstructions(model: AutoencoderModel, held: Tensor, train: Tensor) -> tuple[Scores, Reconstructions]:
    """Scores of the reconstruction of rows, beside the mean row and as many principal components as the code has units.

    Parameters
    ----------
    model : a fitted autoencoder.
    held : rows (N, *row) that it never saw.
    train : rows that it learned from; the baselines learn from them.
    """
    row = tuple(held.shape[1:])
    code = model.encode(held)
    rows, back = (model.scaled(part).flatten(1).double().numpy() for part in (held, model.decode(code)))
    learned = model.scaled(train).flatten(1).double().numpy()
    spread = (rows - rows.mean(0)) ** 2
    errors = ((rows - back) ** 2).sum(1)

    def scored(given: Floats) -> tuple[Metric, ...]:
        return reconstruction_metrics(((rows - given) ** 2).sum(1), spread.sum(1))

    baselines = (
        ("mean", scored(np.broadcast_to(learned.mean(0), rows.shape))),
        ("principal", scored(_principal(learned, rows, code.shape[1]))),
    )
    pairs = np.stack([rows, back]).reshape(2, -1, *row)
    found = Reconstructions(
        row,
        code.shape[1],
        code[_evenly(len(rows), POINTS), :2].double().numpy(),
        errors,
        pairs[:, _evenly(len(rows), SHOWN)],
        pairs[:, np.argsort(-errors, kind="stable")[:SHOWN]],
        _explained((rows - back) ** 2, spread) if len(row) == 1 else {},
    )
    return Scores("reconstruction", len(rows), reconstruction_metrics(errors, spread.sum(1)), baselines), found


def _principal(train: Floats, rows: Floats, units: int) -> Floats:
    from sklearn.decomposition import PCA  # noqa: PLC0415 - a second of import time

    components = PCA(min(units, *train.shape), random_state=0).fit(train)
    back: Floats = components.inverse_transform(components.transform(rows))
    return back


def _evenly(rows: int, most: int) -> npt.NDArray[np.intp]:
    return torch.linspace(0, rows - 1, min(rows, most), dtype=torch.float64).round().long().numpy()


def _explained(squares: Floats, spread: Floats) -> dict[int, float]:
    """R² of the columns that vary."""
    total = spread.mean(0)
    shares = {j: float(1 - squares[:, j].mean() / total[j]) for j in np.flatnonzero(total > 0)}
    return dict(sorted(((int(j), share) for j, share in shares.items()), key=lambda pair: pair[1]))
