"""Curvature is a linear operator: what an optimizer may ask of a matrix that it need not see.

Shapes: an operator stands for one symmetric P × P matrix, or for K of them (one a member); vectors are (…, P).
"""

__all__ = ["Factor", "Operator"]

import abc

from torch import Tensor


class Factor(abc.ABC):
    """A factorization of A = B + diag(shift): made once, used for many right-hand sides."""

    @property
    @abc.abstractmethod
    def definite(self) -> Tensor:
        """Whether A is positive definite to working precision, (…) boolean."""

    @abc.abstractmethod
    def solve(self, b: Tensor) -> Tensor:
        """A⁻¹ b for a vector (…, P)."""

    @abc.abstractmethod
    def logdet(self) -> Tensor:
        """Ln det A, (…)."""

    @abc.abstractmethod
    def inverse_diagonal(self) -> Tensor:
        """Diagonal of A⁻¹, (…, P)."""


class Operator(abc.ABC):
    """A symmetric matrix (…, P, P), or something that acts like one."""

    @abc.abstractmethod
    def __matmul__(self, v: Tensor) -> Tensor:
        """B v for a vector (…, P)."""

    @abc.abstractmethod
    def diagonal(self) -> Tensor:
        """Diagonal (…, P)."""

    @abc.abstractmethod
    def factor(self, shift: Tensor) -> Factor:
        """Factorize B + diag(shift), shift (…, P)."""

    @abc.abstractmethod
    def select(self, index: Tensor) -> "Operator":
        """The operators of the members in `index`."""

    @abc.abstractmethod
    def update(self, index: Tensor, new: "Operator") -> None:
        """Overwrite the operators of the members in `index`."""
