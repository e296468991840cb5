"""Two output neurons a target → a Normal of ln y: positive targets whose errors are relative.

L = −ln Normal(ln y; raw₁, exp(raw₂)²) + ln y: the heteroscedastic Normal on logarithms, with the density of y itself,
so that its likelihood may be compared with others'. Its median is exp(raw₁), its mean is larger by exp(σ²/2).

References
----------
Johnson, N. L., Kotz, S. and Balakrishnan, N. (1994). Continuous Univariate Distributions 1, chapter 14. Wiley.
"""

__all__ = ["LogNormal", "LogNormalDistribution"]

import dataclasses
import math
from typing import ClassVar, Literal, final

import torch
from torch import Tensor

from pishro.likelihoods.heteroscedastic import HeteroscedasticNormal
from pishro.likelihoods.normal import NormalDistribution
from pishro.likelihoods.per_target import Factor, PerTarget
from pishro.likelihoods.positive import not_positive
from pishro.likelihoods.predictive import Distribution
from pishro.likelihoods.special_functions import normal_cdf

_OF_LOGARITHM = HeteroscedasticNormal()


@final
@dataclasses.dataclass(frozen=True)
class LogNormal(PerTarget):
    """ln y ~ Normal(raw₁, exp(raw₂)²); two raw outputs a target.

    Examples
    --------
    >>> LogNormal().distribution(torch.tensor([[0.0, 0.0]])).median()
    tensor([[1.]])
    """

    name = "log-normal"
    scaling: ClassVar[Literal["scale"]] = "scale"

    def scale_outputs(self, outputs: int) -> range:
        """The second parameter of each target."""
        return range(outputs // 2, outputs)

    @property
    def parameters(self) -> int:
        """Location and scale of the logarithm."""
        return 2

    def domain(self, values: Tensor) -> str | None:
        """Positive numbers."""
        return not_positive(values)

    def distribution(self, raw: Tensor) -> "LogNormalDistribution":
        """Exp of a Normal."""
        of_logarithm = _OF_LOGARITHM.distribution(raw)
        return LogNormalDistribution(of_logarithm.center, of_logarithm.scale)

    def slopes(self, raw: Tensor, y: Tensor) -> tuple[Tensor, ...]:
        """The Normal's, at ln y."""
        return _OF_LOGARITHM.slopes(raw, y.log())

    def factor(self, raw: Tensor) -> Factor:
        """The Normal's."""
        return _OF_LOGARITHM.factor(raw)

    def start_of(self, values: Tensor) -> list[float]:
        """Mean and standard deviation of the logarithm."""
        return _OF_LOGARITHM.start_of(values.log())

    def perfect(self, raw: Tensor, y: Tensor) -> Tensor:
        """The median at y."""
        return _OF_LOGARITHM.perfect(raw, y.log())


@final
@dataclasses.dataclass(frozen=True)
class LogNormalDistribution(Distribution):
    """Exp of Normal(center, scale²).

    Attributes
    ----------
    center, scale : of the logarithm, (…, N, T).
    """

    center: Tensor
    scale: Tensor

    @property
    def _of_logarithm(self) -> NormalDistribution:
        return NormalDistribution(self.center, self.scale)

    def mean(self) -> Tensor:
        """exp(center + scale²/2)."""
        return (self.center + self.scale.square() / 2).exp()

    def variance(self) -> Tensor:
        """(exp(scale²) − 1) mean²."""
        return self.scale.square().expm1() * self.mean().square()

    def cdf(self, y: Tensor) -> Tensor:
        """The Normal's at ln y; 0 where y is not positive."""
        return self._of_logarithm.cdf(y.clamp_min(0).log())

    def quantile(self, level: "float | Tensor") -> Tensor:
        """Exp of the Normal's."""
        return self._of_logarithm.quantile(level).exp()

    def log_density_each(self, y: Tensor) -> Tensor:
        """The Normal's at ln y, less ln y."""
        log = y.log()
        inside = self._of_logarithm.log_density_each(torch.where(y > 0, log, 0.0)) - torch.where(y > 0, log, 0.0)
        return torch.where(y > 0, inside, torch.where(torch.isnan(y), y, -math.inf))

    def _closed_crps(self, y: Tensor) -> Tensor:
        """Jordan, Krüger and Lerch (2019), J. Stat. Softw. 90 (12), appendix A."""
        below, scale = self.cdf(y), self.scale
        z = (y.clamp_min(0).log() - self.center) / scale
        rest = normal_cdf(z - scale) + normal_cdf(scale / math.sqrt(2)) - 1
        return y * (2 * below - 1) - 2 * self.mean() * rest
