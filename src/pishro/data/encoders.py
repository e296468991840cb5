"""A table as a matrix of numbers, by what the training part taught."""

__all__ = ["TableEncoder"]

import dataclasses
import functools
from typing import Any

import numpy as np
import polars as pl
import torch

from pishro.data.date_columns import DateEncoder
from pishro.data.level_columns import LevelEncoder
from pishro.data.numeric_columns import NumericEncoder
from pishro.data.schema import Column, Schema
from pishro.errors import DataError

ColumnEncoder = NumericEncoder | LevelEncoder | DateEncoder


def _fitted(series: pl.Series, column: Column) -> ColumnEncoder:
    if column.kind == "numeric":
        return NumericEncoder.fit(series, column.style)
    if column.kind == "date":
        return DateEncoder.fit(series, column.style)
    return LevelEncoder.fit(series, column.kind)


def _restored(data: dict[str, Any]) -> ColumnEncoder:
    if data["kind"] == "numeric":
        return NumericEncoder(**data)
    if data["kind"] == "date":
        return DateEncoder(**data)
    return LevelEncoder(**data | {"levels": tuple(data["levels"])})


@dataclasses.dataclass(frozen=True)
class TableEncoder:
    """Encoders of the input columns, side by side.

    Examples
    --------
    >>> from pishro.data import infer_schema
    >>> frame = pl.DataFrame({"size": [1.0, 2.0, 4.0] * 5, "sold": ["yes", "no", "yes"] * 5})
    >>> encoder = TableEncoder.fit(frame, infer_schema(frame, "sold"))
    >>> encoder.transform(frame).shape
    torch.Size([15, 1])
    """

    columns: tuple[ColumnEncoder, ...]

    @classmethod
    def fit(cls, frame: pl.DataFrame, schema: Schema) -> "TableEncoder":
        """Learn medians, scales and levels from the training rows (N, ·).

        Raises
        ------
        DataError : no rows, a column of the schema is lacking, or no column varies.
        """
        if frame.is_empty():
            raise DataError("Training rows were expected, but the table has 0 rows; check the split.")
        _refuse_lacking(frame, [c.name for c in schema.columns])
        encoder = cls(tuple(_fitted(frame[c.name], c) for c in schema.columns))
        if not encoder.names:
            raise DataError("An input column that varies was expected, but all are constant; bring more rows.")
        return encoder

    @functools.cached_property
    def names(self) -> list[str]:
        """Names of the features (D)."""
        return [name for column in self.columns for name in column.names]

    @functools.cached_property
    def _slices(self) -> list[tuple[ColumnEncoder, slice]]:
        ends = np.cumsum([len(c.names) for c in self.columns]).tolist()
        return [(c, slice(end - len(c.names), end)) for c, end in zip(self.columns, ends, strict=True)]

    def transform(self, frame: pl.DataFrame) -> torch.Tensor:
        """Features (N, D) in float64; columns are found by name, others are ignored.

        Raises
        ------
        DataError : columns are lacking, or most cells of one are of the wrong type.
        """
        _refuse_lacking(frame, [c.name for c in self.columns])
        out = np.zeros((len(frame), len(self.names)))
        for column, where in self._slices:
            if where.start < where.stop:
                column.write(frame[column.name], out[:, where])
        return torch.from_numpy(out)

    def check(self, frame: pl.DataFrame) -> list[str]:
        """Sentences on what `transform` meets that training did not: unseen levels, missing values.

        Raises
        ------
        DataError : columns are lacking.
        """
        _refuse_lacking(frame, [c.name for c in self.columns])
        return [sentence for c in self.columns for sentence in c.check(frame[c.name])]

    def to_json(self) -> dict[str, Any]:
        """Plain data for the header of a model file."""
        return {"columns": [c.to_json() for c in self.columns]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "TableEncoder":
        """The encoder that `to_json` wrote."""
        return cls(tuple(_restored(c) for c in data["columns"]))


def _refuse_lacking(frame: pl.DataFrame, names: list[str]) -> None:
    have = set(frame.columns)
    lacking = [n for n in names if n not in have]
    if lacking:
        shown = ", ".join(repr(n) for n in lacking)
        raise DataError(
            f"{len(names)} input columns were expected, but the table lacks {shown}; add or rename them "
            f"(it has {', '.join(repr(n) for n in frame.columns[:20])})."
        )
