"""Steps as loops of C."""

__all__ = ["write_step"]

import math
from collections.abc import Callable

from pishro.serialization.export import steps as op
from pishro.serialization.export.c_loops import Loops
from pishro.serialization.export.program import Value

_FUNCTIONS: dict[str, str] = {
    "tanh": "tanh@({0})",
    "sigmoid": "sigmoid({0})",
    "relu": "({0} > 0 ? {0} : 0)",
    "softplus": "softplus({0})",
    "erf": "erf@({0})",
    "exp": "exp@({0})",
    "log": "log@({0})",
    "abs": "fabs@({0})",
    "square": "{0} * {0}",
    "sqrt": "sqrt@({0})",
    "reciprocal": "1 / {0}",
    "sine": "sin@({0})",
    "cosine": "cos@({0})",
    "floor": "floor@({0})",
    "positive": "({0} > 0 ? 1 : 0)",
    "not_negative": "({0} >= 0 ? 1 : 0)",
}
_PAIRINGS = {
    "add": "{0} + {1}",
    "subtract": "{0} - {1}",
    "multiply": "{0} * {1}",
    "divide": "{0} / {1}",
    "maximum": "({0} > {1} ? {0} : {1})",
}


def write_step(loops: Loops, value: Value, step: op.Step, reads: tuple[Value, ...]) -> None:
    """Append the loops of a step."""
    loops.begin(value)
    _RULES[type(step)](loops, value, step, *reads)
    loops.end(value, reads)


def _read(loops: Loops, value: Value, step: op.Read) -> None:
    name = loops.buffer(value)
    first, count = step.columns[0], len(step.columns)
    if step.columns == tuple(range(first, first + count)):
        loops.each(value, f"row[{first if count == 1 else f'{first} + i' if first else 'i'}]")
    else:
        loops.lines += [f"{name}[{i}] = row[{column}];" for i, column in enumerate(step.columns)]


def _lookup(loops: Loops, value: Value, step: op.Lookup) -> None:
    table, name = loops.constant(step.table), loops.buffer(value)
    code = f"level_code(row[{step.column}], {len(step.table) - 2})"
    if value.size == 1:
        loops.lines.append(f"{name}[0] = {table}[{code}];")
        return
    loops.lines += [
        "{",
        f"    const {loops.real} *found = {table} + {code} * {value.size};",
        f"    for (int i = 0; i < {value.size}; i++)",
        f"        {name}[i] = found[i];",
        "}",
    ]


def _affine(loops: Loops, value: Value, step: op.Affine, x: Value) -> None:
    text = loops.at(x)
    if not (step.factor.ndim == 0 and step.factor == 1):
        text = f"{text} * {loops.entry(step.factor, value)}"
    loops.each(value, f"{text} + {loops.entry(step.shift, value)}" if step.shift.any() else text)


def _clip(loops: Loops, value: Value, step: op.Clip, x: Value) -> None:
    text = at = loops.at(x)
    wide = value.index in loops.wide
    if not math.isinf(step.high):
        text = f"{at} > {loops.number(step.high, wide)} ? {loops.number(step.high, wide)} : {at}"
    if not math.isinf(step.low):
        text = f"{at} < {loops.number(step.low, wide)} ? {loops.number(step.low, wide)} : ({text})"
    loops.each(value, text)


def _dense(loops: Loops, value: Value, step: op.Dense, x: Value) -> None:
    inputs, units = x.size, value.size
    members = "k * " if step.weight.ndim == 3 else ""
    weight = loops.constant(step.weight)
    bias = loops.entry(step.bias, value, "j") if step.bias.any() else "0"
    if units == 1:
        row = f"k * {inputs} + i" if members else "i"
        lines = [
            f"{loops.real} sum = {bias};",
            f"for (int i = 0; i < {inputs}; i++)",
            f"    sum += {loops.at(x)} * {weight}[{row}];",
            f"{loops.at(value)} = sum;",
        ]
        if not value.members:
            lines = ["{", *(f"    {line}" for line in lines), "}"]
    else:
        start = f"(k * {inputs} + i) * {units} + j" if members else f"i * {units} + j"
        lines = [
            f"for (int j = 0; j < {units}; j++)",
            f"    {loops.at(value, 'j')} = {bias};",
            f"for (int i = 0; i < {inputs}; i++)",
            f"    for (int j = 0; j < {units}; j++)",
            f"        {loops.at(value, 'j')} += {loops.at(x)} * {weight}[{start}];",
        ]
    loops.over_members(value, lines)


