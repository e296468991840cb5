"""What a report shows of a fitted model that only its rows can tell: kept with the model, since the rows are not.

Relevance of the columns and the effect of the most relevant ones (`explanation`), predictions on training rows, cells
of held-out rows to set residuals against, and how much intervals of other levels than 95 % hold. The work is bounded
by numbers of rows and columns, never by a clock, so that the same seed leaves the same file.
"""

__all__ = ["Exhibits", "collect_exhibits"]

import dataclasses
import datetime
import math
from collections.abc import Mapping
from typing import Any, final

import numpy as np
import numpy.typing as npt
import polars as pl
import torch

from pishro.data import NumericTarget
from pishro.data.numeric_columns import NumericEncoder
from pishro.errors import SettingError
from pishro.likelihoods import EqualMixture
from pishro.models.explanation import PartialDependence, partial_dependence, relevance
from pishro.models.fit_table import FittedTable
from pishro.models.table_model import TableModel

DIGITS = 7
"""Significant digits of what is kept for figures: those of float32."""

EFFECTS, INPUTS = 6, 4
"""Columns whose effect is shown, and columns that residuals are set against: the most relevant ones."""

SLIGHT = 0.01
"""Relevance below which an effect is a flat line."""

DRAWN = 1500
"""Rows kept to be drawn, evenly chosen; more dots than that hide each other."""

MOST_LEVELS = 12
"""Levels that find room side by side on an axis."""

LEVELS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
"""Levels of intervals whose coverage is counted."""

FEWEST, MOST_ROWS = 60, 500
"""Rows that relevance and effects are averaged over: as many as `WORK` allows, within these bounds."""

WORK = 2e9
"""Multiplications allowed for either; about a second on one core."""

Cells = list[float] | list[str]


