"""pishro solve: the optimum of a linear or quadratic program in a file, and the evidence for it."""

__all__ = ["run"]

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from torch import Tensor

from pishro.cli.machine import emit
from pishro.data import write_table
from pishro.optim import Contradiction, DescentRay, ProgramResult, ProgramStatus, RowProgram, read_mps

MOST = 15
"""Lines of a table on the terminal; the output file has them all."""

NOTHING = "[dim]–[/]"

COLORS = {ProgramStatus.SOLVED: "green", ProgramStatus.INFEASIBLE: "yellow", ProgramStatus.UNBOUNDED: "yellow"}


def run(file: Path, output: Path | None, relax: bool, max_seconds: float | None, json: bool) -> int:
    """Print what was found; the exit status is 1 where there is no optimum."""
    program = read_mps(file, relax=relax)
    result = program.solve(max_seconds=math.inf if max_seconds is None else max_seconds)
    console = Console(quiet=json)
    if json:
        emit(_facts(program, result))
    _head(console, file.name, program, result)
    if result.solved:
        _solution(console, program, result)
        if output is not None:
            _write(console, program, result, output)
    elif isinstance(result.certificate, Contradiction):
        console.print("\nThese rows, times their factors and added up, contradict the bounds below.", highlight=False)
        _proof(console, "row", program.row_names, result.certificate.rows, ("lower", "upper"))
        _proof(console, "variable", program.variable_names, result.certificate.bounds, ("upper", "lower"))
    elif isinstance(result.certificate, DescentRay):
        console.print("\nAlong this direction the value falls without end.", highlight=False)
        _proof(console, "variable", program.variable_names, result.certificate.direction)
    if output is not None and not result.solved:
        console.print(f"{escape(str(output))} is not written.", soft_wrap=True, highlight=False)
    return 0 if result.solved else 1


def _facts(program: RowProgram, result: ProgramResult) -> dict[str, Any]:
    """What a program wants to know; x and the multipliers by the names in the file, only of an optimum."""
    kkt = result.kkt
    facts: dict[str, Any] = {
        "status": result.status.value,
        "sentence": result.status.sentence,
        "value": result.value if result.solved else None,
        "maximize": program.maximize,
        "relaxed": program.relaxed,
        "residuals": {name: getattr(kkt, name) for name in ("primal", "dual", "complementarity", "gap", "error")},
        "solver": result.solver,
        "iterations": result.iterations,
        "seconds": result.seconds,
    }
    if result.solved:
        columns, rows = program.variable_names, program.row_names
        facts["x"] = dict(zip(columns, result.x.tolist(), strict=True))
        facts["bound_multipliers"] = dict(zip(columns, result.bound_multipliers.tolist(), strict=True))
        facts["multipliers"] = dict(zip(rows, result.multipliers.tolist(), strict=True))
    return facts


def _head(console: Console, name: str, program: RowProgram, result: ProgramResult) -> None:
    rows, variables = program.form.A.shape
    kind = "linear program" if program.form.Q is None else "quadratic program"
    facts = f"{kind}, {variables} variables, {rows} rows, {program.form.A.nnz} entries"
    color = COLORS.get(result.status, "red")
    console.print(
        f"[bold]{escape(name)}[/]  [bold {color}]● {result.status.value}[/]  [dim]{facts}[/]", highlight=False
    )
    console.print(f"{result.status.sentence} {result.status.remedy}".rstrip(), highlight=False)
    if program.relaxed:
        console.print(
            f"[yellow]{program.relaxed} whole-number variables are relaxed: the optimum bounds that of the whole "
            "numbers.[/]",
            highlight=False,
        )
    table = Table.grid(padding=(0, 2))
    kkt = result.kkt
    if math.isfinite(kkt.residual):
        label = ("maximum" if program.maximize else "minimum") if result.solved else "value"
        trust = "" if result.solved else "  [red]unproved[/]"
        table.add_row(label, f"[bold]{result.value:.12g}[/]{trust}")
        table.add_row(
            "residuals",
            f"primal {kkt.primal:.0e}, dual {kkt.dual:.0e}, "
            f"complementarity {kkt.complementarity:.0e}, gap {kkt.gap:.0e}",
        )
        table.add_row("value right to", f"{kkt.error:.0e} [dim](relative)[/]")
    table.add_row("solver", f"{escape(result.solver)}, {result.iterations} iterations, {result.seconds:.2f} s")
    console.print(table, highlight=False)


def _solution(console: Console, program: RowProgram, result: ProgramResult) -> None:
    prices = [f"{z:.6g}" if z else NOTHING for z in result.bound_multipliers.tolist()]
    values = [f"{v:.8g}" for v in result.x.tolist()]
    _table(console, ("variable", "value", "multiplier of its bound"), program.variable_names, values, prices)
    prices = [f"{y:.6g}" if y else NOTHING for y in result.multipliers.tolist()]
    ends = [_end(bool(e), a) for e, a in zip(result.equations.tolist(), result.active.tolist(), strict=True)]
    _table(console, ("row", "at", "multiplier"), program.row_names, ends, prices)


def _end(equation: bool, side: int) -> str:
    if equation:
        return "="
    return {1: "upper end", -1: "lower end"}.get(side, "[dim]between[/]")


def _table(
    console: Console, heads: tuple[str, str, str], names: Sequence[str], first: list[str], second: list[str]
) -> None:
    """All lines, or of many the first that are not zero."""
    shown = list(range(len(names)))
    if len(names) > MOST:
        empty = {"0", NOTHING}
        shown = [i for i in shown if not {first[i] if heads[0] == "variable" else "0", second[i]} <= empty]
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim", show_edge=False)
    for head in heads:
        table.add_column(head, justify="left" if head == heads[0] else "right")
    for i in shown[:MOST]:
        table.add_row(escape(names[i]), first[i], second[i])
    if names:
        console.print()
        console.print(table, highlight=False)
    if len(names) > MOST:
        more = f"and {len(shown[MOST:])} more; {len(names) - len(shown)} are zero"
        console.print(f"[dim]{more}{'; --output x.csv writes all' * (heads[0] == 'variable')}[/]", highlight=False)


def _proof(
    console: Console, head: str, names: Sequence[str], factors: Tensor, ends: tuple[str, str] | None = None
) -> None:
    """The entries that are not zero, the largest first, and which end a positive and a negative one stand for."""
    order = [i for i in factors.abs().argsort(descending=True, stable=True).tolist() if factors[i]]
    if not order:
        return
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim", show_edge=False)
    table.add_column(head)
    table.add_column("factor", justify="right")
    if ends is not None:
        table.add_column("end")
    for i in order[:MOST]:
        table.add_row(escape(names[i]), f"{factors[i]:.6g}", *([] if ends is None else [ends[int(factors[i] < 0)]]))
    console.print()
    console.print(table, highlight=False)
    if len(order) > MOST:
        console.print(f"[dim]and {len(order) - MOST} more[/]", highlight=False)


def _write(console: Console, program: RowProgram, result: ProgramResult, output: Path) -> None:
    columns = {
        "variable": list(program.variable_names),
        "value": result.x.numpy(),
        "multiplier": result.bound_multipliers.numpy(),
    }
    write_table(pl.DataFrame(columns), output)
    console.print(f"\nAll variables: {escape(str(output))}", soft_wrap=True, highlight=False)
