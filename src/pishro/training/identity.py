"""What makes two trainings the same: the rows, the network, the cost, and the settings.

A checkpoint holds this in words and digests. A training that goes on compares, and names what differs. How long the run
may take is not part of it: who continues may well want to give it more time.
"""

__all__ = ["identity"]

import dataclasses
import hashlib
from typing import Any

from torch import Tensor

from pishro.likelihoods import Likelihood
from pishro.nn import Network
from pishro.objectives import Batch, StoredRows

FREE = ("recipe", "checkpoint", "seconds", "device")
"""Settings that may change."""

PIECE = 2**24
"""Bytes of a file read at once."""


def identity(network: Network, likelihood: Likelihood, rows: Batch | StoredRows, plan: Any) -> dict[str, str]:
    """Name → text, the same for the same training.

    Parameters
    ----------
    network, likelihood, rows : what is fitted to what.
    plan : a dataclass of settings.

    Examples
    --------
    >>> import torch
    >>> from pishro.likelihoods import Normal
    >>> from pishro.nn import Dense
    >>> net, x = Network.chain(1, Dense(1)), torch.zeros(3, 1)
    >>> Plan = dataclasses.make_dataclass("Plan", ["seed", "seconds"])
    >>> plans = (Plan(0, 1), Plan(0, 9), Plan(1, 1))
    >>> first, longer, other = (identity(net, Normal(), Batch(x, x), plan) for plan in plans)
    >>> first == longer, first == other
    (True, False)
    """
    settings = {
        field.name: _text(getattr(plan, field.name)) for field in dataclasses.fields(plan) if field.name not in FREE
    }
    return {  # what a person chose comes first: another seed also draws other rows, and is the better name for it
        **settings,
        "network": _text([*network.summary(), repr(network.layout)]),
        "likelihood": _text(likelihood),
        "rows": _digest_of_file(rows) if isinstance(rows, StoredRows) else _text(rows),
    }


def _text(value: Any) -> str:
    """The value in words; the same in every process, which an object's own words need not be."""
    if isinstance(value, Tensor):
        data = value.detach().cpu().contiguous()
        digest = hashlib.blake2b(data.numpy().data if data.numel() else b"", digest_size=16)
        return f"{tuple(data.shape)} {data.dtype} {digest.hexdigest()}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = (f for f in dataclasses.fields(value) if f.repr and f.name not in FREE)
        inside = ", ".join(f"{f.name}={_text(getattr(value, f.name))}" for f in fields)
        return f"{type(value).__name__}({inside})"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_text(entry) for entry in value)}]"
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    if callable(value) and hasattr(value, "__qualname__"):
        return f"{value.__module__}.{value.__qualname__}"
    words = repr(value)
    return type(value).__qualname__ if " at 0x" in words else words


def _digest_of_file(rows: StoredRows) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for name in ("x", "y"):
        with (rows.folder / name).open("rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
    return f"({rows.rows}, {rows.inputs}) {rows.dtype} {digest.hexdigest()}"
