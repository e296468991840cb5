"""MATLAB and Octave: one function of a matrix of rows.

A value is an array rows × size × members, and every step is one line. MATLAB's `tansig` is the hyperbolic tangent, and
that is what the file calls by this name; pishro's activation of the same name is tanh(z/2), whose half is written out.
"""

__all__ = ["matlab_source"]

import re
from collections.abc import Callable
from typing import Any

from pishro.errors import SettingError
from pishro.serialization.export import steps as op
from pishro.serialization.export.matlab_parts import HELPERS
from pishro.serialization.export.program import Array, Column, Program, Value

NEEDS = {"convolve": ("patch",), "pool": ("patch",)}


def matlab_source(program: Program, name: str) -> str:
    """The text of the file, whose name has to be the function's.

    Raises
    ------
    SettingError
        If the name cannot be a function's.
    """
    if not re.fullmatch(r"[A-Za-z]\w{0,62}", name, re.ASCII):
        raise SettingError(
            f"A MATLAB file is called as its function: expected letters, digits and underscores, received {name!r}."
        )
    body = _Body()
    lines = [f"v{v.index} = {_RULES[type(step)](body, v, step, *reads)};" for v, step, reads in program.steps]
    outputs = ["class", "probabilities"] if program.classes else list(program.outputs)
    handed = [f"{label} = v{value.index};" for label, value in program.outputs.items()]
    if program.classes:
        handed += [
            "[~, best] = max(probabilities, [], 2);",
            f"classes = {_labels(program.classes)};",
            "class = reshape(classes(best), [], 1);",
        ]
    head = "\n".join(f"% {_comment(line)}".rstrip() for line in _doc(program, name, outputs))
    text = "\n".join([*body.constants, *lines, *handed])
    called = {helper for helper in HELPERS if re.search(rf"\b{helper}\(", text)}
    called |= {needed for helper in called for needed in NEEDS.get(helper, ())}
    helpers = "\n".join(HELPERS[helper] for helper in HELPERS if helper in called)
    return f"function [{', '.join(outputs)}] = {name}(X)\n{head}\n{text}\nend\n\n{helpers}"


def _doc(program: Program, name: str, outputs: list[str]) -> list[str]:
    lines = [f"[{', '.join(outputs)}] = {name}(X), one row of X a row of the table.", *program.notes, ""]
    lines += ["Written by pishro for MATLAB (R2016b or later) and Octave. Columns of X:"]
    if program.shape:
        return [*lines, f"  the entries of an array of shape {program.shape}, its last index running fastest"]
    lines += [f"  {place}  {_described(column)}" for place, column in enumerate(program.columns, 1)]
    if program.level is not None:
        lines.append(f"lower and upper are the ends of {100 * program.level:g} % intervals.")
    return lines


def _described(column: Column) -> str:
    kinds = {"number": "a number; NaN where missing", "day": "days since 1970-01-01 (datenum - 719529); NaN"}
    if column.kind in kinds:
        return f"{column.name}: {kinds[column.kind]}"
    codes = ", ".join(f"{code} {level}" for code, level in enumerate(column.levels))
    return f"{column.name}: {codes}; {len(column.levels)} or more for any other level, NaN or negative where missing"