def _distance(loops: Loops, value: Value, step: op.Distance, x: Value) -> None:
    centers, weights = loops.constant(step.centers), loops.constant(step.weights)
    row = f"(k * {value.size} + j) * {x.size} + i" if step.centers.ndim == 3 else f"j * {x.size} + i"
    lines = [
        f"for (int j = 0; j < {value.size}; j++) {{",
        f"    {loops.real} sum = 0;",
        f"    for (int i = 0; i < {x.size}; i++) {{",
        f"        const {loops.real} gap = {loops.at(x)} - {centers}[{row}];",
        f"        sum += {weights}[{row}] * gap * gap;",
        "    }",
        f"    {loops.at(value, 'j')} = sum;",
        "}",
    ]
    loops.over_members(value, lines)


def _window(loops: Loops, value: Value, shapes: op.Convolve | op.Pool, inner: list[str], start: str, end: str) -> None:
    """Walk over channels o and places p, q of an output, with `inner` at each entry i, j of the window."""
    (_, down, across), (channels, high, wide) = shapes.shape_in, shapes.shape_out
    rows, columns = shapes.weight.shape[-2:] if isinstance(shapes, op.Convolve) else shapes.window
    padding = shapes.padding if isinstance(shapes, op.Convolve) else (0, 0)
    inside = f"if (y < 0 || y >= {down} || z < 0 || z >= {across})"
    check = [f"        {inside}", "            continue;"] if any(padding) else []
    lines = [
        f"for (int o = 0; o < {channels}; o++)",
        f"  for (int p = 0; p < {high}; p++)",
        f"    for (int q = 0; q < {wide}; q++) {{",
        f"      {loops.real} sum = {start};",
        f"      for (int i = 0; i < {rows}; i++)",
        f"        for (int j = 0; j < {columns}; j++) {{",
        f"        const int y = p * {shapes.stride[0]} + i - {padding[0]};",
        f"        const int z = q * {shapes.stride[1]} + j - {padding[1]};",
        *check,
        *(f"        {line}" for line in inner),
        "      }",
        f"      {loops.at(value, f'(o * {high} + p) * {wide} + q')} = {end};",
        "    }",
    ]
    loops.over_members(value, lines)


def _convolve(loops: Loops, value: Value, step: op.Convolve, x: Value) -> None:
    channels, down, across = step.shape_in
    rows, columns = step.weight.shape[-2:]
    out = f"k * {step.shape_out[0]} + o" if step.weight.ndim == 5 else "o"
    weight = f"{loops.constant(step.weight)}[((({out}) * {channels} + c) * {rows} + i) * {columns} + j]"
    pixel = loops.at(x, f"(c * {down} + y) * {across} + z")
    inner = [f"for (int c = 0; c < {channels}; c++)", f"    sum += {pixel} * {weight};"]
    bias = f"{loops.constant(step.bias)}[{out}]"
    _window(loops, value, step, inner, bias, "sum")


def _pool(loops: Loops, value: Value, step: op.Pool, x: Value) -> None:
    _, down, across = step.shape_in
    pixel = loops.at(x, f"(o * {down} + y) * {across} + z")
    if step.kind == "max":
        first = loops.at(x, f"(o * {down} + p * {step.stride[0]}) * {across} + q * {step.stride[1]}")
        _window(loops, value, step, [f"if ({pixel} > sum)", f"    sum = {pixel};"], first, "sum")
    else:
        share = loops.number(1 / (step.window[0] * step.window[1]))
        _window(loops, value, step, [f"sum += {pixel};"], "0", f"sum * {share}")


def _gather(loops: Loops, value: Value, step: op.Gather, x: Value) -> None:
    if value.size == 1 or x.size == 1:
        loops.each(value, loops.at(x, str(step.index[0])))
        return
    name = f"m{len(loops.constants)}"
    numbers = [str(number) for number in step.index]
    rows = ",\n    ".join(", ".join(numbers[i : i + 20]) for i in range(0, len(numbers), 20))
    loops.constants.append(f"static const int {name}[{len(numbers)}] = {{\n    {rows}\n}};")
    loops.each(value, loops.at(x, f"{name}[i]"))


def _take(loops: Loops, value: Value, step: op.Take, x: Value) -> None:
    loops.each(value, loops.at(x, f"{step.start} + i" if value.size > 1 else str(step.start)))


