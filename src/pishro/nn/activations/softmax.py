"""Softmax: y_i = e^{z_i} / Σ_j e^{z_j}, a vector function whose Jacobian is diag(y) − y yᵀ.

As an output neuron of classes it is not needed: the categorical likelihood has it as its link. Here it serves inside a
network, such as for weights that must add up to one.
"""

__all__ = ["Softmax"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.nn.activations.activation import Activation
from pishro.nn.layer import Parameters


@final
@dataclasses.dataclass(frozen=True)
class Softmax(Activation):
    """e^z divided by its sum over the units; stable for large z."""

    name = "softmax"

    def forward(self, params: Parameters, z: Tensor, axis: int = -1) -> tuple[Tensor, Tensor]:
        """Shares of the units, which add up to one; keeps them."""
        y = torch.softmax(z, axis)
        return y, y

    def backward(
        self, params: Parameters, kept: Tensor, dy: Tensor, grads: Parameters | None, axis: int = -1
    ) -> Tensor:
        """y (dy − yᵀdy)."""
        return kept * (dy - (kept * dy).sum(axis, keepdim=True))

    def jacobian(self, params: Parameters, kept: Tensor, dy: Tensor, blocks: Parameters, axis: int = -1) -> Tensor:
        """The same for each output."""
        return self.backward(params, kept.unsqueeze(axis - 1), dy, None, axis)

    def jvp(self, params: Parameters, kept: Tensor, dparams: Parameters, dz: Tensor, axis: int = -1) -> Tensor:
        """The Jacobian is symmetric."""
        return self.backward(params, kept, dz, None, axis)
