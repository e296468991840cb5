"""Whatever holds a table, as one polars frame."""

__all__ = ["frame_from"]

import math
import os
from collections.abc import Mapping
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
import torch

from pishro.data.files import read_table
from pishro.errors import DataError


def _from_array(array: Any) -> pl.DataFrame:
    values = np.asarray(array)
    if values.ndim != 2 or 0 in values.shape:
        raise DataError(
            f"A table of rows and columns was expected, but an array of shape {values.shape} came; "
            "give it two dimensions, rows first."
        )
    if values.dtype.kind == "c":
        raise DataError("Real numbers were expected, but the array is complex; pass real and imaginary parts apart.")
    names = [f"x{j}" for j in range(values.shape[1])]
    return pl.DataFrame([_column(n, values[:, j]) for j, n in enumerate(names)])


def _column(name: str, values: Any) -> pl.Series:
    """A column from loose values; a mixture of types becomes text."""
    if isinstance(values, np.ndarray) and values.dtype.kind == "O":
        values = values.tolist()
    try:
        return pl.Series(name, values)
    except (TypeError, pl.exceptions.PolarsError):
        absent = (None, "")
        return pl.Series(
            name,
            [None if v in absent or (isinstance(v, float) and math.isnan(v)) else str(v) for v in values],
            dtype=pl.String,
        )


def _from_mapping(columns: Mapping[Any, Any]) -> pl.DataFrame:
    plain = {str(k): v.detach().cpu().numpy() if isinstance(v, torch.Tensor) else v for k, v in columns.items()}
    lists = {k: v if hasattr(v, "__len__") and not isinstance(v, str) else [v] for k, v in plain.items()}
    lengths = {k: len(v) for k, v in lists.items()}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{k!r} has {n}" for k, n in list(lengths.items())[:5])
        raise DataError(f"Columns of one length were expected, but {shown}; make them equally long.")
    return pl.DataFrame([_column(k, v) for k, v in lists.items()])


def _from_native(table: Any) -> pl.DataFrame:
    native = nw.from_native(table, eager_only=True)
    try:
        converted: pl.DataFrame = native.to_polars()
    except Exception:  # Each library fails on mixed columns with an error of its own; those columns become text.
        return pl.DataFrame([_from_native_column(native[c]) for c in native.columns])
    return converted


def _from_native_column(series: Any) -> pl.Series:
    try:
        converted: pl.Series = series.to_polars()
    except Exception:  # As above.
        return _column(str(series.name), series.to_list())
    return converted.alias(str(series.name))


def frame_from(table: Any) -> pl.DataFrame:
    """A polars frame (N, D) from a path, a frame, an array or columns.

    Parameters
    ----------
    table : path of a file; polars, pandas or pyarrow table; NumPy array or torch tensor (N, D), whose columns are
        named x0, x1, …; dict of columns; list of rows, each a dict or a list.

    Raises
    ------
    DataError : another type, an array without two dimensions, columns of unequal length, repeated names.

    Examples
    --------
    >>> frame_from(np.zeros((3, 2))).columns
    ['x0', 'x1']
    """
    frame = _converted(table)
    if not frame.width or not len(frame):
        raise DataError(
            f"A table with rows and columns was expected, but it has {len(frame)} rows and {frame.width} columns; "
            "check how it was made."
        )
    return frame


def _converted(table: Any) -> pl.DataFrame:
    if isinstance(table, str | os.PathLike):
        return read_table(table)
    if isinstance(table, pl.DataFrame):
        return table
    if isinstance(table, pl.LazyFrame):
        return table.collect()
    if isinstance(table, torch.Tensor):
        return _from_array(table.detach().cpu().to(torch.float32 if table.dtype == torch.bfloat16 else table.dtype))
    if isinstance(table, np.ndarray):
        return _from_array(table)
    if isinstance(table, Mapping):
        return _from_mapping(table)
    if isinstance(table, list) and table and all(isinstance(row, dict) for row in table):
        names = list(dict.fromkeys(k for row in table for k in row))
        return _from_mapping({n: [row.get(n) for row in table] for n in names})
    if isinstance(table, list | tuple):
        return _from_array(np.array(table, dtype=object))
    try:
        return _from_native(table)
    except TypeError as error:
        raise DataError(
            f"A path, a data frame, a two-dimensional array or a dict of columns was expected, but a "
            f"{type(table).__name__} came; convert it to one of these."
        ) from error
    except (ValueError, nw.exceptions.NarwhalsError) as error:
        first = " ".join(str(error).split())[:200]
        raise DataError(
            f"The {type(table).__name__} cannot be read as a table ({first}); rename or convert it."
        ) from error
