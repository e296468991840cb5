"""Compiles an exported C source and asks it for the sample rows, where a compiler is present."""

__all__ = ["FLAGS", "compiler", "run_compiled"]

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


def compiler() -> str | None:
    """The path of a C compiler; None where there is none."""
    return next((found for found in map(shutil.which, ("cc", "gcc", "clang")) if found), None)


def run_compiled(with_: str, source: CSource, program: Program, rows: Array) -> dict[str, Array]:
    """The outputs of rows (N, columns) by name.

    Raises
    ------
    SettingError
        If the source does not compile or does not run.
    """
    outputs = sum(value.size for value in program.outputs.values())
    numbers = ", ".join("NAN" if np.isnan(v) else repr(float(v)) for v in rows.ravel())
    main = _MAIN.format(
        name=source.name, file=source.file, numbers=numbers, outputs=outputs, count=len(rows), columns=rows.shape[1]
    )
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("model.c", source.source), (source.file, source.header), ("main.c", main)):
            Path(folder, name).write_text(text, encoding="utf-8")
        _said([with_, *FLAGS, "model.c", "main.c", "-o", "run", "-lm"], folder)
        text = _said([str(Path(folder, "run"))], folder)
    found = np.array([float(line) for line in text.split()]).reshape(len(rows), outputs)
    ends = np.cumsum([value.size for value in program.outputs.values()])
    return dict(zip(program.outputs, np.split(found, ends[:-1], axis=1), strict=True))


def _said(command: list[str], folder: str) -> str:
    """What a command prints."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SettingError(f"The exported C source could not be checked: {error}.") from error
    if done.returncode:
        raise SettingError(
            f"The exported C source could not be checked: {command[0]} ended with {done.returncode}. "
            f"{done.stderr[:500]}"
        )
    return done.stdout
