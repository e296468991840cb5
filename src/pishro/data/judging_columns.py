"""What one input column is: numbers, levels, dates, or nothing that a network can use."""

__all__ = ["Judgment", "judge_as", "judge_column"]

import dataclasses
import re
from collections.abc import Sequence

import numpy as np
import polars as pl

from pishro.data.cells import boolean_level, numbers, timestamps
from pishro.data.decimal_marks import NO_MARKS, Marks, spelled_numbers
from pishro.data.schema import Column, Kind, LeftOut
from pishro.data.spelling import TextColumn, date_format, zero_padded

FEW_LEVELS = 50
"""Kept in tables of any size: with so many the one-hot code is as wide as most tables' other inputs together."""

MOST_LEVELS = 256
"""Kept where rows are few enough. A level's weights in the first layer are its embedding. On made-up tables of 4000
rows whose 300 levels matter (noise 0.3), keeping 50, 128, 256 leaves an RMSE of 0.77, 0.63, 0.40; a hash of the others
into 8 or 32 features, beside 49 levels, leaves 0.78 or 0.74: what many levels share tells little of each."""

ONE_HOT_ENTRIES = 2**23
"""Of one column: 64 MB."""

ROWS_PER_LEVEL = 5
"""Fewer rows a level, on average, teach a network nothing about the level."""

NEARLY_DISTINCT = 0.9
"""Share of distinct texts from which a text column names rows instead of describing them."""

LONG_TEXT = 40
"""Mean characters; category labels are shorter."""

FEWEST_ROWS = 10
IDENTIFIER_WORDS = frozenset(
    {"id", "ids", "pid", "uid", "uuid", "guid", "idx", "index", "order", "key", "serial", "row", "instant", "no", "nr",
     "number", "rowid", "recordid"}
)  # fmt: skip

MEANINGFUL_COUNTERS = frozenset({"x", "t", "year", "time", "date", "day", "month", "week", "hour", "age", "yr"})
"""Counters that say something of the row: a yearly table has one row a year."""


@dataclasses.dataclass(frozen=True)
class Judgment:
    """A column that enters or is left out, and sentences on it.

    Attributes
    ----------
    column, left_out : what it enters as, or why it does not; both for a row counter.
    notes : sentences.
    counter : whether it is left out only because it counts or names the rows by number.
    foreign : whether it holds what a network cannot take, such as free text, rather than nothing of interest.
    """

    column: Column | None = None
    left_out: LeftOut | None = None
    notes: tuple[str, ...] = ()
    counter: bool = False
    foreign: bool = False


def _out(name: str, reason: str, *, counter: bool = False, foreign: bool = False) -> Judgment:
    return Judgment(left_out=LeftOut(name, reason), counter=counter, foreign=foreign)


def _words(name: str) -> list[str]:
    """'PassengerId' and 'passenger_id' as ['passenger', 'id']."""
    parts = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return [w.lower() for w in re.split(r"[^A-Za-z0-9]+", parts) if w]


def _named_as_identifier(name: str) -> bool:
    words = _words(name)
    return bool(words) and (words[-1] in IDENTIFIER_WORDS or words[0] == "id")


