"""A numeric column as scaled numbers, with an indicator of missing cells where training had some."""

__all__ = ["NumericEncoder"]

import dataclasses
from typing import Any, Literal

import numpy as np
import polars as pl

from pishro.data.cells import Floats, numbers
from pishro.errors import DataError

FLAT = 1e-13  # Spread relative to the size of the values that rounding alone explains.
LARGE = 1e150  # Beyond it a square overflows in float64.


def mean_and_scale(values: Floats) -> tuple[float, float]:
    """Mean and standard deviation of finite values (N,); the deviation is 0 for constant ones."""
    peak = float(np.abs(values).max())
    unit = peak if peak > LARGE else 1.0
    values = values / unit
    mean, deviation = float(values.mean()), float(values.std())
    flat = deviation <= FLAT * float(np.abs(values).max())
    return mean * unit, 0.0 if flat else deviation * unit


@dataclasses.dataclass(frozen=True)
class NumericEncoder:
    """(x − mean) / scale, missing cells replaced by the median.

    Attributes
    ----------
    name : the column.
    style : how text is read as a number.
    median, mean, scale : of the training part, the two last after imputation; scale 0 (constant) encodes as zeros.
    indicator : whether a 0/1 feature marks missing cells.
    """

    name: str
    style: str
    median: float
    mean: float
    scale: float
    indicator: bool
    kind: Literal["numeric"] = "numeric"

    @classmethod
    def fit(cls, series: pl.Series, style: str) -> "NumericEncoder":
        """Learn from the training part (N,); a column without any number encodes as zeros."""
        values, _ = numbers(series, style)
        missing = np.isnan(values)
        if missing.all():
            return cls(series.name, style, 0.0, 0.0, 0.0, False)
        median = float(np.median(values[~missing]))
        mean, scale = mean_and_scale(np.where(missing, median, values))
        return cls(series.name, style, median, mean, scale, bool(missing.any()))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features."""
        return (self.name, f"{self.name} is missing") if self.indicator else (self.name,)

    def _values(self, series: pl.Series) -> Floats:
        values, unreadable = numbers(series, self.style)
        wrong = int(unreadable.sum())
        if wrong and 2 * wrong > int(unreadable.sum() + np.isfinite(values).sum()):
            row = int(unreadable.argmax())
            raise DataError(
                f"Column {self.name!r} should hold numbers, but row {row + 1} holds {series[row]!r} and {wrong} of "
                f"{len(series)} cells are no numbers; correct the column."
            )
        return values

    def write(self, series: pl.Series, out: Floats) -> None:
        """Encode a column (N,) into `out` (N, 1 or 2)."""
        values = self._values(series)
        missing = np.isnan(values)
        if missing.any():
            values = np.where(missing, self.median, values)
        if self.scale:
            out[:, 0] = (values - self.mean) / self.scale
        if self.indicator:
            out[:, 1] = missing

    def check(self, series: pl.Series) -> list[str]:
        """Sentences on cells that training did not know."""
        values, unreadable = numbers(series, self.style)
        sentences = []
        if unreadable.any():
            cell = series[int(unreadable.argmax())]
            sentences.append(f"{self.name!r}: {unreadable.sum()} cells are no numbers ({cell!r}) and count as missing.")
        missing = int(np.isnan(values).sum())
        if missing and not self.indicator:
            sentences.append(
                f"{self.name!r}: {missing} missing values, none in training; the median {self.median:g} stands in."
            )
        return sentences

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return dataclasses.asdict(self)
