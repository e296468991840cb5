"""Linear output neuron → Normal → squared error, L = ½ (y − ŷ)ᵀ(y − ŷ)."""

__all__ = ["Normal", "NormalDistribution", "normal_mixture_crps"]

import dataclasses
import math
from typing import ClassVar, Literal, final

import torch
from torch import Tensor

from pishro.likelihoods.contract import Likelihood, observed
from pishro.likelihoods.location_scale import LocationScaleDistribution
from pishro.likelihoods.per_target import check_columns
from pishro.likelihoods.predictive import EqualMixture
from pishro.likelihoods.special_functions import normal_cdf, normal_quantile


@final
class Normal(Likelihood):
    """y ~ Normal(raw, 1/β), the variance 1/β the same for every row.

    Examples
    --------
    >>> import torch
    >>> Normal().nll(torch.tensor([[1.0]]), torch.tensor([[3.0]]))
    tensor([2.])
    """

    name = "normal"
    dispersion = True
    scaling: ClassVar[Literal["standardize"]] = "standardize"

    def outputs(self, y: Tensor) -> int:
        """One output for each column of y."""
        return y.shape[-1]

    def check(self, y: Tensor) -> None:
        """Every observed value must be finite."""
        check_columns(y)

    def start(self, y: Tensor) -> Tensor:
        """The mean of each target."""
        return y.nanmean(0)

    def nll(self, raw: Tensor, y: Tensor) -> Tensor:
        """½ ‖y − raw‖² of each row."""
        return self.gradient(raw, y).square().sum(-1) / 2

    def gradient(self, raw: Tensor, y: Tensor) -> Tensor:
        """The residual raw − y."""
        known, seen = observed(y)
        return raw - known if seen is None else (raw - known) * seen

    def curvature_root(self, raw: Tensor, y: Tensor) -> Tensor | None:
        """The identity, without what was not observed."""
        _, seen = observed(y)
        return None if seen is None else torch.diag_embed(seen.to(raw)).expand(*raw.shape, raw.shape[-1])

    def distribution(self, raw: Tensor) -> "NormalDistribution":
        """Normal(raw, 1)."""
        return NormalDistribution(raw, torch.ones_like(raw))

    def mean(self, raw: Tensor) -> Tensor:
        """The raw output."""
        return raw

    def predictive(self, raw: Tensor, variance: Tensor, beta: Tensor) -> EqualMixture:
        """One Normal a member: noise variance plus parameter variance around the member's output."""
        return EqualMixture(NormalDistribution(raw, (variance + 1 / beta[:, None, None]).sqrt()))


@final
@dataclasses.dataclass(frozen=True)
class NormalDistribution(LocationScaleDistribution):
    """Normal(center, scale²), (…, N, T).

    References
    ----------
    Grimit, E. P., Gneiting, T., Berrocal, V. J. and Johnson, N. A. (2006). The continuous ranked probability score for
    circular variables and its application to mesoscale forecast ensemble verification. Q. J. R. Meteorol. Soc. 132,
    2925-2942: the score of a mixture of Normals.
    """

    def standard_log_density(self, z: Tensor) -> Tensor:
        """−½ z² − ½ ln 2π."""
        return -z.square() / 2 - math.log(2 * math.pi) / 2

    def standard_cdf(self, z: Tensor) -> Tensor:
        """Φ(z)."""
        return normal_cdf(z)

    def standard_quantile(self, level: Tensor) -> Tensor:
        """Φ⁻¹(level)."""
        return normal_quantile(level)

    def standard_variance(self) -> float:
        """1."""
        return 1.0

    def standard_crps(self, z: Tensor) -> Tensor:
        """z (2Φ(z) − 1) + 2φ(z) − 1/√π."""
        return absolute_moment(z, torch.ones_like(z)) - 1 / math.sqrt(math.pi)

    def _closed_mixture_crps(self, y: Tensor) -> Tensor:
        members = len(self.center)
        weights = torch.full_like(self.center, 1 / members).movedim(0, -1)
        return normal_mixture_crps(y, weights, self.center.movedim(0, -1), self.scale.movedim(0, -1))


def absolute_moment(mean: Tensor, scale: Tensor) -> Tensor:
    """E|X| of X ~ Normal(mean, scale²)."""
    z = mean / scale
    density = torch.exp(-z.square() / 2) / math.sqrt(2 * math.pi)
    return mean * (2 * normal_cdf(z) - 1) + 2 * scale * density


def normal_mixture_crps(y: Tensor, weights: Tensor, centers: Tensor, scales: Tensor) -> Tensor:
    """CRPS of Σ_m w_m Normal(μ_m, σ_m²): Σ w_m E|y − X_m| − ½ Σ_mn w_m w_n E|X_m − X_n|.

    Parameters
    ----------
    y : (…).
    weights, centers, scales : (…, M).
    """
    score = (weights * absolute_moment(y.unsqueeze(-1) - centers, scales)).sum(-1)
    for m in range(weights.shape[-1]):  # one component against all: M² pairs need M, not M², times the memory
        apart = centers[..., m : m + 1] - centers
        width = (scales[..., m : m + 1].square() + scales.square()).sqrt()
        score = score - weights[..., m] * (weights * absolute_moment(apart, width)).sum(-1) / 2
    return score
