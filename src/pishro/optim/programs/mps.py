"""Programs in MPS files: linear ones, and with QPS' sections quadratic ones, in fixed and in free form.

The form is of the 1960s, and test sets still come in it. Sections NAME, ROWS, COLUMNS, RHS, RANGES, BOUNDS, ENDATA, in
this order; OBJSENSE may ask for a maximum; QUADOBJ (or QSECTION) lists one triangle of Q and QMATRIX both. In free form
blanks separate the fields; in fixed form they stand in columns 2-3, 5-12, 15-22, 25-36, 40-47 and 50-61, and names may
contain blanks. A file is read as free, and as fixed where that fails.

What is easily missed:

- A variable is not negative unless BOUNDS say so. An upper bound below zero without a lower one makes that −∞.
- A number in RHS for the objective is its constant with the sign changed.
- A range R makes an L row [b − |R|, b], a G row [b, b + |R|], and an E row [b, b + R] or, with R < 0, [b + R, b].
- The first N row is the objective; further ones limit nothing and are left out.
- Whole numbers (MARKER lines, bounds BV, LI, UI) are refused, or relaxed on request: the optimum is then a bound on
  that of the whole numbers. A variable between markers without any bound is in [0, 1], as in MPSX.

References
----------
IBM (1979). Mathematical Programming System Extended/370 (MPSX/370), Program Reference Manual.
Maros, I., and Mészáros, C. (1999). A repository of convex quadratic programming problems. Optim. Methods Softw. 11,
671-681 (QPS).
"""

__all__ = ["read_mps"]

import dataclasses
import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from pishro.errors import DataError, PishroError, unknown_name
from pishro.optim.programs.form import ProgramForm
from pishro.optim.programs.program import RowProgram

SECTIONS = (
    "NAME",
    "OBJSENSE",
    "ROWS",
    "COLUMNS",
    "RHS",
    "RANGES",
    "BOUNDS",
    "QUADOBJ",
    "QSECTION",
    "QMATRIX",
    "ENDATA",
)
FIELDS = ((1, 3), (4, 12), (14, 22), (24, 36), (39, 47), (49, 61))
"""Where the fields of the fixed form begin and end, counted from 0."""

WHOLE_BOUNDS, VALUELESS = ("BV", "LI", "UI"), ("FR", "MI", "PL", "BV")
WHOLE_NUMBERS = "Whole-number variables are not supported; relax them (--relax, relax=True) to solve for a bound."
BOUND_KINDS = ("UP", "LO", "FX", "FR", "MI", "PL", *WHOLE_BOUNDS)


def read_mps(path: str | os.PathLike[str], *, relax: bool = False) -> RowProgram:
    r"""The program in an MPS or QPS file.

    Parameters
    ----------
    path : the file.
    relax : take whole-number variables as continuous ones rather than refuse them.

    Raises
    ------
    DataError
        If the file cannot be opened or understood; the message names the line. Also if Q is not convex.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> text = "ROWS\n N cost\n G need\nCOLUMNS\n x cost 2 need 1\n y cost 3 need 2\nRHS\n b need 4\nENDATA\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = pathlib.Path(folder, "diet.mps").write_text(text)
    ...     result = read_mps(pathlib.Path(folder, "diet.mps")).solve()
    >>> result.value, result.x.tolist()
    (6.0, [0.0, 2.0])
    """
    source = Path(path)
    try:
        text = source.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DataError(f"Expected an MPS or QPS file, but '{source}' cannot be opened ({reason}).") from None
    try:
        return _Reader(source.name, str.split, relax).read(text)
    except DataError as error:
        try:  # names that contain blanks can be told by their columns only
            return _Reader(source.name, _fixed, relax).read(text)
        except DataError:
            raise error from None


def _fixed(line: str) -> list[str]:
    fields = [line[begin:end].strip() for begin, end in FIELDS]
    while fields and not fields[-1]:
        fields.pop()
    return fields[1:] if fields and not fields[0] else fields


class _LineError(ValueError):
    """What is wrong with the line at hand."""


@dataclasses.dataclass
class _Column:
    """A variable as its lines say."""

    lower: float | None = None
    upper: float | None = None
    whole: bool = False

    def limits(self) -> tuple[float, float]:
        lower, upper = self.lower, self.upper
        if self.whole and lower is None and upper is None:
            upper = 1.0
        if lower is None:
            lower = -math.inf if upper is not None and upper < 0 else 0.0
        return lower, math.inf if upper is None else upper


