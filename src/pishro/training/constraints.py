"""Constraints on the parameters of a network, by the names that `network.summary()` shows.

A set named for a parameter block is kept by projection, so that no step ever leaves it; functions of θ
(`optim.Equality`, `optim.Inequality`) by an augmented Lagrangian. Afterwards each is measured on the result: largest
violation, how many entries are at the border, and the largest multiplier, which says how fast the cost would fall if
that border gave way.
"""

__all__ = ["Box", "Constraint", "LinearEquality", "NonNegative", "NormBall", "region_of", "told"]

import abc
import dataclasses
import math
from collections.abc import Sequence
from typing import Literal, final

import torch
from torch import Tensor

from pishro.errors import SettingError, ShapeError, unknown_name
from pishro.nn import Network
from pishro.optim import KKT, Affine, Ball, Equality, Inequality
from pishro.optim import Box as BoxRegion
from pishro.optim.constrained.blocks import Blocks
from pishro.optim.constrained.region import Region
from pishro.parameters import Block

AT_THE_BORDER = 1e-9
"""Distance from a border that is rounding."""


class Constraint(abc.ABC):
    """A convex set for one parameter block; frozen.

    Attributes
    ----------
    name : the block, such as "dense1.weight".
    """

    name: str

    @abc.abstractmethod
    def parts(self, block: Block) -> "list[tuple[Tensor, Region]]":
        """Places in θ, and the set that they lie in."""

    @abc.abstractmethod
    def words(self) -> str:
        """The condition, such as "dense1.weight ≥ 0"."""

    def block(self, network: Network) -> Block:
        """The block of that name.

        Raises
        ------
        SettingError
            If the network has none; the nearest are offered.
        """
        blocks = {b.name: b for b in network.layout.blocks}
        if self.name not in blocks:
            raise SettingError(unknown_name("parameter", self.name, blocks))
        return blocks[self.name]


@final
@dataclasses.dataclass(frozen=True)
class Box(Constraint):
    """low ≤ every entry ≤ high.

    Parameters
    ----------
    name : the parameter block.
    low, high : bounds; infinite for none.

    Examples
    --------
    >>> Box("dense1.weight", -1, 1).words()
    'dense1.weight between -1 and 1'
    """

    name: str
    low: float = -math.inf
    high: float = math.inf

    def parts(self, block: Block) -> list[tuple[Tensor, Region]]:
        """All entries."""
        return [(torch.arange(block.start, block.stop), BoxRegion(self.low, self.high))]

    def words(self) -> str:
        """The bounds."""
        if math.isinf(self.high):
            return f"{self.name} ≥ {self.low:g}"
        if math.isinf(self.low):
            return f"{self.name} ≤ {self.high:g}"
        return f"{self.name} between {self.low:g} and {self.high:g}"


def NonNegative(name: str) -> Box:  # noqa: N802 - a set's name reads as a noun
    """Every entry ≥ 0.

    Examples
    --------
    >>> NonNegative("dense1.weight").words()
    'dense1.weight ≥ 0'
    """
    return Box(name, 0.0)


@final
@dataclasses.dataclass(frozen=True)
class NormBall(Constraint):
    """Norm at most `radius`: of what enters each unit (max-norm regularization, Srebro et al. 2005), or of the block.

    Parameters
    ----------
    name : the parameter block; its last axis counts the units.
    radius : above 0.
    per : "unit" or "layer".
    norm : 1, 2 or inf.
    """

    name: str
    radius: float
    per: Literal["unit", "layer"] = "unit"
    norm: float = 2

    def parts(self, block: Block) -> list[tuple[Tensor, Region]]:
        """A ball for each unit, or one."""
        places = torch.arange(block.start, block.stop)
        ball = Ball(self.radius, self.norm)
        if self.per == "layer":
            return [(places, ball)]
        if self.per != "unit":
            raise SettingError(f'Expected per="unit" or "layer", received {self.per!r}.')
        return [(unit, ball) for unit in places.view(-1, block.shape[-1]).T]

    def words(self) -> str:
        """Norm and radius."""
        of = "each unit of " if self.per == "unit" else ""
        return f"‖·‖{self.norm:g} of {of}{self.name} ≤ {self.radius:g}"


@final
@dataclasses.dataclass(frozen=True, eq=False)
class LinearEquality(Constraint):
    """A v = b for the entries v of a block, in row-major order.

    Parameters
    ----------
    name : the parameter block.
    A, b : (m, entries) and (m,).
    """

    name: str
    A: Tensor
    b: Tensor

    def parts(self, block: Block) -> list[tuple[Tensor, Region]]:
        """All entries."""
        if self.A.shape[-1] != block.size:
            raise ShapeError(f"Expected A with {block.size} columns for {self.name}, received {tuple(self.A.shape)}.")
        return [(torch.arange(block.start, block.stop), Affine(self.A, self.b))]

    def words(self) -> str:
        """How many equations."""
        return f"{len(self.b)} linear equations on {self.name}"


AnyConstraint = Constraint | Equality | Inequality


def region_of(
    network: Network, constraints: Sequence[AnyConstraint]
) -> "tuple[Region | None, list[Equality | Inequality]]":
    """The set that the named blocks lie in, and the general constraints.

    Bounds alone are one box, in which every method with a matrix works; other sets are kept by projected gradients.

    Raises
    ------
    SettingError
        If one is no constraint, or a block is named twice.
    """
    general: list[Equality | Inequality] = []
    parts: list[tuple[Tensor, Region]] = []
    for c in constraints:
        if isinstance(c, Equality | Inequality):
            general.append(c)
        elif isinstance(c, Constraint):
            parts += c.parts(c.block(network))
        else:
            raise SettingError(
                f'Expected constraints such as NonNegative("dense1.weight") or Equality(h), received {c!r}.'
            )
    if not parts:
        return None, general
    together = Blocks(tuple(parts))
    if not all(isinstance(region, BoxRegion) for _, region in parts):
        return together, general
    low = torch.full((network.layout.size,), -torch.inf, dtype=torch.float64)
    high = -low
    for index, region in parts:
        low[index], high[index] = region.ends(low)  # type: ignore[attr-defined]
    return BoxRegion(low, high), general


def told(network: Network, constraints: Sequence[AnyConstraint], theta: Tensor, kkts: Sequence[KKT]) -> list[str]:
    """What was found of each constraint at the result θ (K, P), in sentences; the worst of the members counts."""
    sentences, number = [], 0
    for c in constraints:
        if isinstance(c, Constraint):
            parts = c.parts(c.block(network))
            places = torch.cat([index for index, _ in parts])
            worst = max(float(region.violation(theta[:, index]).max()) for index, region in parts)
            pull = torch.stack([k.bound_multipliers[places].abs() for k in kkts])
            at = int((pull > AT_THE_BORDER).sum(-1).max())
            words, most = c.words(), float(pull.max())
            border = f"{at} of {len(places)} entries pushed against the border"
        else:
            values = torch.stack([torch.as_tensor(c.function(t)).reshape(-1) for t in theta])
            equality = isinstance(c, Equality)
            worst = float((values.abs() if equality else values.clamp_min(0)).max())
            words = f"constraint {number + 1}, {'h(θ) = 0' if equality else 'g(θ) ≤ 0'}"
            most = float(torch.stack([k.multipliers[number].abs().amax() for k in kkts]).max())
            at = int(torch.stack([k.active[number].sum() for k in kkts]).max())
            border = f"{at} of {values.shape[-1]} entries active"
            number += 1
        sentences.append(f"{words}: largest violation {worst:.2g}, {border}, largest multiplier {most:.3g}.")
    return sentences
