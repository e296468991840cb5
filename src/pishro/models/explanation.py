"""What a fitted model makes of its inputs: the effect of one column, slopes at a point, and which columns matter.

- **Partial dependence** (Friedman 2001): the prediction averaged over the rows of a table, with one column set to a
  value for all of them. Its band is the uncertainty of that average: the gradient g of the average with respect to θ
  gives the posterior's part gᵀA⁻¹g of each member, and the spread between the members is added.
- **Input Jacobian**: d prediction/d input at a row, exact, in the units of the table.
- **Relevance**: the share of the prediction's variance that is lost when a column is not known: the total Sobol index,
  by Jansen's (1999) estimator E[(f(x) − f(x′))²] / (2 Var f), where x′ is x with the column taken from another row. It
  reads numbers, categories and dates alike. Columns that depend on each other share their relevance; where they do, x′
  may be a row that cannot exist, and the estimate is cut at 1.

References
----------
Friedman, J. H. (2001). Greedy function approximation: a gradient boosting machine. Annals of Statistics 29, 1189-1232.
Jansen, M. J. W. (1999). Analysis of variance designs for model output. Computer Physics Communications 117, 35-43.
"""

__all__ = ["PartialDependence", "input_jacobian", "partial_dependence", "relevance"]

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import torch
from torch import Tensor

from pishro.data import ClassTarget, NumericTarget, frame_from
from pishro.data.numeric_columns import NumericEncoder
from pishro.errors import DataError, SettingError, unknown_name
from pishro.models.table_model import TableModel

POINTS = 25
"""Values at which a numeric column is set; a curve of that many looks smooth."""

MOST_ROWS = 500
"""Rows averaged over, evenly spread through the table: the average's own error is then a few percent."""

EDGE = 0.01
"""Share of the values left out at each end of the column, where rows are too few to average a network over."""

Floats = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class PartialDependence:
    """The effect of one column.

    Attributes
    ----------
    column : its name.
    values : what it was set to (V): numbers, or levels.
    mean, low, high : averaged prediction and its band, (V); for classes (V, C), probabilities.
    level : probability of the band.
    classes : the labels of a classifier, else empty.
    """

    column: str
    values: tuple[Any, ...]
    mean: Floats
    low: Floats
    high: Floats
    level: float
    classes: tuple[Any, ...] = ()


