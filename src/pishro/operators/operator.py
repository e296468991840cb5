"""Curvature is a linear operator: what an optimizer may ask of a matrix that it need not see.

Shapes: an operator stands for one symmetric P × P matrix, or for K of them (one a member); vectors are (…, P). An
operator has its products or its solutions, or both; whoever assembles a method says beforehand which are needed.
"""

__all__ = ["Factor", "Operator", "Pencil"]

import abc
from typing import NoReturn

from torch import Tensor

from pishro.errors import SettingError


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
        """ln det A, (…)."""

    @abc.abstractmethod
    def inverse_diagonal(self) -> Tensor:
        """Diagonal of A⁻¹, (…, P)."""


class Pencil(abc.ABC):
    """The family B + λ diag(w) of one B: prepared once, used for many λ."""

    @abc.abstractmethod
    def step(self, gradient: Tensor, damping: Tensor, index: Tensor | None) -> tuple[Tensor, Tensor]:
        """−(B + λ diag(w))⁻¹ g of the members in `index`, and whether each matrix was positive definite.

        Parameters
        ----------
        gradient : ∇f at the operator's own point, (K, P). An operator that knows residuals with g = Jᵀr solves from r.
        damping : λ > 0, (len(index),).
        index : members (None for all).
        """


class Operator(abc.ABC):
    """A symmetric matrix (…, P, P), or something that acts like one."""

    def __matmul__(self, v: Tensor) -> Tensor:
        """B v for a vector (…, P)."""
        self._refuse("products", v)

    def solve(self, b: Tensor) -> Tensor:
        """B⁻¹ b for a vector (…, P); of a singular B the solution of least norm."""
        self._refuse("solutions", b)

    def diagonal(self) -> Tensor:
        """Diagonal (…, P)."""
        self._refuse("diagonal")

    def factor(self, shift: Tensor) -> Factor:
        """Factorize B + diag(shift), shift (…, P)."""
        self._refuse("factorization", shift)

    def pencil(self, weights: Tensor) -> Pencil:
        """The family B + λ diag(weights), weights (…, P) positive."""
        self._refuse("damped solutions", weights)

    @abc.abstractmethod
    def select(self, index: Tensor) -> "Operator":
        """The operators of the members in `index`, copied."""

    @abc.abstractmethod
    def update(self, index: Tensor, new: "Operator") -> None:
        """Overwrite the operators of the members in `index`."""

    def _refuse(self, what: str, *arguments: Tensor) -> NoReturn:
        del arguments
        raise SettingError(f"Expected an operator with {what}; {type(self).__name__} has none. Take another curvature.")
