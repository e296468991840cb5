"""The damped curve, step(s) = −(B + D/s)⁻¹ g: from the Newton step (s → ∞) to a short gradient step (s → 0).

λ = 1/s is the damping of Levenberg (1944) with D = I, and of Marquardt (1963) with D = diag B.
"""

__all__ = ["Damped"]

import dataclasses
from typing import ClassVar, final

import torch
from torch import Tensor

from pishro.operators import Operator, Pencil
from pishro.optim.method import Path, Steps, Trial
from pishro.optim.need import Need
from pishro.optim.problem import Point

FIRST_DAMPING = 1e-3
"""λ at the start relative to the largest diagonal entry of B (Madsen, Nielsen, Tingleff 2004, section 3.2: 10⁻³ if x₀
is thought to be a fair guess)."""


@final
@dataclasses.dataclass(frozen=True)
class Damped(Path):
    """Levenberg-Marquardt's curve.

    Attributes
    ----------
    marquardt : scale the damping by the diagonal of B, which makes the step independent of the units of x.
    """

    needs: ClassVar[Need] = Need.PENCIL | Need.DIAGONAL

    marquardt: bool = False

    def prepare(self, point: Point, operator: Operator) -> "DampedSteps":
        """The curve at this point."""
        diagonal = operator.diagonal()
        weights = _weights(diagonal) if self.marquardt else torch.ones_like(diagonal)
        return DampedSteps(point.gradient, weights, operator.pencil(weights))

    def first_scale(self, point: Point, operator: Operator) -> Tensor:
        """1/λ with λ = 10⁻³ max diag B, or 10⁻³ with Marquardt's scaling."""
        largest = operator.diagonal().abs().amax(-1)
        if self.marquardt:
            return torch.full_like(largest, 1 / FIRST_DAMPING)
        return 1 / (FIRST_DAMPING * largest.clamp_min(torch.finfo(largest.dtype).tiny ** 0.5))


def _weights(diagonal: Tensor) -> Tensor:
    """Marquardt's scaling; a variable on which f hardly depends gets the scale of the largest, so that it stays put."""
    largest = diagonal.abs().amax(-1, keepdim=True)
    negligible = diagonal.abs() <= torch.finfo(diagonal.dtype).tiny ** 0.5
    return torch.where(negligible, torch.where(largest > 0, largest, 1.0), diagonal.abs())


@final
@dataclasses.dataclass(frozen=True)
class DampedSteps(Steps):
    """−(B + D/s)⁻¹ g for any s."""

    gradient: Tensor
    weights: Tensor
    pencil: Pencil

    def at(self, scale: Tensor, index: Tensor | None) -> Trial:
        """The steps, and the decrease ½ stepᵀ(D step/s − g) of the quadratic model."""
        gradient = self.gradient if index is None else self.gradient[index]
        weights = self.weights if index is None else self.weights[index]
        damping = 1 / scale
        step, definite = self.pencil.step(self.gradient, damping, index)
        decrease = (step * (weights * step * damping.unsqueeze(-1) - gradient)).sum(-1) / 2
        feasible = definite & torch.isfinite(decrease)
        return Trial(step, decrease.tolist(), feasible.tolist(), scale.tolist())
