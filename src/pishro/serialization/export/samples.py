"""Rows on which an export is compared with the model: usual cells, missing ones, unknown levels, dates."""

__all__ = ["Samples", "deviation", "sample_rows"]

import dataclasses
import datetime
from typing import Any, final

import numpy as np
import numpy.typing as npt
import polars as pl

from pishro.models import TableModel
from pishro.serialization.export.lowering import ExportSettings
from pishro.serialization.export.program import Array, Column, Program

UNSEEN = "a level that training did not have"


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Samples:
    """Rows in each form that an export reads, and what the model says of them.

    Attributes
    ----------
    columns : what the cells are.
    codes : (N, columns): numbers, days since 1970-01-01 and codes of levels, NaN where a number or date is missing.
    cells : the same as a person writes them, by column; None where missing.
    answers : the model's outputs (N, size) by name.
    labels : the predicted classes (N); empty for numbers.
    """

    columns: tuple[Column, ...]
    codes: Array
    cells: dict[str, list[Any]]
    answers: dict[str, Array]
    labels: tuple[Any, ...]

    @property
    def matrix(self) -> Array:
        """The codes with NaN in place of a missing level, as languages without texts read them."""
        missing = [len(c.levels) + 1.0 if c.kind in ("level", "truth") else np.nan for c in self.columns]
        return np.where(self.codes == np.array(missing), np.nan, self.codes)


def sample_rows(model: TableModel, program: Program, settings: ExportSettings, rows: int = 64) -> Samples:
    """Draw rows around the columns' usual cells; the first three are usual, missing and unknown."""
    generator = np.random.default_rng(0)
    codes = np.stack([_codes(column, generator, rows) for column in program.columns], 1)
    cells = {c.name: [_cell(c, code) for code in codes[:, j]] for j, c in enumerate(program.columns)}
    series = {name: _series(name, values) for name, values in cells.items()}
    silent = {c.name: pl.Series(c.name, [None] * rows, dtype=pl.Null) for c in model.encoder.columns if not c.names}
    frame = pl.DataFrame(series | silent)
    if not settings.posterior:
        model = dataclasses.replace(model, trained=dataclasses.replace(model.trained, posterior=None))
    if program.classes:
        return Samples(
            program.columns,
            codes,
            cells,
            {"probabilities": model.predict_proba(frame)},
            tuple(model.predict(frame).tolist()),
        )
    answers = {"prediction": _columns(model.predict(frame))}
    if settings.interval is not None:
        answers |= dict(
            zip(("lower", "upper"), map(_columns, model.predict_interval(frame, settings.interval)), strict=True)
        )
    return Samples(program.columns, codes, cells, answers, ())


def deviation(found: "dict[str, Array]", answers: "dict[str, Array]") -> float:
    """Largest difference, relative to the largest number of the same output; infinite where one is not a number."""
    worst = 0.0
    for name, expected in answers.items():
        got = np.asarray(found[name], np.float64).reshape(expected.shape)
        if not np.isfinite(got).all():
            return float("inf")
        worst = max(worst, float(np.abs(got - expected).max() / max(np.abs(expected).max(), 1e-300)))
    return worst


def _columns(values: npt.NDArray[Any]) -> Array:
    found = np.asarray(values, np.float64)
    return found.reshape(len(found), -1)


def _codes(column: Column, generator: np.random.Generator, rows: int) -> Array:
    middle, spread = column.typical
    if column.kind in ("level", "truth"):
        codes = generator.integers(0, len(column.levels) + 2, rows).astype(np.float64)
        codes[:3] = (0, len(column.levels) + 1, len(column.levels))
        return codes
    values = middle + spread * np.clip(generator.normal(size=rows), -2, 2)
    values[generator.random(rows) < 0.1] = np.nan
    values[:3] = (middle, np.nan, middle)
    return np.round(values * 24) / 24 if column.kind == "day" else values  # whole hours


def _cell(column: Column, code: float) -> Any:
    if column.kind in ("level", "truth"):
        return [*column.levels, UNSEEN, None][int(code)]
    if np.isnan(code):
        return None
    if column.kind == "day":
        return datetime.datetime(1970, 1, 1) + datetime.timedelta(hours=round(float(code) * 24))
    return float(code)


def _series(name: str, cells: list[Any]) -> pl.Series:
    known = [cell for cell in cells if cell is not None]
    if known and isinstance(known[0], float):
        return pl.Series(name, cells, dtype=pl.Float64)
    return pl.Series(name, cells, dtype=pl.String if known and isinstance(known[0], str) else pl.Datetime("us"))
