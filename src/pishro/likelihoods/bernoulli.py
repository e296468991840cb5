"""Sigmoid output neuron → Bernoulli → binary cross-entropy, L = −[t ln σ + (1 − t) ln(1 − σ)].

The logarithm is of the model's output, not of the target, as some texts misprint it.
"""

__all__ = ["Bernoulli"]

from typing import final

import torch
from torch import Tensor

from pishro.errors import DataError
from pishro.likelihoods.classes import ClassProbabilities, moderate
from pishro.likelihoods.contract import Likelihood


@final
class Bernoulli(Likelihood):
    """Two classes 0 and 1, P(1) = σ(raw); one raw output.

    Examples
    --------
    >>> import torch
    >>> Bernoulli().nll(torch.zeros(1, 1), torch.tensor([1]))      # ln 2
    tensor([0.6931])
    """

    name = "bernoulli"

    def outputs(self, y: Tensor) -> int:
        """One."""
        return 1

    def check(self, y: Tensor) -> None:
        """Every value must be 0 or 1."""
        if y.ndim != 1 or not ((y == 0) | (y == 1)).all():
            raise DataError(
                "Expected a target (N,) of two classes coded 0 and 1, received others; use Categorical for more "
                "classes, MultiLabel for several labels."
            )

    def start(self, y: Tensor) -> Tensor:
        """Log odds of the frequency; half a row is added to each class."""
        ones = y.double().sum()
        return ((ones + 0.5) / (len(y) - ones + 0.5)).log().reshape(1)

    def nll(self, raw: Tensor, y: Tensor) -> Tensor:
        """Softplus(raw) − y raw, which is the cross-entropy without a logarithm of zero."""
        z = raw.squeeze(-1)
        return torch.nn.functional.softplus(z) - y * z

    def gradient(self, raw: Tensor, y: Tensor) -> Tensor:
        """σ(raw) − y."""
        return torch.sigmoid(raw) - y.unsqueeze(-1)

    def curvature_root(self, raw: Tensor, y: Tensor) -> Tensor:
        """√(σ(1 − σ)) = 1/(2 cosh(raw/2)), (…, N, 1, 1)."""
        return (torch.sigmoid(raw) * torch.sigmoid(-raw)).sqrt().unsqueeze(-1)

    def distribution(self, raw: Tensor) -> ClassProbabilities:
        """1 − σ(raw) and σ(raw)."""
        return ClassProbabilities(torch.cat([torch.sigmoid(-raw), torch.sigmoid(raw)], -1))

    def predictive(self, raw: Tensor, variance: Tensor, beta: Tensor) -> ClassProbabilities:
        """Probabilities (N, 2), moderated by the parameters' uncertainty and averaged over members."""
        one = torch.sigmoid(moderate(raw, variance)).mean(0)
        return ClassProbabilities(torch.cat([1 - one, one], -1))
