"""A network as steps: every layer in the order of its forward path."""

__all__ = ["Passed", "acting_weight", "monotone_factor", "walk"]

import dataclasses
import functools
import math
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.nn import Dense, LayerNorm, MonotoneDense, Network, PiecewiseLinear
from pishro.nn.activations import Activation
from pishro.nn.convolution import Convolution
from pishro.nn.geometry import Window
from pishro.nn.layer import Layer
from pishro.nn.piecewise_linear import SQUEEZE
from pishro.nn.pooling import Pooling
from pishro.nn.rbf import RBF
from pishro.nn.transposed import Transposed
from pishro.serialization.export import steps as op
from pishro.serialization.export.activations import Parameters, activate
from pishro.serialization.export.program import Builder, Value

SAME = ("dropout", "flatten", "reshape")
"""Layers that leave a row's numbers as they are when predicting."""

MOVED = ("upsample", "tapped_delay")
"""Layers that move or repeat numbers."""


@final
@dataclasses.dataclass(frozen=True)
class Passed:
    """A layer on the forward path: what it read, its sums before the activation (None without), what it made."""

    layer: Any
    name: str
    params: Parameters
    x: Value
    sums: Value | None
    y: Value


def walk(build: Builder, network: Network, theta: Tensor, x: Value) -> list[Passed]:
    """The forward path for θ (K, P); the last entry holds the raw output.

    Raises
    ------
    SettingError
        If a layer cannot be exported, by its name.
    """
    if len(network.inputs) != 1:
        raise SettingError(
            f"A network of the inputs {', '.join(network.inputs)} cannot be exported; join them into one."
        )
    made = {next(iter(network.inputs)): x}
    path = []
    for stage, params in zip(network.plan.stages, network.plan.views(theta.double()), strict=True):
        arrays = {name: (view[0] if len(theta) == 1 else view).numpy() for name, view in params.items()}
        sources = [made[name] for name in stage.node.sources]
        sums, y = _layer(build, stage, arrays, sources)
        path.append(Passed(stage.layer, stage.node.name, arrays, sources[0], sums, y))
        made[stage.node.name] = y
    return path


def _layer(build: Builder, stage: Any, params: Parameters, xs: list[Value]) -> tuple[Value | None, Value]:
    layer, x = stage.layer, xs[0]
    if isinstance(layer, Dense | MonotoneDense | Transposed):
        return _activated(build, layer.activation, build.dense(x, acting_weight(layer, params), params["bias"]), params)
    if isinstance(layer, Convolution):
        return _convolution(build, layer, params, x, stage.shapes_in[0])
    if isinstance(layer, RBF):
        return None, _radial(build, layer, params, x)
    if isinstance(layer, Pooling):
        return None, _pooling(build, layer, x, stage.shapes_in[0])
    if isinstance(layer, LayerNorm):
        return None, _normalized(build, layer, params, x)
    if isinstance(layer, PiecewiseLinear):
        return None, _bins(build, layer, x)
    if layer.kind in SAME:
        return None, x
    if layer.kind in MOVED:
        return None, build.gather(x, _moved(layer, stage.shapes_in[0]))
    if layer.kind in ("sum", "product"):
        pairing: op.Pairing = "add" if layer.kind == "sum" else "multiply"
        return None, functools.reduce(lambda a, b: build.combine(pairing, a, b), xs)
    if layer.kind == "concatenate":
        return None, build.join(*xs)
    raise SettingError(
        f"Layer {stage.node.name!r}: a layer of the kind {layer.kind!r} cannot be exported; build the network from "
        "dense, radial, convolution, pooling, normalization, flatten and join layers."
    )


def _activated(build: Builder, f: Activation, z: Value, params: Parameters, places: int = 1) -> tuple[Value, Value]:
    return z, activate(build, f, z, params, places)


def acting_weight(layer: Any, params: Parameters) -> op.Array:
    """The weights by which a dense layer multiplies its inputs."""
    if isinstance(layer, Transposed):
        return np.ascontiguousarray(params["weight"].swapaxes(-1, -2))
    return params["weight"] * monotone_factor(layer, params)


def monotone_factor(layer: Any, params: Parameters) -> op.Array:
    """By what each weight of a dense layer is multiplied: 1, or the sign that makes the layer monotone."""
    if not isinstance(layer, MonotoneDense):
        return np.ones(())
    weight = torch.from_numpy(params["weight"])
    slope: op.Array = layer._acting({"weight": weight})[1].numpy()
    return slope


