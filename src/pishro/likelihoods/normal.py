"""Linear output neuron → Normal → squared error, L = ½ (y − ŷ)ᵀ(y − ŷ)."""

__all__ = ["Normal", "NormalMixture"]

import dataclasses
import math
from typing import final

import torch
from torch import Tensor

from pishro.errors import DataError
from pishro.likelihoods.likelihood import Likelihood, Predictive


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

    def outputs(self, y: Tensor) -> int:
        """One output for each column of y."""
        return y.shape[-1]

    def check(self, y: Tensor) -> None:
        """Every value must be finite."""
        if not torch.isfinite(y).all():
            raise DataError("Expected finite target values, received NaN or infinity; drop those rows.")

    def nll(self, raw: Tensor, y: Tensor) -> Tensor:
        """½ ‖y − raw‖² of each row."""
        return (raw - y).square().sum(-1) / 2

    def gradient(self, raw: Tensor, y: Tensor) -> Tensor:
        """The residual raw − y."""
        return raw - y

    def curvature_root(self, raw: Tensor) -> None:
        """The identity."""
        return None

    def predictive(self, raw: Tensor, variance: Tensor, beta: Tensor) -> "NormalMixture":
        """One Normal a member: noise variance plus parameter variance around the member's output."""
        return NormalMixture(raw, (variance + 1 / beta[:, None, None]).sqrt())


@final
@dataclasses.dataclass(frozen=True)
class NormalMixture(Predictive):
    """Equal mixture of K Normals at each of N rows and C outputs.

    Its variance is noise + parameter uncertainty + spread between members (law of total variance).

    Attributes
    ----------
    centers, scales : means and standard deviations, (K, N, C).
    """

    centers: Tensor
    scales: Tensor

    def mean(self) -> Tensor:
        """Expected target (N, C)."""
        return self.centers.mean(0)

    def variance(self) -> Tensor:
        """Variance (N, C)."""
        return self.scales.square().mean(0) + self.centers.var(0, correction=0)

    def cdf(self, y: Tensor) -> Tensor:
        """P(target ≤ y), (N, C)."""
        below: Tensor = torch.special.ndtr((y - self.centers) / self.scales)
        return below.mean(0)

    def quantile(self, level: float) -> Tensor:
        """The value that the target stays below with probability `level`, (N, C), by bisection."""
        z = math.sqrt(2) * float(torch.erfinv(torch.tensor(2 * level - 1, dtype=torch.float64)))
        bounds = self.centers + z * self.scales  # each member's own quantile: the mixture's lies between them
        low, high = bounds.min(0).values, bounds.max(0).values
        for _ in range(60):  # 2⁻⁶⁰ of the bracket is below float64's resolution
            middle = (low + high) / 2
            below = self.cdf(middle) < level
            low, high = torch.where(below, middle, low), torch.where(below, high, middle)
        return (low + high) / 2

    def interval(self, level: float = 0.95) -> tuple[Tensor, Tensor]:
        """Central interval that holds the target with probability `level`: lower and upper ends (N, C)."""
        return self.quantile((1 - level) / 2), self.quantile((1 + level) / 2)

    def log_density(self, y: Tensor) -> Tensor:
        """Ln of the density at y (N, C): (N,), outputs independent within a member."""
        z = (y - self.centers) / self.scales
        each = -z.square() / 2 - self.scales.log() - math.log(2 * math.pi) / 2
        return torch.logsumexp(each.sum(-1), 0) - math.log(len(self.centers))

    def affine(self, shift: Tensor, factor: Tensor) -> "NormalMixture":
        """The distribution of shift + factor · target, factor positive: back from standardized units."""
        return NormalMixture(shift + factor * self.centers, factor * self.scales)

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """Draws (count, N, C)."""
        members, rows, outputs = self.centers.shape
        pick = torch.randint(members, (count, rows), generator=generator)
        row = torch.arange(rows)
        noise = torch.randn((count, rows, outputs), generator=generator, dtype=self.centers.dtype)
        return self.centers[pick, row] + self.scales[pick, row] * noise
