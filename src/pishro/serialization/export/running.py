"""Runs an exported source where its language is present, and reads what it prints."""

__all__ = ["FLAGS", "compiler", "octave", "run_compiled", "run_octave"]

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from pishro.errors import SettingError
from pishro.serialization.export.c_source import CSource
from pishro.serialization.export.program import Array, Program

FLAGS = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O2")
"""A source that gives a warning is not handed out."""

SECONDS = 120

_MAIN = """#include <math.h>
#include <stdio.h>

#include "{file}"

static const double rows[] = {{{numbers}}};

int main(void)
{{
    double out[{outputs}];
    for (int n = 0; n < {count}; n++) {{
        {name}_predict(rows + n * {columns}, out);
        for (int i = 0; i < {outputs}; i++)
            printf("%.17g\\n", out[i]);
    }}
    return 0;
}}
"""

_SCRIPT = """X = reshape([{numbers}], {columns}, {count}).';
[{names}] = {name}(X);
printf('%.17g\\n', [{joined}].');
"""


def compiler() -> str | None:
    """The path of a C compiler; None where there is none."""
    return next((found for found in map(shutil.which, ("cc", "gcc", "clang")) if found), None)


def octave() -> str | None:
    """The path of Octave; None where there is none."""
    return next((found for found in map(shutil.which, ("octave-cli", "octave")) if found), None)


def run_compiled(with_: str, source: CSource, program: Program, rows: Array) -> dict[str, Array]:
    """The outputs of rows (N, columns) by name.

    Raises
    ------
    SettingError
        If the source does not compile or does not run.
    """
    outputs = sum(value.size for value in program.outputs.values())
    shape = {"outputs": outputs, "count": len(rows), "columns": rows.shape[1]}
    main = _MAIN.format(name=source.name, file=source.file, numbers=_numbers(rows, "NAN"), **shape)
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("model.c", source.source), (source.file, source.header), ("main.c", main)):
            Path(folder, name).write_text(text, encoding="utf-8")
        _said([with_, *FLAGS, "model.c", "main.c", "-o", "run", "-lm"], folder, "C")
        return _split(_said([str(Path(folder, "run"))], folder, "C"), program, len(rows))


def run_octave(with_: str, source: str, name: str, program: Program, rows: Array) -> dict[str, Array]:
    """The same of a MATLAB source whose function is called `name`."""
    names = list(program.outputs)
    script = _SCRIPT.format(
        numbers=_numbers(rows, "NaN"),
        columns=rows.shape[1],
        count=len(rows),
        names=", ".join(["~", *names] if program.classes else names),
        name=name,
        joined=", ".join(names),
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, f"{name}.m").write_text(source, encoding="utf-8")
        Path(folder, "check_export.m").write_text(script, encoding="utf-8")
        said = _said([with_, "--quiet", "--norc", "check_export.m"], folder, "MATLAB")
    return _split(said, program, len(rows))


def _numbers(rows: Array, missing: str) -> str:
    return ", ".join(missing if np.isnan(v) else repr(float(v)) for v in rows.ravel())


def _split(text: str, program: Program, rows: int) -> dict[str, Array]:
    found = np.array([float(line) for line in text.split()]).reshape(rows, -1)
    ends = np.cumsum([value.size for value in program.outputs.values()])
    return dict(zip(program.outputs, np.split(found, ends[:-1], axis=1), strict=True))


def _said(command: list[str], folder: str, language: str) -> str:
    """What a command prints."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SettingError(f"The exported {language} source could not be checked: {error}.") from error
    if done.returncode:
        raise SettingError(
            f"The exported {language} source could not be checked: {Path(command[0]).name} ended with "
            f"{done.returncode}. {done.stderr[:500]}"
        )
    return done.stdout
