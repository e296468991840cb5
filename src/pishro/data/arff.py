"""Attribute-relation files (ARFF, of Weka and OpenML): names, kinds and comma-separated rows.

Nominal attributes become categories even where the labels look like numbers, because the file says so.
"""

__all__ = ["read_arff"]

import re
from pathlib import Path

import polars as pl

from pishro.data.delimited import decoded, numeric_where_clear
from pishro.errors import DataError

_ATTRIBUTE = re.compile(r"""@attribute\s+('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\S+?)\s*(\{.*|\s\S+.*)$""", re.IGNORECASE)

_CELL = re.compile(r"""\s*('(?:[^'\\]|\\.)*'\s*|"(?:[^"\\]|\\.)*"\s*|[^,]*),""")


def _attribute(line: str, path: Path) -> tuple[str, bool]:
    """Name of an attribute, and whether it is nominal."""
    match = _ATTRIBUTE.match(line)
    if not match:
        raise DataError(f"'@attribute name kind' was expected in '{path}', but a line reads '{line[:60]}'; correct it.")
    name, kind = match.groups()
    return _unquoted(name), kind.lstrip().startswith("{")


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if len(text) > 1 and text[0] in "'\"" and text[0] == text[-1] else text


def _cells(line: str) -> list[str | None]:
    """Cells of a row; those in single or double quotes may hold commas."""
    if "'" in line or '"' in line:
        parts = [p.strip() for p in _CELL.findall(line + ",")]
    else:
        parts = [p.strip() for p in line.split(",")]
    return [None if p in ("?", "") else _unquoted(p) for p in parts]


def read_arff(path: Path) -> pl.DataFrame:
    """Table (N, D) of an ARFF file; '?' is null.

    Raises
    ------
    DataError : no attributes, no rows, sparse rows, rows of unequal length.
    """
    attributes: dict[str, bool] = {}
    rows: list[list[str | None]] = []
    in_data = False
    for number, raw in enumerate(decoded(path.read_bytes(), path).split("\n"), start=1):
        line = raw.strip()
        if not line or line.startswith("%"):
            continue
        if not in_data:
            in_data = line.lower().startswith("@data")
            if line.lower().startswith("@attribute"):
                name, nominal = _attribute(line, path)
                if name in attributes:
                    raise DataError(
                        f"Column names have to differ, but '{path}' has {name!r} more than once; rename it."
                    )
                attributes[name] = nominal
            continue
        if line.startswith("{"):
            raise DataError(f"Dense rows were expected, but '{path}' has sparse ones ({{…}}); save it as CSV.")
        cells = _cells(line)
        if len(cells) != len(attributes):
            raise DataError(
                f"Each row of '{path}' should have {len(attributes)} cells, one for each attribute, "
                f"but line {number} has {len(cells)}; correct that line."
            )
        rows.append(cells)
    if not attributes or not rows:
        raise DataError(f"Attributes and rows were expected, but '{path}' has {len(rows)} rows; check the file.")
    frame = pl.DataFrame(rows, schema=dict.fromkeys(attributes, pl.String), orient="row")
    return frame.select(s.cast(pl.Categorical) if attributes[s.name] else numeric_where_clear(s) for s in frame)
