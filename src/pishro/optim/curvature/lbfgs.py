"""L-BFGS: the BFGS matrix of the last m steps, never written out.

The pairs (s, y) of the last m steps are kept; H g is computed from them by the two-loop recursion in 4 m P operations,
beginning from H₀ = sᵀy/yᵀy I of the last pair. For many variables: memory 2 m P instead of P².

References
----------
Nocedal, J. (1980). Updating quasi-Newton matrices with limited storage. Math. Comput. 35(151), 773-782.
"""

__all__ = ["LBFGSCurvature"]

import dataclasses
from typing import ClassVar, NamedTuple, final

import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.operators import DirectionOperator, Operator
from pishro.optim.curvature.bfgs import LEAST_CURVATURE
from pishro.optim.method import Curvature, Memory
from pishro.optim.need import Need
from pishro.optim.problem import Point


class Pair(NamedTuple):
    """One step: s and y (K, P), and ρ = 1/sᵀy (K, 1); ρ = 0 for a member that did not learn from it."""

    s: Tensor
    y: Tensor
    rho: Tensor


@final
@dataclasses.dataclass
class LBFGSMemory(Memory):
    """The pairs, oldest first, and the scale of H₀ (K, 1)."""

    pairs: list[Pair]
    scale: Tensor

    def select(self, index: Tensor) -> "LBFGSMemory":
        """The members in `index`, copied."""
        return LBFGSMemory([Pair(*(part[index] for part in pair)) for pair in self.pairs], self.scale[index])

    def update(self, index: Tensor, new: Memory) -> None:
        """Overwrite the members in `index`, slot by slot from the newest; missing slots count as not learned from."""
        if not isinstance(new, LBFGSMemory):
            return
        self.scale[index] = new.scale
        while len(self.pairs) < len(new.pairs):
            like = new.pairs[0]
            self.pairs.insert(0, Pair(*(part.new_zeros(len(self.scale), part.shape[-1]) for part in like)))
        missing = len(self.pairs) - len(new.pairs)
        for pair in self.pairs[:missing]:
            pair.rho[index] = 0.0
        for pair, fresh in zip(self.pairs[missing:], new.pairs, strict=True):
            for part, value in zip(pair, fresh, strict=True):
                part[index] = value


@final
@dataclasses.dataclass(frozen=True)
class LBFGSCurvature(Curvature):
    """The last pairs.

    Attributes
    ----------
    history : m, most pairs.

    Raises
    ------
    SettingError
        If m is not positive.
    """

    needs: ClassVar[Need] = Need.GRADIENT | Need.WOLFE
    offers: ClassVar[Need] = Need.SOLVE

    history: int = 10

    def __post_init__(self) -> None:
        """Refuse a history without a pair."""
        if self.history < 1:
            raise SettingError(f"Expected a history of at least one pair, received {self.history}; usual is 5 to 20.")

    def start(self, point: Point) -> LBFGSMemory:
        """No pairs; the first step is no longer than 1."""
        return LBFGSMemory([], 1 / point.gradient.norm(dim=-1, keepdim=True).clamp_min(1.0))

    def update(self, memory: Memory, old: Point, new: Point) -> LBFGSMemory:
        """The newest pair in, the oldest out."""
        memory = _checked(memory)
        s, y = new.x - old.x, new.gradient - old.gradient
        sy, yy = (s * y).sum(-1, keepdim=True), (y * y).sum(-1, keepdim=True)
        learned = sy > LEAST_CURVATURE * (yy * (s * s).sum(-1, keepdim=True)).sqrt()
        pair = Pair(s, y, torch.where(learned, 1 / sy, 0.0))
        scale = torch.where(learned, sy / yy, memory.scale)
        return LBFGSMemory([*memory.pairs[-(self.history - 1) :], pair] if self.history > 1 else [pair], scale)

    def operator(self, point: Point, memory: Memory | None) -> Operator:
        """H⁻¹, of which H g is known."""
        memory = _checked(memory)
        q, coefficients = point.gradient, []
        for s, y, rho in reversed(memory.pairs):
            a = rho * (s * q).sum(-1, keepdim=True)
            q = q - a * y
            coefficients.append(a)
        q = memory.scale * q
        for (s, y, rho), a in zip(memory.pairs, reversed(coefficients), strict=True):
            q = q + (a - rho * (y * q).sum(-1, keepdim=True)) * s
        return DirectionOperator(q)


def _checked(memory: Memory | None) -> LBFGSMemory:
    if not isinstance(memory, LBFGSMemory):
        raise TypeError(f"Expected the memory of L-BFGS, received {type(memory).__name__}.")
    return memory
