"""pishro export: a model file in, a source or a graph out that needs no pishro."""

__all__ = ["Wanted", "run"]

import dataclasses
from pathlib import Path
from typing import Literal, get_args

import typer

from pishro.cli.machine import emit
from pishro.errors import SettingError, unknown_name
from pishro.loading import load_table
from pishro.serialization.export import SUFFIXES

Precision = Literal["auto", "float32", "float64"]
PRECISIONS: dict[str, Precision] = {name: name for name in get_args(Precision)}


@dataclasses.dataclass(frozen=True)
class Wanted:
    """The options as typed."""

    interval: float | None
    posterior: bool
    precision: str
    json: bool


def run(path: Path, output: Path, wanted: Wanted) -> None:
    """Write the file and say how it was checked; a suffix that is not known is refused before the model is read."""
    if output.suffix not in SUFFIXES:
        raise SettingError(f"Expected an output file ending in {', '.join(SUFFIXES)}, received {output.name!r}.")
    if wanted.precision not in PRECISIONS:
        raise SettingError(unknown_name("precision", wanted.precision, PRECISIONS))
    exported = load_table(path).export(
        output, interval=wanted.interval, posterior=wanted.posterior, precision=PRECISIONS[wanted.precision]
    )
    if wanted.json:
        emit(exported.to_json())
    else:
        typer.echo(str(exported))
