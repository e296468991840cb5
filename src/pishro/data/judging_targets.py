"""What the target is: a number to regress on or classes to tell apart, and why."""

__all__ = ["TargetJudgment", "judge_target"]

import dataclasses
from collections import Counter
from typing import Any

import numpy as np
import polars as pl

from pishro.data.cells import cell_text, numbers
from pishro.data.decimal_marks import NO_MARKS, Marks, spelled_numbers
from pishro.data.schema import Label, Task
from pishro.data.spelling import TextColumn
from pishro.errors import DataError

FEWEST_ROWS = 10

MOST_CLASS_CODES = 10
"""Ten digits; more whole numbers than that are counts or measures."""

CLASS_SHARE = 0.05
"""Distinct codes over rows above which whole numbers are taken for measures."""

ROWS_PER_CLASS = 2
"""Fewer rows a class on average: the column names rows."""

CAPPED_SHARE = 0.01
"""Share of the rows at the largest value that makes it look like a limit."""


@dataclasses.dataclass(frozen=True)
class TargetJudgment:
    """Task, style of the numbers ("" for labels), classes, reason and warnings; `usable` (N,) marks rows to keep."""

    task: Task
    style: str
    classes: tuple[Label, ...]
    notes: tuple[str, ...]
    usable: pl.Series


def _checked(name: str, usable: pl.Series, distinct: int) -> list[str]:
    """Notes on dropped rows; refuses a target with too few rows or values."""
    rows, dropped = int(usable.sum()), len(usable) - int(usable.sum())
    if not rows:
        raise DataError(f"Target {name!r} should hold values, but all {len(usable)} are missing; name another column.")
    if rows < FEWEST_ROWS:
        raise DataError(
            f"At least {FEWEST_ROWS} rows with a target are needed, but there are {rows} rows; bring more data."
        )
    if distinct < 2:
        raise DataError(f"Target {name!r} should vary, but it has one value in all {rows} rows; name another column.")
    return [f"{dropped} rows without {name!r} are dropped."] if dropped else []


def _refuse_lone_classes(name: str, counts: Counter[Any], remedy: str) -> None:
    rows = sum(counts.values())
    if rows < ROWS_PER_CLASS * len(counts):
        raise DataError(
            f"Target {name!r} should hold numbers or classes that recur, but {rows} rows have {len(counts)} "
            f"different {remedy}."
        )


def _class_notes(counts: Counter[Any]) -> list[str]:
    single = [str(label) for label, count in counts.items() if count == 1]
    if not single:
        return []
    return [f"Only 1 row has class {label}: it can be learned or tested, not both." for label in single[:5]]


def _why_codes(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[bool, str]:
    """Whether numbers (N,) are class codes, and the reason as a clause."""
    distinct = np.unique(values)
    count = len(distinct)
    if count == 2:
        return True, "it has two values"
    if (distinct != np.round(distinct)).any():
        return False, "its values have fractions"
    if count > MOST_CLASS_CODES:
        return False, f"it has {count} different whole numbers"
    if count > max(3, CLASS_SHARE * len(values)):
        return False, f"{count} different whole numbers are many for {len(values)} rows"
    if distinct[0] in (0, 1) and distinct[-1] - distinct[0] == count - 1:
        return True, f"its values are the codes {distinct[0]:g} to {distinct[-1]:g} without a gap"
    shown = ", ".join(f"{v:g}" for v in distinct)
    return False, f"its whole numbers {shown} do not start at 0 or 1 without a gap, so they measure something"


def _numeric_target(series: pl.Series, style: str, task: Task | None) -> TargetJudgment:
    name = series.name
    values, _ = numbers(series, style)
    usable = pl.Series(np.isfinite(values))
    values = values[np.isfinite(values)]
    notes = _checked(name, usable, len(np.unique(values)))
    coded, reason = _why_codes(values)
    if task is not None:
        coded, reason = task == "classification", "it was asked for"
    if not coded:
        notes.insert(0, f"Regression, because {name!r} is numeric and {reason}.")
        top = int((values == values.max()).sum())
        if top > CAPPED_SHARE * len(values) and len(np.unique(values)) > 50:
            notes.append(f"{top} rows share the largest {name!r}, {values.max():g}: the values look capped there.")
        return TargetJudgment("regression", style, (), tuple(notes), usable)
    notes.insert(0, f"Classification, because {name!r} is numeric and {reason}.")
    if task is None and len(np.unique(values)) > 2:
        notes.append(f"If the values of {name!r} measure something, ask for task 'regression'.")
    whole = bool((values == np.round(values)).all()) and not series.dtype.is_float()
    labels = [int(v) if whole else float(v) for v in values]
    counts = Counter(labels)
    _refuse_lone_classes(name, counts, "numbers; ask for regression")
    return TargetJudgment("classification", style, tuple(sorted(counts)), (*notes, *_class_notes(counts)), usable)


def _labeled_target(series: pl.Series) -> TargetJudgment:
    name = series.name
    boolean = series.dtype == pl.Boolean
    labels = series.to_list() if boolean else [cell_text(v) for v in series.to_list()]
    usable = pl.Series([label is not None for label in labels], dtype=pl.Boolean)
    counts = Counter(label for label in labels if label is not None)
    notes = _checked(name, usable, len(counts))
    _refuse_lone_classes(name, counts, "texts; name another column")
    reason = "is true or false" if boolean else "holds words"
    notes.insert(0, f"Classification, because {name!r} {reason}.")
    return TargetJudgment("classification", "", tuple(sorted(counts)), (*notes, *_class_notes(counts)), usable)


def judge_target(series: pl.Series, task: Task | None = None, marks: Marks = NO_MARKS) -> TargetJudgment:
    """Decide what a target column (N,) is; `marks` are those of its table.

    Raises
    ------
    DataError : all missing, fewer than 10 rows, one value, dates or texts that do not recur, or regression on words.
    """
    dtype, name = series.dtype, series.name
    if dtype.is_nested() or dtype.is_temporal() or dtype in (pl.Binary, pl.Object):
        raise DataError(
            f"Target {name!r} should hold numbers or classes, but its cells are {str(dtype).lower()}; convert them."
        )
    if dtype == pl.Boolean and task != "regression":
        return _labeled_target(series)
    if dtype.is_numeric() or dtype in (pl.Boolean, pl.Null):
        return _numeric_target(series, "plain", task)
    spelled = spelled_numbers(TextColumn.of(series), marks) if dtype == pl.String else None
    if spelled:
        judged = _numeric_target(series, spelled.style, task)
        return dataclasses.replace(judged, notes=(*judged.notes, *spelled.notes(name)))
    if task == "regression":
        raise DataError(f"Regression needs a numeric target, but {name!r} holds words; ask for classification.")
    return _labeled_target(series)
