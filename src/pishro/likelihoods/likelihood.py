"""A cost is a likelihood: J(θ) = −ln p(y | x; θ), and the output neuron decides the distribution.

A likelihood owns everything that depends on the distribution, with respect to the network's *raw* output (before the
link): value, gradient, curvature, and what is predicted. Nothing elsewhere asks which likelihood it is.

Shapes: raw (…, N, C) with … the optional members axis; y is (N, C) floats, or (N,) class indices.
"""

__all__ = ["Likelihood", "Predictive"]

import abc
import dataclasses
from typing import Any, ClassVar

from torch import Tensor


class Predictive(abc.ABC):
    """Distribution of the target at N new rows, all uncertainty taken together."""

    @abc.abstractmethod
    def mean(self) -> Tensor:
        """Expected target (N, C), or class probabilities (N, C)."""

    @abc.abstractmethod
    def log_density(self, y: Tensor) -> Tensor:
        """Ln p(y) of each row, (N,), summed over the outputs."""


class Likelihood(abc.ABC):
    """Negative log-likelihood of a target given the raw output, up to a constant.

    Attributes
    ----------
    name : the name used in settings and files.
    dispersion : whether the cost is known only up to a factor β, the precision of the noise, which evidence estimates
        (the Normal with unknown variance). Where False, β is 1.
    """

    name: ClassVar[str]
    dispersion: ClassVar[bool] = False

    @abc.abstractmethod
    def outputs(self, y: Tensor) -> int:
        """C, the number of raw outputs that this target needs."""

    @abc.abstractmethod
    def check(self, y: Tensor) -> None:
        """Raise `DataError` if the target lies outside the distribution's domain."""

    @abc.abstractmethod
    def nll(self, raw: Tensor, y: Tensor) -> Tensor:
        """Cost of each row (…, N), at β = 1."""

    @abc.abstractmethod
    def gradient(self, raw: Tensor, y: Tensor) -> Tensor:
        """D nll/d raw, (…, N, C)."""

    def value_and_gradient(self, raw: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """`nll` and `gradient` at once, where both can share their work; the gradient may be overwritten."""
        return self.nll(raw, y), self.gradient(raw, y)

    @abc.abstractmethod
    def curvature_root(self, raw: Tensor) -> Tensor | None:
        """S (…, N, C, R) with S Sᵀ = Λ, the Fisher information of the raw output; None stands for the identity.

        Positive semi-definite by construction, so JᵀΛJ is the generalized Gauss-Newton matrix (Schraudolph 2002).
        """

    def contrast(self) -> Tensor | None:
        """S (C, R) such that the target's distribution depends on Sᵀ raw alone; None stands for the identity."""
        return None

    @abc.abstractmethod
    def predictive(self, raw: Tensor, variance: Tensor, beta: Tensor) -> Predictive:
        """Distribution at new rows from K members.

        Parameters
        ----------
        raw : raw outputs (K, N, C).
        variance : variance of the contrasts Sᵀ raw over the parameters' posterior, (K, N, R).
        beta : noise precision of each member (K,).
        """

    def to_json(self) -> dict[str, Any]:
        """Plain data from which `likelihood_from_json` builds the same likelihood: the name and the settings."""
        settings: dict[str, Any] = dataclasses.asdict(self) if dataclasses.is_dataclass(self) else {}
        return {"name": self.name, **settings}
