"""A location and a scale: y = location + scale · e, with the error e from one standard distribution.

The first raw output of a target is its location (a linear output neuron), the second the logarithm of its scale. With
the standardized residual z = (y − location)/scale and the standard density exp(−ρ(z)), ψ = ρ':

    cost        ρ(z) + ln scale
    slopes      −ψ(z)/scale,   1 − z ψ(z)
    Fisher      diag(a/scale², c),   a = E[ψ²],   c = E[(zψ)²] − 1

The two are orthogonal for every symmetric error. A fixed scale leaves the location alone.
"""

__all__ = ["LocationScale", "LocationScaleDistribution"]

import abc
import dataclasses
import math
from typing import ClassVar, Literal

import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.likelihoods.links import inverse_log_link, log_link, log_link_slope
from pishro.likelihoods.per_target import Factor, PerTarget
from pishro.likelihoods.predictive import Distribution

SMALLEST_START = 1e-3
"""Least scale to start from, relative to the largest value: a constant target would start at zero."""


@dataclasses.dataclass(frozen=True)
class LocationScaleDistribution(Distribution):
    """Location + scale · e.

    Attributes
    ----------
    center, scale : (…, N, T), the scale positive.
    """

    center: Tensor
    scale: Tensor

    @abc.abstractmethod
    def standard_log_density(self, z: Tensor) -> Tensor:
        """−ρ(z)."""

    @abc.abstractmethod
    def standard_cdf(self, z: Tensor) -> Tensor:
        """P(e ≤ z)."""

    @abc.abstractmethod
    def standard_quantile(self, level: Tensor) -> Tensor:
        """The inverse of `standard_cdf`."""

    @abc.abstractmethod
    def standard_variance(self) -> "float | Tensor":
        """Variance of e."""

    def standard_crps(self, z: Tensor) -> Tensor | None:
        """CRPS of e at z; None where there is no closed form."""
        return None

    def mean(self) -> Tensor:
        """The location, which is the center of symmetry."""
        return self.center

    def variance(self) -> Tensor:
        """Scale² times the variance of e."""
        return self.scale.square() * self.standard_variance()

    def cdf(self, y: Tensor) -> Tensor:
        """P(target ≤ y), (…, N, T)."""
        return self.standard_cdf(self._standardized(y))

    def quantile(self, level: "float | Tensor") -> Tensor:
        """Location + scale times the standard quantile."""
        return self.center + self.scale * self.standard_quantile(torch.as_tensor(level, dtype=self.center.dtype))

    def log_density_each(self, y: Tensor) -> Tensor:
        """−ρ(z) − ln scale."""
        return self.standard_log_density(self._standardized(y)) - self.scale.log()

    def _closed_crps(self, y: Tensor) -> Tensor | None:
        standard = self.standard_crps(self._standardized(y))
        return None if standard is None else self.scale * standard

    def _standardized(self, y: Tensor) -> Tensor:
        return (y - self.center) / self.scale


class LocationScale(PerTarget):
    """Likelihood of symmetric errors around a location.

    Attributes
    ----------
    scale : a fixed scale; None where it is a raw output.
    """

    scale: float | None = None
    scaling: ClassVar[Literal["standardize"]] = "standardize"

    def __post_init__(self) -> None:
        if self.scale is not None and not (self.scale > 0 and math.isfinite(self.scale)):
            raise SettingError(f"Expected a positive scale, or None to learn it, received {self.scale}.")

    @abc.abstractmethod
    def psi(self, z: Tensor) -> Tensor:
        """ρ'(z) of the standard cost."""

    @abc.abstractmethod
    def information(self) -> tuple[float, float]:
        """E[ψ²] and E[(zψ)²] − 1 of the standard distribution."""

    @property
    def parameters(self) -> int:
        """A location, and a scale if it is learned."""
        return 1 if self.scale is not None else 2

    def scale_outputs(self, outputs: int) -> range:
        """The second parameter of each target, where it is learned."""
        targets = outputs // self.parameters
        return range(targets, min(2 * targets, outputs))

    def location_and_scale(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        """Both (…, N, T)."""
        if self.scale is not None:
            return raw, torch.full_like(raw, self.scale)
        center, log_scale = raw.chunk(2, -1)
        return center, log_link(log_scale).exp()

    def slopes(self, raw: Tensor, y: Tensor) -> tuple[Tensor, ...]:
        """−ψ(z)/scale and 1 − zψ(z)."""
        center, scale = self.location_and_scale(raw)
        z = (y - center) / scale
        psi = self.psi(z)
        if self.scale is not None:
            return (-psi / scale,)
        return -psi / scale, (1 - z * psi) * log_link_slope(raw.chunk(2, -1)[1])

    def factor(self, raw: Tensor) -> Factor:
        """√a/scale and √c on the diagonal."""
        a, c = self.information()
        _, scale = self.location_and_scale(raw)
        if self.scale is not None:
            return {(0, 0): math.sqrt(a) / scale}
        return {(0, 0): math.sqrt(a) / scale, (1, 1): math.sqrt(c) * log_link_slope(raw.chunk(2, -1)[1])}

    def start_of(self, values: Tensor) -> list[float]:
        """The median, and the mean absolute deviation from it."""
        center = values.median()
        least = SMALLEST_START * float(values.abs().max().clamp_min(1e-6))
        scale = (values - center).abs().mean().clamp_min(least)
        return [float(center), float(inverse_log_link(scale))][: self.parameters]

    def perfect(self, raw: Tensor, y: Tensor) -> Tensor:
        """The location at y."""
        if self.scale is not None:
            return y.expand_as(raw)
        log_scale = raw.chunk(2, -1)[1]
        return torch.cat([y.expand_as(log_scale), log_scale], -1)
