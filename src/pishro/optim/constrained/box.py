"""Bounds on each variable, lower ≤ x ≤ upper; the projection clips."""

__all__ = ["Box", "NonNegative"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.errors import SettingError, ShapeError
from pishro.optim.constrained.region import Region, Surface

Bound = Tensor | float


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Box(Region):
    """All x with lower ≤ x ≤ upper.

    Attributes
    ----------
    lower, upper : numbers, or one for each variable (P,); infinite where there is no bound. Equal ones fix a variable.

    Raises
    ------
    SettingError
        If a bound is NaN, or a lower bound exceeds the upper one.
    ShapeError
        If the bounds are not as many as the variables.

    Examples
    --------
    >>> Box(0.0, torch.tensor([1.0, 2.0])).project(torch.tensor([[-1.0, 3.0]]))
    tensor([[0., 2.]])
    """

    lower: Bound = -torch.inf
    upper: Bound = torch.inf

    def __post_init__(self) -> None:
        """Refuse bounds between which nothing lies."""
        low, high = (torch.as_tensor(bound, dtype=torch.float64) for bound in (self.lower, self.upper))
        if low.ndim > 1 or high.ndim > 1:
            raise ShapeError(
                f"Expected bounds (P,) or numbers, received shapes {tuple(low.shape)} and {tuple(high.shape)}."
            )
        if low.ndim and high.ndim and low.shape != high.shape:
            raise ShapeError(f"Expected as many lower as upper bounds, received {len(low)} and {len(high)}.")
        wrong = ~(low <= high) | (low == torch.inf) | (high == -torch.inf)  # NaN compares false
        if bool(wrong.any()):
            first = int(wrong.reshape(-1).nonzero()[0])
            pair = [float(bound.expand(wrong.shape).reshape(-1)[first]) for bound in (low, high)]
            raise SettingError(
                f"Expected lower ≤ upper bounds, received {pair[0]} and {pair[1]} for x[{first}]; "
                "nothing lies between them."
            )

    def project(self, x: Tensor) -> Tensor:
        """The nearest point of the box for each row of x, (K, P)."""
        return x.clamp(*self.ends(x))

    def ends(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The bounds as tensors like x, each () or (P,)."""
        lower, upper = (torch.as_tensor(bound, dtype=torch.float64).to(x) for bound in (self.lower, self.upper))
        return lower, upper

    def check(self, x: Tensor) -> None:
        """Refuse points that have not as many variables as there are bounds."""
        for bound in self.ends(x):
            if bound.ndim and len(bound) != x.shape[-1]:
                raise ShapeError(f"Expected bounds for {x.shape[-1]} variables, received {len(bound)}.")

    def held(self, x: Tensor, gradient: Tensor) -> Tensor:
        """Which variables are at a bound and pushed against it, or fixed, (K, P) boolean."""
        lower, upper = self.ends(x)
        return ((x <= lower) & (gradient >= 0)) | ((x >= upper) & (gradient <= 0)) | (lower == upper)

    def surface(self, x: Tensor, normal: Tensor) -> Surface:
        """The bounds that x (P,) touches."""
        lower, upper = (end.expand_as(x) for end in self.ends(x))
        at = (x <= lower) | (x >= upper)
        side = torch.where(x >= upper, 1.0, -1.0)[at].to(x)
        ends = torch.where(x >= upper, upper, lower)[at]
        return Surface(lambda z: side * (z[at] - ends), side * normal[at], (lower < upper)[at])


def NonNegative() -> Box:  # noqa: N802 - a set's name reads as a noun
    """All x with x ≥ 0.

    Examples
    --------
    >>> NonNegative().project(torch.tensor([[-1.0, 3.0]]))
    tensor([[0., 3.]])
    """
    return Box(lower=0.0)
