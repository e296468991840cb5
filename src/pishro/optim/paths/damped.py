"""The damped curve, step(s) = −(B + D/s)⁻¹ g: from the Newton step (s → ∞) to a short gradient step (s → 0).

λ = 1/s is the damping of Levenberg (1944) with D = I, and of Marquardt (1963) with D = diag B.
"""

__all__ = ["Damped"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.operators import Operator
from pishro.optim.method import Path, Steps, Trial
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

    marquardt: bool = False

    def prepare(self, point: Point, operator: Operator) -> "DampedSteps":
        """The curve at this point."""
        diagonal = operator.diagonal()
        weights = diagonal.clamp_min(torch.finfo(diagonal.dtype).eps) if self.marquardt else torch.ones_like(diagonal)
        return DampedSteps(point.gradient, operator, weights)

    def first_scale(self, point: Point, operator: Operator) -> Tensor:
        """1/λ with λ = 10⁻³ max diag B, or 10⁻³ with Marquardt's scaling."""
        largest = operator.diagonal().amax(-1)
        if self.marquardt:
            return torch.full_like(largest, 1 / FIRST_DAMPING)
        return 1 / (FIRST_DAMPING * largest.clamp_min(torch.finfo(largest.dtype).tiny ** 0.5))


@final
@dataclasses.dataclass(frozen=True)
class DampedSteps(Steps):
    """−(B + D/s)⁻¹ g for any s: one Cholesky factor each."""

    gradient: Tensor
    operator: Operator
    weights: Tensor

    def at(self, scale: Tensor, index: Tensor) -> Trial:
        """The steps of the members in `index`, and the decrease ½ stepᵀ(D step/s − g) of the quadratic model."""
        everyone = len(index) == len(self.gradient)
        gradient = self.gradient if everyone else self.gradient[index]
        operator = self.operator if everyone else self.operator.select(index)
        shift = (self.weights if everyone else self.weights[index]) / scale.unsqueeze(-1)
        factor = operator.factor(shift)
        step = -factor.solve(gradient)
        decrease = (step * (shift * step - gradient)).sum(-1) / 2
        feasible = factor.definite & torch.isfinite(decrease)
        return Trial(step, decrease, feasible)
