"""Matrices kept by their spectrum: V diag(λ) Vᵀ, and JᵀJ from the singular values of J.

JᵀJ squares the condition of J, and with it half of the digits is lost. The singular value decomposition J = U S Vᵀ
keeps them, and once it is made every damping costs only a product:

    −(JᵀJ + λ diag(w))⁻¹ Jᵀr = −W^-½ V diag(s / (s² + λ)) Uᵀ r,       J W^-½ = U S Vᵀ.

It costs about 20 times the normal equations, so it serves small problems, the ill-conditioned ones among them.
"""

__all__ = ["ResidualOperator", "SpectralOperator"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.operators.operator import Operator, Pencil
from pishro.operators.times import times


@final
@dataclasses.dataclass(frozen=True)
class SpectralOperator(Operator):
    """V diag(values) Vᵀ.

    Attributes
    ----------
    values : eigenvalues (…, P), not zero.
    vectors : V (…, P, P), orthonormal columns.

    Examples
    --------
    >>> SpectralOperator(torch.tensor([2.0, 4.0]), torch.eye(2)).solve(torch.tensor([2.0, 2.0]))
    tensor([1.0000, 0.5000])
    """

    values: Tensor
    vectors: Tensor

    def __matmul__(self, v: Tensor) -> Tensor:
        """B v for a vector (…, P)."""
        return times(self.vectors, self.values * times(self.vectors.mT, v))

    def solve(self, b: Tensor) -> Tensor:
        """B⁻¹ b for a vector (…, P)."""
        return times(self.vectors, times(self.vectors.mT, b) / self.values)

    def diagonal(self) -> Tensor:
        """Diagonal (…, P)."""
        return (self.vectors.square() * self.values.unsqueeze(-2)).sum(-1)

    def select(self, index: Tensor) -> "SpectralOperator":
        """The members in `index`, copied."""
        return SpectralOperator(self.values[index], self.vectors[index])

    def update(self, index: Tensor, new: Operator) -> None:
        """Overwrite the members in `index`."""
        if not isinstance(new, SpectralOperator):
            raise TypeError(f"A spectral operator is updated from a spectral one, received {type(new).__name__}.")
        self.values[index], self.vectors[index] = new.values, new.vectors


@final
@dataclasses.dataclass(frozen=True)
class ResidualOperator(Operator):
    """JᵀJ at a point whose gradient is Jᵀr.

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
        """(JᵀJ)⁺ b: of least norm where the columns of J are dependent."""
        _, s, vh = torch.linalg.svd(self.jacobian, full_matrices=False)
        kept = s > rank_cutoff(s, self.jacobian)
        return times(vh.mT, torch.where(kept, 1 / s.square(), 0.0) * times(vh, b))

    def diagonal(self) -> Tensor:
        """Square sums of the columns of J, (K, P)."""
        return self.jacobian.square().sum(-2)

    def pencil(self, weights: Tensor) -> "SingularPencil":
        """The family JᵀJ + λ diag(weights)."""
        root = weights.sqrt()
        u, s, vh = torch.linalg.svd(self.jacobian / root.unsqueeze(-2), full_matrices=False)
        return SingularPencil(s, vh.mT / root.unsqueeze(-1), times(u.mT, self.residual))

    def select(self, index: Tensor) -> "ResidualOperator":
        """The members in `index`, copied."""
        return ResidualOperator(self.jacobian[index], self.residual[index])

    def update(self, index: Tensor, new: Operator) -> None:
        """Overwrite the members in `index`."""
        if not isinstance(new, ResidualOperator):
            raise TypeError(f"A residual operator is updated from another, received {type(new).__name__}.")
        self.jacobian[index], self.residual[index] = new.jacobian, new.residual


@final
@dataclasses.dataclass(frozen=True)
class SingularPencil(Pencil):
    """Every damping from one singular value decomposition.

    Attributes
    ----------
    singular : s (K, M), M = min(N, P).
    directions : W^-½ V (K, P, M).
    projected : Uᵀr (K, M).
    """

    singular: Tensor
    directions: Tensor
    projected: Tensor

    def step(self, gradient: Tensor, damping: Tensor, index: Tensor | None) -> tuple[Tensor, Tensor]:
        """−W^-½ V diag(s / (s² + λ)) Uᵀr."""
        s, directions, projected = self.singular, self.directions, self.projected
        if index is not None:
            s, directions, projected = s[index], directions[index], projected[index]
        filtered = s / (s.square() + damping.unsqueeze(-1)) * projected
        step = -times(directions, filtered)
        return step, torch.isfinite(step).all(-1)


def rank_cutoff(singular: Tensor, matrix: Tensor) -> Tensor:
    """Singular values up to this are rounding, (…, 1)."""
    return torch.finfo(matrix.dtype).eps * max(matrix.shape[-2:]) * singular.amax(-1, keepdim=True)
