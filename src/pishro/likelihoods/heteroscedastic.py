"""Two output neurons a target → mean and scale of a Normal: noise that depends on the inputs.

L = ½ z² + ln σ + ½ ln 2π with z = (y − μ)/σ, μ = raw₁ and ln σ = raw₂. Its Fisher information is diag(1/σ², 2): the
mean is weighted by its own precision, as in weighted least squares, and the logarithm of the scale has the same
curvature everywhere, which is why it, and not the variance, is the raw output.

The cost alone prefers to explain bad residuals by a large σ before the mean has formed (Seitzer et al. 2022). The start
at the marginal scale and steps that use the curvature of both together keep that from happening in practice.

References
----------
Nix, D. A. and Weigend, A. S. (1994). Estimating the mean and variance of the target probability distribution.
Proc. ICNN, 55-60.
Seitzer, M., Tavakoli, A., Antic, D. and Martius, G. (2022). On the pitfalls of heteroscedastic uncertainty estimation
with probabilistic neural networks. ICLR.
"""

__all__ = ["HeteroscedasticNormal"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.likelihoods.links import inverse_log_link
from pishro.likelihoods.location_scale import SMALLEST_START, LocationScale
from pishro.likelihoods.normal import NormalDistribution
from pishro.likelihoods.predictive import EqualMixture
from pishro.likelihoods.spread import spread_points


@final
@dataclasses.dataclass(frozen=True)
class HeteroscedasticNormal(LocationScale):
    """y ~ Normal(raw₁, exp(raw₂)²); two raw outputs a target.

    Examples
    --------
    >>> likelihood = HeteroscedasticNormal()
    >>> raw = torch.tensor([[1.0, 0.0]])                       # mean 1, scale 1
    >>> likelihood.nll(raw, torch.tensor([[1.0]]))             # ½ ln 2π
    tensor([0.9189])
    """

    name = "heteroscedastic-normal"

    def psi(self, z: Tensor) -> Tensor:
        """The residual itself."""
        return z

    def information(self) -> tuple[float, float]:
        """1 and 2."""
        return 1.0, 2.0

    def distribution(self, raw: Tensor) -> NormalDistribution:
        """Normal(μ, σ²)."""
        return NormalDistribution(*self.location_and_scale(raw))

    def start_of(self, values: Tensor) -> list[float]:
        """Mean and logarithm of the standard deviation."""
        least = SMALLEST_START * float(values.abs().max().clamp_min(1e-6))
        scale = values.std(correction=0).clamp_min(least)
        return [float(values.mean()), float(inverse_log_link(scale))]

    def predictive(self, raw: Tensor, variance: Tensor, beta: Tensor) -> EqualMixture:
        """The mean's uncertainty adds to σ² in closed form; the scale's is spread over a few points."""
        of_mean, of_scale = variance.chunk(2, -1)
        given = self.distribution(spread_points(raw, torch.cat([torch.zeros_like(of_mean), of_scale], -1)))
        total = (given.scale.square() + of_mean.unsqueeze(1)).sqrt()
        return EqualMixture(NormalDistribution(given.center, total).flatten())
