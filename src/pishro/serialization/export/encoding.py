"""Raw columns → features, as `TableEncoder.transform` makes them."""

__all__ = ["encode", "raw_columns"]

import math

import numpy as np

from pishro.data import TableEncoder
from pishro.data.date_columns import DateEncoder
from pishro.data.level_columns import LevelEncoder
from pishro.data.numeric_columns import NumericEncoder
from pishro.serialization.export import steps as op
from pishro.serialization.export.program import Builder, Column, Value

ColumnEncoder = NumericEncoder | LevelEncoder | DateEncoder


def raw_columns(encoder: TableEncoder) -> tuple[Column, ...]:
    """The columns that have features, in order."""
    return tuple(_raw(column) for column in _telling(encoder))


def encode(build: Builder, encoder: TableEncoder) -> Value:
    """Features (D) in the encoder's order."""
    columns = _telling(encoder)
    numeric = [place for place, column in enumerate(columns) if isinstance(column, NumericEncoder)]
    parts: list[Value] = []
    features: dict[str, int] = {}  # name → place among the parts

    def append(value: Value, names: "tuple[str, ...]") -> None:
        features.update(zip(names, range(len(features), len(features) + len(names)), strict=True))
        parts.append(value)

    if numeric:
        for value, names in _numbers(build, numeric, [c for c in columns if isinstance(c, NumericEncoder)]):
            append(value, names)
    for place, column in enumerate(columns):
        if isinstance(column, LevelEncoder):
            append(build.add(op.Lookup(place, _table(column)), size=len(column.names)), column.names)
        elif isinstance(column, DateEncoder):
            append(_date(build, place, column), column.names)
    order = [name for column in columns for name in column.names]
    return build.gather(build.join(*parts), tuple(features[name] for name in order))


def _telling(encoder: TableEncoder) -> list[ColumnEncoder]:
    return [column for column in encoder.columns if column.names]


def _raw(column: ColumnEncoder) -> Column:
    if isinstance(column, LevelEncoder):
        return Column(column.name, "level" if column.kind == "categorical" else "truth", column.levels)
    kind = "number" if isinstance(column, NumericEncoder) else "day"
    return Column(column.name, kind, (), (column.median, column.scale or 1.0))  # type: ignore[arg-type]


def _numbers(build: Builder, places: list[int], columns: list[NumericEncoder]) -> list[tuple[Value, tuple[str, ...]]]:
    """All numeric columns side by side, and behind them the indicators of missing cells."""
    raw = build.add(op.Read(tuple(places)), size=len(places))
    whole = build.add(op.Impute(np.array([c.median for c in columns])), raw, size=raw.size)
    mean, scale = np.array([c.mean for c in columns]), np.array([c.scale or np.inf for c in columns])
    found = [(build.standardize(whole, mean, 1 / scale), tuple(c.name for c in columns))]
    marked = tuple(i for i, c in enumerate(columns) if c.indicator)
    if marked:
        known = build.add(op.Finite(), build.gather(raw, marked), size=len(marked))
        found.append((build.affine(known, -1.0, 1.0), tuple(columns[i].names[1] for i in marked)))
    return found


def _table(column: LevelEncoder) -> op.Array:
    """The features of each code: the levels, an unknown one, a missing cell."""
    count, width = len(column.levels), len(column.names)
    shown = width - column.other - column.indicator
    table = np.zeros((count + 2, width))
    for feature in range(shown):
        table[count - shown + feature, feature] = 1.0
    if column.other:
        table[count, shown] = 1.0
    if column.indicator:
        table[count + 1, -1] = 1.0
    return table


def _date(build: Builder, place: int, column: DateEncoder) -> Value:
    raw = build.add(op.Read((place,)), size=1)
    known = build.add(op.Finite(), raw, size=1)
    day = build.add(op.Impute(np.array([column.median])), raw, size=1)
    whole = build.map("floor", day)
    angles = [build.affine(build.add(op.Month(), whole, size=1), 2 * math.pi / 12), _angle_of_week(build, whole)]
    if column.clock:
        angles.append(build.affine(build.combine("subtract", day, whole), 2 * math.pi))
    parts = [build.standardize(day, column.mean, 1 / column.scale if column.scale else 0.0)]
    for angle in angles:
        parts += [build.combine("multiply", build.map(f, angle), known) for f in ("sine", "cosine")]
    if column.indicator:
        parts.append(build.affine(known, -1.0, 1.0))
    return build.join(*parts)


def _angle_of_week(build: Builder, day: Value) -> Value:
    """2π times the part of the week that has passed; 1970-01-01 was a Thursday, three days after a Monday."""
    weeks = build.map("floor", build.affine(day, 1 / 7, 3.5 / 7))  # half a day keeps rounding off the edge
    left = build.combine("subtract", build.affine(day, 1.0, 3.0), build.affine(weeks, 7.0))
    return build.affine(left, 2 * math.pi / 7)
