"""The matrix written out, factorized by Cholesky."""

__all__ = ["CholeskyFactor", "DenseOperator"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.operators.operator import Factor, Operator, Pencil
from pishro.operators.times import times


@final
@dataclasses.dataclass(frozen=True)
class CholeskyFactor(Factor):
    """A = L Lᵀ with L lower triangular.

    Attributes
    ----------
    lower : L, (…, P, P).
    info : 0 where A was positive definite, (…).
    """

    lower: Tensor
    info: Tensor

    @property
    def definite(self) -> Tensor:
        """Whether each A is positive definite to working precision, (…) boolean."""
        return self.info == 0

    def solve(self, b: Tensor) -> Tensor:
        """A⁻¹ b for a vector (…, P)."""
        half = torch.linalg.solve_triangular(self.lower, b.unsqueeze(-1), upper=False)
        solution: Tensor = torch.linalg.solve_triangular(self.lower.mT, half, upper=True)
        return solution.squeeze(-1)

    def logdet(self) -> Tensor:
        """ln det A, (…)."""
        return 2 * self.lower.diagonal(dim1=-2, dim2=-1).log().sum(-1)

    def inverse_lower(self) -> Tensor:
        """L⁻¹, so that bᵀA⁻¹b = ‖L⁻¹b‖²."""
        eye = torch.eye(self.lower.shape[-1], dtype=self.lower.dtype, device=self.lower.device)
        inverse: Tensor = torch.linalg.solve_triangular(self.lower, eye.expand_as(self.lower), upper=False)
        return inverse

    def inverse_diagonal(self) -> Tensor:
        """Diagonal of A⁻¹, (…, P): the columns' square sums of L⁻¹, a third of the work of the inverse."""
        return self.inverse_lower().square().sum(-2)


@final
@dataclasses.dataclass(frozen=True)
class DenseOperator(Operator):
    """A symmetric matrix (…, P, P) in memory.

    Examples
    --------
    >>> import torch
    >>> B = DenseOperator(torch.tensor([[3.0, 1.0], [1.0, 2.0]]))
    >>> B.factor(torch.tensor([1.0, 0.0])).solve(torch.tensor([9.0, 4.0])).round(decimals=4)
    tensor([2., 1.])
    """

    matrix: Tensor

    def __matmul__(self, v: Tensor) -> Tensor:
        """B v for a vector (…, P)."""
        return times(self.matrix, v)

    def solve(self, b: Tensor) -> Tensor:
        """B⁻¹ b for a vector (…, P), by Cholesky; by eigenvectors where B is not positive definite."""
        factor = self.factor(torch.zeros_like(b))
        if bool(factor.definite.all()):
            return factor.solve(b)
        values, vectors = torch.linalg.eigh(self.matrix)
        cutoff = torch.finfo(b.dtype).eps * b.shape[-1] * values.abs().amax(-1, keepdim=True)
        inverse = torch.where(values.abs() > cutoff, 1 / values, 0.0)
        return times(vectors, inverse * times(vectors.mT, b))

    def diagonal(self) -> Tensor:
        """Diagonal (…, P), a view."""
        return self.matrix.diagonal(dim1=-2, dim2=-1)

    def factor(self, shift: Tensor) -> CholeskyFactor:
        """Cholesky factor of B + diag(shift), shift (…, P)."""
        shifted = self.matrix.clone()
        shifted.diagonal(dim1=-2, dim2=-1).add_(shift)
        # the upper factor: on two cores a third faster than the lower one, and L, its transpose, has contiguous rows
        upper, info = torch.linalg.cholesky_ex(shifted, upper=True)
        return CholeskyFactor(upper.mT, info)

    def pencil(self, weights: Tensor) -> "CholeskyPencil":
        """The family B + λ diag(weights)."""
        return CholeskyPencil(self, weights)

    def select(self, index: Tensor) -> "DenseOperator":
        """The matrices of the members in `index`, copied."""
        return DenseOperator(self.matrix[index])

    def update(self, index: Tensor, new: Operator) -> None:
        """Overwrite the matrices of the members in `index`."""
        if not isinstance(new, DenseOperator):
            raise TypeError(f"A dense operator is updated from a dense one, received {type(new).__name__}.")
        self.matrix[index] = new.matrix


@final
@dataclasses.dataclass(frozen=True)
class CholeskyPencil(Pencil):
    """B + λ diag(w), one Cholesky factor for each λ."""

    operator: DenseOperator
    weights: Tensor

    def step(self, gradient: Tensor, damping: Tensor, index: Tensor | None) -> tuple[Tensor, Tensor]:
        """−(B + λ diag(w))⁻¹ g."""
        operator, weights = self.operator, self.weights
        if index is not None:
            operator, weights, gradient = operator.select(index), weights[index], gradient[index]
        factor = operator.factor(weights * damping.unsqueeze(-1))
        return -factor.solve(gradient), factor.definite
