"""Steps as nodes."""

__all__ = ["write_step"]

import math
from collections.abc import Callable

import numpy as np

from pishro.data.cells import BLANK_SPELLINGS, MISSING_SPELLINGS, boolean_level
from pishro.serialization.export import steps as op
from pishro.serialization.export.onnx_nodes import Nodes
from pishro.serialization.export.program import Column, Value

_FUNCTIONS = {
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "relu": "Relu",
    "softplus": "Softplus",
    "exp": "Exp",
    "log": "Log",
    "abs": "Abs",
    "sqrt": "Sqrt",
    "reciprocal": "Reciprocal",
    "sine": "Sin",
    "cosine": "Cos",
    "floor": "Floor",
}
_PAIRINGS = {"add": "Add", "subtract": "Sub", "multiply": "Mul", "divide": "Div", "maximum": "Max"}

TRUTHS = ("true", "yes", "y", "t", "on", "1", "false", "no", "n", "f", "off", "0")


def write_step(nodes: Nodes, value: Value, step: op.Step, reads: tuple[Value, ...]) -> None:
    """Append a step's nodes; the last one makes the value."""
    nodes.finish(_RULES[type(step)](nodes, value, step, *reads), value)


def _read(g: Nodes, value: Value, step: op.Read) -> str:
    if g.program.shape:
        return g.node("Reshape", "x", g.constant([0, -1], np.int64))
    names = [g.column(place) for place in step.columns]
    return names[0] if len(names) == 1 else g.node("Concat", *names, axis=1)


def _lookup(g: Nodes, value: Value, step: op.Lookup) -> str:
    keys = spellings(g.program.columns[step.column])
    code = g.node(
        "LabelEncoder",
        g.column(step.column),
        domain="ai.onnx.ml",
        keys_strings=list(keys),
        values_int64s=list(keys.values()),
        default_int64=len(step.table) - 2,
    )
    flat = g.node("Reshape", code, g.constant([-1], np.int64))
    return g.node("Gather", g.constant(step.table), flat, axis=0)


def spellings(column: Column) -> dict[str, int]:
    """Code of each text that is known: the levels, the blanks, and for yes and no their other spellings."""
    codes = {level: code for code, level in enumerate(column.levels)}
    truth = column.kind == "truth"
    found = dict(codes)
    for text in (*TRUTHS, *sorted(MISSING_SPELLINGS)) if truth else sorted(BLANK_SPELLINGS):
        level = boolean_level(text) if truth else None
        for spelled in (text, text.upper(), text.capitalize()):
            code = len(codes) + 1 if level is None else codes.get(level, len(codes))
            found.setdefault(spelled, code)
    return found


def _finite(g: Nodes, x: str, like: Value) -> str:
    # x − x is 0 for finite numbers and NaN for the others
    return g.node("Equal", g.node("Sub", x, x), g.like(like, 0.0))


def _indicator(g: Nodes, value: Value, condition: str) -> str:
    return g.node("Cast", condition, to=g.kind(value))


def _impute(g: Nodes, value: Value, step: op.Impute, x: Value) -> str:
    return g.node("Where", _finite(g, g.name(x), x), g.name(x), g.like(value, step.stand_in))


def _month(g: Nodes, value: Value, step: op.Month, x: Value) -> str:
    """Eras of 400 years that begin in March; all numbers are whole."""

    def number(v: float) -> str:
        return g.like(x, v)

    def whole(text: str, divisor: float) -> str:
        return g.node("Floor", g.node("Div", text, number(divisor)))

    shifted = g.node("Add", g.name(x), number(719468.0))
    day = g.node("Sub", shifted, g.node("Mul", whole(shifted, 146097.0), number(146097.0)))
    lost = g.node("Add", g.node("Sub", whole(day, 1460.0), whole(day, 36524.0)), whole(day, 146096.0))
    year = whole(g.node("Sub", day, lost), 365.0)
    leaps = g.node("Sub", whole(year, 4.0), whole(year, 100.0))
    left = g.node("Sub", day, g.node("Add", g.node("Mul", year, number(365.0)), leaps))
    march = whole(g.node("Add", g.node("Mul", left, number(5.0)), number(2.0)), 153.0)
    early = g.node("Less", march, number(10.0))
    return g.node("Where", early, g.node("Add", march, number(2.0)), g.node("Sub", march, number(10.0)))


