"""A column of levels as one-hot features."""

__all__ = ["LevelEncoder"]

import dataclasses
import functools
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from pishro.data.cells import Floats, level_of, mapped
from pishro.data.judging_columns import FEW_LEVELS

MISSING, UNSEEN = -1.0, -2.0


@dataclasses.dataclass(frozen=True)
class LevelEncoder:
    """One 0/1 feature a level, one for two levels, and one for missing cells where training had some.

    A level that training did not have becomes 'other' where there is that feature, else zeros.

    Attributes
    ----------
    name : the column.
    kind : "categorical" or "boolean" (spellings of truth become yes and no).
    levels : the levels with a code of their own, sorted.
    other : whether rarer levels share the feature 'other'.
    indicator : whether missing cells have a feature.
    """

    name: str
    kind: Literal["categorical", "boolean"]
    levels: tuple[str, ...]
    other: bool
    indicator: bool

    @classmethod
    def fit(cls, series: pl.Series, kind: Literal["categorical", "boolean"], most: int = FEW_LEVELS) -> "LevelEncoder":
        """Learn the levels of the training part (N,); of more than `most` the rarest share one feature."""
        read = level_of(kind)
        counts: dict[str | None, int] = {}
        for value, count in series.alias("cell").value_counts(name="rows").iter_rows():
            level = read(value)
            counts[level] = counts.get(level, 0) + count
        indicator = counts.pop(None, 0) > 0
        levels = sorted((str(level) for level in counts), key=lambda level: (-counts[level], level))
        other = len(levels) > most
        kept = levels[: most - 1] if other else levels
        return cls(series.name, kind, tuple(sorted(kept)), other, indicator)

    @property
    def _shown(self) -> tuple[str, ...]:
        """Levels that have a feature: the second of two tells both; a single level tells nothing."""
        return self.levels if len(self.levels) > 2 else self.levels[1:]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features."""
        names = [f"{self.name}={level}" for level in self._shown]
        names += [f"{self.name}=other"] * self.other + [f"{self.name} is missing"] * self.indicator
        return tuple(names)

    @functools.cached_property
    def _codes(self) -> dict[str, float]:
        return {level: float(i) for i, level in enumerate(self.levels)}

    def _read(self, series: pl.Series) -> Floats:
        """Index of each cell's level (N,), `MISSING` or `UNSEEN`."""
        read, codes = level_of(self.kind), self._codes

        def code(value: Any) -> float:
            level = read(value)
            return MISSING if level is None else codes.get(level, UNSEEN)

        return mapped(series, code)

    def write(self, series: pl.Series, out: Floats) -> None:
        """Encode a column (N,) into `out` (N, number of features), which holds zeros."""
        codes = self._read(series)
        first = len(self.levels) - len(self._shown)
        shown = np.flatnonzero(codes >= first)
        out[shown, codes[shown].astype(np.int64) - first] = 1.0
        if self.other:
            out[codes == UNSEEN, len(self._shown)] = 1.0
        if self.indicator:
            out[codes == MISSING, -1] = 1.0

    def outside(self, series: pl.Series) -> npt.NDArray[np.bool_]:
        """Where (N,) training had no such level; with a feature 'other' it had, as far as the model can tell."""
        codes = self._read(series)
        new = [code for code, known in ((UNSEEN, self.other), (MISSING, self.indicator)) if not known]
        return np.isin(codes, new)

    def check(self, series: pl.Series) -> list[str]:
        """Sentences on cells that training did not know."""
        codes = self._read(series)
        sentences = []
        unseen, missing = codes == UNSEEN, int((codes == MISSING).sum())
        if unseen.any() and not self.other:
            cell = series[int(unseen.argmax())]
            sentences.append(f"{self.name!r}: {unseen.sum()} cells hold levels that training did not have ({cell!r}).")
        if missing and not self.indicator:
            sentences.append(f"{self.name!r}: {missing} missing values, none in training; they count as no level.")
        return sentences

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return dataclasses.asdict(self) | {"levels": list(self.levels)}