@final
@dataclasses.dataclass(frozen=True)
class Exhibits:
    """Facts for figures, as plain data.

    Attributes
    ----------
    relevance : share of the prediction's variance by column, the largest first.
    effects : of the most relevant columns, the most relevant first.
    train : actual and predicted numbers at training rows, evenly chosen; empty for classes.
    train_correlation : R over all training rows; NaN for classes.
    held : row numbers in the model's `evaluation` of the cells in `inputs`.
    inputs : numbers (NaN where missing) or levels of the most relevant columns.
    coverage : level of an interval, and the share of held-out values in it.
    """

    relevance: Mapping[str, float] = dataclasses.field(default_factory=dict)
    effects: tuple[PartialDependence, ...] = ()
    train: tuple[list[float], list[float]] = dataclasses.field(default_factory=lambda: ([], []))
    train_correlation: float = math.nan
    held: tuple[int, ...] = ()
    inputs: Mapping[str, Cells] = dataclasses.field(default_factory=dict)
    coverage: tuple[tuple[float, float], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain data for the header of the model file; JSON has no NaN, so null stands for it.

        Figures need no more than `DIGITS` of a number, and the header is most of a small model's file.
        """
        data: dict[str, Any] = _short(self._plain())
        return data

    def _plain(self) -> dict[str, Any]:
        return {
            "relevance": dict(self.relevance),
            "effects": [_effect_to_json(e) for e in self.effects],
            "train": list(self.train),
            "train_correlation": None if math.isnan(self.train_correlation) else self.train_correlation,
            "held": list(self.held),
            "inputs": {name: [None if c != c else c for c in cells] for name, cells in self.inputs.items()},
            "coverage": [list(pair) for pair in self.coverage],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Exhibits":
        """The exhibits that `to_json` wrote."""
        correlation = data["train_correlation"]
        return cls(
            data["relevance"],
            tuple(_effect_from_json(e) for e in data["effects"]),
            (data["train"][0], data["train"][1]),
            math.nan if correlation is None else correlation,
            tuple(data["held"]),
            {name: [math.nan if c is None else c for c in cells] for name, cells in data["inputs"].items()},
            tuple((level, share) for level, share in data["coverage"]),
        )


def _effect_to_json(effect: PartialDependence) -> dict[str, Any]:
    values = [v.isoformat() if isinstance(v, datetime.date) else v for v in effect.values]
    curves = {name: getattr(effect, name).tolist() for name in ("mean", "low", "high")}
    classes = [str(c) for c in effect.classes]
    return {"column": effect.column, "values": values, **curves, "level": effect.level, "classes": classes}


def _effect_from_json(data: dict[str, Any]) -> PartialDependence:
    mean, low, high = (np.asarray(data[name], dtype=np.float64) for name in ("mean", "low", "high"))
    return PartialDependence(
        data["column"], tuple(data["values"]), mean, low, high, data["level"], tuple(data["classes"])
    )


def collect_exhibits(fitted: FittedTable) -> Exhibits:
    """Collect what the figures need while the rows are at hand.

    Parameters
    ----------
    fitted : a model and the rows it learned from and was scored on.
    """
    model = fitted.model
    shares = relevance(model, _some(fitted.part, _affordable(model, len(model.encoder.columns) + 1)))
    ranked = list(shares)
    rows = _some(fitted.part, _affordable(model, EFFECTS * 25 * 2 * model.network.outputs))
    shown = [name for name in ranked[:EFFECTS] if shares[name] >= SLIGHT]
    effects = [partial_dependence(model, rows, name) for name in shown if not rows[name].is_null().all()]
    exhibits = Exhibits(shares, tuple(effects))
    if not isinstance(model.target, NumericTarget):
        return exhibits
    held = tuple(_evenly(len(fitted.rest), DRAWN).tolist())
    cells = fitted.rest[np.array(held, dtype=np.int64)]
    inputs = {name: found for name in ranked[:INPUTS] if (found := _cells(model, cells[name]))}
    actual = model.target.inverse(fitted.train.y).squeeze(1).numpy()
    predicted = model.point(fitted.train.x)
    at = _evenly(len(actual), DRAWN)
    varied = np.ptp(actual) > 0 and np.ptp(predicted) > 0
    return dataclasses.replace(
        exhibits,
        train=(_to_draw(actual[at]), _to_draw(predicted[at])),
        train_correlation=float(np.corrcoef(actual, predicted)[0, 1]) if varied else math.nan,
        held=held,
        inputs=inputs,
        coverage=_coverage(fitted),
    )


def _affordable(model: TableModel, passes: int) -> int:
    """Rows that so many passes through all members may have."""
    work = passes * model.trained.theta.numel()
    return int(min(MOST_ROWS, max(FEWEST, WORK / work)))


def _some(frame: pl.DataFrame, most: int) -> pl.DataFrame:
    return frame[_evenly(len(frame), most)]


def _evenly(rows: int, most: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.linspace(0, rows - 1, min(rows, most)).round().astype(np.int64)


def _to_draw(values: npt.NDArray[np.float64]) -> list[float]:
    """Eight digits of each number: finer than any screen, and half as long in a file."""
    return [float(f"{value:.8g}") for value in values.tolist()]


def _cells(model: TableModel, column: pl.Series) -> Cells:
    """The cells as numbers or as levels; none where they would not fit on an axis."""
    encoder = next(c for c in model.encoder.columns if c.name == column.name)
    if isinstance(encoder, NumericEncoder):
        numbers = encoder.read(column)
        return _to_draw(np.where(np.isfinite(numbers), numbers, math.nan))
    if encoder.kind == "date" or column.n_unique() > MOST_LEVELS:
        return []
    return ["–" if cell is None else str(cell) for cell in column]


def _coverage(fitted: FittedTable) -> tuple[tuple[float, float], ...]:
    """The share of held-out values in intervals of several levels; none where the model predicts no distribution."""
    model, at = fitted.model, torch.from_numpy(_evenly(len(fitted.test), DRAWN))
    predictive = model.predictive(fitted.test.x[at])
    if not isinstance(predictive, EqualMixture) or not isinstance(model.target, NumericTarget):
        return ()
    actual = model.target.inverse(fitted.test.y[at])
    found = []
    for level in LEVELS:
        try:
            low, high = model.ends(predictive, level)
        except SettingError:  # conformal intervals of so few rows promise no such level
            break
        found.append((level, float(((actual >= low) & (actual <= high)).double().mean())))
    return tuple(found)


def _short(value: Any) -> Any:
    """Plain data with its floats rounded."""
    if isinstance(value, dict):
        return {key: _short(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_short(entry) for entry in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) and math.isfinite(value) else value
