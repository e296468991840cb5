"""A numeric column as scaled numbers, with an indicator of missing cells where training had some.

A column is read by itself, because its cells may be text; scaling is one operation on all columns side by side.
"""

__all__ = ["NumericBlock", "NumericEncoder", "beyond", "mean_and_scale", "median_of"]

import dataclasses
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from pishro.data.cells import Floats, numbers
from pishro.errors import DataError, SettingError

FLAT = 1e-13
"""Spread relative to the size of the values that rounding alone explains."""

LARGE = 1e150
"""Beyond it a square overflows in float64."""


def mean_and_scale(values: Floats, weight: Floats | None = None) -> tuple[float, float]:
    """Mean and standard deviation of finite values (N,); the deviation is 0 for constant ones.

    A weight (N,) of 2 is the same as the row twice.
    """
    peak = float(np.abs(values).max())
    unit = peak if peak > LARGE else 1.0
    values = values / unit
    mean = float(np.average(values, weights=weight))
    deviation = float(np.sqrt(np.average((values - mean) ** 2, weights=weight)))
    flat = deviation <= FLAT * float(np.abs(values).max())
    return mean * unit, 0.0 if flat else deviation * unit


def median_of(values: Floats, weight: Floats | None = None) -> float:
    """Median of values (N,); a weight (N,) of 2 is the same as the row twice."""
    if weight is None:
        return float(np.median(values))
    order = np.argsort(values, kind="stable")
    ordered, below = values[order], np.cumsum(weight[order])
    half = below[-1] / 2
    at = int(np.searchsorted(below, half))
    after = int(np.searchsorted(below, half, side="right"))  # another one only where `half` falls between two rows
    return float((ordered[at] + ordered[min(after, len(ordered) - 1)]) / 2)


def beyond(name: str, values: Floats, low: float | None, high: float | None) -> npt.NDArray[np.bool_]:
    """Where (N,) a value of a column is outside the range of its training part; NaN is not.

    Raises
    ------
    SettingError : the range was not kept.
    """
    if low is None or high is None:
        raise SettingError(
            f"Expected a model that keeps the range of {name!r} in training, but this one is of a version of pishro "
            "that did not; fit it again."
        )
    return (values < low) | (values > high)


@dataclasses.dataclass(frozen=True)
class NumericEncoder:
    """(x − mean) / scale, missing cells replaced by the median.

    Attributes
    ----------
    name : the column.
    style : how text is read as a number.
    median, mean, scale : of the training part, the two last after imputation; scale 0 (constant) encodes as zeros.
    indicator : whether a 0/1 feature marks missing cells.
    low, high : the lowest and highest of the training part; None in files of versions that did not keep them.
    """

    name: str
    style: str
    median: float
    mean: float
    scale: float
    indicator: bool
    kind: Literal["numeric"] = "numeric"
    low: float | None = None
    high: float | None = None

    @classmethod
    def fit(cls, series: pl.Series, style: str, weight: Floats | None = None) -> "NumericEncoder":
        """Learn from the training part (N,), its rows weighted; a column without any number encodes as zeros."""
        values, _ = numbers(series, style)
        missing = np.isnan(values)
        if missing.all():
            return cls(series.name, style, 0.0, 0.0, 0.0, False, low=np.inf, high=-np.inf)
        known = values[~missing]
        median = median_of(known, None if weight is None else weight[~missing])
        mean, scale = mean_and_scale(np.where(missing, median, values), weight)
        low, high = float(known.min()), float(known.max())
        return cls(series.name, style, median, mean, scale, bool(missing.any()), low=low, high=high)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features."""
        return (self.name, f"{self.name} is missing") if self.indicator else (self.name,)

    def read(self, series: pl.Series) -> Floats:
        """The numbers (N,) of a column's cells, NaN where missing.

        Raises
        ------
        DataError : most cells are no numbers.
        """
        values, unreadable = numbers(series, self.style)
        wrong = int(unreadable.sum())
        if wrong and 2 * wrong > int(unreadable.sum() + np.isfinite(values).sum()):
            row = int(unreadable.argmax())
            raise DataError(
                f"Column {self.name!r} should hold numbers, but row {row + 1} holds {series[row]!r} and {wrong} of "
                f"{len(series)} cells are no numbers; correct the column."
            )
        return values

    def outside(self, series: pl.Series) -> npt.NDArray[np.bool_]:
        """Where (N,) a cell is beyond the training's range, or missing although none was there."""
        values = self.read(series)
        found = beyond(self.name, values, self.low, self.high)
        return found if self.indicator else found | np.isnan(values)

    def check(self, series: pl.Series) -> list[str]:
        """Sentences on cells that training did not know."""
        values, unreadable = numbers(series, self.style)
        sentences = []
        if unreadable.any():
            cell = series[int(unreadable.argmax())]
            sentences.append(f"{self.name!r}: {unreadable.sum()} cells are no numbers ({cell!r}) and count as missing.")
        return sentences + self.on_missing(int(np.isnan(values).sum()))

    def on_missing(self, count: int) -> list[str]:
        """A sentence on missing cells, where training had none."""
        if not count or self.indicator:
            return []
        return [f"{self.name!r}: {count} missing values, none in training; the median {self.median:g} stands in."]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return dataclasses.asdict(self)


class NumericBlock:
    """Numeric columns side by side, scaled in one go.

    Parameters
    ----------
    columns : the columns' encoders.
    first : the first feature of each; its indicator, where it has one, is the next.
    """

    def __init__(self, columns: Sequence[NumericEncoder], first: Sequence[int]) -> None:
        self.columns = tuple(columns)
        self._median = np.array([c.median for c in columns])
        self._mean = np.array([c.mean for c in columns])
        self._scale = np.array([c.scale or np.inf for c in columns])  # over infinity a constant becomes 0
        self._values = np.array(first, dtype=np.intp)
        self._marked = np.array([j for j, c in enumerate(columns) if c.indicator], dtype=np.intp)
        together = list(first) == list(range(first[0], first[0] + len(columns))) if columns else False
        self._run = slice(first[0], first[0] + len(columns)) if together else None

    def write(self, values: Floats, out: Floats) -> None:
        """Encode numbers (N, columns) into `out` (N, all features); what is not finite counts as missing."""
        missing = ~np.isfinite(values)
        if missing.any():
            values = np.where(missing, self._median, values)
        if self._run is None:
            out[:, self._values] = (values - self._mean) / self._scale
        else:  # side by side in both tables: nothing to scatter, which took as long as all the rest
            np.subtract(values, self._mean, out=out[:, self._run])
            out[:, self._run] /= self._scale
        if len(self._marked):
            out[:, self._values[self._marked] + 1] = missing[:, self._marked]

    def check(self, values: Floats) -> list[str]:
        """Sentences on missing numbers (N, columns) where training had none."""
        counts = (~np.isfinite(values)).sum(0).tolist()
        return [sentence for c, count in zip(self.columns, counts, strict=True) for sentence in c.on_missing(count)]
