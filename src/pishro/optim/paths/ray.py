"""The straight path along the direction d = −B⁻¹g, step(s) = s d."""

__all__ = ["Ray"]

import dataclasses
from typing import ClassVar, final

import torch
from torch import Tensor

from pishro.operators import Operator
from pishro.optim.method import Line, Path
from pishro.optim.need import Need
from pishro.optim.problem import Point


@final
@dataclasses.dataclass(frozen=True)
class Ray(Path):
    """A line search's path."""

    needs: ClassVar[Need] = Need.SOLVE
    offers: ClassVar[Need] = Need.LINE

    def prepare(self, point: Point, operator: Operator) -> Line:
        """The ray at this point."""
        return Line(-operator.solve(point.gradient))

    def first_scale(self, point: Point, operator: Operator) -> Tensor:
        """1/‖g‖, at most 1: the first step is no longer than 1 where nothing is known of f's scale."""
        del operator
        norm: Tensor = torch.linalg.vector_norm(point.gradient, dim=-1)
        return norm.clamp_min(1.0).reciprocal()
