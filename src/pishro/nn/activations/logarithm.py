"""The logarithm, for a layer whose sums are probabilities and whose output is read as their logarithms."""

__all__ = ["Logarithm"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.nn.activations.activation import Elementwise


@final
@dataclasses.dataclass(frozen=True)
class Logarithm(Elementwise):
    """f(z) = ln max(z, floor), f' = 1/z above the floor and 0 below.

    Parameters
    ----------
    floor : smallest sum that is told apart from zero, above 0.
    """

    floor: float = 1e-12
    name = "logarithm"
    reads = "input"

    def __post_init__(self) -> None:
        if not self.floor > 0:
            raise SettingError(f"Expected a floor above 0, received {self.floor}.")

    def __call__(self, z: Tensor) -> Tensor:
        """Value ln max(z, floor)."""
        return z.clamp_min(self.floor).log()

    def derivative(self, kept: Tensor) -> Tensor:
        """1/z, or 0 below the floor."""
        return torch.where(kept > self.floor, 1 / kept.clamp_min(self.floor), 0.0)
