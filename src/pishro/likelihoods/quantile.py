"""One output neuron a level → quantiles that never cross, by the pinball cost.

    L = Σ_l ρ_l(y − q_l),   ρ_l(e) = (τ_l − 1[e < 0]) e

is least, on average, where P(y < q_l) = τ_l, whatever the distribution of y. The level nearest ½ is raw₀ itself, the
others follow by gaps exp(raw), upwards and downwards, so that the order holds by construction.

*Curvature.* ρ is piecewise linear, so its Hessian is zero almost everywhere; but the Hessian of its *expectation* is
the density of y at the quantile, f(q_l), which also decides the variance of a quantile estimate. It is estimated from
the spacing of the predicted quantiles themselves, the reciprocal of Siddiqui's (1960) sparsity estimate: the mean of
the densities on both sides of q_l. A single level has no neighbor; there the working distribution is the asymmetric
Laplace, whose Fisher information is τ(1 − τ) (Yu and Moyeed 2001). Both are positive.

*Distribution.* Between the levels the cdf is linear, beyond them it decays exponentially with the density at which it
leaves; a single level means the asymmetric Laplace with scale 1. The cost of several levels is a proper score of this
distribution and not its −ln p, so likelihoods are compared by `distribution(raw).log_density`.

References
----------
Koenker, R. and Bassett, G. (1978). Regression quantiles. Econometrica 46, 33-50.
Siddiqui, M. M. (1960). Distribution of quantiles in samples from a bivariate population. J. Res. Natl. Bur. Stand. 64B,
145-150. Koenker, R. (2005). Quantile Regression, sections 3.2 and 3.4.1. Cambridge University Press.
Yu, K. and Moyeed, R. A. (2001). Bayesian quantile regression. Stat. Probab. Lett. 54, 437-447.
"""

__all__ = ["Quantile", "QuantileDistribution"]

import dataclasses
import itertools
import math
from typing import ClassVar, Literal, final

import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.likelihoods.contract import observed
from pishro.likelihoods.links import inverse_log_link, log_link, log_link_slope
from pishro.likelihoods.per_target import Factor, PerTarget
from pishro.likelihoods.predictive import Distribution

SMALLEST_GAP = 1e-16
"""e^−37, the least gap that the log link makes."""


@final
@dataclasses.dataclass(frozen=True)
class Quantile(PerTarget):
    """Quantiles of y at fixed levels; one raw output a level and target.

    Parameters
    ----------
    levels : increasing, between 0 and 1.

    Examples
    --------
    >>> Quantile((0.9,)).nll(torch.zeros(2, 1), torch.tensor([[1.0], [-1.0]]))
    tensor([0.9000, 0.1000])
    """

    levels: tuple[float, ...] = (0.05, 0.25, 0.5, 0.75, 0.95)
    name = "quantile"
    smooth = False
    scaling: ClassVar[Literal["standardize"]] = "standardize"

    def __post_init__(self) -> None:
        levels = (self.levels,) if isinstance(self.levels, int | float) else self.levels
        object.__setattr__(self, "levels", tuple(float(v) for v in levels))
        ends = (0.0, *self.levels, 1.0)
        if not self.levels or any(a >= b for a, b in itertools.pairwise(ends)):
            raise SettingError(f"Expected increasing levels between 0 and 1, received {list(self.levels)}.")

    def shape_outputs(self, outputs: int) -> range:
        """None: every level is a location."""
        return range(0)

    @property
    def parameters(self) -> int:
        """One for each level."""
        return len(self.levels)

    @property
    def _base(self) -> int:
        """The level nearest the median, which is a raw output itself."""
        return min(range(len(self.levels)), key=lambda i: abs(self.levels[i] - 0.5))

    def distribution(self, raw: Tensor) -> "QuantileDistribution":
        """The piecewise linear cdf through the quantiles."""
        return QuantileDistribution(torch.stack(self._knots(raw), -1), self.levels)

    def _knots(self, raw: Tensor) -> list[Tensor]:
        base = self._base
        center, *logs = raw.chunk(self.parameters, -1)
        gaps = [log_link(log).exp() for log in logs]  # gap i lies between levels i and i + 1
        knots = [center] * self.parameters
        for i in range(base + 1, self.parameters):
            knots[i] = knots[i - 1] + gaps[i - 1]
        for i in range(base - 1, -1, -1):
            knots[i] = knots[i + 1] - gaps[i]
        return knots

    def _moves(self, raw: Tensor) -> dict[tuple[int, int], Tensor]:
        """∂q_l/∂raw_i by (i, l), (…, N, T): an absent entry is zero."""
        base = self._base
        center, *logs = raw.chunk(self.parameters, -1)
        moves = {(0, level): torch.ones_like(center) for level in range(self.parameters)}
        for gap, log in enumerate(logs):
            slope = log_link(log).exp() * log_link_slope(log)
            if gap >= base:
                moves |= {(gap + 1, level): slope for level in range(gap + 1, self.parameters)}
            else:
                moves |= {(gap + 1, level): -slope for level in range(gap + 1)}
        return moves

    def nll(self, raw: Tensor, y: Tensor) -> Tensor:
        """The pinball cost of each row, summed over levels and observed targets."""
        known, seen = observed(y)
        errors = [known - q for q in self._knots(raw)]
        parts = [torch.maximum(t * e, (t - 1) * e) for t, e in zip(self.levels, errors, strict=True)]
        cost = torch.stack(parts).sum(0)
        return (cost if seen is None else cost * seen).sum(-1)

    def slopes(self, raw: Tensor, y: Tensor) -> tuple[Tensor, ...]:
        """Σ_l (1[y < q_l] − τ_l) ∂q_l/∂raw; half of the jump at y = q_l."""
        by_knot = [((q - y).sign() + 1) / 2 - level for q, level in zip(self._knots(raw), self.levels, strict=True)]
        slopes = [torch.zeros_like(by_knot[0]) for _ in self.levels]
        for (i, level), move in self._moves(raw).items():
            slopes[i] = slopes[i] + move * by_knot[level]
        return tuple(slopes)

    def factor(self, raw: Tensor) -> Factor:
        """√f(q_l) ∂q_l/∂raw."""
        density = self.distribution(raw).density_at_knots()
        return {(i, level): move * density[..., level].sqrt() for (i, level), move in self._moves(raw).items()}

    def start_of(self, values: Tensor) -> list[float]:
        """The quantiles of all rows."""
        knots = torch.quantile(values, torch.tensor(self.levels, dtype=values.dtype))
        least = 1e-3 * float(values.abs().max().clamp_min(1e-6))
        return [float(knots[self._base]), *inverse_log_link(knots.diff().clamp_min(least)).tolist()]

    def perfect(self, raw: Tensor, y: Tensor) -> Tensor:
        """All quantiles as near to y as their gaps can be."""
        least = torch.full_like(raw, -1e3)
        targets = raw.shape[-1] // self.parameters
        least[..., :targets] = y
        return least