def _identifier(name: str, values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Judgment | None:
    """Refusal of a whole-number column that names the rows; `values` (N,) without missing ones."""
    rows = len(values)
    if rows < FEWEST_ROWS or (values != np.round(values)).any() or len(np.unique(values)) < rows:
        return None
    if _named_as_identifier(name):
        return _out(name, "an identifier by its name, with a value of its own in every row", counter=True)
    if (np.diff(values) == 1).all() and not MEANINGFUL_COUNTERS.intersection(_words(name)):
        return _out(name, "it counts the rows one by one", counter=True)
    return None


def _numeric(series: pl.Series, style: str, notes: list[str]) -> Judgment:
    name = series.name
    values, _ = numbers(series, style)
    if series.dtype.is_float():
        infinite = int(series.is_infinite().sum())
        if infinite:
            notes.append(f"{name!r}: {infinite} infinite cells count as missing.")
    finite = values[np.isfinite(values)]
    if not len(finite):
        return _out(name, "no cell holds a finite number")
    missing = len(values) - len(finite)
    if finite.min() == finite.max() and not missing:
        return _out(name, f"constant, every cell is {finite[0]:g}")
    identifier = _identifier(name, finite)
    if identifier:
        return dataclasses.replace(identifier, column=Column(name, "numeric", style, missing))
    return Judgment(Column(name, "numeric", style, missing), notes=tuple(notes))


def _date(series: pl.Series, pattern: str, notes: list[str]) -> Judgment:
    moments, _ = timestamps(series, pattern)
    missing = moments.null_count()
    if missing == len(moments):
        return _out(series.name, "no cell holds a date")
    if moments.n_unique() == 1:
        return _out(series.name, "constant, every cell is the same date")
    return Judgment(Column(series.name, "date", pattern, missing), notes=tuple(notes))


def _failures(name: str, what: str, failed: Sequence[str], text: TextColumn) -> list[str]:
    if not failed:
        return []
    count = sum(text.counts[t] for t in failed)
    shown = ", ".join(repr(t[:30]) for t in failed[:3])
    return [f"{name!r}: {count} cells are not {what} ({shown}) and count as missing."]


def _levels(name: str, text: TextColumn, kind: Kind, notes: list[str]) -> Judgment:
    missing = text.rows - text.filled
    if len(text.counts) == 1 and not missing:
        return _out(name, f"constant, every cell is {next(iter(text.counts))!r}")
    most = max(FEW_LEVELS, min(MOST_LEVELS, ONE_HOT_ENTRIES // text.rows))
    if len(text.counts) > most:
        others = text.filled - sum(list(text.counts.values())[: most - 1])
        notes.append(
            f"{name!r} has {len(text.counts)} levels: the {most - 1} most frequent are kept, "
            f"the others ({others} rows, {100 * others / text.rows:.1f} %) become 'other'."
        )
    return Judgment(Column(name, kind, missing=missing, levels=most), notes=tuple(notes))


def _words_column(name: str, text: TextColumn) -> Judgment:
    """Judgment of text that is neither numbers nor dates."""
    counts, filled = text.counts, text.filled
    if {boolean_level(t) for t in counts} <= {"yes", "no"}:
        return _levels(name, text, "boolean", [])
    crowded = len(counts) > FEW_LEVELS and filled < ROWS_PER_LEVEL * len(counts)
    distinct = len(counts) >= NEARLY_DISTINCT * filled and filled >= FEWEST_ROWS
    if crowded or distinct:
        length = sum(len(t) * c for t, c in counts.items()) / filled
        spaces = sum(t.count(" ") * c for t, c in counts.items()) / filled
        if length > LONG_TEXT or spaces >= 5:
            return _out(
                name, f"free text, {len(counts)} different texts of {length:.0f} characters on average", foreign=True
            )
        if distinct:
            reason = f"it names the rows, {len(counts)} different texts in {filled} filled cells"
            return _out(name, reason, foreign=True)
        return _out(
            name, f"{len(counts)} different texts in {filled} filled cells, too few rows for each", foreign=True
        )
    return _levels(name, text, "categorical", [])


def _text(series: pl.Series, marks: Marks) -> Judgment:
    name, text = series.name, TextColumn.of(series)
    if not text.counts:
        return _out(name, "every cell is missing")
    if zero_padded(text) and (len(text.counts) <= FEW_LEVELS or len(text.counts) >= NEARLY_DISTINCT * text.filled):
        judged = _words_column(name, text)
        note = f"{name!r} holds codes padded with zeros and is read as categories."
        return dataclasses.replace(judged, notes=(*judged.notes, note)) if judged.column else judged
    spelled = spelled_numbers(text, marks)
    if spelled:
        notes = _failures(name, "numbers", spelled.failed, text)
        return _numeric(series, spelled.style, notes + spelled.notes(name))
    dated = date_format(text)
    if dated:
        pattern, failed, rival = dated
        notes = _failures(name, "dates", failed, text)
        if rival:
            notes.append(f"{name!r} could be dates {pattern} or {rival}; {pattern} is used, write them as 2024-12-31.")
        return _date(series, pattern, notes)
    return _words_column(name, text)


def judge_column(series: pl.Series, marks: Marks = NO_MARKS) -> Judgment:
    """What an input column (N,) is, or why it is left out; `marks` are those of its table."""
    dtype, name = series.dtype, series.name
    if series.null_count() == len(series):
        return _out(name, "every cell is missing")
    if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
        return _out(name, f"its cells are no single values but {str(dtype).lower()}", foreign=True)
    if dtype == pl.Boolean:
        return _levels(name, TextColumn.of(series), "boolean", [])
    if dtype.is_numeric() or dtype in (pl.Duration, pl.Time):
        return _numeric(series, "plain", [])
    if dtype.is_temporal():
        return _date(series, "", [])
    if dtype == pl.String:
        return _text(series, marks)
    return _words_column(name, TextColumn.of(series))


def judge_as(series: pl.Series, kind: Kind, marks: Marks = NO_MARKS) -> Judgment:
    """The column as the user declared it; left out only if nothing of that kind is in it; `marks` as above."""
    text = TextColumn.of(series) if series.dtype == pl.String else None
    if kind == "numeric":
        spelled = spelled_numbers(text, marks) if text else None
        judged = (
            _numeric(series, spelled.style, spelled.notes(series.name)) if spelled else _numeric(series, "plain", [])
        )
        return Judgment(judged.column, None, judged.notes) if judged.column else judged
    if kind == "date":
        dated = date_format(text) if text else None
        return _date(series, dated[0] if dated else "%Y-%m-%d", [])
    return _levels(series.name, text or TextColumn.of(series), kind, [])
