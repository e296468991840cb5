"""Two or three output neurons a target → location, scale and degrees of freedom of Student's t.

With z = (y − m)/s and w = (ν + 1)/(ν + z²), the weight that a far value loses,

    L = ln s + ½ (ν + 1) ln(1 + z²/ν) − ln Γ((ν + 1)/2) + ln Γ(ν/2) + ½ ln νπ
    slopes −w z/s and 1 − w z²;  Fisher diag((ν + 1)/((ν + 3) s²), 2ν/(ν + 3)) of m and ln s

A learned ν is a third raw output, as a fit has nothing else to learn by: ν = 200^σ(raw), between 1, where the mean is
about to be lost, and 200, where t is Normal to a percent; raw = 0 is ν = 14. Beyond these bounds the cost is flat, and
an unbounded ν would drift. ν correlates with the scale: E = −2/((ν + 1)(ν + 3)), and its own information is
¼ (ψ'(ν/2) − ψ'((ν + 1)/2)) − (ν + 5)/(2ν (ν + 1)(ν + 3)).

References
----------
Lange, K. L., Little, R. J. A. and Taylor, J. M. G. (1989). Robust statistical modeling using the t distribution.
J. Am. Stat. Assoc. 84, 881-896: appendix B gives the Fisher information.
"""

__all__ = ["StudentT", "StudentTDistribution"]

import dataclasses
import math
from typing import ClassVar, Literal, final

import scipy.special
import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.likelihoods.links import inverse_log_link, log_link, log_link_slope
from pishro.likelihoods.location_scale import SMALLEST_START, LocationScaleDistribution
from pishro.likelihoods.per_target import Factor, PerTarget
from pishro.likelihoods.special_functions import from_scipy

LARGEST = math.log(200.0)
"""Logarithm of the largest degrees of freedom that are told from infinity."""


@final
@dataclasses.dataclass(frozen=True)
class StudentT(PerTarget):
    """y = raw₁ + exp(raw₂) t_ν.

    Parameters
    ----------
    degrees : ν, fixed; None for 200^σ(raw₃).

    Examples
    --------
    >>> likelihood = StudentT(degrees=1.0)                        # Cauchy: density 1/π in the middle
    >>> likelihood.nll(torch.zeros(1, 2), torch.zeros(1, 1)).exp()
    tensor([3.1416])
    """

    degrees: float | None = None
    name = "student-t"
    scaling: ClassVar[Literal["standardize"]] = "standardize"

    def __post_init__(self) -> None:
        if self.degrees is not None and not 0 < self.degrees < math.inf:
            raise SettingError(f"Expected positive degrees of freedom, or None to learn them, received {self.degrees}.")

    @property
    def parameters(self) -> int:
        """Location, scale, and degrees of freedom if they are learned."""
        return 2 if self.degrees is not None else 3

    def scale_outputs(self, outputs: int) -> range:
        """The second parameter of each target, where it is learned."""
        targets = outputs // self.parameters
        return range(targets, min(2 * targets, outputs))

    def distribution(self, raw: Tensor) -> "StudentTDistribution":
        """Location + scale · t_ν."""
        center, log_scale, *shape = raw.chunk(self.parameters, -1)
        degrees = torch.full_like(center, self.degrees or 0.0) if not shape else (LARGEST * shape[0].sigmoid()).exp()
        return StudentTDistribution(center, log_link(log_scale).exp(), degrees)

    def slopes(self, raw: Tensor, y: Tensor) -> tuple[Tensor, ...]:
        """−wz/s, 1 − wz², and the derivative by ν if it is learned."""
        given, parts = self.distribution(raw), raw.chunk(self.parameters, -1)
        z, v = (y - given.center) / given.scale, given.degrees
        weight = (v + 1) / (v + z.square())
        slopes = (-weight * z / given.scale, (1 - weight * z.square()) * log_link_slope(parts[1]))
        if self.degrees is not None:
            return slopes
        half = (torch.digamma((v + 1) / 2) - torch.digamma(v / 2) - 1 / v) / 2
        by_degrees = half - (z.square() / v).log1p() / 2 + weight * z.square() / (2 * v)
        return *slopes, -by_degrees * self._degrees_slope(parts[2], v)

    def factor(self, raw: Tensor) -> Factor:
        """Cholesky factor of the 2 × 2 or 3 × 3 information."""
        given, parts = self.distribution(raw), raw.chunk(self.parameters, -1)
        v, slope = given.degrees, log_link_slope(parts[1])
        of_scale = (2 * v / (v + 3)).sqrt()
        factor = {(0, 0): ((v + 1) / (v + 3)).sqrt() / given.scale, (1, 1): of_scale * slope}
        if self.degrees is not None:
            return factor
        cross = -2 / ((v + 1) * (v + 3)) / of_scale
        trigamma = torch.special.polygamma(1, v / 2) - torch.special.polygamma(1, (v + 1) / 2)
        own = trigamma / 4 - (v + 5) / (2 * v * (v + 1) * (v + 3))
        link = self._degrees_slope(parts[2], v)
        return factor | {(2, 1): cross * link, (2, 2): (own - cross.square()).clamp_min(0).sqrt() * link}

    @staticmethod
    def _degrees_slope(shape: Tensor, degrees: Tensor) -> Tensor:
        return degrees * LARGEST * shape.sigmoid() * (-shape).sigmoid()

    def start_of(self, values: Tensor) -> list[float]:
        """Median, median absolute deviation, and ν = 14."""
        center = values.median()
        least = SMALLEST_START * float(values.abs().max().clamp_min(1e-6))
        scale = (1.48 * (values - center).abs().median()).clamp_min(least)
        return [float(center), float(inverse_log_link(scale)), 0.0][: self.parameters]

    def perfect(self, raw: Tensor, y: Tensor) -> Tensor:
        """The location at y."""
        targets = raw.shape[-1] // self.parameters
        return torch.cat([y.expand(*raw.shape[:-1], targets), raw[..., targets:]], -1)


