"""Softmax output neurons → categorical → cross-entropy, L = −ln softmax(raw)_y."""

__all__ = ["Categorical"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.errors import DataError, SettingError
from pishro.likelihoods.classes import ClassProbabilities, moderate
from pishro.likelihoods.likelihood import Likelihood


@final
@dataclasses.dataclass(frozen=True)
class Categorical(Likelihood):
    """Classes 0 … C−1 with probabilities softmax(raw).

    Parameters
    ----------
    classes : C, at least 2.

    Examples
    --------
    >>> import torch
    >>> Categorical(4).nll(torch.zeros(1, 4), torch.tensor([2]))      # ln 4
    tensor([1.3863])
    """

    classes: int
    name = "categorical"

    def __post_init__(self) -> None:
        if self.classes < 2:
            raise SettingError(f"A categorical target needs at least 2 classes, received {self.classes}.")

    def outputs(self, y: Tensor) -> int:
        """One for each class."""
        return self.classes

    def check(self, y: Tensor) -> None:
        """Every value must be a class index below C."""
        if y.ndim != 1 or (y < 0).any() or (y >= self.classes).any():
            raise DataError(f"Expected class indices from 0 to {self.classes - 1}, received others.")

    def nll(self, raw: Tensor, y: Tensor) -> Tensor:
        """−ln softmax(raw)_y."""
        return self.value_and_gradient(raw, y)[0]

    def gradient(self, raw: Tensor, y: Tensor) -> Tensor:
        """softmax(raw) − one-hot(y)."""
        return self.value_and_gradient(raw, y)[1]

    def value_and_gradient(self, raw: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Both from one ln softmax."""
        index = y.long().unsqueeze(-1)
        if raw.ndim > index.ndim:
            index = index.expand(*raw.shape[:-1], 1)
        log_p = torch.log_softmax(raw, -1)
        nll = -log_p.gather(-1, index).squeeze(-1)
        return nll, log_p.exp().scatter_add_(-1, index, torch.full_like(nll, -1.0).unsqueeze(-1))

    def curvature_root(self, raw: Tensor) -> Tensor:
        """The Cholesky factor (…, N, C, C−1) of diag(p) − ppᵀ in closed form, which has rank C − 1.

        With q_j = Σ_{i>j} p_i: S_jj = √(p_j q_j / q_{j−1}) and S_ij = −p_i √(p_j / (q_{j−1} q_j)) below the diagonal.

        References
        ----------
        Tanabe, K. and Sagae, M. (1992). An exact Cholesky decomposition and the generalized inverse of the
        variance-covariance matrix of the multinomial distribution. J. R. Statist. Soc. B 54, 211-219.
        """
        p = torch.softmax(raw, -1).clamp_min(torch.finfo(raw.dtype).tiny)
        at_or_after = p.flip(-1).cumsum(-1).flip(-1)  # q_{j−1}; summing from the end avoids 1 − Σ
        before, after = at_or_after[..., :-1], at_or_after[..., 1:]
        head = p[..., :-1]
        below = -p.unsqueeze(-1) * (head / before / after).sqrt().unsqueeze(-2)
        root = below.tril(-1)
        root.diagonal(dim1=-2, dim2=-1).copy_((head * (after / before)).sqrt())
        return root

    def contrast(self) -> Tensor:
        """I − 11ᵀ/C: a shift common to all raw outputs changes no probability, and only the prior bounds it."""
        return torch.eye(self.classes) - 1 / self.classes

    def predictive(self, raw: Tensor, variance: Tensor, beta: Tensor) -> ClassProbabilities:
        """Probabilities (N, C), moderated by the parameters' uncertainty and averaged over members."""
        centered = raw - raw.mean(-1, keepdim=True)
        return ClassProbabilities(torch.softmax(moderate(centered, variance), -1).mean(0))