def _shaped(array: op.Array) -> op.Array:
    """(members, size) with an axis for the rows."""
    return array[:, None, :] if array.ndim == 2 else array


def _affine(g: Nodes, value: Value, step: op.Affine, x: Value) -> str:
    made = g.name(x)
    if not (step.factor.ndim == 0 and step.factor == 1):
        made = g.node("Mul", made, g.like(value, _shaped(step.factor)))
    return g.node("Add", made, g.like(value, _shaped(step.shift))) if step.shift.any() else made


def _standardize(g: Nodes, value: Value, step: op.Standardize, x: Value) -> str:
    apart = g.node("Sub", g.name(x), g.like(value, step.center))
    return g.node("Mul", apart, g.like(value, step.factor))


def _clip(g: Nodes, value: Value, step: op.Clip, x: Value) -> str:
    made = g.name(x)
    if not math.isinf(step.low):
        made = g.node("Max", made, g.like(value, step.low))
    return made if math.isinf(step.high) else g.node("Min", made, g.like(value, step.high))


def _map(g: Nodes, value: Value, step: op.Map, x: Value) -> str:
    name = g.name(x)
    if step.function == "erf":
        return _erf(g, name, value)
    if step.function == "square":
        return g.node("Mul", name, name)
    if step.function == "positive":
        return _indicator(g, value, g.node("Greater", name, g.like(value, 0.0)))
    if step.function == "not_negative":
        return _indicator(g, value, g.node("GreaterOrEqual", name, g.like(value, 0.0)))
    return g.node(_FUNCTIONS[step.function], name)


def _erf(g: Nodes, name: str, like: Value) -> str:
    if g.dtype_of(like) == np.float32:
        return g.node("Erf", name)
    return g.cast(g.node("Erf", g.cast(name, np.float32)), np.float64)


def _leaky(g: Nodes, value: Value, step: op.Leaky, x: Value) -> str:
    above = g.node("Greater", g.name(x), g.like(value, 0.0))
    return g.node("Where", above, g.name(x), g.node("Mul", g.name(x), g.like(value, _shaped(step.slope))))


def _combine(g: Nodes, value: Value, step: op.Combine, x: Value, y: Value) -> str:
    both = [g.name(v) if g.is_wide(value) == g.is_wide(v) else g.cast(g.name(v), g.dtype_of(value)) for v in (x, y)]
    return g.node(_PAIRINGS[step.function], *both)


def _dense(g: Nodes, value: Value, step: op.Dense, x: Value) -> str:
    product = g.node("MatMul", g.narrow(x), g.constant(step.weight))
    return g.node("Add", product, g.constant(_shaped(step.bias))) if step.bias.any() else product


def _distance(g: Nodes, value: Value, step: op.Distance, x: Value) -> str:
    beside = g.node("Unsqueeze", g.narrow(x), g.constant([-2], np.int64))
    axis = (slice(None), None) if step.centers.ndim == 3 else (...,)
    apart = g.node("Sub", beside, g.constant(step.centers[axis]))
    square = g.node("Mul", g.node("Mul", apart, apart), g.constant(step.weights[axis]))
    return g.node("ReduceSum", square, g.constant([-1], np.int64), keepdims=0)


def _images(g: Nodes, x: Value, name: str, shape: tuple[int, int, int]) -> str:
    """(N, members · channels, height, width)."""
    channels, height, width = shape
    if x.members:
        name = g.node("Transpose", name, perm=[1, 0, 2])
    count = channels * max(x.members, 1)
    return g.node("Reshape", name, g.constant([-1, count, height, width], np.int64))


def _rows(g: Nodes, value: Value, name: str) -> str:
    """Back to (N, size) or (K, N, size)."""
    if not value.members:
        return g.node("Reshape", name, g.constant([0, -1], np.int64))
    apart = g.node("Reshape", name, g.constant([0, value.members, value.size], np.int64))
    return g.node("Transpose", apart, perm=[1, 0, 2])


def _convolve(g: Nodes, value: Value, step: op.Convolve, x: Value) -> str:
    weight = step.weight.reshape(-1, *step.weight.shape[-3:])
    if x.members and step.weight.ndim == 4:
        weight = np.concatenate([weight] * x.members)
    bias = np.resize(step.bias.ravel(), len(weight))
    images = g.cast(_images(g, x, g.narrow(x), step.shape_in), np.float32)
    made = g.node(
        "Conv",
        images,
        g.constant(weight, np.float32),
        g.constant(bias, np.float32),
        group=max(x.members, 1),
        strides=list(step.stride),
        pads=[*step.padding, *step.padding],
    )
    return _rows(g, value, g.cast(made, g.dtype))