def _convolution(
    build: Builder, layer: Convolution, params: Parameters, x: Value, shape: tuple[int, ...]
) -> tuple[Value, Value]:
    grid = _image(shape)
    out = _image(layer.shape_out(shape))
    window = Window(layer.size, layer.stride, layer.padding).images()
    weight = params["weight"]
    weight = weight if layer.axes == 2 else weight[..., None, :]
    step = op.Convolve(weight, params["bias"], grid, out, _pair(window.stride), _pair(window.padding))
    members = max(x.members, len(weight) if weight.ndim == 5 else 0)
    z = build.add(step, x, size=math.prod(out), members=members)
    return _activated(build, layer.activation, z, params, out[1] * out[2])


def _pooling(build: Builder, layer: Pooling, x: Value, shape: tuple[int, ...]) -> Value:
    out = _image(layer.shape_out(shape))
    window = Window(layer.size, layer.stride, (0,) * layer.axes).images()
    kind: Any = "max" if layer.kind.startswith("max") else "average"
    step = op.Pool(kind, _pair(window.size), _image(shape), out, _pair(window.stride))
    return build.add(step, x, size=math.prod(out))


def _radial(build: Builder, layer: RBF, params: Parameters, x: Value) -> Value:
    centers, log_width = params["centers"], params["log_width"]
    widths = log_width if layer.width == "dimension" else log_width[..., None]
    weights = np.ascontiguousarray(np.broadcast_to(np.exp(-2 * widths), centers.shape))
    members = max(x.members, len(centers) if centers.ndim == 3 else 0)
    u = build.add(op.Distance(centers, weights), x, size=layer.units, members=members)
    if layer.normalize:
        return build.softmax(build.affine(u, -0.5))
    name = layer.kernel.name
    if name == "gaussian":
        return build.map("exp", build.affine(u, -0.5))
    if name in ("multiquadric", "inverse_multiquadric"):
        root = build.map("sqrt", build.affine(u, 1.0, 1.0))
        return root if name == "multiquadric" else build.map("reciprocal", root)
    if name == "thin_plate":
        log = build.map("log", build.clip(u, 1e-37, math.inf))
        return build.affine(build.combine("multiply", u, log), 0.5)
    raise SettingError(f"The radial function {name!r} cannot be exported; use the Gaussian.")


def _normalized(build: Builder, layer: LayerNorm, params: Parameters, x: Value) -> Value:
    apart = build.combine("subtract", x, build.affine(build.total(x), 1 / x.size))
    variance = build.affine(build.total(build.map("square", apart)), 1 / x.size, layer.epsilon)
    normal = build.combine("divide", apart, build.map("sqrt", variance))
    gain, bias = (params[n].reshape(*params[n].shape[: -len(layer.row)], -1) for n in ("gain", "bias"))
    members = max(x.members, len(gain) if gain.ndim == 2 else 0)
    return build.add(op.Affine(gain, bias), normal, size=x.size, members=members)


def _bins(build: Builder, layer: PiecewiseLinear, x: Value) -> Value:
    column, low, scale, size, own = (t.numpy() for t in layer.bins(torch.zeros(0, dtype=torch.float64)))
    ratio = build.map("square", build.affine(x, 1 / SQUEEZE))
    squeezed = build.combine("divide", x, build.map("sqrt", build.affine(ratio, 1.0, 1.0)))
    if layer.straight is not None:
        squeezed = build.affine(squeezed, own)
    if not len(column):
        return squeezed
    place = build.standardize(build.gather(x, tuple(map(int, column))), low, scale)
    return build.join(squeezed, build.affine(build.clip(place, 0.0, 1.0), 2.0 * size, -size))


def _moved(layer: Layer, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Where each entry of the output comes from, found by moving the entries' own numbers."""
    numbers = torch.arange(math.prod(shape), dtype=torch.float64).reshape(1, *shape)
    return tuple(int(n) for n in layer.forward({}, numbers)[0].flatten())


def _image(shape: tuple[int, ...]) -> tuple[int, int, int]:
    channels, *grid = shape
    return (channels, 1, grid[0]) if len(grid) == 1 else (channels, grid[0], grid[1])


def _pair(numbers: tuple[int, ...]) -> tuple[int, int]:
    return numbers[0], numbers[1]
