"""The linear unit: f(z) = z."""

__all__ = ["Linear"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.nn.activations.activation import Elementwise


@final
@dataclasses.dataclass(frozen=True)
class Linear(Elementwise):
    """f(z) = z."""

    name = "linear"

    def __call__(self, z: Tensor) -> Tensor:
        """Value z."""
        return z

    def derivative(self, kept: Tensor) -> Tensor:
        """One everywhere."""
        return torch.ones_like(kept)

    def pull(self, kept: Tensor, dy: Tensor) -> Tensor:
        """Return dy itself."""
        return dy
