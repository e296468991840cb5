"""Kinds → layers and joins; the one place where a file's text becomes a layer."""

__all__ = ["JOINS", "LAYERS", "layer_from_json"]

from collections.abc import Mapping
from typing import Any

from pishro.errors import SettingError, unknown_name
from pishro.nn.dense import Dense
from pishro.nn.join import Join
from pishro.nn.layer import Layer

LAYERS: dict[str, type[Layer]] = {layer.kind: layer for layer in (Dense,)}
"""Every layer by kind."""

JOINS: dict[str, type[Join]] = {}
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
