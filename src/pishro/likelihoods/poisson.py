"""Output neuron with a log link → Poisson: counts, whose variance is their mean.

L = μ − y ln μ + ln y! with μ = exp(raw), Λ = μ. The link is canonical, so that the Fisher information is the Hessian.

A count over an exposure E (days, square meters, visitors) has the mean E exp(raw): `log_exposure` is added to the raw
output as `Batch.offset`, and the network learns the rate.

References
----------
McCullagh, P. and Nelder, J. A. (1989). Generalized Linear Models, 2nd ed., chapter 6. Chapman and Hall.
"""

__all__ = ["Poisson", "PoissonDistribution", "log_exposure"]

import dataclasses
import math
from typing import final

import torch
from torch import Tensor

from pishro.errors import DataError
from pishro.likelihoods.links import inverse_log_link, log_link, log_link_slope
from pishro.likelihoods.per_target import Factor, PerTarget
from pishro.likelihoods.positive import not_counts
from pishro.likelihoods.predictive import Distribution
from pishro.likelihoods.special_functions import upper_gamma


def log_exposure(exposure: Tensor, outputs: int) -> Tensor:
    """What the exposure adds to the raw output: ln E for the means, 0 for other parameters, (N, C).

    Parameters
    ----------
    exposure : positive, (N,), or (N, T) where the targets differ.
    outputs : C; the first T raw outputs are the logarithms of the means.

    Raises
    ------
    DataError
        If an exposure is not positive.

    Examples
    --------
    >>> log_exposure(torch.tensor([1.0, 10.0]), 2)        # a negative binomial: mean and size
    tensor([[0.0000, 0.0000],
            [2.3026, 0.0000]])
    """
    if not bool((exposure > 0).all()) or bool(torch.isinf(exposure).any()):
        raise DataError("Expected positive, finite exposures, received others; drop rows without exposure.")
    of_means = exposure.log().reshape(len(exposure), -1)
    return torch.nn.functional.pad(of_means, (0, outputs - of_means.shape[1]))


@final
@dataclasses.dataclass(frozen=True)
class Poisson(PerTarget):
    """y ~ Poisson(exp(raw)); one raw output a target.

    Examples
    --------
    >>> Poisson().nll(torch.zeros(1, 1), torch.tensor([[3.0]]))       # 1 + ln 3!
    tensor([2.7918])
    """

    name = "poisson"

    @property
    def parameters(self) -> int:
        """The logarithm of the mean."""
        return 1

    def domain(self, values: Tensor) -> str | None:
        """Counts."""
        return not_counts(values)

    def distribution(self, raw: Tensor) -> "PoissonDistribution":
        """Poisson(exp(raw))."""
        return PoissonDistribution(log_link(raw).exp())

    def slopes(self, raw: Tensor, y: Tensor) -> tuple[Tensor]:
        """Mean − y."""
        return ((log_link(raw).exp() - y) * log_link_slope(raw),)

    def factor(self, raw: Tensor) -> Factor:
        """√mean."""
        return {(0, 0): (log_link(raw) / 2).exp() * log_link_slope(raw)}

    def start_of(self, values: Tensor) -> list[float]:
        """Logarithm of the mean."""
        return [float(inverse_log_link(values.mean().clamp_min(0.5 / len(values))))]

    def perfect(self, raw: Tensor, y: Tensor) -> Tensor:
        """The mean at y."""
        return inverse_log_link(y).expand_as(raw)


@final
@dataclasses.dataclass(frozen=True)
class PoissonDistribution(Distribution):
    """Poisson(rate), (…, N, T)."""

    rate: Tensor
    discrete = True

    def mean(self) -> Tensor:
        """The rate."""
        return self.rate

    def variance(self) -> Tensor:
        """The rate."""
        return self.rate

    def cdf(self, y: Tensor) -> Tensor:
        """P(Y ≤ ⌊y⌋), the upper incomplete gamma function."""
        whole = y.floor()
        below = upper_gamma(whole.clamp_min(0) + 1, self.rate)
        return torch.where(whole < 0, 0.0, below)

    def log_density_each(self, y: Tensor) -> Tensor:
        """Y ln μ − μ − ln y!."""
        inside = y * self.rate.log() - self.rate - torch.lgamma(y.clamp_min(0) + 1)
        return torch.where((y < 0) | (y != y.floor()) & ~torch.isnan(y), -math.inf, inside)

    def _closed_crps(self, y: Tensor) -> Tensor:
        """Wei and Held (2014), Calibration tests for count data, TEST 23, 787-805."""
        rate = self.rate
        bessel: Tensor = torch.special.i0e(2 * rate) + torch.special.i1e(2 * rate)
        mass = self.log_density_each(y.floor()).exp()
        return (y - rate) * (2 * self.cdf(y) - 1) + 2 * rate * mass - rate * bessel
