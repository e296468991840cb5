"""Text tables (CSV and relatives): bytes to text, the separator, the header, and the cells.

Encoding: a byte-order mark decides; else UTF-8; else Windows-1252, the usual one of older spreadsheets; else Latin-1,
which accepts any byte. Cells are stripped of spaces; empty cells are null.
"""

__all__ = [
    "cells",
    "decoded",
    "header",
    "numbers_where_clear",
    "numeric_where_clear",
    "read_delimited",
    "separator_of_head",
    "sniffed_separator",
]

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from pishro.errors import DataError

SEPARATORS = (",", ";", "\t", "|")

SNIFFED_LINES = 50
"""Enough to see which separator repeats; a longer look changes nothing in practice."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_BLANK_LINE = re.compile(r"\n *(?=\n|$)")
_ZERO_PADDED = r"^0\d+$"
_POINT_BETWEEN_THOUSANDS = r"^[+-]?(?:\d+|[1-9]\d{0,2}\.\d{3})$"
_DECIMAL_COMMA = r"^[+-]?[\d.]+,\d+$"

FIELD_LIMIT = 2**31 - 1
"""The largest C long everywhere; the csv module's own 131,072 refuses long texts."""


def decoded(data: bytes, path: Path) -> str:
    """Text of a file's bytes, line ends as newlines."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif b"\0" in data:
        raise DataError(f"A text table was expected, but '{path}' holds binary data; save it as CSV, Parquet or Excel.")
    else:
        encodings = ["utf-8-sig", "cp1252", "latin-1"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")
    raise DataError(f"'{path}' begins like UTF-16 text but is damaged; save it again as UTF-8.")


def _records(text: str, separator: str) -> Iterator[list[str]]:
    csv.field_size_limit(FIELD_LIMIT)
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def sniffed_separator(text: str) -> str:
    """The separator: it splits the header, and the first lines into as many parts; a comma if there is none."""
    head = "\n".join(text.split("\n", SNIFFED_LINES)[:SNIFFED_LINES])
    best, score = ",", (0.0, 0)
    for separator in SEPARATORS:
        counts = [len(r) for r in _records(head, separator) if r]
        if not counts or counts[0] < 2:
            continue
        agreement = sum(c == counts[0] for c in counts) / len(counts)
        # Decimal commas make "," look regular too; the header, which holds no numbers, decides then.
        if (agreement, counts[0]) > score:
            best, score = separator, (agreement, counts[0])
    return best


def header(text: str, separator: str, path: Path) -> list[str]:
    """Names of the columns (D), from the first row.

    Raises
    ------
    DataError : the first row holds numbers only, or names that are not different.
    """
    names = [n.strip() for n in next(_records(text, separator), [])]
    if names and all(_NUMBER.fullmatch(n) for n in names) and not all(n.isdigit() for n in names):
        raise DataError(
            f"A first row of column names was expected, but that of '{path}' holds only numbers; add a row of names."
        )
    names = [n or f"unnamed {i}" for i, n in enumerate(names, start=1)]
    twice = [n for n, count in Counter(names).items() if count > 1]
    if twice:
        shown = ", ".join(repr(n) for n in twice[:5])
        raise DataError(f"Column names have to differ, but '{path}' has {shown} more than once; rename the columns.")
    return names


def _filled(record: list[str]) -> bool:
    """Whether a record is more than an empty line."""
    return len(record) > 1 or bool(record and record[0].strip())


def _without_blank_lines(text: str, separator: str) -> str:
    """The text without empty lines between its rows (polars would make rows of nulls of them)."""
    if not _BLANK_LINE.search(text):
        return text
    if '"' not in text:
        return _BLANK_LINE.sub("", text)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator="\n")
    writer.writerows(r for r in _records(text, separator) if _filled(r))
    return out.getvalue()


def _refuse_ragged(text: str, separator: str, width: int, path: Path, first: int = 1) -> None:
    """Raise if a row has more or fewer cells than the header (polars fills short rows silently)."""
    if '"' in text:
        rows = ((i, len(r)) for i, r in enumerate(_records(text, separator), start=first) if _filled(r))
    else:
        lines = text.split("\n")
        rows = ((i, line.count(separator) + 1) for i, line in enumerate(lines, start=first) if line.strip(" "))
    try:
        wrong = next(((i, count) for i, count in rows if count != width), None)
    except csv.Error as error:
        raise DataError(f"'{path}' cannot be split into cells ({error}); check its quotation marks.") from error
    if wrong:
        row, count = wrong
        raise DataError(
            f"Each row of '{path}' should have {width} cells like its header, but row {row} has {count}; "
            "correct that row or its quotation marks."
        )


def numeric_where_clear(series: pl.Series) -> pl.Series:
    """A text column as integers or floats if every cell is a number, else unchanged.

    Digits padded with zeros ("00123") are codes rather than numbers, and stay text.
    """
    filled = series.drop_nulls()
    if filled.is_empty() or not filled.head(1).str.contains(r"^[+\-.\dnNiI]").item():
        return series
    whole = series.cast(pl.Int64, strict=False)
    if whole.null_count() == series.null_count():
        return series if filled.str.contains(_ZERO_PADDED).any() else whole
    real = series.cast(pl.Float64, strict=False)
    return real if real.null_count() == series.null_count() else series


def read_delimited(path: Path, separator: str | None = None) -> pl.DataFrame:
    """Table (N, D) of a delimited text file.

    Parameters
    ----------
    path : the file.
    separator : one character, or None to find it among comma, semicolon, tab and bar.

    Raises
    ------
    DataError : binary or empty file, no header, no rows, repeated names, rows of unequal length.
    """
    text = decoded(path.read_bytes(), path)
    if not text.strip():
        raise DataError(f"A table was expected, but '{path}' is empty; check the path.")
    separator = separator or sniffed_separator(text)
    names = header(text, separator, path)
    frame = cells(text, separator, names, path)
    if frame.is_empty():
        raise DataError(f"Rows were expected below the header of '{path}', but there are 0 rows; check the file.")
    return numbers_where_clear(frame, separator)


def separator_of_head(data: bytes) -> str:
    """The separator of a text table that begins with these bytes, which may end anywhere."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = data.decode("utf-16" if wide else "latin-1", errors="ignore")  # separators are the same in all the others
    return sniffed_separator(text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\n"))


def cells(text: str, separator: str, names: list[str], path: Path, first: int = 1) -> pl.DataFrame:
    """Stripped text cells (N, D) of a table, or of a part of one that begins in line `first`, without its header.

    Raises
    ------
    DataError : rows of unequal length, or quotation marks that do not match.
    """
    _refuse_ragged(text, separator, len(names), path, first)
    if len(names) > 1:  # In a table of one column an empty line is a missing cell.
        text = _without_blank_lines(text, separator)
    try:
        frame = pl.read_csv(
            text.encode(), separator=separator, infer_schema=False, raise_if_empty=False, has_header=first == 1
        )
    except pl.exceptions.PolarsError as error:
        reason = str(error).split("\n", 1)[0]
        raise DataError(f"'{path}' cannot be read as a table ({reason}); check its quotation marks.") from error
    frame.columns = names
    return frame.with_columns(pl.all().str.strip_chars().replace("", None))


def numbers_where_clear(frame: pl.DataFrame, separator: str) -> pl.DataFrame:
    """A table of text with columns of numbers as numbers, where that is clear from the column and the table.

    Beside decimal commas, or between semicolons, "1.234" may be 1234; such columns stay text, which `infer_schema`
    judges and a fitted model reads as it read its training.
    """
    clear = frame.select(numeric_where_clear(s) for s in frame)
    unclear = [s.name for s in clear if s.dtype == pl.Float64 and _between_thousands(frame[s.name])]
    if not unclear:
        return clear
    texts = [s for s in clear if s.dtype == pl.String]
    if separator != ";" and not any(s.str.contains(_DECIMAL_COMMA).any() for s in texts):
        return clear
    return clear.with_columns(frame[name] for name in unclear)


def _between_thousands(series: pl.Series) -> bool:
    filled = series.drop_nulls()
    like = filled.str.contains(_POINT_BETWEEN_THOUSANDS)
    return bool(like.head(1).all()) and bool(like.all())