def _join(loops: Loops, value: Value, step: op.Join, *parts: Value) -> None:
    lines, start = [], 0
    for part in parts:
        if part.size == 1:
            lines.append(f"{loops.at(value, str(start))} = {loops.at(part)};")
        else:
            target = loops.at(value, f"{start} + i" if start else "i")
            lines += [f"for (int i = 0; i < {part.size}; i++)", f"    {target} = {loops.at(part)};"]
        start += part.size
    loops.over_members(value, lines)


def _total(loops: Loops, value: Value, step: op.Total, x: Value) -> None:
    lines = [
        f"{loops.at(value)} = 0;",
        f"for (int i = 0; i < {x.size}; i++)",
        f"    {loops.at(value)} += {loops.at(x)};",
    ]
    loops.over_members(value, lines)


def _softmax(loops: Loops, value: Value, step: op.Softmax, x: Value) -> None:
    most = [f"for (int i = 1; i < {x.size}; i++)", f"    most = {loops.at(x)} > most ? {loops.at(x)} : most;"]
    lines = [
        f"{loops.real} most = {loops.at(x, '0')}, sum = 0;",
        *(most if x.size > 1 else []),
        f"for (int i = 0; i < {x.size}; i++) {{",
        f"    {loops.at(value)} = exp{loops.suffix}({loops.at(x)} - most);",
        f"    sum += {loops.at(value)};",
        "}",
        f"for (int i = 0; i < {x.size}; i++)",
        f"    {loops.at(value)} /= sum;",
    ]
    loops.over_members(value, lines if value.members else ["{", *(f"    {line}" for line in lines), "}"])


def _outer(loops: Loops, value: Value, step: op.Outer, x: Value, y: Value) -> None:
    place = loops.at(value, f"i * {y.size} + j")
    lines = [
        f"for (int i = 0; i < {x.size}; i++)",
        f"    for (int j = 0; j < {y.size}; j++)",
        f"        {place} = {loops.at(x)} * {loops.at(y, 'j')};",
    ]
    loops.over_members(value, lines)


def _member_mean(loops: Loops, value: Value, step: op.MemberMean, x: Value) -> None:
    loops.each(value, "0")
    inner = f"{loops.at(value)} += {loops.at(x)} * {loops.number(1 / x.members)};"
    over = [f"for (int i = 0; i < {x.size}; i++)", f"    {inner}"] if x.size > 1 else [inner]
    loops.over_members(x, over)


def _beside(loops: Loops, value: Value, step: op.Beside, x: Value) -> None:
    loops.each(value, f"{loops.buffer(x)}[i]" if value.size > 1 else f"{loops.buffer(x)}[0]")


def _normal_quantile(loops: Loops, value: Value, step: op.NormalQuantile, x: Value, y: Value) -> None:
    names = f"{loops.buffer(x)}, {loops.buffer(y)}, {x.size}"
    numbers = f"{loops.number(step.level)}, {loops.number(step.normal)}, {step.halvings}"
    loops.lines.append(f"{loops.buffer(value)}[0] = normal_quantile({names}, {numbers});")


_RULES: dict[type[op.Step], Callable[..., None]] = {
    op.Read: _read,
    op.Lookup: _lookup,
    op.Finite: lambda c, v, s, x: c.each(v, f"isfinite({c.at(x)}) ? 1 : 0"),
    op.Impute: lambda c, v, s, x: c.each(v, f"isfinite({c.at(x)}) ? {c.at(x)} : {c.entry(s.stand_in, v)}"),
    op.Month: lambda c, v, s, x: c.each(v, f"month({c.at(x)})"),
    op.Affine: _affine,
    op.Standardize: lambda c, v, s, x: c.each(v, f"({c.at(x)} - {c.entry(s.center, v)}) * {c.entry(s.factor, v)}"),
    op.Clip: _clip,
    op.Map: lambda c, v, s, x: c.each(v, c.function(_FUNCTIONS[s.function], v, c.at(x))),
    op.Leaky: lambda c, v, s, x: c.each(v, f"{c.at(x)} > 0 ? {c.at(x)} : {c.at(x)} * {c.entry(s.slope, v)}"),
    op.Combine: lambda c, v, s, x, y: c.each(v, _PAIRINGS[s.function].format(c.at(x), c.at(y))),
    op.Dense: _dense,
    op.Distance: _distance,
    op.Convolve: _convolve,
    op.Pool: _pool,
    op.Take: _take,
    op.Gather: _gather,
    op.Join: _join,
    op.Total: _total,
    op.Softmax: _softmax,
    op.Outer: _outer,
    op.MemberMean: _member_mean,
    op.Beside: _beside,
    op.NormalQuantile: _normal_quantile,
}