@final
@dataclasses.dataclass(frozen=True)
class QuantileDistribution(Distribution):
    """Linear cdf between the knots, exponential tails beyond.

    Attributes
    ----------
    knots : quantiles (…, N, T, L), increasing.
    levels : their L levels.
    """

    knots: Tensor
    levels: tuple[float, ...]

    def _gaps(self) -> Tensor:
        """Distances between knots, (…, N, T, L−1); rounding may have closed them."""
        return self.knots.diff(dim=-1).clamp_min(SMALLEST_GAP)

    def _levels(self) -> Tensor:
        return self.knots.new_tensor(self.levels)

    def _tails(self) -> tuple[Tensor, Tensor]:
        """Decay lengths below and above, (…, N, T): the density is continuous at the outer knots."""
        low, high = self.levels[0], 1 - self.levels[-1]
        if len(self.levels) == 1:
            one = torch.ones_like(self.knots[..., 0])
            return one / high, one / low  # the asymmetric Laplace
        sparsity = self._gaps() / self._levels().diff()
        return low * sparsity[..., 0], high * sparsity[..., -1]

    def density_at_knots(self) -> Tensor:
        """Density (…, N, T, L): the mean of both sides; τ(1 − τ) for a single level."""
        levels = self._levels()
        if len(self.levels) == 1:
            return (levels * (1 - levels)).expand_as(self.knots)
        between = levels.diff() / self._gaps()
        sides = torch.cat([between[..., :1], between, between[..., -1:]], -1)
        return (sides[..., 1:] + sides[..., :-1]) / 2

    def _moments(self) -> tuple[Tensor, Tensor]:
        """E[Y] and E[Y²]."""
        (below, above), levels = self._tails(), self._levels()
        a, b = self.knots[..., :-1], self.knots[..., 1:]
        first = (levels.diff() * (a + b) / 2).sum(-1)
        second = (levels.diff() * (a.square() + a * b + b.square()) / 3).sum(-1)
        for share, end, length in (
            (levels[0], self.knots[..., 0], -below),
            (1 - levels[-1], self.knots[..., -1], above),
        ):
            first = first + share * (end + length)
            second = second + share * (end.square() + 2 * end * length + 2 * length.square())
        return first, second

    def mean(self) -> Tensor:
        """E[Y]."""
        return self._moments()[0]

    def variance(self) -> Tensor:
        """E[Y²] − E[Y]²."""
        first, second = self._moments()
        return (second - first.square()).clamp_min(0)

    def cdf(self, y: Tensor) -> Tensor:
        """Piece by piece."""
        (below, above), low, high = self._tails(), self.knots[..., 0], self.knots[..., -1]
        total = self.levels[0] * torch.exp(((y - low) / below).clamp_max(0))
        total = total + (1 - self.levels[-1]) * -torch.expm1(-((y - high) / above).clamp_min(0))
        for i, (a, b) in enumerate(itertools.pairwise(self.levels)):
            total = total + (b - a) * ((y - self.knots[..., i]) / self._gaps()[..., i]).clamp(0, 1)
        return total

    def quantile(self, level: "float | Tensor") -> Tensor:
        """Piece by piece."""
        below, above = self._tails()
        level = torch.as_tensor(level, dtype=self.knots.dtype)
        first, last = self.levels[0], self.levels[-1]
        value = self.knots[..., 0] + below * (level / first).clamp_max(1).log()
        value = value - above * ((1 - level) / (1 - last)).clamp_max(1).log()
        for i, (a, b) in enumerate(itertools.pairwise(self.levels)):
            value = value + self._gaps()[..., i] * ((level - a) / (b - a)).clamp(0, 1)
        return value

    def log_density_each(self, y: Tensor) -> Tensor:
        """ln of the height of the piece, less the decay in the tails."""
        (below, above), low, high = self._tails(), self.knots[..., 0], self.knots[..., -1]
        log = math.log(self.levels[0]) - below.log() - (low - y).clamp_min(0) / below
        upper = math.log(1 - self.levels[-1]) - above.log() - (y - high).clamp_min(0) / above
        log = torch.where(y > high, upper, log)
        for i, (a, b) in enumerate(itertools.pairwise(self.levels)):
            left, right = self.knots[..., i], self.knots[..., i + 1]
            log = torch.where((y > left) & (y <= right), math.log(b - a) - self._gaps()[..., i].log(), log)
        return log
