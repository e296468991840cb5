"""NumPy-only Python: one file that predicts without torch and without pishro, and checks itself.

A value is an array (N, size), or (K, N, size) for K members, and every step is one line of NumPy. Large constants are
packed into texts; the rest can be read.
"""

__all__ = ["python_source"]

import base64
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from pishro.serialization.export import steps as op
from pishro.serialization.export.numpy_parts import HELPERS, NEEDS, READING
from pishro.serialization.export.program import Array, Program, Value
from pishro.serialization.export.samples import Samples

PACKED_FROM = 400
"""Numbers from which a constant is packed into a text: half as long as digits, and read in an instant."""

CHECKED = 16
"""Rows that the file keeps to check itself."""

ROWS_AT_ONCE = 65_536


def python_source(program: Program, samples: Samples) -> str:
    """The text of the file."""
    body = _Body(program)
    lines = [body.line(value, step, reads) for value, step, reads in program.steps]
    outputs = ", ".join(f"v{value.index}" for value in program.outputs.values())
    run = "\n".join(f"    {line}" for line in [*lines, f"return {outputs},"])
    mixed = any(column.kind != "number" for column in program.columns)
    text = "\n".join([*body.constants, f"\n\ndef _run(x):\n{run}\n"]) + _face(program, mixed) + _check(program, samples)
    used = _used(text)
    helpers = "\n".join(HELPERS[name] for name in HELPERS if name in used)
    reading = READING if mixed else ""
    head = f'"""{_doc(program)}"""\n\nimport base64\nimport math\nimport sys\n\nimport numpy as np\n'
    return f"{head}{reading}\n{helpers}\n{_columns(program)}\n{text}"


class _Body:
    """Steps as lines, and the constants that they name."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.constants: list[str] = []
        self.named: dict[int, str] = {}

    def line(self, value: Value, step: op.Step, reads: tuple[Value, ...]) -> str:
        """The assignment of a step's value."""
        names = [f"v{v.index}" for v in reads]
        return f"v{value.index} = {_RULES[type(step)](self, step, *names)}"

    def constant(self, array: Array, rows: bool = True) -> str:
        """The name of a constant; `rows` puts an axis for the rows behind that of the members."""
        if array.ndim == 0:
            return repr(float(array))
        if id(array) not in self.named:
            name = f"C{len(self.named)}"
            self.named[id(array)] = name
            shaped = array[:, None, :] if rows and array.ndim == 2 else array
            self.constants.append(f"{name} = {_literal(shaped)}")
        return self.named[id(array)]

    def affine(self, step: op.Affine, x: str) -> str:
        product = x if step.factor.ndim == 0 and step.factor == 1 else f"{x} * {self.constant(step.factor)}"
        return product if not step.shift.any() else f"{product} + {self.constant(step.shift)}"

    def read(self, step: op.Read) -> str:
        if step.columns == tuple(range(len(self.program.columns))):
            return "x"
        return f"x[:, {list(step.columns)}]"


def _literal(array: Array) -> str:
    if array.size < PACKED_FROM:
        return f"np.array({array.tolist()})"
    packed = base64.b85encode(np.ascontiguousarray(array, "<f8").tobytes()).decode()
    return f'_array("{packed}", {", ".join(map(str, array.shape))})'


_FUNCTIONS: dict[str, str] = {
    "tanh": "np.tanh({0})",
    "sigmoid": "_sigmoid({0})",
    "relu": "np.maximum({0}, 0.0)",
    "softplus": "np.logaddexp({0}, 0.0)",
    "erf": "_erf({0})",
    "exp": "np.exp({0})",
    "log": "np.log({0})",
    "abs": "np.abs({0})",
    "square": "np.square({0})",
    "sqrt": "np.sqrt({0})",
    "reciprocal": "1.0 / {0}",
    "sine": "np.sin({0})",
    "cosine": "np.cos({0})",
    "floor": "np.floor({0})",
    "positive": "({0} > 0.0) * 1.0",
    "not_negative": "({0} >= 0.0) * 1.0",
}
_PAIRINGS = {
    "add": "{0} + {1}",
    "subtract": "{0} - {1}",
    "multiply": "{0} * {1}",
    "divide": "{0} / {1}",
    "maximum": "np.maximum({0}, {1})",
}

