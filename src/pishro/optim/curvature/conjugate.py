"""Conjugate directions: d₊ = −g₊ + β d, each direction leaving what the earlier ones achieved in place.

On a quadratic with exact searches all choices of β agree and end in P steps. On other functions they differ, and with
y = g₊ − g:

    Polak-Ribière+   β = max(0, g₊ᵀy / gᵀg)
    Hager-Zhang      β = (y − 2 d ‖y‖²/dᵀy)ᵀ g₊ / dᵀy, not less than −1 / (‖d‖ min(0.01, ‖g‖))

Two vectors in memory, so for very many variables. A direction that does not lead downhill is replaced by −g₊.

References
----------
Polak, E. and Ribière, G. (1969). Note sur la convergence de méthodes de directions conjuguées. RIRO 3(R1), 35-43.
Hager, W. W. and Zhang, H. (2005). A new conjugate gradient method with guaranteed descent and an efficient line search.
SIAM J. Optim. 16(1), 170-192.
"""

__all__ = ["ConjugateCurvature", "ConjugateProducts", "hager_zhang", "polak_ribiere"]

import dataclasses
from collections.abc import Callable
from typing import ClassVar, final

import torch
from torch import Tensor

from pishro.operators import DirectionOperator, Operator
from pishro.optim.method import Curvature, Memory
from pishro.optim.need import Need
from pishro.optim.problem import HessianPoint, Point

Formula = Callable[[Tensor, Tensor, Tensor], Tensor]
"""g, g₊ and d (K, P) → β (K, 1)."""

SMALLEST_GRADIENT = 0.01
"""η of Hager and Zhang's lower bound (2005, section 4)."""


def polak_ribiere(old: Tensor, new: Tensor, direction: Tensor) -> Tensor:
    """β of Polak and Ribière, not negative."""
    del direction
    return ((new * (new - old)).sum(-1, keepdim=True) / old.square().sum(-1, keepdim=True)).clamp_min(0.0)


def hager_zhang(old: Tensor, new: Tensor, direction: Tensor) -> Tensor:
    """β of Hager and Zhang, which ensures descent."""
    y = new - old
    dy = (direction * y).sum(-1, keepdim=True)
    beta = ((y - 2 * direction * y.square().sum(-1, keepdim=True) / dy) * new).sum(-1, keepdim=True) / dy
    smallest = old.norm(dim=-1, keepdim=True).clamp_max(SMALLEST_GRADIENT)
    return torch.maximum(beta, -1 / (direction.norm(dim=-1, keepdim=True) * smallest))


@final
@dataclasses.dataclass
class DirectionMemory(Memory):
    """d (K, P)."""

    direction: Tensor

    def select(self, index: Tensor) -> "DirectionMemory":
        """The members in `index`, copied."""
        return DirectionMemory(self.direction[index])

    def update(self, index: Tensor, new: Memory) -> None:
        """Overwrite the members in `index`."""
        if isinstance(new, DirectionMemory):
            self.direction[index] = new.direction


@final
@dataclasses.dataclass(frozen=True)
class ConjugateCurvature(Curvature):
    """Non-linear conjugate gradients, for a line search.

    Attributes
    ----------
    formula : how β is computed.
    """

    needs: ClassVar[Need] = Need.GRADIENT | Need.WOLFE
    offers: ClassVar[Need] = Need.SOLVE
    scaled: ClassVar[bool] = False

    formula: Formula = polak_ribiere

    def start(self, point: Point) -> DirectionMemory:
        """Steepest descent."""
        return DirectionMemory(-point.gradient)

    def update(self, memory: Memory, old: Point, new: Point) -> DirectionMemory:
        """The next direction."""
        return _turned(memory, old, new, self.formula)

    def operator(self, point: Point, memory: Memory | None) -> Operator:
        """The operator that leads along d."""
        del point
        return DirectionOperator(-_checked(memory).direction)


@final
@dataclasses.dataclass(frozen=True)
class ConjugateProducts(Curvature):
    """Conjugate directions with the Hessian's products, for Møller's step; no line search makes d conjugate."""

    needs: ClassVar[Need] = Need.GRADIENT | Need.HESSIAN_PRODUCT
    offers: ClassVar[Need] = Need.SOLVE | Need.PRODUCT
    scaled: ClassVar[bool] = False

    formula: Formula = polak_ribiere

    def start(self, point: Point) -> DirectionMemory:
        """Steepest descent."""
        return DirectionMemory(-point.gradient)

    def update(self, memory: Memory, old: Point, new: Point) -> DirectionMemory:
        """The next direction."""
        return _turned(memory, old, new, self.formula)

    def operator(self, point: Point, memory: Memory | None) -> Operator:
        """The Hessian's products, and the solution d."""
        if not isinstance(point, HessianPoint):
            raise TypeError(f"Expected a point with its Hessian, received {type(point).__name__}.")
        return DirectionOperator(-_checked(memory).direction, point.hessian)


def _turned(memory: Memory, old: Point, new: Point, formula: Formula) -> DirectionMemory:
    before = _checked(memory).direction
    direction = formula(old.gradient, new.gradient, before) * before - new.gradient
    downhill = (direction * new.gradient).sum(-1, keepdim=True) < 0
    return DirectionMemory(torch.where(downhill, direction, -new.gradient))


def _checked(memory: Memory | None) -> DirectionMemory:
    if not isinstance(memory, DirectionMemory):
        raise TypeError(f"Expected the memory of a conjugate direction, received {type(memory).__name__}.")
    return memory
