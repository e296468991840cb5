"""A table as a matrix of numbers, by what the training part taught."""

__all__ = ["TableEncoder"]

import dataclasses
import functools
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import torch

from pishro.data.cells import Floats
from pishro.data.date_columns import DateEncoder
from pishro.data.level_columns import LevelEncoder
from pishro.data.numeric_columns import NumericBlock, NumericEncoder
from pishro.data.schema import Column, Schema
from pishro.errors import DataError

ColumnEncoder = NumericEncoder | LevelEncoder | DateEncoder


def _fitted(series: pl.Series, column: Column, weight: Floats | None) -> ColumnEncoder:
    if column.kind == "numeric":
        return NumericEncoder.fit(series, column.style, weight)
    if column.kind == "date":
        return DateEncoder.fit(series, column.style, weight)
    return LevelEncoder.fit(series, column.kind, *([column.levels] if column.levels else []))


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
    def fit(cls, frame: pl.DataFrame, schema: Schema, weight: Floats | None = None) -> "TableEncoder":
        """Learn medians, scales and levels from the training rows (N, ·).

        Parameters
        ----------
        frame, schema : the rows, and what their columns are.
        weight : of each row (N,), above 0; a weight of 2 scales like the row twice.

        Raises
        ------
        DataError : no rows, a column of the schema is lacking, or no column varies.
        """
        if frame.is_empty():
            raise DataError("Training rows were expected, but the table has 0 rows; check the split.")
        _refuse_lacking(frame, [c.name for c in schema.columns])
        encoder = cls(tuple(_fitted(frame[c.name], c, weight) for c in schema.columns))
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

    @functools.cached_property
    def _numbers(self) -> NumericBlock:
        numeric = [(c, where.start) for c, where in self._slices if isinstance(c, NumericEncoder)]
        return NumericBlock([c for c, _ in numeric], [first for _, first in numeric])

    @functools.cached_property
    def all_numeric(self) -> bool:
        """Whether every column is numeric, so that rows of plain numbers need no frame."""
        return len(self._numbers.columns) == len(self.columns)

    def transform(self, frame: pl.DataFrame) -> torch.Tensor:
        """Features (N, D) in float64; columns are found by name, others are ignored.

        Raises
        ------
        DataError : columns are lacking, or most cells of one are of the wrong type.
        """
        return self.side_by_side(frame).contiguous()

    def side_by_side(self, frame: pl.DataFrame) -> torch.Tensor:
        """The same features (N, D), each in one piece of memory, as a table has its columns.

        Many rows are encoded and predicted several times as fast like this; `transform` has a row in one piece, which
        a training needs that picks rows.
        """
        _refuse_lacking(frame, [c.name for c in self.columns])
        out = np.empty((len(self.names), len(frame))).T
        block = self._numbers
        values = np.empty((len(block.columns), len(frame))).T
        for j, numeric in enumerate(block.columns):
            values[:, j] = numeric.read(frame[numeric.name])
        block.write(values, out)
        for column, where in self._slices:
            if not isinstance(column, NumericEncoder) and where.start < where.stop:
                out[:, where] = 0.0
                column.write(frame[column.name], out[:, where])
        return torch.from_numpy(out)

    def transform_numbers(self, values: Floats) -> torch.Tensor:
        """Features (N, D) of plain numbers (N, columns) in the order of `columns`, where `all_numeric`.

        Raises
        ------
        DataError : there are other columns than numeric ones, or not as many.
        """
        if not self.all_numeric or values.ndim != 2 or values.shape[1] != len(self.columns):
            other = sum(not isinstance(c, NumericEncoder) for c in self.columns)
            raise DataError(
                f"Numbers in {len(self.columns)} columns were expected, of which {other} are not numeric, but an array "
                f"of shape {values.shape} came; pass a frame."
            )
        out = np.zeros((len(values), len(self.names)))
        self._numbers.write(values, out)
        return torch.from_numpy(out)

    def check_numbers(self, values: Floats) -> list[str]:
        """What `check` says of rows for `transform_numbers`."""
        return self._numbers.check(values)

    def check(self, frame: pl.DataFrame) -> list[str]:
        """Sentences on what `transform` meets that training did not: unseen levels, missing values.

        Raises
        ------
        DataError : columns are lacking.
        """
        _refuse_lacking(frame, [c.name for c in self.columns])
        return [sentence for c in self.columns for sentence in c.check(frame[c.name])]

    def outside(self, frame: pl.DataFrame) -> dict[str, npt.NDArray[np.bool_]]:
        """For each column, where (N,) its cells are outside what the training rows had.

        Raises
        ------
        DataError : columns are lacking, or most cells of one are of the wrong type.
        SettingError : the encoder is of a version that did not keep the ranges.
        """
        _refuse_lacking(frame, [c.name for c in self.columns])
        return {c.name: c.outside(frame[c.name]) for c in self.columns}

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
