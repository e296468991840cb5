"""A program as the text of an MPS file, in free form; with a Q, of a QPS file."""

__all__ = ["mps_text"]

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp

from pishro.errors import SettingError
from pishro.optim.programs.form import Array, Mask, ProgramForm
from pishro.optim.programs.program import Program, RowProgram


def mps_text(program: Program) -> str:
    """What `read_mps` reads back to the last bit, but for rows without limits, which are left out, and range rows.

    The lower end of a range is written as a width, so that it returns to rounding. A maximum is written as the minimum
    that it was turned into.

    Raises
    ------
    SettingError
        If a name is empty, repeated or contains blanks.

    Examples
    --------
    >>> from pishro import optim
    >>> print(mps_text(optim.LinearProgram([1.0, 2.0], A_ub=[[-1.0, -1.0]], b_ub=[-1.0], bounds=(0, None))))
    NAME program
    ROWS
     N objective
     L r1
    COLUMNS
     x1 objective 1.0
     x1 r1 -1.0
     x2 objective 2.0
     x2 r1 -1.0
    RHS
     rhs r1 -1.0
    ENDATA
    """
    form = program.form
    m, n = form.A.shape
    variables, rows = tuple(f"x{j + 1}" for j in range(n)), tuple(f"r{i + 1}" for i in range(m))
    name = "program"
    if isinstance(program, RowProgram):
        variables, rows, name = program.variable_names, program.row_names, program.name or name
    for names in (variables, rows):
        if len(set(names)) < len(names) or any(len(text.split()) != 1 for text in names):
            raise SettingError("Expected names of rows and variables without blanks, each once, for the free form.")
    kept = np.isfinite(form.row_lower) | np.isfinite(form.row_upper)
    lines = [f"NAME {name}", "ROWS", f" N {_objective(rows)}"]
    lines += [f" {_sense(form, int(i))} {rows[i]}" for i in np.flatnonzero(kept)]
    lines += ["COLUMNS", *_columns(form, variables, rows, kept)]
    lines += ["RHS", *_right_sides(form, rows, kept)]
    both = np.isfinite(form.row_lower) & np.isfinite(form.row_upper) & ~form.equations
    if both.any():
        width = form.row_upper - form.row_lower
        lines += ["RANGES", *[f" ranges {rows[i]} {float(width[i])!r}" for i in np.flatnonzero(both)]]
    bounds = list(_bounds(variables, form.lower, form.upper))
    lines += ["BOUNDS", *bounds] if bounds else []
    if form.Q is not None:
        entries = sp.coo_array(sp.tril(form.Q))
        triples = zip(entries.row, entries.col, entries.data, strict=True)
        lines += ["QUADOBJ", *[f" {variables[i]} {variables[j]} {float(q)!r}" for i, j, q in triples]]
    return "\n".join([*lines, "ENDATA"]) + "\n"


def _objective(rows: tuple[str, ...]) -> str:
    name = "objective"
    while name in rows:
        name += "_"
    return name


def _sense(form: ProgramForm, i: int) -> str:
    if form.equations[i]:
        return "E"
    return "L" if np.isfinite(form.row_upper[i]) else "G"


def _columns(form: ProgramForm, variables: tuple[str, ...], rows: tuple[str, ...], kept: Mask) -> Iterator[str]:
    by_column = sp.csc_array(form.A)
    for j, variable in enumerate(variables):
        yield f" {variable} {_objective(rows)} {float(form.c[j])!r}"
        for k in range(by_column.indptr[j], by_column.indptr[j + 1]):
            if kept[by_column.indices[k]]:
                yield f" {variable} {rows[by_column.indices[k]]} {float(by_column.data[k])!r}"


def _right_sides(form: ProgramForm, rows: tuple[str, ...], kept: Mask) -> Iterator[str]:
    if form.constant:
        yield f" rhs {_objective(rows)} {-form.constant!r}"
    for i in np.flatnonzero(kept):
        end = form.row_upper[i] if np.isfinite(form.row_upper[i]) else form.row_lower[i]
        if end:
            yield f" rhs {rows[i]} {float(end)!r}"


def _bounds(variables: tuple[str, ...], lower: Array, upper: Array) -> Iterator[str]:
    for name, low, high in zip(variables, lower.tolist(), upper.tolist(), strict=True):
        if low == high:
            yield f" FX bounds {name} {low!r}"
            continue
        if low == -np.inf and high == np.inf:
            yield f" FR bounds {name}"
            continue
        if low == -np.inf:
            yield f" MI bounds {name}"
        elif low:
            yield f" LO bounds {name} {low!r}"
        if high != np.inf:
            yield f" UP bounds {name} {high!r}"
