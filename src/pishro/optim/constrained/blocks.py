"""A product of sets: some variables in one set, others in another, the rest free."""

__all__ = ["Blocks"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.optim.constrained.region import Region, Surface


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Blocks(Region):
    """All x whose parts x[index] lie each in its own set.

    Attributes
    ----------
    parts : variables (m,) and their set; no variable in two parts.

    Raises
    ------
    SettingError
        If a variable is in two parts.

    Examples
    --------
    >>> from pishro.optim import Ball, Box
    >>> both = Blocks(((torch.tensor([0, 1]), Ball(1.0)), (torch.tensor([2]), Box(0.0))))
    >>> both.project(torch.tensor([[3.0, 4.0, -1.0, 7.0]]))
    tensor([[0.6000, 0.8000, 0.0000, 7.0000]])
    """

    parts: tuple[tuple[Tensor, Region], ...]

    def __post_init__(self) -> None:
        """Refuse parts that overlap."""
        taken = torch.cat([index for index, _ in self.parts]) if self.parts else torch.zeros(0)
        if len(taken.unique()) < len(taken):
            raise SettingError("Expected each variable in one set at most, received one in two; join their sets.")

    def project(self, x: Tensor) -> Tensor:
        """The nearest point, part by part."""
        nearest = x.clone()
        for index, region in self.parts:
            nearest[..., index] = region.project(x[..., index])
        return nearest

    def check(self, x: Tensor) -> None:
        """Refuse points with too few variables."""
        for index, region in self.parts:
            region.check(x[..., index])

    def held(self, x: Tensor, gradient: Tensor) -> Tensor:
        """What each part holds."""
        held = torch.zeros_like(x, dtype=torch.bool)
        for index, region in self.parts:
            held[..., index] = region.held(x[..., index], gradient[..., index])
        return held

    def surface(self, x: Tensor, normal: Tensor) -> Surface:
        """The surfaces of all parts, one behind the other."""
        found = [(index, region.surface(x[index], normal[index])) for index, region in self.parts]
        return Surface(
            lambda z: torch.cat([z[:0], *[s.function(z[index]) for index, s in found]]),
            torch.cat([x[:0], *[s.multipliers for _, s in found]]),
            torch.cat([torch.zeros_like(x[:0], dtype=torch.bool), *[s.inequality for _, s in found]]),
        )
