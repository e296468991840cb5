"""What a classifier predicts: the probability of each class."""

__all__ = ["ClassProbabilities", "check_classes", "class_weight", "moderate", "softmax_root"]

import dataclasses
import math
from collections.abc import Sequence
from typing import final

import torch
from torch import Generator, Tensor

from pishro.errors import DataError, SettingError, ShapeError
from pishro.likelihoods.predictive import Predictive


def moderate(raw: Tensor, variance: Tensor) -> Tensor:
    """Raw outputs drawn towards zero where the parameters are uncertain: raw / √(1 + πs²/8).

    The probability of the shrunken output approximates the probability averaged over the posterior of θ.

    References
    ----------
    MacKay, D. J. C. (1992). The evidence framework applied to classification networks. Neural Computation 4, 720-736.
    """
    return raw / (1 + math.pi / 8 * variance).sqrt()


def softmax_root(p: Tensor) -> Tensor:
    """The Cholesky factor (…, C, C−1) of diag(p) − ppᵀ in closed form, which has rank C − 1.

    With q_j = Σ_{i>j} p_i: S_jj = √(p_j q_j / q_{j−1}) and S_ij = −p_i √(p_j / (q_{j−1} q_j)) below the diagonal.

    Parameters
    ----------
    p : probabilities (…, C).

    References
    ----------
    Tanabe, K. and Sagae, M. (1992). An exact Cholesky decomposition and the generalized inverse of the
    variance-covariance matrix of the multinomial distribution. J. R. Statist. Soc. B 54, 211-219.
    """
    p = p.clamp_min(torch.finfo(p.dtype).tiny)
    at_or_after = p.flip(-1).cumsum(-1).flip(-1)  # q_{j−1}; summing from the end avoids 1 − Σ
    before, after = at_or_after[..., :-1], at_or_after[..., 1:]
    head = p[..., :-1]
    below = -p.unsqueeze(-1) * (head / before / after).sqrt().unsqueeze(-2)
    root = below.tril(-1)
    root.diagonal(dim1=-2, dim2=-1).copy_((head * (after / before)).sqrt())
    return root


def check_classes(y: Tensor, classes: int) -> None:
    """Raise `DataError` unless y (N,) holds class indices below `classes`."""
    if y.ndim != 1 or (y < 0).any() or (y >= classes).any() or (y != y.floor()).any():
        raise DataError(
            f"Expected class indices from 0 to {classes - 1}, received others: a class that the fit has not seen needs "
            "a likelihood with more classes."
        )


def class_weight(y: Tensor, classes: int, weights: "str | Sequence[float]" = "balanced") -> Tensor:
    """Weight of each row by its class (N,), for `Batch.weight`.

    Parameters
    ----------
    y : class indices (N,).
    classes : C.
    weights : one weight a class; or "balanced": N / (C · rows of that class), so that all classes count the same.

    Examples
    --------
    >>> class_weight(torch.tensor([0, 0, 0, 1]), 2)
    tensor([0.6667, 0.6667, 0.6667, 2.0000], dtype=torch.float64)
    """
    check_classes(y, classes)
    if isinstance(weights, str):
        if weights != "balanced":
            raise SettingError(f'Expected weights="balanced" or one number a class, received {weights!r}.')
        each = len(y) / (classes * torch.bincount(y.long(), minlength=classes).double())
    else:
        each = torch.tensor(weights, dtype=torch.float64)
        if len(each) != classes or (each < 0).any():
            raise ShapeError(f"Expected {classes} weights, none negative, received {list(weights)}.")
    return each[y.long()]


@final
@dataclasses.dataclass(frozen=True)
class ClassProbabilities(Predictive):
    """Probabilities (…, N, classes).

    Attributes
    ----------
    probabilities : they sum to 1.
    ordered : whether the classes have an order, which the score then respects.
    """

    probabilities: Tensor
    ordered: bool = False

    def mean(self) -> Tensor:
        """The probabilities (…, N, classes)."""
        return self.probabilities

    def log_density(self, y: Tensor) -> Tensor:
        """ln of the probability of the class that came, (…, N), for class indices (N,)."""
        return self._of(self.probabilities, y).log()

    def cdf(self) -> Tensor:
        """P(class ≤ k), (…, N, classes), for classes in order."""
        return self.probabilities.cumsum(-1)

    def quantile(self, level: float) -> Tensor:
        """The first class in order that is not exceeded with probability `level`, (…, N)."""
        return (self.cdf() < level).sum(-1).clamp_max(self.probabilities.shape[-1] - 1)

    def median(self) -> Tensor:
        """The class in the middle, (…, N), for classes in order."""
        return self.quantile(0.5)

    def mode(self) -> Tensor:
        """The most probable class, (…, N)."""
        return self.probabilities.argmax(-1)

    def sample(self, count: int, generator: Generator) -> Tensor:
        """Class indices (count, …, N)."""
        level = torch.rand((count, *self.probabilities.shape[:-1], 1), generator=generator, dtype=torch.float64)
        return (self.cdf() < level).sum(-1).clamp_max(self.probabilities.shape[-1] - 1)

    def score(self, y: Tensor) -> Tensor:
        """Brier's score Σ (p_k − 1[k = y])², or for classes in order the ranked probability score, (…, N).

        The latter is Σ (F_k − 1[k ≥ y])², the CRPS of the class index, and forgives a near miss (Epstein 1969).
        """
        classes = torch.arange(self.probabilities.shape[-1])
        y = y.unsqueeze(-1)
        if self.ordered:
            return (self.cdf() - (classes >= y).to(self.probabilities)).square().sum(-1)
        return (self.probabilities - (classes == y).to(self.probabilities)).square().sum(-1)

    @staticmethod
    def _of(values: Tensor, y: Tensor) -> Tensor:
        index = y.long().expand(values.shape[:-1]).unsqueeze(-1)
        return values.gather(-1, index).squeeze(-1)
