"""Sigmoid output neurons → gray values in [0, 1] as Bernoulli means → cross-entropy, L = Σ softplus(raw) − y raw.

An intensity t is read as the share of ones among many Bernoulli trials: the cost is the expectation of `MultiLabel`'s
over them, and is least at σ(raw) = t. What a perfect prediction leaves, the entropy of t itself, is taken off, so that
the cost is the Kullback-Leibler divergence of the prediction from the image and zero where they agree.

It is no density over [0, 1] (that would need the normalizer of the continuous Bernoulli), so nothing is predicted from
it but the mean: it serves networks that reconstruct their inputs, and is no cost for tables.

References
----------
Hinton, Salakhutdinov (2006), Reducing the dimensionality of data with neural networks, Science 313. (The cost.)
Loaiza-Ganem, Cunningham (2019), The continuous Bernoulli, NeurIPS. (The density that it is not.)
"""

__all__ = ["Intensities"]

from typing import final

import torch
from torch import Tensor
from torch.nn.functional import softplus

from pishro.errors import DataError
from pishro.likelihoods.contract import Likelihood
from pishro.likelihoods.multi_label import LabelProbabilities


@final
class Intensities(Likelihood):
    """Values y in [0, 1] with mean σ(raw), one raw output each.

    Examples
    --------
    >>> Intensities().nll(torch.zeros(1, 2), torch.tensor([[0.5, 1.0]]))      # 0 and ln 2
    tensor([0.6931])
    """

    name = "intensities"

    def outputs(self, y: Tensor) -> int:
        """One for each value."""
        return y.shape[-1]

    def check(self, y: Tensor) -> None:
        """Every value must lie in [0, 1]."""
        outside = y[~((y >= 0) & (y <= 1))]
        if len(outside):
            raise DataError(f"Expected values in [0, 1] for a Bernoulli cost, received {float(outside[0]):g}.")

    def start(self, y: Tensor) -> Tensor:
        """Log odds of the means; half a row is added to each side."""
        ones = y.double().sum(0)
        return ((ones + 0.5) / (len(y) - ones + 0.5)).log()

    def nll(self, raw: Tensor, y: Tensor) -> Tensor:
        """Cross-entropy less the entropy of y."""
        entropy = torch.special.entr(y) + torch.special.entr(1 - y)
        cost: Tensor = (softplus(raw) - y * raw - entropy).sum(-1)
        return cost

    def gradient(self, raw: Tensor, y: Tensor) -> Tensor:
        """σ(raw) − y."""
        return torch.sigmoid(raw) - y

    def curvature_root(self, raw: Tensor, y: Tensor) -> Tensor:
        """√(σ(1 − σ)), on a diagonal."""
        return torch.diag_embed((torch.sigmoid(raw) * torch.sigmoid(-raw)).sqrt())

    def distribution(self, raw: Tensor) -> LabelProbabilities:
        """Of the trials behind the values: their mean is the prediction."""
        return LabelProbabilities(raw)
