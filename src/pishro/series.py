"""Time series and dynamic systems: the same networks on rows of the present and the past.

Trained and used one step ahead, the past is always the measured one, and nothing is fed back. Several steps ahead the
network's own predictions take the place of what is not measured yet: the *closed loop*, only where it is asked for.
There errors add up, so its intervals come from paths: many futures are drawn, each step from the predictive
distribution given the steps that were drawn before it. The steps' draws are independent of each other given the past,
so what the parameters leave open counts as noise of each step.

The last rows are held out, not rows at random: a test row between two training rows would be too easy.
"""

__all__ = ["SeriesModel", "fit_series"]

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import torch
from torch import Generator, Tensor

from pishro.data import Lags, NumericTarget, column_name, frame_from, usable_rows
from pishro.errors import DataError, SettingError
from pishro.fitting import Model, fit
from pishro.models import Scores
from pishro.models.scoring import regression_metrics

Array = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class SeriesModel(Model):
    """A model of a series: its methods take the series itself, and answer for each row that has its whole past.

    `lags.rows(frame)` says which rows those are: in a single series all but the first `lags.reach`.

    Examples
    --------
    >>> import pishro
    >>> swing = [0.0, 1.0]
    >>> for _ in range(60):
    ...     swing.append(1.8 * swing[-1] - swing[-2])
    >>> model = pishro.fit_series({"y": swing}, "y", pishro.Lags({"y": 2}), members=2)
    >>> ahead = model.forecast({"y": swing[:-10]}, steps=10)
    >>> bool(abs(ahead - swing[-10:]).max() < 0.05)
    True
    """

    @property
    def lags(self) -> Lags:
        """Which steps of the past are inputs."""
        return Lags.from_json(self.findings["lags"])

    def coded(self, table: Any) -> tuple[Tensor, Tensor]:
        """Encoded rows (N, D) and targets (N, 1) of the rows that have their whole past."""
        return super().coded(self.lags.table(frame_from(table), answers=True))

    def outside(self, table: Any) -> list[tuple[str, ...]]:
        """For each row that has its whole past, the inputs in which it lies outside what the training covered."""
        return super().outside(self.lags.table(frame_from(table)))

    def _encoded(self, table: Any) -> Iterator[Tensor]:
        return super()._encoded(self.lags.table(frame_from(table)))

    def forecast(self, past: Any, steps: int, inputs: Any = None) -> Array:
        """Closed loop: the target at each of the steps that follow the past, (steps,).

        Parameters
        ----------
        past : the series so far, a single one; of it the last `lags.reach` rows are read.
        steps : how many.
        inputs : the other columns at those steps, at least as many rows; None where the lags name none.

        Raises
        ------
        DataError
            If past or inputs are too short or lack a column.
        """
        means: Array = self._futures(past, steps, inputs, 1, None)[0]
        return means

    def forecast_interval(
        self, past: Any, steps: int, inputs: Any = None, level: float = 0.95, paths: int = 1000, seed: int = 0
    ) -> tuple[Array, Array]:
        """Closed loop: ends (steps,) of the central interval that holds the target, at each step by itself.

        Parameters
        ----------
        past, steps, inputs : as for `forecast`.
        level : the probability.
        paths : futures that are drawn.
        seed : of the draws.
        """
        if not 0 < level < 1:
            raise SettingError(f"Expected a level between 0 and 1, such as 0.95, received {level}.")
        drawn = self._futures(past, steps, inputs, paths, torch.Generator().manual_seed(seed))
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
        return low, high

    def _futures(self, past: Any, steps: int, inputs: Any, paths: int, generator: Generator | None) -> Array:
        """Futures (paths, steps), drawn by the generator; None for that of the means."""
        lags = self.lags
        if lags.by is not None:
            raise SettingError(f"Expected a single series, but {lags.by!r} tells several apart; fit and forecast one.")
        if steps < 1 or paths < 1:
            raise SettingError(f"Expected at least one step and one path, received {steps} and {paths}.")
        known = _known(lags, frame_from(past), None if inputs is None else frame_from(inputs), steps)
        own: Array = np.tile(known.pop(lags.target), (paths, 1))
        taps = [(name, step) for name, delays in lags.delays.items() for step in delays]
        for t in range(lags.reach, lags.reach + steps):
            row = {
                column_name(name, step): own[:, t - step] if name == lags.target else [known[name][t - step]] * paths
                for name, step in taps
            }
            own[:, t] = self._next(row, generator)
        futures: Array = own[:, lags.reach :]
        return futures

    def _next(self, row: dict[str, Any], generator: Generator | None) -> Array:
        x = self.encoder.transform(frame_from(row))
        if generator is None:
            mean: Array = self.point(x)
            return mean
        return self.predictive(x).sample(1, generator).reshape(-1).numpy()


