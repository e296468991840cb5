"""What is known of an objective at a point, with the data's part kept at β = 1 beside the sum."""

__all__ = ["DataTerm", "ObjectivePoint"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.operators import DenseOperator
from pishro.optim import GaussNewtonPoint, Point


@dataclasses.dataclass(frozen=True)
class DataTerm:
    """The data's part at β = 1: cost (K,), gradient (K, P) and JᵀΛJ (K, P, P)."""

    cost: Tensor
    gradient: Tensor
    curvature: Tensor

    def select(self, index: Tensor) -> "DataTerm":
        """The members in `index`."""
        return DataTerm(self.cost[index], self.gradient[index], self.curvature[index])

    def update(self, index: Tensor, new: "DataTerm") -> None:
        """Overwrite the members in `index`."""
        self.cost[index], self.gradient[index], self.curvature[index] = new.cost, new.gradient, new.curvature


@final
@dataclasses.dataclass(frozen=True)
class ObjectivePoint(GaussNewtonPoint):
    """A point that remembers the data's part; its Gauss-Newton matrix is written out.

    Attributes
    ----------
    data : the data's part at β = 1.
    """

    data: DataTerm

    @property
    def precision(self) -> DenseOperator:
        """The posterior's precision A (K, P, P)."""
        if not isinstance(self.gauss_newton, DenseOperator):
            raise TypeError(f"Expected a dense operator, received {type(self.gauss_newton).__name__}.")
        return self.gauss_newton

    def select(self, index: Tensor) -> "ObjectivePoint":
        """The members in `index`."""
        operator = self.precision.select(index)
        return ObjectivePoint(self.x[index], self.value[index], self.gradient[index], operator, self.data.select(index))

    def pack(self) -> dict[str, Tensor]:
        """Everything but the matrix off its diagonal, which is β JᵀΛJ; the tensors are not copied."""
        data, diagonal = self.data, self.precision.diagonal()
        return {
            **{"x": self.x, "value": self.value, "gradient": self.gradient, "diagonal": diagonal},
            **{"cost": data.cost, "data_gradient": data.gradient, "curvature": data.curvature},
        }

    @classmethod
    def unpacked(cls, packed: dict[str, Tensor], beta: Tensor) -> "ObjectivePoint":
        """The point that `pack` wrote under β (K,), the same to the last bit."""
        data = DataTerm(packed["cost"], packed["data_gradient"], packed["curvature"])
        matrix = beta[:, None, None] * data.curvature
        torch.diagonal(matrix, dim1=-2, dim2=-1).copy_(packed["diagonal"])
        return cls(packed["x"], packed["value"], packed["gradient"], DenseOperator(matrix), data)

    def update(self, index: Tensor, new: Point) -> None:
        """Overwrite the members in `index`."""
        super().update(index, new)
        if isinstance(new, ObjectivePoint):
            self.data.update(index, new.data)
