"""Dense layers, one after the other, for very many rows: units × rows, and all members in one block.

A network is written for training: it keeps what its backward path reads, and has the units of a row side by side. To
predict alone, another layout is several times as fast. With a column for each row of the table the first layer of all
K members is a single product, (K H × D)(D × N), and each activation one pass over a block that fits the cache and is
used again for the next rows.

Of narrow networks sigmoids take most of the time, and of these torch computes σ(z) = 1/(1 + e^{−z}) in half to a third
of the time of tanh. So tanh z = 2 σ(2z) − 1 becomes σ: the factor inside goes into the weights before it, factor and
shift outside into those behind it. Factors of two are exact, and what is added to the biases is rounded as any sum is.
"""

__all__ = ["DenseChain"]

import dataclasses
import math
from collections.abc import Sequence
from typing import final

import torch
from torch import Tensor

from pishro.nn import Dense, Dropout, Network
from pishro.nn.activations import Elementwise, Sigmoid, Tanh, Tansig

ENTRIES_AT_ONCE = 2**17
"""Activations of the widest layer, of all members, computed in one go: a megabyte, which is still in the cache when the
next layer reads it. Of 2^15 to 2^19 the fastest for networks from 8-10-1 to 50-256-256-1."""

_BY_SIGMOID: dict[type, tuple[float, float, float]] = {Tanh: (2.0, 2.0, -1.0), Tansig: (1.0, 2.0, -1.0)}
"""a, b, c of f(z) = b σ(a z) + c."""


@final
@dataclasses.dataclass(frozen=True)
class _Layer:
    """f(W h + b) for members side by side: W (K, units, d), b (K, units, 1)."""

    weight: Tensor
    bias: Tensor
    activation: Elementwise


@final
class DenseChain:
    """Raw output (K, N, C) of K networks for rows (N, D).

    Parameters
    ----------
    layers : in order.

    Examples
    --------
    >>> network = Network.chain(8, Dense(20, "tanh"), Dense(1))
    >>> theta, x = network.init(seed=0, members=3), torch.ones(5, 8, dtype=torch.float64)
    >>> torch.allclose(DenseChain.of(network, theta)(x), network(theta, x))
    True
    """

    def __init__(self, layers: Sequence[_Layer]) -> None:
        self._layers = tuple(layers)
        # The bias is one more weight, of an input that is always 1: added by itself it costs a pass over the block.
        self._first = torch.cat([layers[0].weight, layers[0].bias], -1).flatten(0, 1)

    @classmethod
    def of(cls, network: Network, theta: Tensor) -> "DenseChain | None":
        """A network with parameters (K, P); None where it is something else than dense layers in a row."""
        layers, before = [], next(iter(network.inputs))
        factor, shift = 1.0, 0.0
        for stage, params in zip(network.plan.stages, network.plan.views(theta), strict=True):
            node, layer = stage.node, stage.node.layer
            if node.sources != (before,) or node.shares:
                return None
            before = node.name
            if isinstance(layer, Dropout):
                continue
            if not isinstance(layer, Dense) or not isinstance(layer.activation, Elementwise):
                return None
            f, inside = layer.activation, 1.0
            weight, bias = params["weight"].mT, params["bias"].unsqueeze(-1)
            weight, bias = factor * weight, bias + shift * weight.sum(-1, keepdim=True)
            factor, shift = 1.0, 0.0
            if type(f) in _BY_SIGMOID and before != network.output:
                inside, factor, shift = _BY_SIGMOID[type(f)]
                f = Sigmoid()
            layers.append(_Layer((inside * weight).contiguous(), inside * bias, f))
        return cls(layers) if layers and factor == 1 and len(network.inputs) == 1 else None

    def __call__(self, x: Tensor) -> Tensor:
        """The raw output in float64, for rows (N, D); fastest where each feature lies in one piece."""
        last = self._layers[-1].weight
        sizes = [layer.weight.shape[:2].numel() for layer in self._layers]
        rows = min(max(1, ENTRIES_AT_ONCE // max(sizes)), len(x))
        inputs = torch.ones((x.shape[-1] + 1, rows), dtype=last.dtype)
        blocks = [torch.empty(size * rows, dtype=last.dtype) for size in sizes]
        out = torch.empty((*last.shape[:2], len(x)), dtype=torch.float64)
        for start in range(0, len(x), rows):
            part = x[start : start + rows]
            h = inputs[:, : len(part)]
            h[:-1].copy_(part.t())
            out[..., start : start + rows].copy_(self._part(h, blocks))
        return out.mT

    def _part(self, h: Tensor, blocks: list[Tensor]) -> Tensor:
        """Output (K, C, n) for columns (D + 1, n); each layer writes into its block."""
        for layer, block in zip(self._layers, blocks, strict=True):
            shape = (*layer.weight.shape[:2], h.shape[-1])
            z = block[: math.prod(shape)].view(shape)
            if layer is self._layers[0]:
                torch.mm(self._first, h, out=z.view(-1, shape[-1]))
            else:
                torch.baddbmm(layer.bias, layer.weight, h, out=z)
            h = layer.activation.overwriting(z)
        return h
