"""pishro fit: a table in, a model file and a report out."""

__all__ = ["Wanted", "run"]

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from pishro.cli.limits import bounds_from, monotone_from
from pishro.cli.machine import emit
from pishro.data import Schema, load_example, read_table
from pishro.errors import DataError, Interrupted, SettingError
from pishro.fitting import Model
from pishro.fitting import fit as fit_model
from pishro.report.terminal import print_summary
from pishro.training import Checkpoints, LiveView, joined


@dataclasses.dataclass(frozen=True)
class Wanted:
    """The arguments as typed."""

    table: Path | None
    target: str | None
    example: str | None
    output: Path | None
    hidden: str
    members: str
    likelihood: str
    seed: int
    max_seconds: float | None
    stream: bool = False
    resume: bool = False
    calibrate: str | None = None
    monotone: tuple[str, ...] = ()
    bounds: str | None = None
    device: str = "auto"
    json: bool = False


def run(wanted: Wanted) -> None:
    """Fit, print the score, write the model and the report; of several processes the first prints and writes."""
    with joined() as processes:
        _run(wanted, processes.first)


def _run(wanted: Wanted, speaks: bool) -> None:
    frame, target, name = _source(wanted)
    output = wanted.output or Path(f"{_file_name(target)}.safetensors")
    if output.suffix != ".safetensors":
        raise SettingError(f"Expected an output file ending in .safetensors, received {output.name!r}.")
    console = Console(quiet=wanted.json or not speaks)
    output.parent.mkdir(parents=True, exist_ok=True)
    checkpoint = Checkpoints(output.with_suffix(".checkpoint"), resume=wanted.resume, keep=True)
    if wanted.resume and not checkpoint.file.exists():
        console.print(f"There is no {escape(str(checkpoint.file))}: the training starts from its beginning.")
    try:
        model = _fitted(wanted, frame, target, console, checkpoint)
        if not speaks:
            return
        page = _written(model, output)
        checkpoint.remove()
    except KeyboardInterrupt:
        raise Interrupted(_left(checkpoint)) from None
    if wanted.json:
        emit(_facts(model, output, page))
    print_summary(model.facts(name), console)
    console.print(f"Model: {escape(str(output))}\nReport: {escape(str(page))}", soft_wrap=True, highlight=False)


def _fitted(wanted: Wanted, frame: Any, target: str, console: Console, checkpoint: Checkpoints) -> Model:
    settings: dict[str, Any] = {
        "hidden": _hidden(wanted.hidden),
        "members": _members(wanted.members),
        "likelihood": _likelihood(wanted.likelihood),
        "seed": wanted.seed,
        "max_seconds": wanted.max_seconds,
        "calibrate": wanted.calibrate,
        "monotone": monotone_from(wanted.monotone),
        "bounds": bounds_from(wanted.bounds),
        "device": wanted.device,
    }
    with LiveView(console) as view:
        return fit_model(
            frame,
            target,
            progress=view,
            started=_said(console),
            stream=wanted.stream or None,
            checkpoint=checkpoint,
            **settings,
        )


def _written(model: Model, output: Path) -> Path:
    """Where the report is; the model is written first, so that what took long is safe."""
    page = output.with_suffix(".html")
    try:
        model.save(output)
        model.report(page)
    except OSError as error:
        raise DataError(
            f"'{output.parent}' refuses the model or its report ({error.strerror}); make room, then give the same "
            "command with --resume."
        ) from error
    return page


def _left(checkpoint: Checkpoints) -> str:
    if not checkpoint.file.exists():
        return "interrupted; nothing on disk was changed."
    return f"interrupted; {checkpoint.file} keeps the training so far: the same command with --resume goes on from it."


def _facts(model: Model, output: Path, page: Path) -> dict[str, Any]:
    """What a program wants to know."""
    scores = None if model.scores is None else model.scores.to_json()
    return {"model": str(output), "report": str(page), "scores": scores, "record": model.record.to_json()}


def _source(wanted: Wanted) -> tuple[Any, str, str]:
    if wanted.example is not None:
        if wanted.table is not None:
            raise SettingError("Expected a table or --example, received both; leave one out.")
        frame, target = load_example(wanted.example)
        return frame, wanted.target or target, wanted.example
    if wanted.table is None:
        raise SettingError("Expected a table, such as `pishro fit table.csv --target y`, or --example diabetes.")
    if wanted.target is None:
        names = ", ".join(repr(c) for c in read_table(wanted.table).columns[:20])
        raise SettingError(f"Expected --target and the name of the column to predict; the columns are {names}.")
    return wanted.table, wanted.target, wanted.table.stem


def _file_name(target: str) -> str:
    kept = "".join(c if c.isalnum() or c in "-_." else "_" for c in target).strip("._")
    return kept[:100] or "model"


def _likelihood(text: str) -> "str | list[str]":
    """One cost, or several with commas between."""
    return [name.strip() for name in text.split(",")] if "," in text else text


def _hidden(text: str) -> "str | tuple[int, ...]":
    if text in ("auto", "search"):
        return text
    try:
        units = tuple(int(u) for u in text.split(","))
    except ValueError:
        units = ()
    if not units or min(units) < 1:
        raise SettingError(f'Expected --hidden "auto", "search" or units such as "12,12", received {text!r}.')
    return units


def _members(text: str) -> "str | int":
    if text == "auto":
        return text
    if not text.isdecimal() or int(text) < 1:
        raise SettingError(f'Expected --members "auto" or a number from 1, received {text!r}.')
    return int(text)


def _said(console: Console) -> Callable[[Schema, str], None]:
    """Says what was decided, before the training."""

    def say(schema: Schema, recipe: str) -> None:
        console.print(escape(str(schema).splitlines()[0]), highlight=False)
        console.print(escape(recipe), style="dim", highlight=False)

    return say
