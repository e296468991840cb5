"""The trust region's subproblem solved by eigenvectors: the least of the quadratic model inside a radius s.

The solution is p(λ) = −(B + λI)⁻¹g with the least λ ≥ 0 that makes B + λI positive semi-definite and ‖p‖ ≤ s. With
B = V Λ Vᵀ, once for all radii, p(λ) = −V (Vᵀg / (Λ + λ)), and λ is the root of the secular equation 1/‖p(λ)‖ = 1/s,
which is nearly linear in λ: Newton's method between bounds finds it in a few steps. In the hard case, where g has no
part along the lowest eigenvector, that eigenvector completes the step: this is how the method leaves a saddle.

References
----------
Moré, J. J. and Sorensen, D. C. (1983). Computing a trust region step. SIAM J. Sci. Stat. Comput. 4(3), 553-572.
"""

__all__ = ["ExactRegion"]

import dataclasses
from typing import ClassVar, final

import torch
from torch import Tensor

from pishro.operators import DenseOperator, Operator, times
from pishro.optim.method import Path, Steps, Trial
from pishro.optim.need import Need
from pishro.optim.paths.region import first_radius, region_trial, to_boundary
from pishro.optim.problem import Point

ITERATIONS = 60
"""Most Newton steps for λ; bounds that are halved at worst reach rounding by then."""

ACCURACY = 1e-6
"""Relative difference of ‖p‖ from the radius that is accepted."""


@final
@dataclasses.dataclass(frozen=True)
class ExactRegion(Path):
    """The subproblem's exact solution; B is written out and may be indefinite."""

    needs: ClassVar[Need] = Need.MATRIX | Need.PRODUCT

    def prepare(self, point: Point, operator: Operator) -> "ExactSteps":
        """The eigenvectors at this point."""
        if not isinstance(operator, DenseOperator):
            raise TypeError(f"Expected a matrix written out, received {type(operator).__name__}.")
        finite = torch.isfinite(operator.matrix).all(-1).all(-1)[:, None, None]
        values, vectors = torch.linalg.eigh(torch.where(finite, operator.matrix, 0.0))
        return ExactSteps(values, vectors, times(vectors.mT, point.gradient))

    def first_scale(self, point: Point, operator: Operator) -> Tensor:
        """The length of the Cauchy step."""
        return first_radius(point, operator)


@final
@dataclasses.dataclass(frozen=True)
class ExactSteps(Steps):
    """Solutions for any radius.

    Attributes
    ----------
    values, vectors : Λ (K, P), ascending, and V (K, P, P).
    gradient : Vᵀg (K, P).
    """

    values: Tensor
    vectors: Tensor
    gradient: Tensor

    def at(self, scale: Tensor, index: Tensor | None) -> Trial:
        """The solutions inside the radius s."""
        values, vectors, g = self.values, self.vectors, self.gradient
        if index is not None:
            values, vectors, g = values[index], vectors[index], g[index]
        p = _solution(values, g, scale.unsqueeze(-1))
        decrease = -(p * (g + values * p / 2)).sum(-1)
        return region_trial(times(vectors, p), decrease, scale)


def _solution(values: Tensor, g: Tensor, radius: Tensor) -> Tensor:
    """The step in eigenvectors' coordinates, (K, P)."""
    lowest = values[..., :1]
    rounding = torch.finfo(g.dtype).eps * values.abs().amax(-1, keepdim=True) + torch.finfo(g.dtype).tiny
    low = (-lowest + rounding).clamp_min(0.0)
    p = -g / (values + low)
    inside = p.norm(dim=-1, keepdim=True) <= radius
    if bool(inside.all() and (lowest > rounding).all()):
        return p
    # ‖p(low + t)‖ ≤ ‖g‖ / t
    bottom, top = low, low + g.norm(dim=-1, keepdim=True) / radius
    damping = low
    for _ in range(ITERATIONS):
        p = -g / (values + damping)
        length = p.norm(dim=-1, keepdim=True)
        found = inside | ((length - radius).abs() <= ACCURACY * radius)
        if bool(found.all()):
            break
        bottom, top = torch.where(length > radius, damping, bottom), torch.where(length > radius, top, damping)
        slope = (p.square() / (values + damping)).sum(-1, keepdim=True)
        newton = damping + length.square() / slope * (length - radius) / radius
        sound = (newton > bottom) & (newton < top)
        # who has found its λ keeps it, so that a member's step does not depend on who runs beside it
        damping = torch.where(found, damping, torch.where(sound, newton, (bottom + top) / 2))
    first = torch.zeros_like(p)
    first[..., 0] = 1.0
    hard = inside & (lowest <= rounding)
    return torch.where(hard & (lowest < -rounding), p + to_boundary(p, first, radius) * first, p)
