"""One sigmoid output neuron a label → independent Bernoullis: several labels may hold at once.

L = Σ_t softplus(raw_t) − y_t raw_t over the labels that were judged; Λ = diag(σ(1 − σ)).
"""

__all__ = ["LabelProbabilities", "MultiLabel"]

import dataclasses
from typing import final

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from pishro.likelihoods.classes import moderate
from pishro.likelihoods.per_target import Factor, PerTarget
from pishro.likelihoods.predictive import Distribution, EqualMixture

CERTAIN = 37.0
"""Log odds that are 1 to 2⁻⁵³, the most a perfect prediction can say in float64."""


@final
@dataclasses.dataclass(frozen=True)
class MultiLabel(PerTarget):
    """P(y_t = 1) = σ(raw_t) for T labels coded 0 and 1; NaN where a label was not judged.

    Examples
    --------
    >>> y = torch.tensor([[1.0, float("nan"), 0.0]])
    >>> MultiLabel().nll(torch.zeros(1, 3), y)                 # 2 ln 2
    tensor([1.3863])
    """

    name = "multi-label"

    @property
    def parameters(self) -> int:
        """The log odds."""
        return 1

    def domain(self, values: Tensor) -> str | None:
        """0 and 1."""
        others = values[(values != 0) & (values != 1)]
        return f"Expected labels coded 0 and 1, received {float(others[0]):g}." if len(others) else None

    def distribution(self, raw: Tensor) -> "LabelProbabilities":
        """Independent labels."""
        return LabelProbabilities(raw)

    def slopes(self, raw: Tensor, y: Tensor) -> tuple[Tensor]:
        """σ(raw) − y."""
        return (torch.sigmoid(raw) - y,)

    def factor(self, raw: Tensor) -> Factor:
        """√(σ(1 − σ))."""
        return {(0, 0): (torch.sigmoid(raw) * torch.sigmoid(-raw)).sqrt()}

    def start_of(self, values: Tensor) -> list[float]:
        """Log odds of the frequency; half a row is added to each side."""
        ones = values.sum()
        return [float(((ones + 0.5) / (len(values) - ones + 0.5)).log())]

    def perfect(self, raw: Tensor, y: Tensor) -> Tensor:
        """Certain log odds."""
        return ((2 * y - 1) * CERTAIN).expand_as(raw)

    def predictive(self, raw: Tensor, variance: Tensor, beta: Tensor) -> EqualMixture:
        """Log odds moderated by the parameters' uncertainty, one component a member."""
        return EqualMixture(LabelProbabilities(moderate(raw, variance)))


@final
@dataclasses.dataclass(frozen=True)
class LabelProbabilities(Distribution):
    """Labels 0 and 1 of those log odds, (…, N, T)."""

    log_odds: Tensor
    discrete = True

    def mean(self) -> Tensor:
        """P(1)."""
        return self.log_odds.sigmoid()

    def variance(self) -> Tensor:
        """p (1 − p)."""
        return self.log_odds.sigmoid() * (-self.log_odds).sigmoid()

    def cdf(self, y: Tensor) -> Tensor:
        """P(0) from 0, 1 from 1."""
        return torch.where(y < 0, 0.0, torch.where(y < 1, (-self.log_odds).sigmoid(), 1.0))

    def quantile(self, level: "float | Tensor") -> Tensor:
        """1 where P(0) is less than the level."""
        level = torch.as_tensor(level, dtype=self.log_odds.dtype)
        return ((-self.log_odds).sigmoid() < level).to(self.log_odds)

    def log_density_each(self, y: Tensor) -> Tensor:
        """ln of the probability of y."""
        inside = logsigmoid((2 * y - 1) * self.log_odds)
        return torch.where((y != 0) & (y != 1) & ~torch.isnan(y), -torch.inf, inside)

    def _closed_crps(self, y: Tensor) -> Tensor:
        """(p − y)², Brier's score."""
        return (self.mean() - y).square()

    def _closed_mixture_crps(self, y: Tensor) -> Tensor:
        return (self.mean().mean(0) - y).square()
