"""Activations as steps, and the derivatives that the uncertainty of the parameters needs."""

__all__ = ["activate", "slope_of"]

import math
from collections.abc import Callable

import numpy as np

from pishro.errors import SettingError
from pishro.nn import activations as act
from pishro.nn.activations.bounded import SOFT, Bounded
from pishro.nn.activations.groups import Groups
from pishro.serialization.export import steps as op
from pishro.serialization.export.program import Builder, Value

Parameters = dict[str, op.Array]
Rule = Callable[[Builder, act.Activation, Value], Value]


def activate(build: Builder, f: act.Activation, z: Value, params: Parameters, places: int = 1) -> Value:
    """f(z).

    Parameters
    ----------
    build : where the steps go.
    f, z : the activation and its sums.
    params : the layer's parameters, for activations that train some.
    places : entries of each unit: 1 in a dense layer, the places of the grid in a convolution.
    """
    if isinstance(f, Groups):
        return _groups(build, f, z, params, places)
    if isinstance(f, act.Parametric):
        return build.add(op.Leaky(np.repeat(params["slope"], places, -1)), z, size=z.size, members=_with(z, params))
    if f.name == "softmax" and places > 1:
        raise SettingError("A softmax over the channels of a grid cannot be exported; use it in a dense layer.")
    if f.name not in _VALUES:
        known = ", ".join(sorted(_VALUES))
        raise SettingError(f"The activation {f.name!r} cannot be exported; those that can are {known}.")
    return _VALUES[f.name](build, f, z)


def slope_of(build: Builder, f: act.Activation, z: Value, y: Value) -> "Value | None":
    """f'(z) from sums z and outputs y = f(z); None for 1.

    Raises
    ------
    SettingError
        If the derivative is not among those that can be exported.
    """
    if f.name == "linear":
        return None
    if f.name not in _SLOPES:
        raise SettingError(
            f"The parameters' uncertainty behind the activation {f.name!r} cannot be exported; export with "
            "posterior=False, which leaves it out."
        )
    return _SLOPES[f.name](build, f, z if f.name in _FROM_SUMS else y)


def _with(z: Value, params: Parameters) -> int:
    return max(z.members, len(params["slope"]) if params["slope"].ndim == 2 else 0)


def _groups(build: Builder, f: Groups, z: Value, params: Parameters, places: int) -> Value:
    parts, start = [], 0
    for own, units in f.parts:
        mine = {name[len(own.name) + 1 :]: v for name, v in params.items() if name.startswith(f"{own.name}.")}
        stop = start + units * places
        parts.append(activate(build, own, build.take(z, start, stop), mine, places))
        start = stop
    return build.join(*parts)


def _map(function: op.Function) -> Rule:
    return lambda build, f, z: build.map(function, z)


def _bounded(build: Builder, f: act.Activation, z: Value) -> Value:
    if not isinstance(f, Bounded):
        raise TypeError(f"Expected bounds, received {f!r}.")
    if math.isinf(f.high):
        return build.affine(build.map("softplus", build.affine(z, 1 / SOFT, -f.low / SOFT)), SOFT, f.low)
    if math.isinf(f.low):
        return build.affine(build.map("softplus", build.affine(z, -1 / SOFT, f.high / SOFT)), -SOFT, f.high)
    middle, half = (f.low + f.high) / 2, (f.high - f.low) / 2
    return build.affine(build.map("tanh", build.standardize(z, middle, 1 / half)), half, middle)


def _elu(build: Builder, f: act.Activation, z: Value) -> Value:
    below = build.map("exp", build.clip(z, -math.inf, 0.0))
    alpha = f.alpha  # type: ignore[attr-defined]
    return build.combine("add", build.map("relu", z), build.affine(below, alpha, -alpha))


def _normal_cdf(build: Builder, z: Value) -> Value:
    return build.affine(build.map("erf", build.affine(z, math.sqrt(0.5))), 0.5, 0.5)


def _silu_slope(build: Builder, f: act.Activation, z: Value) -> Value:
    s = build.map("sigmoid", z)
    inner = build.affine(build.combine("multiply", z, build.affine(s, -1.0, 1.0)), 1.0, 1.0)
    return build.combine("multiply", s, inner)


def _gelu_slope(build: Builder, f: act.Activation, z: Value) -> Value:
    density = build.affine(build.map("exp", build.affine(build.map("square", z), -0.5)), 1 / math.sqrt(2 * math.pi))
    return build.combine("add", _normal_cdf(build, z), build.combine("multiply", z, density))


def _leaky(build: Builder, f: act.Activation, z: Value) -> Value:
    slope = np.full(z.size, f.slope)  # type: ignore[attr-defined]
    return build.add(op.Leaky(slope), z, size=z.size)


_VALUES: dict[str, Rule] = {
    "linear": lambda build, f, z: z,
    "threshold": _map("not_negative"),
    "sigmoid": _map("sigmoid"),
    "tansig": lambda build, f, z: build.map("tanh", build.affine(z, 0.5)),
    "tanh": _map("tanh"),
    "relu": _map("relu"),
    "absolute": _map("abs"),
    "leaky": _leaky,
    "softplus": _map("softplus"),
    "elu": _elu,
    "gelu": lambda build, f, z: build.combine("multiply", z, _normal_cdf(build, z)),
    "silu": lambda build, f, z: build.combine("multiply", z, build.map("sigmoid", z)),
    "softmax": lambda build, f, z: build.softmax(z),
    "bounded": _bounded,
    "logarithm": lambda build, f, z: build.map("log", build.clip(z, f.floor, math.inf)),  # type: ignore[attr-defined]
}

_FROM_SUMS = frozenset(("relu", "leaky", "softplus", "silu", "gelu"))

_SLOPES: dict[str, Rule] = {
    "tanh": lambda build, f, y: build.affine(build.map("square", y), -1.0, 1.0),
    "tansig": lambda build, f, y: build.affine(build.map("square", y), -0.5, 0.5),
    "sigmoid": lambda build, f, y: build.combine("subtract", y, build.map("square", y)),
    "relu": _map("positive"),
    "leaky": lambda build, f, z: build.affine(build.map("positive", z), 1 - f.slope, f.slope),  # type: ignore[attr-defined]
    "softplus": _map("sigmoid"),
    "silu": _silu_slope,
    "gelu": _gelu_slope,
}
