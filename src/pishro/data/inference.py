"""From a table and the name of its target to a schema."""

__all__ = ["infer_inputs", "infer_schema"]

import dataclasses
from collections.abc import Mapping, Sequence

import polars as pl

from pishro.data.decimal_marks import table_marks
from pishro.data.judging_columns import Judgment, judge_as, judge_column
from pishro.data.judging_targets import judge_target
from pishro.data.leaks import leak_warnings
from pishro.data.schema import KINDS, Column, Kind, LeftOut, Schema, Task
from pishro.errors import DataError, SettingError, unknown_name


def _refuse_wrong_names(
    frame: pl.DataFrame, target: str, task: Task | None, kinds: Mapping[str, Kind], leave_out: Sequence[str]
) -> None:
    for name in (target, *kinds, *leave_out):
        if name not in frame.columns:
            raise DataError(unknown_name("column", name, frame.columns))
    for kind in kinds.values():
        if kind not in KINDS:
            raise SettingError(unknown_name("kind of column", kind, KINDS))
    if task not in (None, "regression", "classification"):
        raise SettingError(unknown_name("task", task, ("regression", "classification")))
    if target in leave_out:
        raise SettingError(f"An input was expected in leave_out, but {target!r} is the target; remove it there.")


def _with_counters(judged: list[Judgment]) -> list[Judgment]:
    """The judgments, counters taken back in when they are the only inputs: a series over 1, 2, 3."""
    if any(j.column and not j.left_out for j in judged):
        return judged
    return [dataclasses.replace(j, left_out=None) if j.counter else j for j in judged]


def infer_inputs(frame: pl.DataFrame) -> tuple[tuple[Column, ...], tuple[LeftOut, ...], tuple[str, ...]]:
    """Decide what each column of a chosen X is: the inputs, what is left out, and notes.

    A whole table holds columns that nobody thought of, so `infer_schema` leaves out what cannot help. Here every column
    was chosen: one that counts the rows stays in, and one that a network cannot take is an error.

    Raises
    ------
    DataError : columns of free text, of names of the rows or of lists; or no column that varies.
    """
    marks = table_marks(frame)
    judged = [
        dataclasses.replace(j, left_out=None) if j.counter else j for j in (judge_column(s, marks) for s in frame)
    ]
    foreign = [f"{j.left_out.name!r} ({j.left_out.reason})" for j in judged if j.left_out and j.foreign]
    if foreign:
        raise DataError(
            f"Columns of numbers, categories or dates were expected, but X holds {_listed(foreign)}; drop them, or "
            "turn them into numbers first."
        )
    return _settled(judged, "X")


def _listed(parts: list[str]) -> str:
    return "; ".join(parts[:3]) + (f" and {len(parts) - 3} more" if len(parts) > 3 else "")


def _settled(judged: list[Judgment], target: str) -> tuple[tuple[Column, ...], tuple[LeftOut, ...], tuple[str, ...]]:
    """Inputs, columns left out, and notes on the inputs."""
    columns = tuple(j.column for j in judged if j.column and not j.left_out)
    left_out = tuple(j.left_out for j in judged if j.left_out)
    if not columns:
        shown = "; ".join(str(c)[:-1] for c in left_out[:3]) or f"{target!r} is the only column"
        raise DataError(f"At least one usable input column is needed, but there is none ({shown}); add columns.")
    return columns, left_out, tuple(n for j in judged if not j.left_out for n in j.notes)


def infer_schema(
    frame: pl.DataFrame,
    target: str,
    *,
    task: Task | None = None,
    kinds: Mapping[str, Kind] | None = None,
    leave_out: Sequence[str] = (),
    separator: str = "",
) -> Schema:
    """Decide what each column is, which stay out, and what the task is.

    Whole-number targets of at most ten values are classes if they run from 0 or 1 without a gap, measures otherwise;
    numbers with more values are measures; words and booleans are classes. `notes` says what was decided and why.

    Parameters
    ----------
    frame : the table (N, ·).
    target : name of the column to predict.
    task : "regression" or "classification", to overrule what the values suggest.
    kinds : kind of single columns ("numeric", "categorical", "boolean", "date"), to overrule likewise.
    leave_out : names of columns not to use.
    separator : of the text file that the table comes from (see `separator_of`): semicolons suggest decimal commas.

    Raises
    ------
    DataError : an unknown column, a target that cannot be learned, fewer than 10 rows, no usable input column.
    SettingError : an unknown kind or task.

    Examples
    --------
    >>> frame = pl.DataFrame({"size": [1.5, 2.0, 2.5] * 10, "sold": ["yes", "no", "yes"] * 10})
    >>> infer_schema(frame, "sold").task
    'classification'
    """
    kinds = kinds or {}
    _refuse_wrong_names(frame, target, task, kinds, leave_out)
    marks = table_marks(frame, separator)
    goal = judge_target(frame[target], task, marks)
    rows = frame.filter(goal.usable)
    judged = []
    for series in rows.drop(target):
        if series.name in leave_out:
            judged.append(Judgment(left_out=LeftOut(series.name, "as asked")))
        elif series.name in kinds:
            judged.append(judge_as(series, kinds[series.name], marks))
        else:
            judged.append(judge_column(series, marks))
    columns, left_out, notes = _settled(_with_counters(judged), target)
    warnings = leak_warnings(rows, columns, target, goal.style)
    return Schema(
        columns,
        target,
        goal.task,
        goal.classes,
        left_out,
        (*goal.notes, *notes),
        len(rows),
        goal.style,
        tuple(warnings),
    )