class _Reader:
    """Takes the lines in turn, then builds the program."""

    def __init__(self, file: str, split: Callable[[str], list[str]], relax: bool) -> None:
        self.file, self.split, self.relax = file, split, relax
        self.name, self.section = "", ""
        self.objective: str | None = None
        self.senses: dict[str, str] = {}
        self.columns: dict[str, _Column] = {}
        self.entries: dict[tuple[str, str], float] = {}
        self.vectors: dict[str, dict[str, float]] = {"RHS": {}, "RANGES": {}}
        self.sets: dict[str, str] = {}
        self.quadratic: dict[tuple[str, str], float] = {}
        self.maximize = self.whole = False
        self.readers: dict[str, Callable[[list[str]], None]] = {
            "OBJSENSE": self._sense,
            "ROWS": self._row,
            "COLUMNS": self._column,
            "RHS": self._vector,
            "RANGES": self._vector,
            "BOUNDS": self._bound,
            "QUADOBJ": self._quadratic,
            "QSECTION": self._quadratic,
            "QMATRIX": self._quadratic,
        }

    def read(self, text: str) -> RowProgram:
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip() or line.startswith("*"):
                continue
            try:
                if line[0].isspace():
                    self._data(self.split(line))
                else:
                    self._header(line.split())
            except _LineError as error:
                shown = line.strip()[:60]
                where = f" of section {self.section}" if self.section else ""
                raise DataError(f"{self.file}, line {number}{where}: {error} The line is {shown!r}.") from None
            if self.section == "ENDATA":
                break
        if self.section != "ENDATA":
            raise DataError(f"Expected '{self.file}' to end with ENDATA; it is cut off, or no MPS file.")
        if self.objective is None or not self.columns:
            missing = "a row of type N, the objective" if self.objective is None else "variables in COLUMNS"
            raise DataError(f"Expected {missing} in '{self.file}', found none.")
        try:
            return self._program()
        except DataError:
            raise
        except PishroError as error:
            raise DataError(f"'{self.file}' cannot be solved. {error}") from error

    def _header(self, words: list[str]) -> None:
        section = words[0].upper()
        if section not in SECTIONS:
            raise _LineError(unknown_name("section", words[0], SECTIONS))
        self.section = section
        if section == "NAME" and len(words) > 1:
            self.name = words[1]
        if section == "OBJSENSE" and len(words) > 1:
            self._sense(words[1:])

    def _data(self, fields: list[str]) -> None:
        if self.section not in self.readers:
            raise _LineError(f"Expected one of the sections {', '.join(SECTIONS)} first.")
        try:
            self.readers[self.section](fields)
        except IndexError:
            raise _LineError("Fields are missing.") from None

    def _sense(self, fields: list[str]) -> None:
        word = fields[0].upper()
        if word not in ("MIN", "MAX", "MINIMIZE", "MAXIMIZE"):
            raise _LineError(unknown_name("sense of the objective", fields[0], ("MIN", "MAX")))
        self.maximize = word.startswith("MAX")

    def _row(self, fields: list[str]) -> None:
        sense, name = fields[0].upper(), fields[1]
        if sense not in ("N", "E", "L", "G"):
            raise _LineError(unknown_name("type of row", fields[0], ("N", "E", "L", "G")))
        if name in self.senses:
            raise _LineError(f"The row {name!r} was listed before.")
        self.senses[name] = sense
        if sense == "N" and self.objective is None:
            self.objective = name

    def _column(self, fields: list[str]) -> None:
        if "'MARKER'" in fields:
            self._marker("'INTORG'" in fields)
            return
        column = self.columns.setdefault(fields[0], _Column())
        column.whole = column.whole or self.whole
        for row, value in _pairs(fields[1:]):
            self._known(row)
            if (row, fields[0]) in self.entries:
                raise _LineError(f"The entry of {fields[0]!r} in {row!r} was given before.")
            self.entries[row, fields[0]] = value

    def _marker(self, begins: bool) -> None:
        if begins and not self.relax:
            raise _LineError(WHOLE_NUMBERS)
        self.whole = begins

    def _vector(self, fields: list[str]) -> None:
        named = len(fields) % 2 == 1  # the name of the set may be left out
        self._same_set(fields[0] if named else "")
        for row, value in _pairs(fields[named:]):
            self._known(row)
            if row in self.vectors[self.section]:
                raise _LineError(f"The number of {row!r} was given before.")
            if self.section == "RANGES" and self.senses[row] == "N":
                raise _LineError(f"A range of the objective {row!r} means nothing.")
            self.vectors[self.section][row] = value

    def _same_set(self, name: str) -> None:
        if self.sets.setdefault(self.section, name) != name:
            raise _LineError(f"A second set {name!r} after {self.sets[self.section]!r}; keep the one that is meant.")

    def _known(self, row: str) -> None:
        if row not in self.senses:
            raise _LineError(unknown_name("row", row, self.senses))

    def _known_column(self, name: str) -> _Column:
        if name not in self.columns:
            raise _LineError(unknown_name("variable", name, self.columns))
        return self.columns[name]

    def _bound(self, fields: list[str]) -> None:
        kind, rest = fields[0].upper(), fields[1:]
        if kind not in BOUND_KINDS:
            raise _LineError(unknown_name("type of bound", fields[0], BOUND_KINDS))
        if kind in WHOLE_BOUNDS and not self.relax:
            raise _LineError(WHOLE_NUMBERS)
        bare = len(rest) < 2 or (rest[0] in self.columns and rest[1] not in self.columns)
        unnamed = bare if kind in VALUELESS else len(rest) < 3
        self._same_set("" if unnamed else rest[0])
        rest = rest if unnamed else rest[1:]
        column = self._known_column(rest[0])
        column.whole = column.whole or kind in WHOLE_BOUNDS
        value = 0.0 if kind in VALUELESS else _number(rest[1])
        if kind in ("LO", "LI", "FX"):
            column.lower = value
        if kind in ("UP", "UI", "FX"):
            column.upper = value
        if kind in ("FR", "MI"):
            column.lower = -math.inf
        if kind in ("FR", "PL"):
            column.upper = math.inf
        if kind == "BV":
            column.lower, column.upper = 0.0, 1.0

    def _quadratic(self, fields: list[str]) -> None:
        first, second, value = fields[0], fields[1], _number(fields[2])
        self._known_column(first)
        self._known_column(second)
        mirrored = {(first, second)} if self.section == "QMATRIX" else {(first, second), (second, first)}
        for pair in mirrored:
            if pair in self.quadratic:
                raise _LineError(f"The entry of {first!r} and {second!r} was given before.")
            self.quadratic[pair] = value

    def _program(self) -> RowProgram:
        rows = {name: i for i, name in enumerate(n for n, sense in self.senses.items() if sense != "N")}
        columns = {name: i for i, name in enumerate(self.columns)}
        sign = -1.0 if self.maximize else 1.0
        m, n = len(rows), len(columns)
        c = np.zeros(n)
        for (row, column), value in self.entries.items():
            if row == self.objective:
                c[columns[column]] = sign * value
        A = _matrix({(rows[r], columns[v]): a for (r, v), a in self.entries.items() if r in rows}, (m, n))
        Q = _matrix({(columns[a], columns[b]): sign * q for (a, b), q in self.quadratic.items()}, (n, n))
        limits = np.array([self._limits(name) for name in rows]).reshape(m, 2)
        bounds = np.array([self._bounds(name) for name in columns]).reshape(n, 2)
        constant = -sign * self.vectors["RHS"].get(self.objective or "", 0.0)
        below, above, lower, upper = *limits.T, *bounds.T
        form = ProgramForm(c, A, below, above, lower, upper, Q if Q.nnz else None, constant)
        relaxed = sum(column.whole for column in self.columns.values())
        return RowProgram(form, tuple(columns), tuple(rows), self.name, self.maximize, relaxed)

    def _limits(self, row: str) -> tuple[float, float]:
        sense, b = self.senses[row], self.vectors["RHS"].get(row, 0.0)
        reach = self.vectors["RANGES"].get(row)
        if sense == "E":
            return min(b, b + (reach or 0.0)), max(b, b + (reach or 0.0))
        width = math.inf if reach is None else abs(reach)
        return (b - width, b) if sense == "L" else (b, b + width)

    def _bounds(self, name: str) -> tuple[float, float]:
        lower, upper = self.columns[name].limits()
        if lower > upper:
            raise DataError(
                f"'{self.file}': expected a lower bound not above the upper one, found {lower:g} ≤ {name} ≤ {upper:g}."
            )
        return lower, upper


def _matrix(entries: dict[tuple[int, int], float], shape: tuple[int, int]) -> sp.csr_array:
    places = np.array(list(entries), dtype=np.int64).reshape(-1, 2).T
    return sp.csr_array((np.array(list(entries.values()), dtype=np.float64), places), shape=shape)


def _pairs(fields: list[str]) -> Iterator[tuple[str, float]]:
    if not fields or len(fields) % 2:
        raise _LineError("Expected pairs of a row's name and a number.")
    for name, value in zip(fields[::2], fields[1::2], strict=True):
        yield name, _number(value)


def _number(text: str) -> float:
    try:
        value = float(text.upper().replace("D", "E"))  # Fortran's double precision
    except ValueError:
        value = math.nan
    if math.isnan(value) or "_" in text:
        raise _LineError(f"Expected a number, found {text!r}.")
    return value
