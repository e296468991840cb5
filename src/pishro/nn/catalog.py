"""Kinds → layers and joins; the one place where a file's text becomes a layer."""

__all__ = ["JOINS", "LAYERS", "layer_from_json"]

from collections.abc import Mapping
from typing import Any

from pishro.errors import SettingError, unknown_name
from pishro.nn.convolution import Conv1d, Conv2d
from pishro.nn.dense import Dense
from pishro.nn.dropout import Dropout
from pishro.nn.flatten import Flatten
from pishro.nn.join import Join
from pishro.nn.joins import Concatenate, Product, Sum
from pishro.nn.layer import Layer
from pishro.nn.layer_norm import LayerNorm
from pishro.nn.monotone import MonotoneDense
from pishro.nn.noise import Noise
from pishro.nn.piecewise_linear import PiecewiseLinear
from pishro.nn.pooling import AveragePool1d, AveragePool2d, MaxPool1d, MaxPool2d
from pishro.nn.rbf import RBF
from pishro.nn.reshape import Reshape
from pishro.nn.tapped_delay import TappedDelay
from pishro.nn.transposed import Transposed
from pishro.nn.upsample import Upsample

LAYERS: dict[str, type[Layer]] = {
    layer.kind: layer
    for layer in (
        Dense,
        Transposed,
        MonotoneDense,
        RBF,
        Conv1d,
        Conv2d,
        MaxPool1d,
        MaxPool2d,
        AveragePool1d,
        AveragePool2d,
        Flatten,
        Reshape,
        Upsample,
        LayerNorm,
        Dropout,
        Noise,
        TappedDelay,
        PiecewiseLinear,
    )
}
"""Every layer by kind."""

JOINS: dict[str, type[Join]] = {join.kind: join for join in (Sum, Product, Concatenate)}
"""Every join by kind."""


def layer_from_json(data: Mapping[str, Any], own: Mapping[str, type[Layer]] | None = None) -> Layer | Join:
    """The layer or join that `to_json` wrote.

    Parameters
    ----------
    data : its kind and settings.
    own : a user's own kinds.

    Examples
    --------
    >>> layer_from_json({"kind": "dense", "units": 3, "activation": "tanh"}).describe()
    '3 tanh'
    """
    kinds: dict[str, type[Layer | Join]] = {**LAYERS, **JOINS, **(own or {})}
    settings = dict(data)
    kind = settings.pop("kind")
    if kind not in kinds:
        raise SettingError(unknown_name("layer kind", kind, kinds))
    return kinds[kind](**settings)
