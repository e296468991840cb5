"""Tables that are read in parts, because they do not fit into memory: CSV by blocks of bytes, Parquet by slices."""

__all__ = ["RowSample", "TableStream", "draw_rows", "open_stream", "too_large"]

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import final

import numpy as np
import numpy.typing as npt
import polars as pl
import torch

from pishro.data.delimited import cells, decoded, header, numbers_where_clear, numeric_where_clear, sniffed_separator
from pishro.errors import DataError

STREAMABLE = (".csv", ".tsv", ".txt", ".parquet")

BLOCK_BYTES = 2**23
"""Bytes of a text table read in one go: as cells and as numbers they take some ten times as much."""

PARQUET_ROWS = 2**16

MEMORY_SHARE = 0.1
"""Share of the free memory that a file may have to be read at once; cells, numbers and copies take ten times that."""


@final
@dataclasses.dataclass(frozen=True)
class TableStream:
    """A table's columns, and its rows part by part, as often as asked for.

    Attributes
    ----------
    path : the file.
    names : of the columns.
    separator : of a text table; "" for Parquet.
    """

    path: Path
    names: tuple[str, ...]
    separator: str = ""

    def parts(self, numeric: "tuple[str, ...]" = ()) -> Iterator[pl.DataFrame]:
        """The rows in order; text tables hold text but for the columns in `numeric`, where that reads as numbers."""
        if not self.separator:
            yield from self._slices()
            return
        line = 1
        for block in _blocks(self.path):
            text = decoded(block, self.path)
            frame = cells(text, self.separator, list(self.names), self.path, line)
            line += block.count(b"\n")
            yield frame.with_columns(numeric_where_clear(frame[name]) for name in numeric)

    def _slices(self) -> Iterator[pl.DataFrame]:
        table = pl.scan_parquet(self.path, cache=False)
        rows = table.select(pl.len()).collect().item()
        for start in range(0, rows, PARQUET_ROWS):
            yield table.slice(start, PARQUET_ROWS).collect()

    def settled(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Rows of a text table with columns of numbers as numbers, as if they were the whole table."""
        return numbers_where_clear(frame, self.separator) if self.separator else frame


def open_stream(path: Path) -> TableStream:
    """A file as a stream.

    Raises
    ------
    DataError : no such file, a format that is not read in parts, UTF-16 text, or a header that cannot be used.
    """
    suffix = path.suffix.lower()
    if suffix not in STREAMABLE or not path.is_file():
        raise DataError(
            f"A file ending in one of {', '.join(STREAMABLE)} was expected to be read in parts, but '{path}' came; "
            "check the path, or convert it to Parquet."
        )
    if suffix == ".parquet":
        try:
            return TableStream(path, tuple(pl.read_parquet_schema(path)))
        except (pl.exceptions.PolarsError, OSError) as error:
            first = str(error).split("\n", 1)[0]
            raise DataError(f"'{path}' is not a readable parquet file ({first}); check how it was saved.") from error
    block = next(_blocks(path), b"")
    if block.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(f"A table to be read in parts should be UTF-8 text, but '{path}' is UTF-16; save it as UTF-8.")
    text = decoded(block, path)
    separator = "\t" if suffix == ".tsv" else sniffed_separator(text)
    return TableStream(path, tuple(header(text, separator, path)), separator)


def too_large(path: Path) -> bool:
    """Whether a file should be read in parts on this machine; False where its free memory is not known."""
    free = Path("/proc/meminfo")
    if path.suffix.lower() not in STREAMABLE or not (path.is_file() and free.exists()):
        return False
    lines = free.read_text(encoding="ascii").splitlines()
    kilobytes = next((int(line.split()[1]) for line in lines if line.startswith("MemAvailable")), None)
    return kilobytes is not None and path.stat().st_size > MEMORY_SHARE * 1024 * kilobytes


@final
@dataclasses.dataclass(frozen=True)
class RowSample:
    """Rows drawn evenly from a whole table.

    Attributes
    ----------
    frame : the rows (n, ·), in the table's order.
    places : their row numbers (n,), increasing.
    rows : N, those of the whole table.
    """

    frame: pl.DataFrame
    places: npt.NDArray[np.int64]
    rows: int


def draw_rows(stream: TableStream, count: int, seed: int) -> RowSample:
    """`count` rows, each as likely as another, in one pass: those that drew the smallest random numbers.

    Raises
    ------
    DataError : there are no rows.
    """
    generator = torch.Generator().manual_seed(seed)
    limit, rows = 1.0, 0
    frames: list[pl.DataFrame] = []
    keys, places = np.empty(0), np.empty(0, dtype=np.int64)
    for part in stream.parts():
        drawn = torch.rand(len(part), generator=generator, dtype=torch.float64).numpy()
        chosen = np.flatnonzero(drawn < limit)
        frames.append(part[chosen])
        keys, places = np.append(keys, drawn[chosen]), np.append(places, chosen + rows)
        rows += len(part)
        if len(keys) > 2 * count:
            limit = float(np.partition(keys, count)[count])
            kept = np.flatnonzero(keys < limit)
            frames, keys, places = [pl.concat(frames)[kept]], keys[kept], places[kept]
    if not rows:
        raise DataError(f"Rows were expected in '{stream.path}', but there are 0 rows; check the file.")
    kept = np.sort(np.argsort(keys, kind="stable")[:count])
    return RowSample(stream.settled(pl.concat(frames)[kept]), places[kept], rows)


def _blocks(path: Path) -> Iterator[bytes]:
    """A text file in pieces of whole rows: cut at line ends that no quotation marks enclose."""
    rest = b""
    with path.open("rb") as file:
        while data := file.read(BLOCK_BYTES):
            data = rest + data
            end = data.rfind(b"\n")
            while end >= 0 and data.count(b'"', 0, end) % 2:
                end = data.rfind(b"\n", 0, end)
            rest = data[end + 1 :]
            if end >= 0:
                yield data[: end + 1]
    if rest.strip():
        yield rest
