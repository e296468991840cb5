"""BFGS: an approximation H of the inverse Hessian, corrected after each step so that H y = s.

With s = x₊ − x, y = ∇f(x₊) − ∇f(x):

    H₊ = (I − s yᵀ/sᵀy) H (I − y sᵀ/sᵀy) + s sᵀ/sᵀy

which stays positive definite as long as sᵀy > 0. The first H is the identity, scaled so that the first step is no longer
than 1, and rescaled to sᵀy/yᵀy before the first correction (Nocedal and Wright 2006, equation 6.20).

References
----------
Nocedal, J. and Wright, S. J. (2006). Numerical Optimization, 2nd ed., chapter 6.
"""

__all__ = ["BFGSCurvature"]

import dataclasses
from typing import ClassVar, final

import torch
from torch import Tensor

from pishro.operators import InverseOperator, Operator
from pishro.optim.method import Curvature, Memory
from pishro.optim.need import Need
from pishro.optim.problem import Point

LEAST_CURVATURE = 1e-10
"""sᵀy relative to ‖s‖‖y‖ below which a step is not learned from: H would lose its positive definiteness to rounding."""


@final
@dataclasses.dataclass
class BFGSMemory(Memory):
    """H, and whether it is still the first one.

    Attributes
    ----------
    inverse : H (K, P, P).
    young : whether no correction was made yet, one for all members.
    """

    inverse: Tensor
    young: bool

    def select(self, index: Tensor) -> "BFGSMemory":
        """The members in `index`, copied."""
        return BFGSMemory(self.inverse[index], self.young)

    def update(self, index: Tensor, new: Memory) -> None:
        """Overwrite the members in `index`."""
        if isinstance(new, BFGSMemory):
            self.inverse[index], self.young = new.inverse, self.young and new.young


@final
class BFGSCurvature(Curvature):
    """H in memory, P × P. Under a search that does not ensure sᵀy > 0, steps without it are not learned from."""

    offers: ClassVar[Need] = Need.SOLVE | Need.PRODUCT

    def start(self, point: Point) -> BFGSMemory:
        """The scaled identity."""
        scale = 1 / point.gradient.norm(dim=-1).clamp_min(1.0)
        eye = torch.eye(point.x.shape[-1], dtype=point.x.dtype, device=point.x.device)
        return BFGSMemory(scale[:, None, None] * eye, True)

    def update(self, memory: Memory, old: Point, new: Point) -> BFGSMemory:
        """The rank-two correction: H + s wᵀ + w sᵀ, w = ½(1 + yᵀHy/sᵀy) s/sᵀy − Hy/sᵀy."""
        if not isinstance(memory, BFGSMemory):
            raise TypeError(f"Expected the memory of BFGS, received {type(memory).__name__}.")
        s, y = new.x - old.x, new.gradient - old.gradient
        sy, yy = (s * y).sum(-1, keepdim=True), (y * y).sum(-1, keepdim=True)
        # Cauchy and Schwarz's bound ‖s‖‖y‖ ≥ sᵀy; NaN compares false
        learned = sy * sy > LEAST_CURVATURE**2 * yy * (s * s).sum(-1, keepdim=True)
        learned &= sy > 0
        inverse = memory.inverse
        if memory.young:
            eye = torch.eye(s.shape[-1], dtype=s.dtype, device=s.device)
            inverse = torch.where(learned.unsqueeze(-1), (sy / yy).unsqueeze(-1) * eye, inverse)
        Hy = torch.matmul(inverse, y.unsqueeze(-1)).squeeze(-1)
        w = (0.5 / sy) * (1 + (y * Hy).sum(-1, keepdim=True) / sy) * s - Hy / sy
        w = torch.where(learned, w, 0.0)
        left = torch.stack((s, w), -1)
        return BFGSMemory(torch.baddbmm(inverse, left, left.flip(-1).mT), False)

    def operator(self, point: Point, memory: Memory | None) -> Operator:
        """H⁻¹."""
        if not isinstance(memory, BFGSMemory):
            raise TypeError(f"Expected the memory of BFGS, received {type(memory).__name__}.")
        return InverseOperator(memory.inverse)
