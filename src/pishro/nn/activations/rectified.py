"""ReLU and its generalization g(z) = max(0, z) + α min(0, z): leaky (α small), absolute value (α = −1).

They do not saturate above zero. A ReLU whose z is negative for every row is dead, for its derivative is 0; its bias
therefore starts a little above zero (Goodfellow, Bengio & Courville 2016, §6.3), so that units start active.
"""

__all__ = ["Absolute", "LeakyReLU", "ReLU"]

import dataclasses
from collections.abc import Callable
from typing import final

import torch
from torch import Tensor

from pishro.nn.activations.activation import Elementwise

# f' · dy in one pass, as in sigmoidal.py
_relu_pull: Callable[[Tensor, Tensor, float], Tensor] = torch.ops.aten.threshold_backward.default
_leaky_pull: Callable[[Tensor, Tensor, float, bool], Tensor] = torch.ops.aten.leaky_relu_backward.default


@final
@dataclasses.dataclass(frozen=True)
class ReLU(Elementwise):
    """f(z) = max(0, z); the derivative at 0 is taken as 0."""

    name = "relu"
    gain = 2.0**0.5
    bias_init = 0.1
    saturates = (0.0, float("inf"))

    def __call__(self, z: Tensor) -> Tensor:
        """Value max(0, z)."""
        return torch.relu(z)

    def overwriting(self, z: Tensor) -> Tensor:
        """Value max(0, z), over z."""
        return torch.relu_(z)

    def derivative(self, kept: Tensor) -> Tensor:
        """1 where the unit is active, else 0."""
        return (kept > 0).to(kept.dtype)

    def pull(self, kept: Tensor, dy: Tensor) -> Tensor:
        """Return dy where the unit is active, else 0."""
        return _relu_pull(dy, kept, 0)


@final
@dataclasses.dataclass(frozen=True)
class LeakyReLU(Elementwise):
    """f(z) = max(0, z) + α min(0, z) with a small fixed α (Maas, Hannun & Ng 2013).

    Parameters
    ----------
    slope : α.
    """

    slope: float = 0.01
    name = "leaky"
    gain = 2.0**0.5
    bias_init = 0.1
    reads = "input"

    def __call__(self, z: Tensor) -> Tensor:
        """Value z above zero, αz below."""
        return torch.nn.functional.leaky_relu(z, self.slope)

    def derivative(self, kept: Tensor) -> Tensor:
        """1 above zero, else α."""
        return torch.where(kept > 0, torch.ones_like(kept), self.slope)

    def pull(self, kept: Tensor, dy: Tensor) -> Tensor:
        """Return dy above zero, else α dy."""
        return _leaky_pull(dy, kept, self.slope, False)


@final
@dataclasses.dataclass(frozen=True)
class Absolute(Elementwise):
    """f(z) = |z|, the case α = −1 (Jarrett et al. 2009); the derivative at 0 is taken as 0."""

    name = "absolute"
    reads = "input"

    def __call__(self, z: Tensor) -> Tensor:
        """Value |z|."""
        return z.abs()

    def derivative(self, kept: Tensor) -> Tensor:
        """Sign of z."""
        return kept.sign()
