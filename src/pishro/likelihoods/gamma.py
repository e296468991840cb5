"""Output neurons with a log link → Gamma: positive targets with a constant relative error.

Mean μ = exp(raw₁) and shape k = exp(raw₂), relative standard deviation 1/√k.

    L = −k ln(k/μ) − (k − 1) ln y + k y/μ + ln Γ(k)
    Fisher diag(k, k²ψ'(k) − k) of ln μ and ln k, which are orthogonal

With a fixed shape the mean alone is learned: at k = 1, exponential waiting times; the fitted mean is that of a
generalized linear model with Gamma errors whatever the shape.

References
----------
McCullagh, P. and Nelder, J. A. (1989). Generalized Linear Models, 2nd ed., chapter 8. Chapman and Hall.
"""

__all__ = ["Gamma", "GammaDistribution"]

import dataclasses
import math
from typing import ClassVar, Literal, final

import scipy.special
import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.likelihoods.links import inverse_log_link, log_link, log_link_slope
from pishro.likelihoods.per_target import Factor, PerTarget
from pishro.likelihoods.positive import not_positive, shape_information
from pishro.likelihoods.predictive import Distribution
from pishro.likelihoods.special_functions import from_scipy, lower_gamma


@final
@dataclasses.dataclass(frozen=True)
class Gamma(PerTarget):
    """Mean exp(raw₁), shape exp(raw₂).

    Parameters
    ----------
    shape : fixed shape k; None to learn it.

    Examples
    --------
    >>> Gamma(shape=1.0).nll(torch.zeros(1, 1), torch.tensor([[2.0]]))       # exponential of mean 1
    tensor([2.])
    """

    shape: float | None = None
    name = "gamma"
    scaling: ClassVar[Literal["scale"]] = "scale"

    def __post_init__(self) -> None:
        if self.shape is not None and not 0 < self.shape < math.inf:
            raise SettingError(f"Expected a positive shape, or None to learn it, received {self.shape}.")

    @property
    def parameters(self) -> int:
        """The mean, and the shape if it is learned."""
        return 1 if self.shape is not None else 2

    def domain(self, values: Tensor) -> str | None:
        """Positive numbers."""
        return not_positive(values)

    def distribution(self, raw: Tensor) -> "GammaDistribution":
        """The distribution of that mean and shape."""
        mean, *shape = log_link(raw).exp().chunk(self.parameters, -1)
        return GammaDistribution(mean, shape[0] if shape else torch.full_like(mean, self.shape or 0.0))

    def slopes(self, raw: Tensor, y: Tensor) -> tuple[Tensor, ...]:
        """k (1 − y/μ), and k times the derivative by k."""
        given, link = self.distribution(raw), log_link_slope(raw).chunk(self.parameters, -1)
        k, ratio = given.concentration, y / given.expectation
        by_mean = k * (1 - ratio) * link[0]
        if self.shape is not None:
            return (by_mean,)
        return by_mean, k * (torch.digamma(k) - k.log() - ratio.log() + ratio - 1) * link[1]

    def factor(self, raw: Tensor) -> Factor:
        """√k and √(k²ψ'(k) − k)."""
        given, link = self.distribution(raw), log_link_slope(raw).chunk(self.parameters, -1)
        factor = {(0, 0): given.concentration.sqrt() * link[0]}
        if self.shape is not None:
            return factor
        return factor | {(1, 1): shape_information(given.concentration).sqrt() * link[1]}

    def start_of(self, values: Tensor) -> list[float]:
        """Mean, and the shape by Minka's approximation to the maximum likelihood (2002)."""
        mean = values.mean()
        gap = (mean.log() - values.log().mean()).clamp_min(1e-6)
        shape = (3 - gap + ((gap - 3).square() + 24 * gap).sqrt()) / (12 * gap)
        return [float(inverse_log_link(mean)), float(shape.log())][: self.parameters]

    def perfect(self, raw: Tensor, y: Tensor) -> Tensor:
        """The mean at y."""
        mean, *shape = raw.chunk(self.parameters, -1)
        return torch.cat([inverse_log_link(y).expand_as(mean), *shape], -1)


@final
@dataclasses.dataclass(frozen=True)
class GammaDistribution(Distribution):
    """Positive numbers of that expectation and concentration k, (…, N, T)."""

    expectation: Tensor
    concentration: Tensor

    def mean(self) -> Tensor:
        """The expectation."""
        return self.expectation

    def variance(self) -> Tensor:
        """μ²/k."""
        return self.expectation.square() / self.concentration

    def cdf(self, y: Tensor) -> Tensor:
        """The lower incomplete gamma function; 0 where y is not positive."""
        k = self.concentration
        return lower_gamma(k, y.clamp_min(0) * k / self.expectation)

    def quantile(self, level: "float | Tensor") -> Tensor:
        """The inverse of the incomplete gamma function."""
        k = self.concentration
        level = torch.as_tensor(level, dtype=k.dtype)
        return from_scipy(scipy.special.gammaincinv, k, level) * self.expectation / k

    def log_density_each(self, y: Tensor) -> Tensor:
        """ln of the density at y."""
        k, log = self.concentration, torch.where(y > 0, y, 1.0).log()
        ratio = log - self.expectation.log()
        # k ln k − ln Γ(k) − k is of order ln k, but each of its terms of order k ln k
        inside = _normalizer(k) + k * (ratio - ratio.expm1()) - log
        return torch.where(y > 0, inside, torch.where(torch.isnan(y), y, -math.inf))

    def _closed_crps(self, y: Tensor) -> Tensor:
        """Jordan, Krüger and Lerch (2019), J. Stat. Softw. 90 (12), appendix A."""
        k, m = self.concentration, self.expectation
        more = GammaDistribution(m * (k + 1) / k, k + 1)
        beta = from_scipy(scipy.special.betaln, torch.full_like(k, 0.5), k).exp()
        return y * (2 * self.cdf(y) - 1) - m * (2 * more.cdf(y) - 1) - m / (k * beta)


def _normalizer(shape: Tensor) -> Tensor:
    """K ln k − k − ln Γ(k), by Stirling's series where k is large."""
    large = shape > 1e4
    k = torch.where(large, 1.0, shape)
    near = k * k.log() - k - torch.lgamma(k)
    far = (shape.log() - math.log(2 * math.pi)) / 2 - 1 / (12 * shape)
    return torch.where(large, far, near)
