"""Outputs that stay between bounds, for a network whose function is known to.

    two bounds     f(z) = m + h tanh((z − m)/h),  m, h the middle and half the width: f' = 1 − ((f − m)/h)²
    a lower one    f(z) = l + s ln(1 + e^{(z − l)/s})
    an upper one   f(z) = u − s ln(1 + e^{(u − z)/s})

In the middle, and far from a single bound, f(z) is z itself, so that targets and biases keep their meaning.
"""

__all__ = ["Bounded"]

import dataclasses
import math
from typing import final

import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.nn.activations.activation import Elementwise

SOFT = 0.25
"""s: over how much of a standard deviation a single bound takes hold."""


@final
@dataclasses.dataclass(frozen=True)
class Bounded(Elementwise):
    """low < f(z) < high, increasing.

    Parameters
    ----------
    low, high : the bounds; one of them may be infinite.

    Examples
    --------
    >>> Bounded(0.0, 2.0)(torch.tensor([-50.0, 1.0, 50.0]))
    tensor([0., 1., 2.])
    """

    low: float = -1.0
    high: float = 1.0
    name = "bounded"
    reads = "input"

    def __post_init__(self) -> None:
        if not self.low < self.high or (math.isinf(self.low) and math.isinf(self.high)):
            raise SettingError(f"Expected a lower bound below the upper one, received {self.low} and {self.high}.")

    def __call__(self, z: Tensor) -> Tensor:
        """The value."""
        if math.isinf(self.high):
            return self.low + SOFT * _softplus((z - self.low) / SOFT)
        if math.isinf(self.low):
            return self.high - SOFT * _softplus((self.high - z) / SOFT)
        middle, half = self._shape
        return middle + half * torch.tanh((z - middle) / half)

    def derivative(self, kept: Tensor) -> Tensor:
        """Its slope, between 0 and 1."""
        if math.isinf(self.high):
            return torch.sigmoid((kept - self.low) / SOFT)
        if math.isinf(self.low):
            return torch.sigmoid((self.high - kept) / SOFT)
        middle, half = self._shape
        return 1 - torch.tanh((kept - middle) / half).square()

    def undo(self, y: Tensor) -> Tensor:
        """The sum z whose value is y; y is first moved inside the bounds by a hundredth of their distance."""
        if math.isinf(self.high):
            return self.low + SOFT * torch.expm1(((y - self.low) / SOFT).clamp_min(0.01)).log()
        if math.isinf(self.low):
            return self.high - SOFT * torch.expm1(((self.high - y) / SOFT).clamp_min(0.01)).log()
        middle, half = self._shape
        return middle + half * torch.atanh(((y - middle) / half).clamp(-0.98, 0.98))

    @property
    def _shape(self) -> tuple[float, float]:
        return (self.low + self.high) / 2, (self.high - self.low) / 2


def _softplus(z: Tensor) -> Tensor:
    return torch.logaddexp(z, z.new_zeros(()))  # torch's own is cut to z above 20, which costs 2·10⁻⁹ in float64
