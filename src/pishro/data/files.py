"""Tables from files and to files, the format chosen by the suffix."""

__all__ = ["read_table", "separator_of", "write_table"]

import os
from pathlib import Path
from typing import Any

import polars as pl

from pishro.atomic import replacing
from pishro.data.arff import read_arff
from pishro.data.delimited import read_delimited, separator_of_head
from pishro.errors import DataError

READABLE = (".csv", ".tsv", ".txt", ".parquet", ".xlsx", ".arff")
WRITABLE = (".csv", ".tsv", ".parquet")

HEAD_BYTES = 2**16
"""Of a text table, enough for its first 50 lines."""


def _read_excel(path: Path) -> pl.DataFrame:
    try:
        return pl.read_excel(path)
    except ImportError as error:
        raise DataError(f"Reading '{path}' needs another package; run: pip install \"pishro[excel]\".") from error


def _read(path: Path, suffix: str) -> pl.DataFrame:
    if suffix == ".arff":
        return read_arff(path)
    if suffix not in (".parquet", ".xlsx"):
        return read_delimited(path, "\t" if suffix == ".tsv" else None)
    try:
        return pl.read_parquet(path) if suffix == ".parquet" else _read_excel(path)
    except DataError:
        raise
    except Exception as error:  # The two readers raise errors of their own engines, of no common class.
        first = str(error).split("\n", 1)[0]
        raise DataError(f"'{path}' is not a readable {suffix[1:]} file ({first}); check how it was saved.") from error


def read_table(path: str | os.PathLike[str]) -> pl.DataFrame:
    """Table (N, D) of a file.

    .csv and .txt (comma, semicolon, tab or bar, found by looking), .tsv, .parquet, .xlsx (first sheet), .arff.
    In text tables a column becomes numbers only if all its cells are numbers, however far down; otherwise it stays
    text, and `infer_schema` judges it.

    Raises
    ------
    DataError : the file is missing, unreadable, binary, empty, without rows, or has repeated names or ragged rows.
    """
    path = Path(path)
    if path.is_dir():
        raise DataError(f"A table file was expected, but '{path}' is a folder; name a file in it.")
    if not path.exists():
        raise DataError(f"A table file was expected, but there is no '{path}'; check the path.")
    suffix = path.suffix.lower()
    if suffix not in READABLE:
        raise DataError(
            f"A file ending in one of {', '.join(READABLE)} was expected, but '{path}' came; convert it to CSV."
        )
    if path.stat().st_size == 0:
        raise DataError(f"A table was expected, but '{path}' is empty; check the path.")
    try:
        frame = _read(path, suffix)
    except OSError as error:
        raise DataError(f"'{path}' cannot be opened ({error.strerror}); check its permissions.") from error
    if frame.is_empty():
        raise DataError(f"Rows were expected in '{path}', but there are 0 rows; check the file.")
    return frame


def separator_of(table: Any) -> str:
    """What separates the columns of a table that is the path of a text file; "" for any other table."""
    if not isinstance(table, str | os.PathLike):
        return ""
    path = Path(table)
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".txt"):
        return "\t" if suffix == ".tsv" else ""
    with path.open("rb") as file:
        return separator_of_head(file.read(HEAD_BYTES))


def write_table(frame: pl.DataFrame, path: str | os.PathLike[str]) -> None:
    """Write a table as .csv, .tsv or .parquet; the file is replaced as a whole or not at all.

    Raises
    ------
    DataError : another suffix, a folder that is absent or refuses writing, or a disk without room.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in WRITABLE:
        raise DataError(f"A name ending in one of {', '.join(WRITABLE)} was expected, but '{path}' came; rename it.")
    with replacing(path) as temporary:
        try:
            if suffix == ".parquet":
                frame.write_parquet(temporary)
            else:
                frame.write_csv(temporary, separator="\t" if suffix == ".tsv" else ",")
        except (OSError, pl.exceptions.ComputeError) as error:  # polars says either, as the format has it
            reason = str(error).split("\n", 1)[0]
            raise DataError(
                f"'{path}' could not be written ({reason}); make room, or write elsewhere. The old file, if any, is "
                "untouched."
            ) from error
