"""C99: one function of one row, without allocation and without anything but the mathematical library.

A value is an array of `size` numbers, member by member; arrays are used again once nothing reads them any more. Each
step is one or two loops that a compiler unrolls. Numbers are `double` or `float`; what has to be exact before it is
scaled stays `double`.
"""

__all__ = ["CSource", "c_source"]

import dataclasses
import re
from typing import Literal, final

from pishro.serialization.export.c_loops import Loops
from pishro.serialization.export.c_parts import HELPERS, LEVEL_CODE
from pishro.serialization.export.c_steps import write_step
from pishro.serialization.export.program import Column, Program

Precision = Literal["float32", "float64"]


@final
@dataclasses.dataclass(frozen=True)
class CSource:
    """The two files.

    Attributes
    ----------
    header, source : their texts.
    name : what the functions' names begin with.
    file : name of the header's file, which the source includes.
    stack : bytes of working memory that a call takes from the stack.
    """

    header: str
    source: str
    name: str
    file: str
    stack: int


def c_source(program: Program, name: str, file: str, precision: Precision) -> CSource:
    """The program as C.

    Parameters
    ----------
    program : what to write.
    name : what the functions' names begin with.
    file : name of the header's file.
    precision : of the numbers inside.
    """
    loops = Loops(program, precision)
    for value, step, reads in program.steps:
        write_step(loops, value, step, reads)
    total = sum(value.size for value in program.outputs.values())
    body = "\n".join(f"    {line}" for line in loops.lines)
    out = "\n".join(f"    {line}" for line in loops.outputs())
    buffers = "\n".join(f"    {line}" for line in loops.declarations())
    text = f"void {name}_predict(const double *row, double *out)\n{{\n{buffers}\n{body}\n{out}\n}}\n"
    if program.classes:
        text += _CLASS.format(name=name, count=total)
    text = "\n".join(loops.constants) + "\n" + text
    used = [part for helper, part in HELPERS.items() if re.search(rf"\b{helper}\(", text)]
    helpers = "\n".join(part.replace("REAL", loops.real).replace("SUFFIX", loops.suffix) for part in used)
    if any(column.levels for column in program.columns):
        helpers += LEVEL_CODE
    head = f'/* {name}: see {file}. */\n#include <math.h>\n\n#include "{file}"\n\n'
    return CSource(_header(program, name, loops, total), f"{head}{helpers}\n{text}", name, file, loops.stack)


_CLASS = """
int {name}_class(const double *row)
{{
    double p[{count}];
    int best = 0;
    {name}_predict(row, p);
    for (int i = 1; i < {count}; i++)
        if (p[i] > p[best])
            best = i;
    return best;
}}
"""


def _header(program: Program, name: str, loops: Loops, total: int) -> str:
    guard = f"{name.upper()}_H"
    lines = [*program.notes, "", "Written by pishro; C99, no allocation, math.h only.", ""]
    lines += [f"row: {len(program.columns)} numbers."]
    if program.shape:
        lines += [f"  an array of shape {program.shape}, the last index running fastest"]
    else:
        lines += [f"  [{place}] {_described(column)}" for place, column in enumerate(program.columns)]
    start = 0
    lines += [f"out: {total} numbers."]
    for label, value in program.outputs.items():
        where = f"[{start}]" if value.size == 1 else f"[{start}..{start + value.size - 1}]"
        lines += [f"  {where} {label}"]
        start += value.size
    if program.classes:
        lines += [f"  classes in order: {', '.join(map(str, program.classes))}"]
    lines += ["", f"Numbers are {loops.real} inside; a call takes about {loops.stack} bytes of the stack."]
    text = "\n".join(f" * {_comment(line)}".rstrip() for line in lines)
    declared = f"void {name}_predict(const double *row, double *out);\n"
    if program.classes:
        declared += f"/* The index of the most probable class. */\nint {name}_class(const double *row);\n"
    sizes = f"#define {name.upper()}_COLUMNS {len(program.columns)}\n#define {name.upper()}_OUTPUTS {total}\n"
    opening, closing = '#ifdef __cplusplus\nextern "C" {\n#endif\n', "#ifdef __cplusplus\n}\n#endif\n"
    return f"/*\n{text}\n */\n#ifndef {guard}\n#define {guard}\n\n{sizes}\n{opening}\n{declared}\n{closing}\n#endif\n"


def _described(column: Column) -> str:
    kinds = {"number": "a number; NAN where missing", "day": "days since 1970-01-01, with hours as a fraction; NAN"}
    if column.kind in kinds:
        return f"{column.name}: {kinds[column.kind]}"
    codes = ", ".join(f"{code} {level}" for code, level in enumerate(column.levels))
    return f"{column.name}: {codes}; {len(column.levels)} or more for any other level, NAN or negative where missing"


def _comment(text: str) -> str:
    """A text that cannot end a comment, nor begin another."""
    kept = "".join(c if c.isprintable() else " " for c in text)
    return kept.replace("*/", "* /").replace("/*", "/ *").replace("??", "? ?")