@final
@dataclasses.dataclass(frozen=True)
class StudentTDistribution(LocationScaleDistribution):
    """Center + scale · t, (…, N, T).

    Attributes
    ----------
    degrees : ν (…, N, T); the mean needs ν > 1 and is the center without, the variance needs ν > 2.
    """

    degrees: Tensor

    def standard_log_density(self, z: Tensor) -> Tensor:
        """ln of the density of t_ν."""
        v = self.degrees
        norm = torch.lgamma((v + 1) / 2) - torch.lgamma(v / 2) - (math.pi * v).log() / 2
        return norm - (v + 1) / 2 * (z.square() / v).log1p()

    def standard_cdf(self, z: Tensor) -> Tensor:
        """The incomplete beta function."""
        return from_scipy(scipy.special.stdtr, self.degrees, z)

    def standard_quantile(self, level: Tensor) -> Tensor:
        """The inverse of the incomplete beta function."""
        return from_scipy(scipy.special.stdtrit, self.degrees, level)

    def standard_variance(self) -> Tensor:
        """ν/(ν − 2)."""
        v = self.degrees
        return torch.where(v > 2, v / (v - 2).clamp_min(1e-300), math.inf)

    def standard_crps(self, z: Tensor) -> Tensor:
        """Jordan, Krüger and Lerch (2019), J. Stat. Softw. 90 (12), appendix A; infinite for ν ≤ 1."""
        v = self.degrees.clamp_min(1 + 1e-9)
        ends = (v + z.square()) / (v - 1)
        constant = from_scipy(scipy.special.betaln, torch.full_like(v, 0.5), v - 0.5)
        constant = constant - 2 * from_scipy(scipy.special.betaln, torch.full_like(v, 0.5), v / 2)
        value = z * (2 * self.standard_cdf(z) - 1) + 2 * ends * self.standard_log_density(z).exp()
        value = value - 2 * v.sqrt() / (v - 1) * constant.exp()
        return torch.where(self.degrees > 1, value, math.inf)
