"""What trust-region paths share: the quadratic model, and the way to the boundary."""

__all__ = ["first_radius", "model_decrease", "region_trial", "to_boundary"]

import torch
from torch import Tensor

from pishro.operators import Operator
from pishro.optim.method import Trial
from pishro.optim.problem import Point

SMALLEST, LARGEST = 1e-3, 1e6
"""Limits of the first radius; the search moves it by itself from there."""


def first_radius(point: Point, operator: Operator) -> Tensor:
    """The length ‖g‖³ / |gᵀBg| of the Cauchy step, which knows the scale of x as a fixed radius does not, (K,)."""
    gradient = point.gradient
    curved = (gradient * (operator @ gradient)).sum(-1).abs()
    length: Tensor = gradient.norm(dim=-1) ** 3 / curved
    return length.nan_to_num(1.0).clamp(SMALLEST, LARGEST)


def model_decrease(gradient: Tensor, operator: Operator, step: Tensor) -> Tensor:
    """−gᵀp − ½ pᵀBp, (K,)."""
    return -(step * (gradient + (operator @ step) / 2)).sum(-1)


def to_boundary(start: Tensor, direction: Tensor, radius: Tensor) -> Tensor:
    """The τ ≥ 0 with ‖start + τ direction‖ = radius, (K, 1), for a start inside."""
    a = direction.square().sum(-1, keepdim=True)
    b = (start * direction).sum(-1, keepdim=True)
    c = start.square().sum(-1, keepdim=True) - radius.square()
    root = (b.square() - a * c).clamp_min(0.0).sqrt()
    # of the two forms of the root the one without cancellation
    return torch.where(b > 0, -c / (b + root), (root - b) / a.clamp_min(torch.finfo(a.dtype).tiny))


def region_trial(step: Tensor, decrease: Tensor, radius: Tensor) -> Trial:
    """The trial of a step inside its region; one that does not reach the boundary stands for its own length."""
    length = step.norm(dim=-1)
    feasible = torch.isfinite(decrease) & (length > 0)
    return Trial(step, decrease.tolist(), feasible.tolist(), torch.minimum(length, radius).tolist())