def partial_dependence(
    model: TableModel, table: Any, column: str, *, values: Any = None, level: float = 0.95
) -> PartialDependence:
    """The prediction averaged over a table, as a function of one column.

    Parameters
    ----------
    model : a fitted model.
    table : rows to average over, a path or a frame; of many rows 500 are taken.
    column : an input column.
    values : what to set it to; None for 25 values through its range, or its levels.
    level : probability of the band, between 0 and 1.

    Raises
    ------
    SettingError
        If the model has no such column, or the level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise SettingError(f"Expected a level between 0 and 1, such as 0.95, received {level}.")
    frame = _some_rows(frame_from(table))
    _check_column(model, column)
    chosen = _values(model, frame[column]) if values is None else list(values)
    if not chosen:
        raise DataError(f"Column {column!r} has no value to show the effect of; all its cells are missing.")
    reach = float(torch.special.ndtri(torch.tensor((1 + level) / 2, dtype=torch.float64)))
    found = [_averaged(model, model.encoder.transform(frame.with_columns(pl.lit(v).alias(column)))) for v in chosen]
    mean, sd = (np.stack([f[i] for f in found]) for i in (0, 1))
    low, high = mean - reach * sd, mean + reach * sd
    classes = model.target.classes if isinstance(model.target, ClassTarget) else ()
    if classes:
        low, high = low.clip(0, 1), high.clip(0, 1)
    return PartialDependence(column, tuple(chosen), mean, low, high, level, classes)


def input_jacobian(model: TableModel, table: Any) -> dict[str, Floats]:
    """Slope of the prediction along each numeric column at each row, the others held.

    Parameters
    ----------
    model : a fitted model.
    table : rows (N, ·).

    Returns
    -------
    slopes : for each numeric column (N,), in units of the target per unit of the column; for classes (N, C), of the
        probabilities; for several targets (N, C). Where the cell is missing it is the slope at the median.
    """
    x = model.encoder.transform(frame_from(table))
    network, theta = model.network, model.trained.theta.double()
    trace = network.forward_path(theta, x)
    raw = network.raw(trace)
    still = torch.zeros_like(theta)
    slopes = {}
    first = 0
    for encoder in model.encoder.columns:
        if isinstance(encoder, NumericEncoder) and encoder.scale > 0:
            along = torch.zeros_like(x)
            along[:, first] = 1 / encoder.scale
            moved = network.along_path(trace, still, along)
            change = torch.func.jvp(model.likelihood.mean, (raw,), (moved,))[1]
            slopes[encoder.name] = _in_units(model, change.mean(0)).numpy()
        first += len(encoder.names)
    return slopes


def relevance(model: TableModel, table: Any, *, seed: int = 0) -> dict[str, float]:
    """Share of the prediction's variance that each column accounts for, alone and together with others.

    Parameters
    ----------
    model : a fitted model.
    table : at least two rows, a path or a frame.
    seed : of the rows that lend their cells.

    Returns
    -------
    shares : of each input column, the largest first; they add up to 1 where no columns work together, else to more.
    """
    frame = frame_from(table)
    if len(frame) < 2:
        raise DataError(f"Relevance compares rows with each other; expected at least 2, received {len(frame)}.")
    predicted = _prediction(model, frame)
    variance = float(predicted.var(0, correction=0).sum())
    generator = torch.Generator().manual_seed(seed)
    shares = {}
    for encoder in model.encoder.columns:
        shift = int(torch.randint(1, len(frame), (), generator=generator))  # a rotation leaves no row its own cell
        order = torch.randperm(len(frame), generator=generator).numpy()
        lender = np.empty_like(order)
        lender[order] = np.roll(order, shift)
        other = frame.with_columns(frame[encoder.name][lender])
        change = float((_prediction(model, other) - predicted).square().sum(-1).mean())
        shares[encoder.name] = min(1.0, change / (2 * variance)) if variance > 0 else 0.0
    return dict(sorted(shares.items(), key=lambda item: -item[1]))


def _averaged(model: TableModel, x: Tensor) -> tuple[Floats, Floats]:
    """Prediction averaged over the rows, and its standard deviation: (C,), or a number where there is one target."""
    theta = model.trained.theta.double()
    raw = model.network(theta, x).requires_grad_()
    with torch.enable_grad():
        average = model.likelihood.mean(raw).mean(-2)  # (K, C)
    within = torch.zeros_like(average)
    posterior = model.trained.posterior
    if posterior is not None:
        for c in range(average.shape[-1]):
            (d_raw,) = torch.autograd.grad(average[:, c].sum(), raw, retain_graph=True)
            gradient = model.network.vjp(theta, x, d_raw)
            whitened = posterior.inverse_lower.double() @ gradient.unsqueeze(-1)
            within[:, c] = whitened.square().sum((-2, -1))
    average = average.detach()
    variance = within.mean(0) + average.var(0, correction=0)
    mean = average.mean(0) if isinstance(model.target, ClassTarget) else model.target.inverse(average.mean(0))
    sd = _in_units(model, variance.sqrt())
    return (mean.numpy(), sd.numpy()) if len(mean) > 1 else (mean[0].numpy(), sd.reshape(-1)[0].numpy())


def _in_units(model: TableModel, change: Tensor) -> Tensor:
    """A change (…, C) of the prediction in the target's own units; one number a row where there is one target."""
    if isinstance(model.target, ClassTarget):
        return change
    scaled = change * change.new_tensor(model.target.scale)
    return scaled.squeeze(-1) if isinstance(model.target, NumericTarget) else scaled


def _prediction(model: TableModel, frame: pl.DataFrame) -> Tensor:
    """The members' mean in scaled units (N, C)."""
    return model.likelihood.mean(model.raw(model.encoder.transform(frame))).mean(0)


def _some_rows(frame: pl.DataFrame) -> pl.DataFrame:
    if len(frame) <= MOST_ROWS:
        return frame
    return frame[np.linspace(0, len(frame) - 1, MOST_ROWS).round().astype(np.int64)]


def _check_column(model: TableModel, column: str) -> None:
    names = [c.name for c in model.encoder.columns]
    if column not in names:
        raise SettingError(unknown_name("input column", column, names))


def _values(model: TableModel, cells: pl.Series) -> list[Any]:
    """Values through the column's range, or its levels by frequency."""
    encoder = next(c for c in model.encoder.columns if c.name == cells.name)
    if isinstance(encoder, NumericEncoder):
        numbers = encoder.read(cells)
        numbers = numbers[np.isfinite(numbers)]
        distinct = np.unique(numbers)
        if len(distinct) <= POINTS:
            return list(distinct.tolist())
        low, high = np.quantile(numbers, [EDGE, 1 - EDGE])
        return list(np.linspace(low, high, POINTS).tolist())
    present = cells.drop_nulls()
    if encoder.kind == "date":
        days = present.unique().sort()
        count = min(POINTS, len(days))
        return list(days[np.linspace(0, len(days) - 1, count).round().astype(np.int64).tolist()])
    return list(present.value_counts(sort=True)[cells.name][:POINTS])
