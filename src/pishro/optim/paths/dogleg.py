"""Powell's dogleg: from x to the Cauchy point, from there to the Newton point, as far as the radius s allows.

    Cauchy  p_C = −(gᵀg / gᵀBg) g,     Newton  p_N = −B⁻¹g

For a positive definite B the length grows along the path and the quadratic model falls, so that each radius has one
point on it. The steps are prepared once, and a smaller radius costs almost nothing.

References
----------
Powell, M. J. D. (1970). A new algorithm for unconstrained optimization. Nonlinear Programming, 31-65. Academic Press.
"""

__all__ = ["Dogleg"]

import dataclasses
from typing import ClassVar, final

import torch
from torch import Tensor

from pishro.operators import Operator
from pishro.optim.method import Path, Steps, Trial
from pishro.optim.need import Need
from pishro.optim.paths.region import first_radius, model_decrease, region_trial, to_boundary
from pishro.optim.problem import Point


@final
@dataclasses.dataclass(frozen=True)
class Dogleg(Path):
    """The dogleg; it takes a positive definite B."""

    needs: ClassVar[Need] = Need.SOLVE | Need.PRODUCT

    def prepare(self, point: Point, operator: Operator) -> "DoglegSteps":
        """The two legs at this point."""
        gradient = point.gradient
        curved = (gradient * (operator @ gradient)).sum(-1, keepdim=True)
        squared = gradient.square().sum(-1, keepdim=True)
        cauchy = -gradient * torch.where(curved > 0, squared / curved, 1.0)
        return DoglegSteps(gradient, operator, cauchy, -operator.solve(gradient))

    def first_scale(self, point: Point, operator: Operator) -> Tensor:
        """The length of the Cauchy step."""
        return first_radius(point, operator)


@final
@dataclasses.dataclass(frozen=True)
class DoglegSteps(Steps):
    """Points on the two legs."""

    gradient: Tensor
    operator: Operator
    cauchy: Tensor
    newton: Tensor

    def at(self, scale: Tensor, index: Tensor | None) -> Trial:
        """The point of each path at the distance s."""
        operator, gradient, cauchy, newton = self.operator, self.gradient, self.cauchy, self.newton
        if index is not None:
            operator, gradient = operator.select(index), gradient[index]
            cauchy, newton = cauchy[index], newton[index]
        radius = scale.unsqueeze(-1)
        length = cauchy.norm(dim=-1, keepdim=True)
        first = cauchy * (radius / length).clamp_max(1.0)
        leg = newton - cauchy
        second = cauchy + leg * to_boundary(cauchy, leg, radius).clamp(0.0, 1.0)
        step = torch.where(length >= radius, first, second)
        step = torch.where(newton.norm(dim=-1, keepdim=True) <= radius, newton, step)
        return region_trial(step, model_decrease(gradient, operator, step), scale)
