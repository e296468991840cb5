"""Møller's scaled step along a conjugate direction p, without a line search.

    step(s) = μ / (δ + ‖p‖²/s) p,      μ = −gᵀp,  δ = pᵀHp

One product with the Hessian gives the curvature δ along p; λ = 1/s is raised until δ + λ‖p‖² is positive and the cost
falls as the parabola promised.

References
----------
Møller, M. F. (1993). A scaled conjugate gradient algorithm for fast supervised learning. Neural Networks 6(4), 525-533.
"""

__all__ = ["ConjugateStep"]

import dataclasses
from typing import ClassVar, final

import torch
from torch import Tensor

from pishro.operators import Operator
from pishro.optim.method import Path, Steps, Trial
from pishro.optim.need import Need
from pishro.optim.problem import Point

FIRST_DAMPING = 1e-6
"""λ at the start (Møller 1993, section 4: 0 < λ₁ ≤ 10⁻⁴)."""


@final
@dataclasses.dataclass(frozen=True)
class ConjugateStep(Path):
    """Møller's step size."""

    needs: ClassVar[Need] = Need.SOLVE | Need.PRODUCT

    def prepare(self, point: Point, operator: Operator) -> "ConjugateSteps":
        """The parabola along p."""
        direction = -operator.solve(point.gradient)
        fall = -(point.gradient * direction).sum(-1)
        curved = (direction * (operator @ direction)).sum(-1)
        return ConjugateSteps(direction, fall, curved, direction.square().sum(-1))

    def first_scale(self, point: Point, operator: Operator) -> Tensor:
        """1/λ with a small λ."""
        del operator
        return torch.full_like(point.value, 1 / FIRST_DAMPING)


@final
@dataclasses.dataclass(frozen=True)
class ConjugateSteps(Steps):
    """Steps along p.

    Attributes
    ----------
    direction : p (K, P).
    fall, curved, squared : −gᵀp, pᵀHp and ‖p‖², (K,).
    """

    direction: Tensor
    fall: Tensor
    curved: Tensor
    squared: Tensor

    def at(self, scale: Tensor, index: Tensor | None) -> Trial:
        """The step for each s, and the decrease of the parabola."""
        parts = (self.direction, self.fall, self.curved, self.squared)
        direction, fall, curved, squared = parts if index is None else (part[index] for part in parts)
        bottom = curved + squared / scale
        length = fall / bottom
        decrease = length * (fall - length * curved / 2)
        feasible = (bottom > 0) & (fall > 0) & torch.isfinite(decrease)
        return Trial(length.unsqueeze(-1) * direction, decrease.tolist(), feasible.tolist(), scale.tolist())
