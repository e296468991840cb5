"""Steihaug's truncated conjugate gradients: the quadratic model is minimized inside a radius s by products alone.

The iteration starts at the Cauchy point and goes towards −B⁻¹g; it ends on the boundary when it would leave the region
or meets a direction of negative curvature, which then becomes useful instead of a trouble. B may be indefinite and need
not be written out.

References
----------
Steihaug, T. (1983). The conjugate gradient method and trust regions in large scale optimization. SIAM J. Numer. Anal.
20(3), 626-637.
"""

__all__ = ["Steihaug"]

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
class Steihaug(Path):
    """Truncated conjugate gradients.

    Attributes
    ----------
    forcing : largest relative residual of the inner iteration; it shrinks with √‖g‖.
    iterations : most products for one step; 2P + 10 where that is fewer.
    """

    needs: ClassVar[Need] = Need.PRODUCT

    forcing: float = 0.1
    iterations: int = 250

    def prepare(self, point: Point, operator: Operator) -> "SteihaugSteps":
        """The model at this point."""
        return SteihaugSteps(point.gradient, operator, self)

    def first_scale(self, point: Point, operator: Operator) -> Tensor:
        """The length of the Cauchy step."""
        return first_radius(point, operator)


@final
@dataclasses.dataclass(frozen=True)
class SteihaugSteps(Steps):
    """One truncated iteration for each radius."""

    gradient: Tensor
    operator: Operator
    settings: Steihaug

    def at(self, scale: Tensor, index: Tensor | None) -> Trial:
        """The truncated iteration's step."""
        operator = self.operator if index is None else self.operator.select(index)
        gradient = self.gradient if index is None else self.gradient[index]
        step = self._truncated(operator, gradient, scale.unsqueeze(-1))
        return region_trial(step, model_decrease(gradient, operator, step), scale)

    def _truncated(self, operator: Operator, gradient: Tensor, radius: Tensor) -> Tensor:
        norm = gradient.norm(dim=-1, keepdim=True)
        target = norm * norm.sqrt().clamp_max(self.settings.forcing)
        step, r = torch.zeros_like(gradient), gradient
        d, rr = -r, r.square().sum(-1, keepdim=True)
        running = torch.ones_like(norm, dtype=torch.bool)
        for _ in range(min(self.settings.iterations, 2 * gradient.shape[-1] + 10)):
            product = operator @ d
            curved = (d * product).sum(-1, keepdim=True)
            alpha = rr / curved
            further = step + alpha * d
            leaves = (curved <= 0) | (further.norm(dim=-1, keepdim=True) >= radius)
            edge = step + to_boundary(step, d, radius) * d
            step = torch.where(running, torch.where(leaves, edge, further), step)
            r = torch.where(running, r + alpha * product, r)
            rr, before = r.square().sum(-1, keepdim=True), rr
            running = running & ~leaves & (rr.sqrt() > target)
            if not bool(running.any()):
                break
            d = torch.where(running, -r + rr / before * d, d)
        return step
