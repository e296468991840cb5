"""What a classifier predicts: the probability of each class."""

__all__ = ["ClassProbabilities", "moderate"]

import dataclasses
import math
from typing import final

from torch import Tensor

from pishro.likelihoods.likelihood import Predictive


def moderate(raw: Tensor, variance: Tensor) -> Tensor:
    """Raw outputs drawn towards zero where the parameters are uncertain: raw / √(1 + πs²/8).

    The probability of the shrunken output approximates the probability averaged over the posterior of θ.

    References
    ----------
    MacKay, D. J. C. (1992). The evidence framework applied to classification networks. Neural Computation 4, 720-736.
    """
    return raw / (1 + math.pi / 8 * variance).sqrt()


@final
@dataclasses.dataclass(frozen=True)
class ClassProbabilities(Predictive):
    """Probabilities (N, classes), the mean over the members."""

    probabilities: Tensor

    def mean(self) -> Tensor:
        """The probabilities (N, classes)."""
        return self.probabilities

    def log_density(self, y: Tensor) -> Tensor:
        """Ln of the probability of the class that came, (N,), for class indices (N,)."""
        return self.probabilities.gather(-1, y.long().reshape(-1, 1)).squeeze(-1).log()
