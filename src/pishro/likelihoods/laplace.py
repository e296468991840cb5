"""Two output neurons a target → location and scale of a Laplace distribution: absolute error, the median.

L = |z| + ln 2b with z = (y − m)/b. One far value pulls no harder than a near one. |z| has no second derivative, but the
Fisher information, the variance of the gradient, exists and is diag(1/b², 1): it is what an asymptotic confidence
interval of the median uses (van der Vaart 1998, example 5.24: the distribution is differentiable in quadratic mean).

References
----------
van der Vaart, A. W. (1998). Asymptotic Statistics, sections 5.3 and 7.2. Cambridge University Press.
Kotz, S., Kozubowski, T. J. and Podgórski, K. (2001). The Laplace Distribution and Generalizations. Birkhäuser.
"""

__all__ = ["Laplace", "LaplaceDistribution"]

import dataclasses
import math
from typing import final

import torch
from torch import Tensor

from pishro.likelihoods.location_scale import LocationScale, LocationScaleDistribution


@final
@dataclasses.dataclass(frozen=True)
class Laplace(LocationScale):
    """y ~ Laplace(raw₁, exp(raw₂)); with a fixed scale, raw₁ alone.

    Parameters
    ----------
    scale : fixed scale b; None to learn it.

    Examples
    --------
    >>> Laplace(scale=1.0).gradient(torch.tensor([[0.0], [0.0]]), torch.tensor([[0.1], [-9.0]]))
    tensor([[-1.],
            [ 1.]])
    """

    scale: float | None = None
    name = "laplace"
    smooth = False

    def psi(self, z: Tensor) -> Tensor:
        """The sign."""
        return z.sign()

    def information(self) -> tuple[float, float]:
        """1 and 1: |z| is exponential."""
        return 1.0, 1.0

    def distribution(self, raw: Tensor) -> "LaplaceDistribution":
        """Laplace(m, b)."""
        return LaplaceDistribution(*self.location_and_scale(raw))


@final
@dataclasses.dataclass(frozen=True)
class LaplaceDistribution(LocationScaleDistribution):
    """Laplace(center, scale), (…, N, T)."""

    def standard_log_density(self, z: Tensor) -> Tensor:
        """−|z| − ln 2."""
        return -z.abs() - math.log(2)

    def standard_cdf(self, z: Tensor) -> Tensor:
        """Half an exponential on each side."""
        tail = torch.exp(-z.abs()) / 2
        return torch.where(z < 0, tail, 1 - tail)

    def standard_quantile(self, level: Tensor) -> Tensor:
        """±ln of twice the smaller tail."""
        return (level - 0.5).sign() * -torch.log(2 * torch.minimum(level, 1 - level))

    def standard_variance(self) -> float:
        """2."""
        return 2.0

    def standard_crps(self, z: Tensor) -> Tensor:
        """|z| + e^−|z| − ¾ (Jordan, Krüger and Lerch 2019)."""
        return z.abs() + torch.exp(-z.abs()) - 0.75
