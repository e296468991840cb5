"""A column of dates as a trend and as seasons."""

__all__ = ["DateEncoder"]

import dataclasses
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from pishro.data.cells import Floats, timestamps
from pishro.data.numeric_columns import beyond, mean_and_scale, median_of
from pishro.errors import DataError

MICROSECONDS_A_DAY = 86_400e6


def _days(moments: pl.Series) -> Floats:
    """Days (N,) since 1970-01-01, NaN where missing."""
    days: Floats = moments.to_physical().cast(pl.Float64).to_numpy() / MICROSECONDS_A_DAY
    return days


@dataclasses.dataclass(frozen=True)
class DateEncoder:
    """Scaled days, and sine and cosine of month, weekday and, where training had times of day, hour.

    The two of a season put December next to January. Missing dates take the median day and no season (zeros).

    Attributes
    ----------
    name : the column.
    style : format of dates in text, "" where training had dates.
    median, mean, scale : days since 1970-01-01 in the training part; scale 0 (constant) encodes as zeros.
    clock : whether there are times of day.
    indicator : whether a 0/1 feature marks missing cells.
    low, high : first and last day of the training part; None in files of versions that did not keep them.
    """

    name: str
    style: str
    median: float
    mean: float
    scale: float
    clock: bool
    indicator: bool
    kind: Literal["date"] = "date"
    low: float | None = None
    high: float | None = None

    @classmethod
    def fit(cls, series: pl.Series, style: str, weight: Floats | None = None) -> "DateEncoder":
        """Learn from the training part (N,), its rows weighted; a column without any date encodes as zeros."""
        moments, _ = timestamps(series, style)
        days = _days(moments)
        missing = np.isnan(days)
        if missing.all():
            return cls(series.name, style, 0.0, 0.0, 0.0, False, False, low=np.inf, high=-np.inf)
        known = days[~missing]
        median = median_of(known, None if weight is None else weight[~missing])
        mean, scale = mean_and_scale(np.where(missing, median, days), weight)
        clock = bool((known != np.floor(known)).any())
        low, high = float(known.min()), float(known.max())
        return cls(series.name, style, median, mean, scale, clock, bool(missing.any()), low=low, high=high)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features."""
        seasons = ("month", "weekday", "hour") if self.clock else ("month", "weekday")
        names = [f"{self.name} days", *(f"{self.name} {s} {f}" for s in seasons for f in ("sine", "cosine"))]
        return (*names, f"{self.name} is missing") if self.indicator else tuple(names)

    def _moments(self, series: pl.Series) -> tuple[pl.Series, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
        if series.dtype.is_numeric() or series.dtype == pl.Boolean:
            raise DataError(
                f"Column {self.name!r} should hold dates, but it holds numbers such as {series[0]!r}; write dates as "
                "2024-12-31."
            )
        # A table of dates may come back as text, from a CSV file for example.
        moments, unreadable = timestamps(series, self.style or "%Y-%m-%d")
        if unreadable.all() and not self.style:
            moments, unreadable = timestamps(series, "%Y-%m-%d %H:%M:%S%.f")
        return moments, unreadable

    def _read(self, series: pl.Series) -> pl.Series:
        """Date-times (N,), null where missing.

        Raises
        ------
        DataError : most cells are no dates.
        """
        moments, unreadable = self._moments(series)
        wrong = int(unreadable.sum())
        if wrong and 2 * wrong > wrong + len(moments) - moments.null_count():
            row = int(unreadable.argmax())
            raise DataError(
                f"Column {self.name!r} should hold dates, but row {row + 1} holds {series[row]!r}; "
                f"write dates as {self.style or '%Y-%m-%d'}."
            )
        return moments

    def outside(self, series: pl.Series) -> npt.NDArray[np.bool_]:
        """Where (N,) a date is beyond the training's range, or missing although none was there."""
        days = _days(self._read(series))
        found = beyond(self.name, days, self.low, self.high)
        return found if self.indicator else found | np.isnan(days)

    def write(self, series: pl.Series, out: Floats) -> None:
        """Encode a column (N,) into `out` (N, number of features), which holds zeros."""
        moments = self._read(series)
        days = _days(moments)
        missing = np.isnan(days)
        if self.scale:
            out[:, 0] = (np.where(missing, self.median, days) - self.mean) / self.scale
        whole = np.floor(days)
        # 1970-01-01, day 0, was a Thursday, the fourth day of the week that begins on Monday.
        turns = [(moments.dt.month().cast(pl.Float64).to_numpy() - 1) / 12, (whole + 3) % 7 / 7]
        if self.clock:
            turns.append(days - whole)
        for i, turn in enumerate(turns):
            angle = 2 * np.pi * turn
            out[:, 1 + 2 * i] = np.where(missing, 0.0, np.sin(angle))
            out[:, 2 + 2 * i] = np.where(missing, 0.0, np.cos(angle))
        if self.indicator:
            out[:, -1] = missing

    def check(self, series: pl.Series) -> list[str]:
        """Sentences on cells that training did not know."""
        moments, unreadable = self._moments(series)
        sentences = []
        if unreadable.any():
            cell = series[int(unreadable.argmax())]
            sentences.append(f"{self.name!r}: {unreadable.sum()} cells are no dates ({cell!r}) and count as missing.")
        missing = moments.null_count() - int(unreadable.sum())
        if missing and not self.indicator:
            sentences.append(f"{self.name!r}: {missing} missing dates, none in training; the median day stands in.")
        return sentences

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return dataclasses.asdict(self)