def _pool(g: Nodes, value: Value, step: op.Pool, x: Value) -> str:
    kind = "MaxPool" if step.kind == "max" else "AveragePool"
    images = g.cast(_images(g, x, g.narrow(x), step.shape_in), np.float32)
    made = g.node(kind, images, kernel_shape=list(step.window), strides=list(step.stride))
    return _rows(g, value, g.cast(made, g.dtype))


def _take(g: Nodes, value: Value, step: op.Take, x: Value) -> str:
    bounds = [g.constant([v], np.int64) for v in (step.start, step.stop, -1)]
    return g.node("Slice", g.name(x), *bounds)


def _gather(g: Nodes, value: Value, step: op.Gather, x: Value) -> str:
    return g.node("Gather", g.narrow(x), g.constant(list(step.index), np.int64), axis=-1)


def _join(g: Nodes, value: Value, step: op.Join, *parts: Value) -> str:
    names = []
    for part in parts:
        name = g.narrow(part)
        if value.members and not part.members:  # the same for each member
            name = g.node("Add", name, g.constant(np.zeros((value.members, 1, 1))))
        names.append(name)
    return g.node("Concat", *names, axis=-1)


def _total(g: Nodes, value: Value, step: op.Total, x: Value) -> str:
    return g.node("ReduceSum", g.name(x), g.constant([-1], np.int64), keepdims=1)


def _outer(g: Nodes, value: Value, step: op.Outer, x: Value, y: Value) -> str:
    down = g.node("Unsqueeze", g.narrow(x), g.constant([-1], np.int64))
    across = g.node("Unsqueeze", g.narrow(y), g.constant([-2], np.int64))
    shape = [0, 0, value.size] if value.members else [0, value.size]
    return g.node("Reshape", g.node("Mul", down, across), g.constant(shape, np.int64))


def _beside(g: Nodes, value: Value, step: op.Beside, x: Value) -> str:
    return g.node("Reshape", g.node("Transpose", g.name(x), perm=[1, 0, 2]), g.constant([0, value.size], np.int64))


def _normal_quantile(g: Nodes, value: Value, step: op.NormalQuantile, x: Value, y: Value) -> str:
    """Bisection, its rounds written one behind the other; float32 needs no more than 30."""
    centers, half = g.name(x), g.constant(0.5)
    ends = g.node("Add", centers, g.node("Mul", g.name(y), g.constant(step.normal)))
    low = g.node("ReduceMin", ends, axes=[-1], keepdims=1)
    high = g.node("ReduceMax", ends, axes=[-1], keepdims=1)
    width = g.node("Mul", g.name(y), g.constant(math.sqrt(2)))
    for _ in range(30 if g.dtype == np.float32 else 45):
        middle = g.node("Mul", g.node("Add", low, high), half)
        z = g.node("Div", g.node("Sub", middle, centers), width)
        mean = g.node("ReduceMean", _erf(g, z, value), axes=[-1], keepdims=1)
        below = g.node("Less", mean, g.constant(2 * step.level - 1))
        low, high = g.node("Where", below, middle, low), g.node("Where", below, high, middle)
    return g.node("Mul", g.node("Add", low, high), half)


_RULES: dict[type[op.Step], Callable[..., str]] = {
    op.Read: _read,
    op.Lookup: _lookup,
    op.Finite: lambda g, v, s, x: _indicator(g, v, _finite(g, g.name(x), x)),
    op.Impute: _impute,
    op.Month: _month,
    op.Affine: _affine,
    op.Standardize: _standardize,
    op.Clip: _clip,
    op.Map: _map,
    op.Leaky: _leaky,
    op.Combine: _combine,
    op.Dense: _dense,
    op.Distance: _distance,
    op.Convolve: _convolve,
    op.Pool: _pool,
    op.Take: _take,
    op.Gather: _gather,
    op.Join: _join,
    op.Total: _total,
    op.Softmax: lambda g, v, s, x: g.node("Softmax", g.name(x), axis=-1),
    op.Outer: _outer,
    op.MemberMean: lambda g, v, s, x: g.node("ReduceMean", g.name(x), axes=[0], keepdims=0),
    op.Beside: _beside,
    op.NormalQuantile: _normal_quantile,
}
