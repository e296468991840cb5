"""A face of a box: the variables that are held at their bounds drop out, the others remain.

On a face the gradient and the matrix B of a point are those of the free variables; the held ones are zero in the
gradient and decoupled in B, so that no path moves them. Quasi-Newton curvature learns among the variables that moved:
with s and y cut down to them, its matrix is that of the free variables while the face stays the same.
"""

__all__ = ["OnFace", "face"]

import dataclasses
import functools
from typing import final

import torch
from torch import Tensor

from pishro.operators import (
    DenseOperator,
    Operator,
    Pencil,
    ProductPencil,
    ResidualOperator,
    WideOperator,
    conjugate_gradients,
)
from pishro.optim.constrained.region import Region
from pishro.optim.method import Curvature, Memory
from pishro.optim.need import Need
from pishro.optim.problem import GaussNewtonPoint, HessianPoint, Point


def face(point: Point, region: Region) -> Point:
    """The point as the free variables see it."""
    held = region.held(point.x, point.gradient)
    if not bool(held.any()):
        return point
    gradient = torch.where(held, 0.0, point.gradient)
    if isinstance(point, HessianPoint):
        return HessianPoint(point.x, point.value, gradient, _restricted(point.hessian, ~held))
    if isinstance(point, GaussNewtonPoint):
        return GaussNewtonPoint(point.x, point.value, gradient, _restricted(point.gauss_newton, ~held))
    return Point(point.x, point.value, gradient)


@functools.singledispatch
def _restricted(operator: Operator, free: Tensor) -> Operator:
    """B among the free variables (K, P)."""
    return FaceProducts(operator, free)


@_restricted.register
def _(operator: DenseOperator, free: Tensor) -> Operator:
    among = free.unsqueeze(-1) & free.unsqueeze(-2)
    return DenseOperator(torch.where(among, operator.matrix, torch.diag_embed((~free).to(operator.matrix))))


@_restricted.register
def _(operator: ResidualOperator, free: Tensor) -> Operator:
    return ResidualOperator(operator.jacobian * free.unsqueeze(-2), operator.residual)


@_restricted.register
def _(operator: WideOperator, free: Tensor) -> Operator:
    return WideOperator(operator.jacobian * free.unsqueeze(-2), operator.residual)


@final
@dataclasses.dataclass(frozen=True)
class FaceProducts(Operator):
    """Products among the free variables; the held ones are multiplied by 1."""

    whole: Operator
    free: Tensor

    def __matmul__(self, v: Tensor) -> Tensor:
        """B v for a vector (K, P)."""
        return torch.where(self.free, self.whole @ torch.where(self.free, v, 0.0), v)

    def solve(self, b: Tensor) -> Tensor:
        """B⁻¹ b for a positive definite B."""
        return conjugate_gradients(self.__matmul__, b)

    def diagonal(self) -> Tensor:
        """An estimate of the diagonal, (K, P)."""
        return torch.where(self.free, self.whole.diagonal(), 1.0)

    def pencil(self, weights: Tensor) -> Pencil:
        """The family B + λ diag(weights)."""
        return ProductPencil(self, weights)

    def select(self, index: Tensor) -> "FaceProducts":
        """The members in `index`."""
        return FaceProducts(self.whole.select(index), self.free[index])

    def update(self, index: Tensor, new: Operator) -> None:
        """A face belongs to one iteration; nothing is kept of it."""
        self._refuse("memory", index)


@final
@dataclasses.dataclass(frozen=True)
class OnFace(Curvature):
    """Another curvature among the free variables.

    Attributes
    ----------
    curvature : the inner one.
    region : the box.
    """

    curvature: Curvature
    region: Region

    @property
    def needs(self) -> Need:
        """What the inner curvature needs. No search on an arc ensures sᵀy > 0; a step without it teaches nothing."""
        return self.curvature.needs & ~Need.WOLFE

    @property
    def offers(self) -> Need:
        """What the inner curvature offers."""
        return self.curvature.offers

    @property
    def scaled(self) -> bool:
        """As the inner curvature."""
        return self.curvature.scaled

    def start(self, point: Point) -> Memory | None:
        """What the inner curvature remembers at first."""
        return self.curvature.start(point)

    def update(self, memory: Memory, old: Point, new: Point) -> Memory:
        """What it remembers after a step: of y only what belongs to variables that moved."""
        gradient = torch.where(new.x == old.x, old.gradient, new.gradient)
        return self.curvature.update(memory, old, Point(new.x, new.value, gradient))

    def operator(self, point: Point, memory: Memory | None) -> Operator:
        """B among the free variables."""
        return self.curvature.operator(face(point, self.region), memory)