Rule = Callable[..., str]

_RULES: dict[type[op.Step], Rule] = {
    op.Read: lambda b, s: b.read(s),
    op.Lookup: lambda b, s: f"{b.constant(s.table, rows=False)}[x[:, {s.column}].astype(int)]",
    op.Finite: lambda b, s, x: f"np.isfinite({x}) * 1.0",
    op.Impute: lambda b, s, x: f"np.where(np.isfinite({x}), {x}, {b.constant(s.stand_in)})",
    op.Month: lambda b, s, x: f"_month({x})",
    op.Affine: lambda b, s, x: b.affine(s, x),
    op.Standardize: lambda b, s, x: f"({x} - {b.constant(s.center)}) * {b.constant(s.factor)}",
    op.Clip: lambda b, s, x: f"np.clip({x}, {_bound(s.low)}, {_bound(s.high)})",
    op.Map: lambda b, s, x: _FUNCTIONS[s.function].format(x),
    op.Leaky: lambda b, s, x: f"np.where({x} > 0.0, {x}, {x} * {b.constant(s.slope)})",
    op.Combine: lambda b, s, x, y: _PAIRINGS[s.function].format(x, y),
    op.Dense: lambda b, s, x: _dense(b, s, x),
    op.Distance: lambda b, s, x: f"_distance({x}, {b.constant(s.centers, False)}, {b.constant(s.weights, False)})",
    op.Convolve: lambda b, s, x: (
        f"_convolve({x}, {b.constant(s.weight)}, {b.constant(s.bias, False)}, {s.shape_in}, {s.stride}, {s.padding})"
    ),
    op.Pool: lambda b, s, x: (
        f'_pool({x}, "{"max" if s.kind == "max" else "mean"}", {s.shape_in}, {s.window}, {s.stride})'
    ),
    op.Take: lambda b, s, x: f"{x}[..., {s.start}:{s.stop}]",
    op.Gather: lambda b, s, x: f"{x}[..., {list(s.index)}]",
    op.Join: lambda b, s, *xs: f"_join({', '.join(xs)})",
    op.Total: lambda b, s, x: f"{x}.sum(-1, keepdims=True)",
    op.Softmax: lambda b, s, x: f"_softmax({x})",
    op.Outer: lambda b, s, x, y: f"_outer({x}, {y})",
    op.MemberMean: lambda b, s, x: f"{x}.mean(0)",
    op.Beside: lambda b, s, x: f"np.swapaxes({x}, 0, 1).reshape({x}.shape[1], -1)",
    op.NormalQuantile: lambda b, s, x, y: f"_normal_quantile({x}, {y}, {s.level!r}, {s.normal!r}, {s.halvings})",
}


def _dense(body: _Body, step: op.Dense, x: str) -> str:
    product = f"{x} @ {body.constant(step.weight, rows=False)}"
    return f"{product} + {body.constant(step.bias)}" if step.bias.any() else product


def _bound(value: float) -> str:
    return "None" if np.isinf(value) else repr(value)


def _used(text: str) -> set[str]:
    used = {name for name in HELPERS if re.search(rf"\b{name}\(", text)}
    return used | {needed for name in used for needed in NEEDS.get(name, ())}


def _doc(program: Program) -> str:
    notes = "\n".join(_plain(note) for note in program.notes)
    calls = ["predict(table)        the predicted " + ("classes" if program.classes else "numbers") + ", one a row"]
    if program.classes:
        calls.append("probabilities(table)  (rows, classes), in the order of CLASSES")
    if program.level is not None:
        calls.append(f"interval(table)       lower and upper ends of {100 * program.level:g} % intervals")
    usage = "\n".join(f"    {call}" for call in calls)
    if program.shape:
        reads = f"A table is an array of rows of shape {program.shape}."
    else:
        reads = (
            "A table is a dict of columns by name, or rows of cells in the order of COLUMNS. Cells are numbers,\n"
            "None or NaN where missing, texts for levels, and dates for days."
        )
    return (
        f"{notes}\n\nWritten by pishro; it needs NumPy only.\n\n{usage}\n\n"
        f"{reads}\n\n"
        "    python THIS_FILE --check   compares the predictions of rows that are kept here with the model's\n"
    )


