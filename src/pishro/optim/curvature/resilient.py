"""Resilient propagation: the sign of each partial derivative, and a step size Δ of its own for each variable.

    Δ ← min(1.2 Δ, Δmax)   where ∂f keeps its sign
    Δ ← max(0.5 Δ, Δmin)   where it changes; that variable rests for one iteration
    x ← x − Δ sign ∂f

The size of the gradient plays no part, so that vanishing or badly scaled derivatives do no harm. Full batches only.

References
----------
Riedmiller, M. and Braun, H. (1993). A direct adaptive method for faster backpropagation learning: the RPROP algorithm.
IEEE Int. Conf. Neural Networks, 586-591.
Igel, C. and Hüsken, M. (2000). Improving the Rprop learning algorithm. Proc. NC 2000, 115-121: the variant iRprop⁻.
"""

__all__ = ["ResilientCurvature"]

import dataclasses
from typing import ClassVar, final

import torch
from torch import Tensor

from pishro.operators import DirectionOperator, Operator
from pishro.optim.method import Curvature, Memory
from pishro.optim.need import Need
from pishro.optim.problem import Point

GROWTH, CUT = 1.2, 0.5
"""η⁺ and η⁻ of Riedmiller and Braun."""


@final
@dataclasses.dataclass
class ResilientMemory(Memory):
    """Δ and the derivatives that count, with zeros where a variable rests; both (K, P)."""

    size: Tensor
    gradient: Tensor

    def select(self, index: Tensor) -> "ResilientMemory":
        """The members in `index`, copied."""
        return ResilientMemory(self.size[index], self.gradient[index])

    def update(self, index: Tensor, new: Memory) -> None:
        """Overwrite the members in `index`."""
        if isinstance(new, ResilientMemory):
            self.size[index], self.gradient[index] = new.size, new.gradient


@final
@dataclasses.dataclass(frozen=True)
class ResilientCurvature(Curvature):
    """A diagonal matrix that makes every step Δ long.

    Attributes
    ----------
    first, least, most : Δ at the start, and its limits.
    """

    offers: ClassVar[Need] = Need.SOLVE

    first: float = 0.1
    least: float = 1e-9
    most: float = 50.0

    def start(self, point: Point) -> ResilientMemory:
        """The first Δ everywhere."""
        return ResilientMemory(torch.full_like(point.x, self.first), point.gradient.clone())

    def update(self, memory: Memory, old: Point, new: Point) -> ResilientMemory:
        """Grow or cut Δ by the signs."""
        del old
        memory = _checked(memory)
        agreement = memory.gradient * new.gradient
        factor = torch.where(agreement > 0, GROWTH, torch.where(agreement < 0, CUT, 1.0))
        size = (memory.size * factor).clamp(self.least, self.most)
        return ResilientMemory(size, torch.where(agreement < 0, 0.0, new.gradient))

    def operator(self, point: Point, memory: Memory | None) -> Operator:
        """The operator whose step is Δ sign ∂f."""
        del point
        memory = _checked(memory)
        return DirectionOperator(memory.size * memory.gradient.sign())


def _checked(memory: Memory | None) -> ResilientMemory:
    if not isinstance(memory, ResilientMemory):
        raise TypeError(f"Expected the memory of resilient propagation, received {type(memory).__name__}.")
    return memory
