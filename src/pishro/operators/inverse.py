"""Matrices kept by their inverse, as quasi-Newton methods build them, and directions that stand for one."""

__all__ = ["DirectionOperator", "InverseOperator"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.operators.operator import Operator
from pishro.operators.times import times


@final
@dataclasses.dataclass(frozen=True)
class InverseOperator(Operator):
    """B = H⁻¹ with H in memory.

    Attributes
    ----------
    inverse : H (K, P, P), symmetric and positive definite.

    Examples
    --------
    >>> InverseOperator(torch.tensor([[[2.0, 0.0], [0.0, 1.0]]])).solve(torch.tensor([[1.0, 3.0]]))
    tensor([[2., 3.]])
    """

    inverse: Tensor

    def __matmul__(self, v: Tensor) -> Tensor:
        """H⁻¹ v for a vector (K, P)."""
        solution: Tensor = torch.linalg.solve(self.inverse, v)
        return solution

    def solve(self, b: Tensor) -> Tensor:
        """H b for a vector (K, P)."""
        return times(self.inverse, b)

    def select(self, index: Tensor) -> "InverseOperator":
        """The members in `index`, copied."""
        return InverseOperator(self.inverse[index])

    def update(self, index: Tensor, new: Operator) -> None:
        """Overwrite the members in `index`."""
        if not isinstance(new, InverseOperator):
            raise TypeError(f"An inverse operator is updated from another, received {type(new).__name__}.")
        self.inverse[index] = new.inverse


@final
@dataclasses.dataclass(frozen=True)
class DirectionOperator(Operator):
    """An operator of which one solution alone is known: B d = g for the gradient g at its point.

    Attributes
    ----------
    solution : d (K, P).
    products : an operator for products, where there is one.
    """

    solution: Tensor
    products: Operator | None = None

    def __matmul__(self, v: Tensor) -> Tensor:
        """B v by the operator for products."""
        if self.products is None:
            return super().__matmul__(v)
        return self.products @ v

    def solve(self, b: Tensor) -> Tensor:
        """The known solution, whatever b: it is asked for at its own point only."""
        del b
        return self.solution

    def select(self, index: Tensor) -> "DirectionOperator":
        """The members in `index`, copied."""
        return DirectionOperator(self.solution[index], None if self.products is None else self.products.select(index))

    def update(self, index: Tensor, new: Operator) -> None:
        """Overwrite the members in `index`."""
        if not isinstance(new, DirectionOperator):
            raise TypeError(f"A direction is updated from a direction, received {type(new).__name__}.")
        self.solution[index] = new.solution
