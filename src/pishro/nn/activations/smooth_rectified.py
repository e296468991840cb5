"""Smooth relatives of ReLU.

    softplus(z) = ln(1 + e^z),              f' = σ(z)                       Dugas et al. 2001
    ELU(z)      = z above 0, α(e^z − 1) below,  f' = 1 or α e^z             Clevert, Unterthiner & Hochreiter 2016
    GELU(z)     = z Φ(z),                   f' = Φ(z) + z φ(z)              Hendrycks & Gimpel 2016
    SiLU(z)     = z σ(z),                   f' = σ(z) (1 + z (1 − σ(z)))    Elfwing, Uchibe & Doya 2018

Φ and φ are the standard normal's distribution function and density.
"""

__all__ = ["ELU", "GELU", "SiLU", "Softplus"]

import dataclasses
import math
from collections.abc import Callable
from typing import final

import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.nn.activations.activation import Elementwise

# f' · dy in one pass, as in sigmoidal.py
_silu_pull: Callable[[Tensor, Tensor], Tensor] = torch.ops.aten.silu_backward.default
_gelu_pull: Callable[[Tensor, Tensor], Tensor] = torch.ops.aten.gelu_backward.default


@final
@dataclasses.dataclass(frozen=True)
class Softplus(Elementwise):
    """f(z) = ln(1 + e^z), without overflow for large z."""

    name = "softplus"
    gain = 2.0**0.5
    saturates = (-4.6, float("inf"))
    reads = "input"

    def __call__(self, z: Tensor) -> Tensor:
        """Value ln(1 + e^z) = max(z, 0) + ln(1 + e^{−|z|})."""
        # torch's own softplus is cut to z above 20, which costs 2·10⁻⁹ in float64
        return torch.logaddexp(z, z.new_zeros(()))

    def derivative(self, kept: Tensor) -> Tensor:
        """σ(z)."""
        return torch.sigmoid(kept)


@final
@dataclasses.dataclass(frozen=True)
class ELU(Elementwise):
    """f(z) = z above zero, α(e^z − 1) below.

    Parameters
    ----------
    alpha : α, above 0; at 1 the derivative is continuous.
    """

    alpha: float = 1.0
    name = "elu"

    def __post_init__(self) -> None:
        if not self.alpha > 0:
            raise SettingError(f"Expected an alpha above 0, received {self.alpha}.")
        edge = math.log(0.01 * max(1.0, self.alpha) / self.alpha)  # where α e^z is a hundredth of the greatest slope
        object.__setattr__(self, "saturates", (edge, math.inf))

    def __call__(self, z: Tensor) -> Tensor:
        """Value z or α(e^z − 1)."""
        return torch.nn.functional.elu(z, self.alpha)

    def derivative(self, kept: Tensor) -> Tensor:
        """1, or α e^z = y + α."""
        return torch.where(kept > 0, torch.ones_like(kept), kept + self.alpha)


@final
@dataclasses.dataclass(frozen=True)
class GELU(Elementwise):
    """f(z) = z Φ(z), the exact form."""

    name = "gelu"
    gain = 2.0**0.5
    saturates = (-3.03, float("inf"))
    reads = "input"

    def __call__(self, z: Tensor) -> Tensor:
        """Value z Φ(z)."""
        return torch.nn.functional.gelu(z)

    def derivative(self, kept: Tensor) -> Tensor:
        """Φ(z) + z φ(z)."""
        density = torch.exp(-kept.square() / 2) / math.sqrt(2 * math.pi)
        below: Tensor = torch.special.ndtr(kept)
        return below + kept * density

    def pull(self, kept: Tensor, dy: Tensor) -> Tensor:
        """Return f' dy; in one pass where both lie alike in memory, as that kernel asks."""
        if kept.shape == dy.shape and kept.is_contiguous() and dy.is_contiguous():
            return _gelu_pull(dy, kept)
        return dy * self.derivative(kept)


@final
@dataclasses.dataclass(frozen=True)
class SiLU(Elementwise):
    """f(z) = z σ(z), also called swish."""

    name = "silu"
    gain = 2.0**0.5
    saturates = (-6.15, float("inf"))
    reads = "input"

    def __call__(self, z: Tensor) -> Tensor:
        """Value z σ(z)."""
        return torch.nn.functional.silu(z)

    def derivative(self, kept: Tensor) -> Tensor:
        """σ(z)(1 + z(1 − σ(z)))."""
        s = torch.sigmoid(kept)
        return s * (1 + kept * (1 - s))

    def pull(self, kept: Tensor, dy: Tensor) -> Tensor:
        """Return f' dy in one pass."""
        return _silu_pull(dy, kept)
