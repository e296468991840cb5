"""JᵀJ through JJᵀ, for fewer residuals than parameters.

    −(JᵀJ + λW)⁻¹ Jᵀr = −W⁻¹Jᵀ (J W⁻¹ Jᵀ + λI)⁻¹ r

so the matrix to factorize is N × N.
"""

__all__ = ["WideOperator"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.operators.dense import DenseOperator
from pishro.operators.operator import Operator, Pencil
from pishro.operators.times import times


@final
@dataclasses.dataclass(frozen=True)
class WideOperator(Operator):
    """JᵀJ at a point whose gradient is Jᵀr, N < P.

    Attributes
    ----------
    jacobian : J (K, N, P).
    residual : r (K, N).
    """

    jacobian: Tensor
    residual: Tensor

    def __matmul__(self, v: Tensor) -> Tensor:
        """JᵀJ v for a vector (K, P)."""
        return times(self.jacobian.mT, times(self.jacobian, v))

    def solve(self, b: Tensor) -> Tensor:
        """(JᵀJ)⁺ b for b in the row space of J, as a gradient is: Jᵀ (JJᵀ)⁻² J b."""
        inner = DenseOperator(self.jacobian @ self.jacobian.mT)
        return times(self.jacobian.mT, inner.solve(inner.solve(times(self.jacobian, b))))

    def diagonal(self) -> Tensor:
        """Square sums of the columns of J, (K, P)."""
        return self.jacobian.square().sum(-2)

    def pencil(self, weights: Tensor) -> "WidePencil":
        """The family JᵀJ + λ diag(weights)."""
        scaled = self.jacobian / weights.unsqueeze(-2)
        return WidePencil(DenseOperator(scaled @ self.jacobian.mT), scaled, self.residual)

    def select(self, index: Tensor) -> "WideOperator":
        """The members in `index`, copied."""
        return WideOperator(self.jacobian[index], self.residual[index])

    def update(self, index: Tensor, new: Operator) -> None:
        """Overwrite the members in `index`."""
        if not isinstance(new, WideOperator):
            raise TypeError(f"A wide operator is updated from a wide one, received {type(new).__name__}.")
        self.jacobian[index], self.residual[index] = new.jacobian, new.residual


@final
@dataclasses.dataclass(frozen=True)
class WidePencil(Pencil):
    """J W⁻¹ Jᵀ + λI, one Cholesky factor for each λ."""

    inner: DenseOperator
    scaled: Tensor
    residual: Tensor

    def step(self, gradient: Tensor, damping: Tensor, index: Tensor | None) -> tuple[Tensor, Tensor]:
        """−W⁻¹Jᵀ (J W⁻¹ Jᵀ + λI)⁻¹ r."""
        inner, scaled, residual = self.inner, self.scaled, self.residual
        if index is not None:
            inner, scaled, residual = inner.select(index), scaled[index], residual[index]
        factor = inner.factor(damping.unsqueeze(-1) * torch.ones_like(residual))
        return -times(scaled.mT, factor.solve(residual)), factor.definite
