"""The posterior of θ around the point reached: Normal(θ, A⁻¹) for each member (Laplace's approximation).

It answers one question: how uncertain is the raw output at new rows, J A⁻¹ Jᵀ = ‖L⁻¹Jᵀ‖² with A = L Lᵀ.
"""

__all__ = ["LaplacePosterior"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.nn import Network
from pishro.operators import DenseOperator

SLICE_ENTRIES = 2**21
"""Jacobian entries made at once, 16 MB of float64."""


@final
@dataclasses.dataclass(frozen=True)
class LaplacePosterior:
    """L⁻¹ of each member.

    Attributes
    ----------
    inverse_lower : (K, P, P) lower triangular, float32: seven digits of a standard deviation are plenty, and the model
        file is half as large.
    """

    inverse_lower: Tensor

    @classmethod
    def of(cls, precision: DenseOperator) -> "LaplacePosterior":
        """The posterior of precision A (K, P, P).

        Where a member's A is not positive definite to working precision, its diagonal is raised until it is.
        """
        lower = []
        for matrix in precision.matrix:
            shift = torch.zeros_like(matrix[0])
            factor = DenseOperator(matrix).factor(shift)
            while not bool(factor.definite):
                shift = torch.maximum(shift * 10, matrix.diagonal().mean().abs().clamp_min(1e-12) * 1e-14)
                factor = DenseOperator(matrix).factor(shift)
            lower.append(factor.inverse_lower().to("cpu", torch.float32))
        return cls(torch.stack(lower))

    def variance(self, network: Network, theta: Tensor, x: Tensor, contrast: Tensor | None = None) -> Tensor:
        """Variance of each raw output at rows x (N, D) for members θ (K, P): (K, N, C).

        With a `contrast` S (C, R) it is the variance of Sᵀ raw, (K, N, R).
        """
        members, size = theta.shape
        rows = max(1, SLICE_ENTRIES // (members * network.outputs * size))
        factor = self.inverse_lower.to(theta.dtype).mT
        slices = []
        for part in x.split(rows):
            trace = network.forward_path(theta, part)
            raw = network.raw(trace)
            root = None if contrast is None else contrast.to(raw).expand(*raw.shape, contrast.shape[-1])
            jacobian = network.jacobian_path(theta, trace, root)
            slices.append((jacobian.flatten(-3, -2) @ factor).square().sum(-1).unflatten(-1, jacobian.shape[-3:-1]))
        return torch.cat(slices, -2)

    def packed(self) -> Tensor:
        """The lower triangles in rows, (K, P(P+1)/2), for a file."""
        size = self.inverse_lower.shape[-1]
        row, column = torch.tril_indices(size, size)
        return self.inverse_lower[:, row, column].contiguous()

    @classmethod
    def unpacked(cls, packed: Tensor, size: int) -> "LaplacePosterior":
        """The posterior that `packed` wrote, for P = size."""
        row, column = torch.tril_indices(size, size)
        lower = packed.new_zeros(len(packed), size, size)
        lower[:, row, column] = packed
        return cls(lower)
