"""Two output neurons a target → location and scale of Huber's distribution: squared error near, absolute error far.

    ρ(z) = ½ z² for |z| ≤ δ,   δ|z| − ½ δ² beyond

is the cost that loses least against the worst distribution within a neighborhood of the Normal. exp(−ρ)/Z is a proper
density, Normal in the middle with exponential tails; taken as the likelihood, it gives the scale a cost of its own
instead of an ad hoc estimate. All its moments are elementary:

    Z = √2π (2Φ(δ) − 1) + 2 e^{−δ²/2}/δ,   E[ψ²] = P(|z| ≤ δ)

References
----------
Huber, P. J. (1964). Robust estimation of a location parameter. Ann. Math. Statist. 35, 73-101.
"""

__all__ = ["Huber", "HuberDistribution"]

import dataclasses
import math
from typing import final

import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.likelihoods.location_scale import LocationScale, LocationScaleDistribution
from pishro.likelihoods.special_functions import normal_cdf, normal_quantile


@dataclasses.dataclass(frozen=True)
class _Shape:
    """The constants of exp(−ρ(z))/Z."""

    delta: float

    @property
    def middle(self) -> float:
        """Integral of e^{−z²/2} between ±δ."""
        return math.sqrt(2 * math.pi) * math.erf(self.delta / math.sqrt(2))

    @property
    def tail(self) -> float:
        """Integral of e^{−δz + δ²/2} above δ."""
        return math.exp(-(self.delta**2) / 2) / self.delta

    @property
    def total(self) -> float:
        """Z."""
        return self.middle + 2 * self.tail

    def moment(self, power: int, factor: float) -> float:
        """E of z^power (2 or 4) between ±δ and of factor · z² beyond."""
        d, edge = self.delta, math.exp(-(self.delta**2) / 2)
        inner = self.middle - 2 * d * edge if power == 2 else 3 * self.middle - 2 * (d**3 + 3 * d) * edge
        outer = self.tail * (d**2 + 2 + 2 / d**2)
        return (inner + 2 * factor * outer) / self.total


@final
@dataclasses.dataclass(frozen=True)
class Huber(LocationScale):
    """Huber's least favorable distribution around raw₁ with scale exp(raw₂).

    Parameters
    ----------
    delta : δ, in scales. 1.345 keeps 95 % efficiency on Normal errors.
    scale : fixed scale; None to learn it.

    Examples
    --------
    >>> Huber(delta=1.0, scale=1.0).gradient(torch.tensor([[0.0], [0.0]]), torch.tensor([[0.5], [9.0]]))
    tensor([[-0.5000],
            [-1.0000]])
    """

    delta: float = 1.345
    scale: float | None = None
    name = "huber"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.delta < math.inf:
            raise SettingError(f"Expected a positive delta, such as 1.345, received {self.delta}.")

    def psi(self, z: Tensor) -> Tensor:
        """The residual, cut at ±δ."""
        return z.clamp(-self.delta, self.delta)

    def information(self) -> tuple[float, float]:
        """P(|z| ≤ δ), and E[(zψ)²] − 1."""
        shape = _Shape(self.delta)
        return shape.middle / shape.total, shape.moment(4, self.delta**2) - 1

    def distribution(self, raw: Tensor) -> "HuberDistribution":
        """Exp(−ρ(z))/Z."""
        return HuberDistribution(*self.location_and_scale(raw), self.delta)


@final
@dataclasses.dataclass(frozen=True)
class HuberDistribution(LocationScaleDistribution):
    """Huber's distribution, (…, N, T)."""

    delta: float

    def standard_log_density(self, z: Tensor) -> Tensor:
        """−ρ(z) − ln Z."""
        near = z.abs().clamp_max(self.delta)
        return -near.square() / 2 - self.delta * (z.abs() - near) - math.log(_Shape(self.delta).total)

    def standard_cdf(self, z: Tensor) -> Tensor:
        """Exponential tails around a Normal middle."""
        shape, d = _Shape(self.delta), self.delta
        near = z.clamp(-d, d)
        normal = normal_cdf(near) - normal_cdf(torch.full_like(z, -d))
        middle = (shape.tail + math.sqrt(2 * math.pi) * normal) / shape.total
        tail = shape.tail / shape.total * torch.exp(-d * (z.abs() - d).clamp_min(0))
        return torch.where(z < -d, tail, torch.where(z > d, 1 - tail, middle))

    def standard_quantile(self, level: Tensor) -> Tensor:
        """Inverse of each piece."""
        shape, d = _Shape(self.delta), self.delta
        share = shape.tail / shape.total
        least = torch.minimum(level, 1 - level)
        outer = d - torch.log(least / share) / d
        base = normal_cdf(torch.tensor(-d, dtype=level.dtype))
        inner = normal_quantile((base + (level * shape.total - shape.tail) / math.sqrt(2 * math.pi)).clamp(0, 1))
        return torch.where(least < share, (level - 0.5).sign() * outer, inner)

    def standard_variance(self) -> float:
        """E[z²]."""
        return _Shape(self.delta).moment(2, 1.0)