def _plain(text: str) -> str:
    text = "".join(c if c.isprintable() else " " for c in text)
    return text.replace("\\", "/").replace('"""', "'''")


def _columns(program: Program) -> str:
    readers = {"number": "_number", "day": "_day", "level": "_coded(_level, {})", "truth": "_coded(_truth, {})"}
    lines = [] if program.shape else [f"COLUMNS = {[column.name for column in program.columns]!r}"]
    if program.classes:
        lines.append(f"CLASSES = np.array({list(program.classes)!r})")
    if any(column.kind != "number" for column in program.columns):
        read = [readers[c.kind].format(repr(list(c.levels))) for c in program.columns]
        lines.append("_READ = [\n" + "".join(f"    {r},\n" for r in read) + "]")
    return "\n".join(lines)


_FACE = '''

def _numbers(table):
    """A table as numbers (rows, columns)."""
    if isinstance(table, dict):
        {by_name}
    {by_row}
'''

_ROWS_FACE = '''

def _numbers(table):
    """Rows (N, ...) as numbers (N, entries)."""
    return np.asarray(table, float).reshape(len(table), -1)
'''

_OUTPUTS = """

def _outputs(table):
    x = _numbers(table)
    if len(x) <= {rows}:
        return _run(x)
    return [np.concatenate(part) for part in zip(*[_run(x[i : i + {rows}]) for i in range(0, len(x), {rows})])]

"""


def _face(program: Program, mixed: bool) -> str:
    if mixed:
        by_name = "table = zip(*[table[name] for name in COLUMNS])"
        by_row = (
            "return np.array([[read(cell) for read, cell in zip(_READ, row, strict=True)] for row in table], float)"
        )
    else:
        by_name = "table = np.stack([np.asarray(table[name], float) for name in COLUMNS], -1)"
        by_row = "return np.asarray(table, float)"
    if program.shape:
        text = _ROWS_FACE + _OUTPUTS.format(rows=ROWS_AT_ONCE)
    else:
        text = _FACE.format(by_name=by_name, by_row=by_row) + _OUTPUTS.format(rows=ROWS_AT_ONCE)
    if program.classes:
        return text + (
            "\ndef probabilities(table):\n    return _outputs(table)[0]\n\n"
            "\ndef predict(table):\n    return CLASSES[_outputs(table)[0].argmax(-1)]\n\n"
        )
    one = ".squeeze(-1)" if program.outputs["prediction"].size == 1 else ""
    text += f"\ndef predict(table):\n    return _outputs(table)[0]{one}\n\n"
    if "code" in program.outputs:
        text += "\ndef encode(table):\n    return _outputs(table)[1]\n\n"
    if program.level is not None:
        text += "\ndef interval(table):\n    _, lower, upper = _outputs(table)\n"
        text += "    return lower.squeeze(-1), upper.squeeze(-1)\n\n"
    return text


_CHECK = '''
_ROWS = np.array({rows})
_ANSWERS = {answers}


def check():
    """The largest deviation from the model's answers, relative to the largest answer."""
    found = _run(_ROWS)
    return max(float(np.abs(f - a).max() / np.abs(a).max()) for f, a in zip(found, _ANSWERS))


if __name__ == "__main__":
    if sys.argv[1:] != ["--check"]:
        sys.exit("usage: python " + sys.argv[0] + " --check")
    worst = check()
    print("largest relative deviation from the model: %.2g" % worst)
    sys.exit(0 if worst <= 1e-5 else 1)
'''


def _check(program: Program, samples: Samples) -> str:
    rows = _list(samples.codes[:CHECKED])
    answers = ", ".join(f"np.array({_list(samples.answers[name][:CHECKED])})" for name in program.outputs)
    return _CHECK.format(rows=rows, answers=f"[{answers}]").replace("nan", "np.nan")


def _list(values: Array) -> Any:
    return str(values.tolist())