def _comment(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _labels(labels: tuple[Any, ...]) -> str:
    if isinstance(labels[0], str):
        return "{" + ", ".join("'" + _comment(label).replace("'", "''") + "'" for label in labels) + "}"
    return "[" + ", ".join(str(label).lower() for label in labels) + "]"


class _Body:
    """Constants by name."""

    def __init__(self) -> None:
        self.constants: list[str] = []
        self.named: dict[int, str] = {}

    def constant(self, array: Array) -> str:
        """A number, or the name of a row: (size), (members, size) as 1 × size × members."""
        if array.ndim == 0:
            return _number(float(array))
        return self.block(array, array.reshape(array.shape[0] if array.ndim == 2 else 1, 1, -1))

    def matrix(self, array: Array) -> str:
        """The name of a matrix: (a, b), or (members, a, b) as a × b × members."""
        return self.block(array, array if array.ndim == 3 else array[None])

    def block(self, array: Array, shaped: Array) -> str:
        """The name of (members, a, b) as a × b × members, which MATLAB holds column by column."""
        if id(array) not in self.named:
            self.named[id(array)] = name = f"c{len(self.named)}"
            numbers = [_number(v) for v in shaped.swapaxes(1, 2).ravel()]
            rows = " ...\n    ".join(" ".join(numbers[i : i + 8]) for i in range(0, len(numbers), 8))
            members, down, across = shaped.shape
            self.constants.append(f"{name} = reshape([{rows}], {down}, {across}, {members});")
        return self.named[id(array)]


def _number(value: float) -> str:
    return repr(float(value)).replace("inf", "Inf").replace("nan", "NaN")


def _name(value: Value) -> str:
    return f"v{value.index}"


_FUNCTIONS: dict[str, str] = {
    "tanh": "tansig({0})",
    "sigmoid": "sigmoid({0})",
    "relu": "max({0}, 0)",
    "softplus": "softplus({0})",
    "erf": "erf({0})",
    "exp": "exp({0})",
    "log": "log({0})",
    "abs": "abs({0})",
    "square": "{0} .^ 2",
    "sqrt": "sqrt({0})",
    "reciprocal": "1 ./ {0}",
    "sine": "sin({0})",
    "cosine": "cos({0})",
    "floor": "floor({0})",
    "positive": "double({0} > 0)",
    "not_negative": "double({0} >= 0)",
}
_PAIRINGS = {
    "add": "{0} + {1}",
    "subtract": "{0} - {1}",
    "multiply": "{0} .* {1}",
    "divide": "{0} ./ {1}",
    "maximum": "max({0}, {1})",
}


def _list(numbers: Any) -> str:
    return "[" + " ".join(str(int(n)) for n in numbers) + "]"


def _affine(body: _Body, value: Value, step: op.Affine, x: Value) -> str:
    return f"{_name(x)} .* {body.constant(step.factor)} + {body.constant(step.shift)}"


def _clip(body: _Body, value: Value, step: op.Clip, x: Value) -> str:
    return f"min(max({_name(x)}, {_number(step.low)}), {_number(step.high)})"


def _convolve(body: _Body, value: Value, step: op.Convolve, x: Value) -> str:
    weight = step.weight if step.weight.ndim == 5 else step.weight[None]
    flat = weight.reshape(*weight.shape[:2], -1).swapaxes(1, 2)
    shapes = ", ".join(map(_list, (step.shape_in, step.shape_out, weight.shape[-2:], step.stride, step.padding)))
    return f"convolve({_name(x)}, {body.block(step.weight, flat)}, {body.constant(step.bias)}, {shapes})"


def _pool(body: _Body, value: Value, step: op.Pool, x: Value) -> str:
    shapes = ", ".join(map(_list, (step.shape_in, step.shape_out, step.window, step.stride)))
    return f"pool({_name(x)}, '{step.kind}', {shapes})"


def _join(body: _Body, value: Value, step: op.Join, *parts: Value) -> str:
    return f"join({max(value.members, 1)}, {', '.join(map(_name, parts))})"


def _standardize(body: _Body, value: Value, step: op.Standardize, x: Value) -> str:
    return f"({_name(x)} - {body.constant(step.center)}) .* {body.constant(step.factor)}"


def _dense(body: _Body, value: Value, step: op.Dense, x: Value) -> str:
    return f"dense({_name(x)}, {body.matrix(step.weight)}, {body.constant(step.bias)})"


def _lookup(body: _Body, value: Value, step: op.Lookup) -> str:
    return f"{body.matrix(step.table)}(level_code(X(:, {step.column + 1}), {len(step.table) - 2}), :)"


_RULES: dict[type[op.Step], Callable[..., str]] = {
    op.Read: lambda b, v, s: f"X(:, {_list(c + 1 for c in s.columns)})",
    op.Lookup: _lookup,
    op.Finite: lambda b, v, s, x: f"double(isfinite({_name(x)}))",
    op.Impute: lambda b, v, s, x: f"impute({_name(x)}, {b.constant(s.stand_in)})",
    op.Month: lambda b, v, s, x: f"month({_name(x)})",
    op.Affine: _affine,
    op.Standardize: _standardize,
    op.Clip: _clip,
    op.Map: lambda b, v, s, x: _FUNCTIONS[s.function].format(_name(x)),
    op.Leaky: lambda b, v, s, x: f"leaky({_name(x)}, {b.constant(s.slope)})",
    op.Combine: lambda b, v, s, x, y: _PAIRINGS[s.function].format(_name(x), _name(y)),
    op.Dense: _dense,
    op.Distance: lambda b, v, s, x: f"distance({_name(x)}, {b.matrix(s.centers)}, {b.matrix(s.weights)})",
    op.Convolve: _convolve,
    op.Pool: _pool,
    op.Take: lambda b, v, s, x: f"{_name(x)}(:, {s.start + 1}:{s.stop}, :)",
    op.Gather: lambda b, v, s, x: f"{_name(x)}(:, {_list(i + 1 for i in s.index)}, :)",
    op.Join: _join,
    op.Total: lambda b, v, s, x: f"sum({_name(x)}, 2)",
    op.Softmax: lambda b, v, s, x: f"softmax({_name(x)})",
    op.Outer: lambda b, v, s, x, y: f"outer({_name(x)}, {_name(y)})",
    op.MemberMean: lambda b, v, s, x: f"mean({_name(x)}, 3)",
    op.Beside: lambda b, v, s, x: f"reshape({_name(x)}, size({_name(x)}, 1), [])",
    op.NormalQuantile: lambda b, v, s, x, y: (
        f"normal_quantile({_name(x)}, {_name(y)}, {_number(s.level)}, {_number(s.normal)}, {s.halvings})"
    ),
}
