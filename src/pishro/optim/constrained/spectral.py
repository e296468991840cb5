"""The spectral gradient: B = I/α, with α from the last step's curvature (Barzilai and Borwein 1988).

    α = sᵀs / sᵀy,      s = x₊ − x,  y = ∇f(x₊) − ∇f(x)

is the inverse of a Rayleigh quotient of the mean Hessian along s. f need not fall at every such step, so it goes with a
search that compares with the highest of the last values.

References
----------
Barzilai, J. and Borwein, J. M. (1988). Two-point step size gradient methods. IMA J. Numer. Anal. 8(1), 141-148.
Birgin, E. G., Martínez, J. M. and Raydan, M. (2000). Nonmonotone spectral projected gradient methods on convex sets.
SIAM J. Optim. 10(4), 1196-1211.
"""

__all__ = ["SpectralCurvature"]

import dataclasses
from typing import ClassVar, final

import torch
from torch import Tensor

from pishro.operators import DirectionOperator, Operator
from pishro.optim.method import Curvature, Memory
from pishro.optim.need import Need
from pishro.optim.problem import Point

SHORTEST, LONGEST = 1e-10, 1e10
"""Limits of α (Birgin, Martínez and Raydan 2000, section 3: 10⁻³⁰ and 10³⁰; these keep products finite)."""


@final
@dataclasses.dataclass
class SpectralMemory(Memory):
    """α, (K, 1)."""

    alpha: Tensor

    def select(self, index: Tensor) -> "SpectralMemory":
        """The members in `index`, copied."""
        return SpectralMemory(self.alpha[index])

    def update(self, index: Tensor, new: Memory) -> None:
        """Overwrite the members in `index`."""
        if isinstance(new, SpectralMemory):
            self.alpha[index] = new.alpha


@final
class SpectralCurvature(Curvature):
    """The identity, scaled by the last step's curvature."""

    offers: ClassVar[Need] = Need.SOLVE

    def start(self, point: Point) -> SpectralMemory:
        """The first step is no longer than 1."""
        return SpectralMemory(1 / point.gradient.norm(dim=-1, keepdim=True).clamp_min(1.0))

    def update(self, memory: Memory, old: Point, new: Point) -> SpectralMemory:
        """The last step's α; the longest where f curves down along it."""
        del memory
        s, y = new.x - old.x, new.gradient - old.gradient
        ss, sy = (s * s).sum(-1, keepdim=True), (s * y).sum(-1, keepdim=True)
        return SpectralMemory(torch.where(sy > 0, ss / sy, LONGEST).clamp(SHORTEST, LONGEST))

    def operator(self, point: Point, memory: Memory | None) -> Operator:
        """The operator whose solution is α ∇f."""
        if not isinstance(memory, SpectralMemory):
            raise TypeError(f"Expected the memory of a spectral step, received {type(memory).__name__}.")
        return DirectionOperator(memory.alpha * point.gradient)
