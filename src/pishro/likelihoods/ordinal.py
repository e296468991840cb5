"""C − 1 output neurons → ordered cut points on a logistic scale: classes in order, such as grades.

P(y ≤ k) = F_k = σ(c_k) with the cut points c₀ < c₁ < …, ordered by construction:

    c₀ = raw₀,   c_k = c_{k−1} + δ_k,   δ_k = exp(raw_k)

A network that moves raw₀ alone shifts all cuts together: McCullagh's proportional odds. The gaps are raw outputs too,
so that the odds need not be proportional; where the rows do not ask for it, the prior holds their weights near zero.

With p_k = F_k − F_{k−1}, everything is stable however narrow a class becomes:

    ln p_k = ln σ(c_k) + ln σ(−c_{k−1}) + ln(1 − e^{−δ_k})
    ∂ ln p_k/∂c = 1 − F_k − F_{k−1}                        both cuts together (raw₀, and the gaps below k)
    ∂ ln p_k/∂ ln δ_k = δ_k σ(−c_k) + δ_k/(e^{δ_k} − 1)    its own gap

The Fisher information is Σ_k u_k u_kᵀ with u_k = √p_k ∂ ln p_k. As Σ √p_k u_k = 0, a reflection that maps √p to the
last axis leaves one column of zeros, and the root has C − 1 columns: u_k − u_last √p_k/(1 + √p_last).

References
----------
McCullagh, P. (1980). Regression models for ordinal data. J. R. Statist. Soc. B 42, 109-142.
"""

__all__ = ["Ordinal"]

import dataclasses
from typing import final

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from pishro.errors import SettingError
from pishro.likelihoods.classes import ClassProbabilities, check_classes
from pishro.likelihoods.contract import Likelihood
from pishro.likelihoods.links import inverse_log_link, log_link, log_link_slope
from pishro.likelihoods.spread import spread_points


@final
@dataclasses.dataclass(frozen=True)
class Ordinal(Likelihood):
    """Classes 0 … C−1 in order; C − 1 raw outputs, the first cut point and the logarithms of the gaps.

    Parameters
    ----------
    classes : C, at least 2.

    Examples
    --------
    >>> raw = torch.tensor([[-1.0, 0.0]])                  # cuts at −1 and 0
    >>> Ordinal(3).distribution(raw).mean()
    tensor([[0.2689, 0.2311, 0.5000]])
    """

    classes: int
    name = "ordinal"

    def __post_init__(self) -> None:
        if self.classes < 2:
            raise SettingError(f"An ordinal target needs at least 2 classes, received {self.classes}.")

    def outputs(self, y: Tensor) -> int:
        """One fewer than classes."""
        return self.classes - 1

    def check(self, y: Tensor) -> None:
        """Every value must be a class index below C."""
        check_classes(y, self.classes)

    def start(self, y: Tensor) -> Tensor:
        """Cut points at the log odds of the cumulative frequencies; half a row is added to each class."""
        counts = torch.bincount(y.long(), minlength=self.classes).double() + 0.5
        cuts = torch.logit(counts.cumsum(0)[:-1] / counts.sum())
        return torch.cat([cuts[:1], inverse_log_link(cuts.diff())])

    def nll(self, raw: Tensor, y: Tensor) -> Tensor:
        """−ln p_y."""
        return -self._log_probabilities(raw).gather(-1, _index(raw, y)).squeeze(-1)

    def gradient(self, raw: Tensor, y: Tensor) -> Tensor:
        """−∂ ln p_y."""
        slopes = self._slopes(raw)
        index = _index(raw, y).unsqueeze(-1).expand(*raw.shape, 1)
        return -slopes.gather(-1, index).squeeze(-1)

    def curvature_root(self, raw: Tensor, y: Tensor) -> Tensor:
        """The root (…, N, C−1, C−1) after the reflection."""
        root_p = (self._log_probabilities(raw) / 2).exp().unsqueeze(-2)
        columns = self._slopes(raw) * root_p
        return columns[..., :-1] - columns[..., -1:] * root_p[..., :-1] / (1 + root_p[..., -1:])

    def distribution(self, raw: Tensor) -> ClassProbabilities:
        """p_0 … p_{C−1}."""
        return ClassProbabilities(self._log_probabilities(raw).exp(), ordered=True)

    def predictive(self, raw: Tensor, variance: Tensor, beta: Tensor) -> ClassProbabilities:
        """Probabilities (N, C), averaged over members and over their parameters' uncertainty."""
        each = self.distribution(spread_points(raw, variance)).probabilities
        return ClassProbabilities(each.flatten(0, 1).mean(0), ordered=True)

    def _cuts(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        """Cut points (…, N, C−1), and the gaps between them (…, N, C−2)."""
        gaps = log_link(raw[..., 1:]).exp()
        return torch.cat([raw[..., :1], gaps], -1).cumsum(-1), gaps

    def _log_probabilities(self, raw: Tensor) -> Tensor:
        cuts, gaps = self._cuts(raw)
        inner = logsigmoid(cuts[..., 1:]) + logsigmoid(-cuts[..., :-1]) + (-torch.expm1(-gaps)).log()
        return torch.cat([logsigmoid(cuts[..., :1]), inner, logsigmoid(-cuts[..., -1:])], -1)

    def _slopes(self, raw: Tensor) -> Tensor:
        """∂ ln p_k/∂raw_j, (…, N, C−1, C), rows j, columns k."""
        cuts, gaps = self._cuts(raw)
        below = torch.nn.functional.pad(torch.sigmoid(cuts), (1, 0))  # F_{k−1} of class k
        above = torch.nn.functional.pad(torch.sigmoid(-cuts), (0, 1))  # 1 − F_k of class k
        together = above - below
        own = gaps * torch.sigmoid(-cuts[..., 1:]) + _over_expm1(gaps)
        step = torch.cat([torch.ones_like(raw[..., :1]), gaps], -1)
        slopes = (step.unsqueeze(-1) * together.unsqueeze(-2)).triu(1)  # gap j moves both cuts of the classes above j
        slopes[..., 0, :] = together
        slopes[..., 1:, 1:].diagonal(dim1=-2, dim2=-1).copy_(own)
        link = torch.cat([torch.ones_like(raw[..., :1]), log_link_slope(raw[..., 1:])], -1)
        return slopes * link.unsqueeze(-1)


def _over_expm1(gap: Tensor) -> Tensor:
    """δ/(e^δ − 1), which is 0 where e^δ overflows."""
    return gap * torch.exp(-gap) / -torch.expm1(-gap)


def _index(raw: Tensor, y: Tensor) -> Tensor:
    return y.long().expand(raw.shape[:-1]).unsqueeze(-1)
