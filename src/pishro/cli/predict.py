"""pishro predict: new rows in, the same rows with predictions out, in the same order.

A small table is read whole. A large CSV or Parquet file is read and written part by part, so that its size does not
matter; the cells of a text table then stay as they are written.
"""

__all__ = ["run"]

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from rich.console import Console
from rich.markup import escape

from pishro.atomic import replacing
from pishro.cli.machine import emit
from pishro.data import read_table, write_table
from pishro.data.streams import open_stream
from pishro.errors import DataError, SettingError
from pishro.fitting import Model
from pishro.loading import load_table
from pishro.series import SeriesModel

LARGE = 2**26
"""Bytes from which on a table is read in parts: as cells and numbers it takes some ten times as much."""

MOST_SENTENCES = 20
"""Different sentences on unusual cells that are said."""


def run(model_path: Path, table: Path, output: Path, interval: float | None, json: bool) -> None:
    """Write the table with a column "predicted TARGET", and the interval's ends or the classes' probabilities."""
    model = load_table(model_path)
    if model.schema.task == "classification" and interval is not None:
        raise SettingError("An interval was asked of a classifier, which gives probabilities; leave --interval out.")
    if table.suffix.lower() in (".csv", ".tsv", ".txt", ".parquet") and table.is_file() and _large(table):
        rows, said = _in_parts(model, table, output, interval)
    else:
        frame = read_table(table)
        write_table(_with_predictions(model, frame, frame, interval), output)
        rows, said = len(frame), model.encoder.check(_inputs(model, frame))
    if json:
        emit({"output": str(output), "rows": rows, "warnings": said})
        return
    console = Console(stderr=True)
    for sentence in said:
        console.print(escape(sentence), highlight=False)
    console.print(f"{rows} rows predicted: {escape(str(output))}", soft_wrap=True, highlight=False)


def _large(table: Path) -> bool:
    return table.stat().st_size >= LARGE


def _in_parts(model: Model, table: Path, output: Path, interval: float | None) -> tuple[int, list[str]]:
    """Number of rows, and what is to be said of them."""
    if output.suffix.lower() not in (".csv", ".tsv"):
        raise DataError(
            f"A table of {table.stat().st_size / 1e6:.0f} MB is written as .csv or .tsv; rename '{output}'."
        )
    if isinstance(model, SeriesModel):
        raise DataError(f"A series is read whole, and '{table}' is large; predict its last part.")
    rows, said = 0, dict[str, None]()
    with replacing(output) as temporary, temporary.open("wb") as file:
        for cells, frame in _parts(table):
            part = _with_predictions(model, frame, cells, interval)
            part.write_csv(file, include_header=rows == 0, separator="\t" if output.suffix.lower() == ".tsv" else ",")
            rows += len(part)
            said |= dict.fromkeys(model.encoder.check(frame))
    if len(said) > MOST_SENTENCES:
        return rows, [*list(said)[:MOST_SENTENCES], f"… and {len(said) - MOST_SENTENCES} more such sentences."]
    return rows, list(said)


def _parts(table: Path) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Each part as it is written, and with its numbers as numbers."""
    stream = open_stream(table)
    for part in stream.parts():
        if len(part):
            yield part, stream.settled(part)


def _with_predictions(model: Model, frame: pl.DataFrame, cells: pl.DataFrame, interval: float | None) -> pl.DataFrame:
    """The cells of a table with the predictions for it as new columns; those of the same name are replaced."""
    name = f"predicted {model.schema.target}"
    columns = [pl.Series(name, _aligned(model, frame, model.predict(frame)))]
    if model.schema.task == "classification":
        probabilities = model.predict_proba(frame)
        columns += [pl.Series(f"P({label})", probabilities[:, i]) for i, label in enumerate(model.schema.classes)]
    elif interval is not None:
        low, high = (_aligned(model, frame, end) for end in model.predict_interval(frame, interval))
        percent = f"{100 * interval:g} %"
        columns += [pl.Series(f"{name}, {percent} from", low), pl.Series(f"{name}, {percent} to", high)]
    clashing = [c.name for c in columns if c.name in cells.columns]
    return cells.drop(clashing).with_columns(columns)


def _inputs(model: Model, frame: pl.DataFrame) -> pl.DataFrame:
    """The table that the encoder reads."""
    return model.lags.table(frame) if isinstance(model, SeriesModel) else frame


def _aligned(model: Model, frame: pl.DataFrame, values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic] | pl.Series:
    """A value for each row; of a series the first rows, whose past is not there, have none."""
    if not isinstance(model, SeriesModel):
        return values
    full = np.full(len(frame), np.nan)
    full[model.lags.rows(frame)] = values
    return pl.Series(full).fill_nan(None)
