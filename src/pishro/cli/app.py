"""The command line: pishro fit, predict, inspect, report, export, solve."""

__all__ = ["app"]

import signal
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer
from typer.core import TyperGroup


class _Commands(TyperGroup):
    """Typer ends silently on Ctrl-C; a person wants to know what became of the files.

    SIGTERM does what Ctrl-C does. The exit status, 128 and the signal's number, tells which of them it was.
    """

    def invoke(self, ctx: Any) -> Any:
        heard = signal.SIGINT

        def terminate(number: int, frame: FrameType | None) -> None:
            nonlocal heard
            del frame
            heard = signal.Signals(number)
            signal.raise_signal(signal.SIGINT)

        before = signal.signal(signal.SIGTERM, terminate)
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            typer.echo(f"pishro: {str(error) or 'interrupted; nothing on disk was changed.'}", err=True)
            raise SystemExit(128 + heard) from None
        finally:
            signal.signal(signal.SIGTERM, before)


_JSON = "Print one JSON object, for another program."

app = typer.Typer(
    name="pishro",
    cls=_Commands,
    help="Feed-forward networks for a table: train, judge, predict.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command()
def fit(
    table: Annotated[Path | None, typer.Argument(help="CSV, TSV, Parquet, Excel or ARFF file.")] = None,
    target: Annotated[str | None, typer.Option("--target", "-t", help="Name of the column to predict.")] = None,
    example: Annotated[str | None, typer.Option(help="A packaged table instead: diabetes, iris, wine, …")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Model file; the report goes beside it.")
    ] = None,
    hidden: Annotated[
        str, typer.Option(help='Units of the hidden layers, such as "12,12"; "auto" by the rows, "search" tries.')
    ] = "auto",
    members: Annotated[str, typer.Option(help='Networks trained together; "auto" chooses.')] = "auto",
    likelihood: Annotated[
        str, typer.Option(help='The cost by its distribution: "auto", normal, student-t, poisson, … (docs/costs.md).')
    ] = "auto",
    seed: Annotated[int, typer.Option(help="Seed of the split and of the starting points.")] = 0,
    max_seconds: Annotated[float | None, typer.Option(help="Most seconds for the training.")] = None,
    stream: Annotated[bool, typer.Option("--stream", help="Read a CSV or Parquet file in parts, at any size.")] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with an interrupted training; the rest of the command as it was.")
    ] = False,
    calibrate: Annotated[
        str | None, typer.Option(help="conformal (intervals of guaranteed coverage) or temperature (probabilities).")
    ] = None,
    monotone: Annotated[
        list[str] | None, typer.Option(help="A column with which the prediction rises or falls: age=+1; repeatable.")
    ] = None,
    bounds: Annotated[str | None, typer.Option(help='Lowest and highest prediction: "0,100", "0," or ",100".')] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda or mps; auto takes CUDA where that pays.")] = "auto",
    json: Annotated[bool, typer.Option("--json", help=_JSON)] = False,
) -> None:
    """Train networks on a table; print the held-out score; write a model file and a report.

    While it trains it keeps how far it is in a checkpoint beside the model file, every half minute and on Ctrl-C or
    SIGTERM (exit status 130 or 143). The same command with --resume goes on from there, and the result is the same to
    the last bit. A training that has ended leaves no checkpoint.
    """
    from pishro.cli import fit as command  # noqa: PLC0415 - torch is imported only when there is work

    wanted = command.Wanted(
        *(table, target, example, output, hidden, members, likelihood, seed, max_seconds, stream, resume),
        *(calibrate, tuple(monotone or ()), bounds, device, json),
    )
    command.run(wanted)


@app.command()
def predict(
    model: Annotated[Path, typer.Argument(help="A model file written by pishro fit.")],
    table: Annotated[Path, typer.Argument(help="New rows; columns are found by name, in any order.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the predictions go (CSV, TSV, Parquet).")],
    interval: Annotated[float | None, typer.Option(help="Level of a predictive interval, such as 0.95.")] = None,
    json: Annotated[bool, typer.Option("--json", help=_JSON)] = False,
) -> None:
    """Predict new rows with a model file; a large CSV or Parquet file is read and written part by part."""
    from pishro.cli import predict as command  # noqa: PLC0415

    command.run(model, table, output, interval, json)


@app.command()
def inspect(
    model: Annotated[Path, typer.Argument(help="A model file written by pishro fit.")],
    json: Annotated[bool, typer.Option("--json", help=_JSON)] = False,
) -> None:
    """Say what a model file holds: schema, network, training record, held-out score, diagnosis, certificate."""
    from pishro.cli import inspect as command  # noqa: PLC0415

    command.run(model, json)


@app.command()
def report(
    model: Annotated[Path, typer.Argument(help="A model file written by pishro fit.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the HTML goes.")],
    language: Annotated[str, typer.Option("--language", "-l", help="en for English, fa for Persian.")] = "en",
    json: Annotated[bool, typer.Option("--json", help=_JSON)] = False,
) -> None:
    """Write the report of a model file."""
    from pishro.cli import report as command  # noqa: PLC0415

    command.run(model, output, language, json)


@app.command()
def export(
    model: Annotated[Path, typer.Argument(help="A model file written by pishro fit.")],
    output: Annotated[Path, typer.Argument(help="Ending in .onnx, .c, .py (NumPy only) or .m (MATLAB, Octave).")],
    interval: Annotated[float | None, typer.Option(help="Level of a predictive interval, such as 0.95.")] = None,
    posterior: Annotated[
        bool, typer.Option(help="Whether intervals and probabilities know how uncertain the weights are.")
    ] = True,
    precision: Annotated[str, typer.Option(help="float32, float64 or auto.")] = "auto",
    json: Annotated[bool, typer.Option("--json", help=_JSON)] = False,
) -> None:
    """Write a model for use without pishro, and compare it with the original."""
    from pishro.cli import export as command  # noqa: PLC0415

    command.run(model, output, command.Wanted(interval, posterior, precision, json))


@app.command()
def solve(
    file: Annotated[Path, typer.Argument(help="A linear or quadratic program: MPS or QPS, in free or fixed form.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where all variables go (CSV, TSV, Parquet).")
    ] = None,
    relax: Annotated[bool, typer.Option("--relax", help="Take whole-number variables as continuous ones.")] = False,
    max_seconds: Annotated[float | None, typer.Option(help="Most seconds for the solvers.")] = None,
    json: Annotated[bool, typer.Option("--json", help=_JSON)] = False,
) -> None:
    """Solve a linear or quadratic program; print the optimum, its multipliers, and how well it was checked.

    The exit status is 1 where there is no optimum, and 2 where the file cannot be understood.
    """
    from pishro.cli import solve as command  # noqa: PLC0415

    raise typer.Exit(command.run(file, output, relax, max_seconds, json))
