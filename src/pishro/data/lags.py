"""A time series as a table: each row holds the present and the past that a feed-forward network may look at.

    y_t ≈ f̂(u_t, u_{t−1}, …, u_{t−k}, y_{t−1}, …, y_{t−m}; θ)

Without the past of y this is a nonlinear filter with finite impulse response; with it, the NARX model of system
identification. Either way the network itself has no feedback, and its rows are as independent as any table's.

References
----------
Sjöberg, J., Zhang, Q., Ljung, L., et al. (1995). Nonlinear black-box modeling in system identification: a unified
overview. Automatica 31(12).
"""

__all__ = ["Lags"]

import dataclasses
import operator
from collections.abc import Mapping, Sequence
from typing import Any, final

import numpy as np
import numpy.typing as npt
import polars as pl

from pishro.errors import DataError, SettingError, unknown_name


@final
@dataclasses.dataclass(frozen=True)
class Lags:
    """Which steps of the past of which columns are inputs.

    Parameters
    ----------
    taps : by column, how far to look back: a number k for x_t, …, x_{t−k}, or the delays themselves, such as
        [0, 1, 24]. Of the target its present is no input: k stands for y_{t−1}, …, y_{t−k}. A target whose least delay
        is h is predicted h steps ahead.
    by : a column that tells several series in one table apart; None for a single one.

    Examples
    --------
    >>> lags = Lags({"u": 1, "y": [1]}).of("y")
    >>> lags.table(pl.DataFrame({"u": [1, 2, 3], "y": [5, 6, 7]}), answers=True)
    shape: (2, 4)
    ┌─────┬────────┬────────┬─────┐
    │ u   ┆ u[t-1] ┆ y[t-1] ┆ y   │
    │ --- ┆ ---    ┆ ---    ┆ --- │
    │ i64 ┆ i64    ┆ i64    ┆ i64 │
    ╞═════╪════════╪════════╪═════╡
    │ 2   ┆ 1      ┆ 5      ┆ 6   │
    │ 3   ┆ 2      ┆ 6      ┆ 7   │
    └─────┴────────┴────────┴─────┘
    """

    taps: Mapping[str, int | Sequence[int]]
    by: str | None = None
    target: str = ""

    def of(self, target: str) -> "Lags":
        """With every delay written out, for that target.

        Raises
        ------
        SettingError
            If there is no column, a delay is negative or no whole number, or the target's present is among the inputs.
        """
        if not self.taps:
            raise SettingError("Expected the columns to look back on, received none; such as Lags({'u': 4, 'y': 3}).")
        delays = {name: _delays(name, steps, name == target) for name, steps in self.taps.items()}
        return Lags({name: steps for name, steps in delays.items() if steps}, self.by, target)

    @property
    def delays(self) -> dict[str, tuple[int, ...]]:
        """The delays of each column."""
        return {name: _delays(name, steps, name == self.target) for name, steps in self.taps.items()}

    @property
    def reach(self) -> int:
        """Steps of the past that a row needs."""
        return max(max(steps) for steps in self.delays.values())

    def rows(self, frame: pl.DataFrame) -> npt.NDArray[np.int64]:
        """Numbers of the rows that have their whole past in the table."""
        place = pl.int_range(pl.len()) if self.by is None else pl.int_range(pl.len()).over(self.by)
        return np.flatnonzero(frame.select(place.alias("place"))["place"].to_numpy() >= self.reach)

    def table(self, frame: pl.DataFrame, answers: bool = False) -> pl.DataFrame:
        """One row for each row with its whole past, in the same order.

        Parameters
        ----------
        frame : the series, a row a step, in order of time.
        answers : whether the target's present comes along, as the last column.

        Raises
        ------
        DataError
            If a column is absent or the series is too short.
        """
        wanted = [*self.delays, *([self.by] if self.by else []), *([self.target] if answers else [])]
        for name in wanted:
            if name not in frame.columns:
                raise DataError(unknown_name("column", name, frame.columns))
        rows = self.rows(frame)
        if not len(rows):
            raise DataError(
                f"Expected more than {self.reach} steps of a series, as the past of a row reaches that far, received "
                f"{len(frame)}; take more steps or shorter delays."
            )
        columns = [self._past(name, step) for name, steps in self.delays.items() for step in steps]
        return frame.select([*columns, *([pl.col(self.target)] if answers else [])])[rows]

    def _past(self, name: str, step: int) -> pl.Expr:
        past = pl.col(name).shift(step)
        return (past if self.by is None else past.over(self.by)).alias(column_name(name, step))

    def to_json(self) -> dict[str, Any]:
        """Plain data for the header of the model file."""
        return {
            "taps": {name: list(steps) for name, steps in self.delays.items()},
            "by": self.by,
            "target": self.target,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Lags":
        """What `to_json` wrote."""
        return cls({str(name): [int(s) for s in steps] for name, steps in data["taps"].items()}, data["by"]).of(
            str(data["target"])
        )


def column_name(name: str, step: int) -> str:
    """The name of a column's value `step` steps ago."""
    return f"{name}[t-{step}]" if step else name


def _delays(name: str, steps: int | Sequence[int], is_target: bool) -> tuple[int, ...]:
    least = 1 if is_target else 0
    try:
        delays = range(least, steps + 1) if isinstance(steps, int) else sorted({operator.index(step) for step in steps})
    except TypeError:
        expected = f"Expected how far to look back on {name!r}, such as 3 or [0, 1, 24]"
        raise SettingError(f"{expected}, received {steps!r}.") from None
    if (isinstance(steps, int) and steps < 0) or (delays and delays[0] < 0):
        raise SettingError(f"Delays of {name!r} are 0 steps or more, received {steps!r}: the future is no input.")
    if is_target and delays and delays[0] == 0:
        raise SettingError(f"{name!r} is the target: its present is the answer, so its delays begin at 1; leave 0 out.")
    return tuple(delays)
