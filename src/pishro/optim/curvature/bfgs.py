"""BFGS: an approximation H of the inverse Hessian, corrected after each step so that H y = s.

With s = x₊ − x, y = ∇f(x₊) − ∇f(x):

    H₊ = (I − s yᵀ/sᵀy) H (I − y sᵀ/sᵀy) + s sᵀ/sᵀy

which stays positive definite as long as sᵀy > 0. The first H is the identity, scaled so that the first step is no
longer than 1, and rescaled to sᵀy/yᵀy before the first correction (Nocedal and Wright 2006, equation 6.20).

References
----------
Nocedal, J. and Wright, S. J. (2006). Numerical Optimization, 2nd ed., chapter 6.
"""

__all__ = ["BFGSCurvature"]

import dataclasses
import math
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
        pair = torch.stack((s, y), 1)
        dots = torch.bmm(pair, pair.mT).tolist()
        # NaN compares false: a step to where nothing is known teaches nothing
        learned = [sy > LEAST_CURVATURE * math.sqrt(ss * yy) for (ss, sy), (_, yy) in dots]
        inverse = memory.inverse
        if memory.young:
            eye = torch.eye(s.shape[-1], dtype=s.dtype, device=s.device)
            scale = s.new_tensor(
                [sy / yy if good else 1.0 for (good, ((_, sy), (_, yy))) in zip(learned, dots, strict=True)]
            )
            fresh = s.new_tensor(learned, dtype=torch.bool)
            inverse = torch.where(fresh[:, None, None], scale[:, None, None] * eye, inverse)
        Hy = torch.bmm(inverse, y.unsqueeze(-1)).squeeze(-1)
        r = [1 / sy if good else 0.0 for good, ((_, sy), _) in zip(learned, dots, strict=True)]
        a = [0.5 * q * (1 + q * yHy) for q, yHy in zip(r, (y * Hy).sum(-1).tolist(), strict=True)]
        w = s * _column(a, s) - Hy * _column(r, s)
        return BFGSMemory(torch.baddbmm(inverse, torch.stack((s, w), -1), torch.stack((w, s), 1)), False)

    def operator(self, point: Point, memory: Memory | None) -> Operator:
        """H⁻¹."""
        if not isinstance(memory, BFGSMemory):
            raise TypeError(f"Expected the memory of BFGS, received {type(memory).__name__}.")
        return InverseOperator(memory.inverse)


def _column(values: list[float], like: Tensor) -> Tensor | float:
    """One number a member, to multiply rows by; for one member the number itself, which costs no tensor."""
    return values[0] if len(values) == 1 else like.new_tensor(values).unsqueeze(-1)