def fit_series(table: Any, target: str, lags: Lags, **settings: Any) -> SeriesModel:
    """Fit networks to a time series, and score them one step ahead on its last rows.

    Parameters
    ----------
    table : a path or a frame, a row a step, in order of time.
    target : name of the column to predict, a number.
    lags : which steps of the past of which columns are inputs; other columns are not.
    **settings : as for `pishro.fit`; `test` is the share of rows at the end that is held out.

    Raises
    ------
    DataError
        If the series is too short or a column cannot be used.
    SettingError
        If the lags or a setting make no sense.
    """
    lags = lags.of(target)
    rows = lags.table(frame_from(table), answers=True)
    model = fit(rows, target, **{"likelihood": "normal", "split": "last", **settings})
    if not isinstance(model.target, NumericTarget):
        raise DataError(f"Expected numbers in {target!r} to follow in time, received classes; use `pishro.fit`.")
    schema = dataclasses.replace(model.schema, warnings=_without_own_past(model.schema.warnings, lags))
    model = dataclasses.replace(model, schema=schema, scores=_beside_the_last_value(model, rows, lags))
    model.findings["lags"] = lags.to_json()
    return SeriesModel.of(model)


def _known(lags: Lags, past: pl.DataFrame, inputs: pl.DataFrame | None, steps: int) -> dict[str, Any]:
    """Columns from `reach` steps back to the last step of the forecast; of the target, NaN where it is to come."""
    if len(past) < lags.reach:
        raise DataError(f"Expected a past of {lags.reach} steps, as far as the delays reach, received {len(past)}.")
    known: dict[str, Any] = {lags.target: np.full(lags.reach + steps, np.nan)}
    for name in {*lags.delays, lags.target}:
        if name == lags.target:
            if name in lags.delays:
                known[name][: lags.reach] = _column(past, name, "past").tail(lags.reach).to_numpy()
            continue
        future = pl.Series([])
        if min(lags.delays[name]) < steps:
            if inputs is None:
                raise DataError(f"Expected {name!r} at the {steps} steps to come; give a table of them as `inputs`.")
            future = _column(inputs, name, "inputs").head(steps)
            if len(future) < steps - min(lags.delays[name]):
                raise DataError(f"Expected {name!r} at {steps} steps to come, received {len(future)} in `inputs`.")
        known[name] = [*_column(past, name, "past").tail(lags.reach), *future]
    return known


def _column(frame: pl.DataFrame, name: str, role: str) -> pl.Series:
    if name not in frame.columns:
        raise DataError(f"Expected a column {name!r} in the {role}, received {', '.join(frame.columns)}.")
    return frame[name]


def _without_own_past(warnings: tuple[str, ...], lags: Lags) -> tuple[str, ...]:
    """Without those that find the target in its own past: there it is known, and meant to be used."""
    own = [column_name(lags.target, step) for step in lags.delays.get(lags.target, ())]
    return tuple(w for w in warnings if not any(f"'{name}'" in w for name in own))


def _beside_the_last_value(model: Model, rows: pl.DataFrame, lags: Lags) -> Scores | None:
    """The scores with one more baseline: the last value that is known, the hardest to beat where a series is slow."""
    if model.scores is None or model.evaluation is None or lags.target not in lags.delays:
        return model.scores
    rows = usable_rows(rows, model.schema)  # as the fit saw them: without those that have no target
    last = rows[column_name(lags.target, min(lags.delays[lags.target]))].to_numpy()[-model.scores.rows :].astype(float)
    if np.isnan(last).any():
        return model.scores
    baseline = ("last value", regression_metrics(np.array(model.evaluation.actual), last))
    return dataclasses.replace(model.scores, baselines=(*model.scores.baselines, baseline))
