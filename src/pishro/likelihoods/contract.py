"""A cost is a likelihood: J(θ) = −ln p(y | x; θ), and the output neuron decides the distribution.

A likelihood owns everything that depends on the distribution, with respect to the network's *raw* output (before the
link): value, gradient, curvature, where to start, and what is predicted. Nothing elsewhere asks which likelihood it is.

The curvature is the Fisher information of the raw output, Λ = E[gradient gradientᵀ] over the target's own distribution.
It exists where second derivatives do not (Laplace, Huber), needs no sign correction, and makes JᵀΛJ the generalized
Gauss-Newton matrix wherever the link is canonical. Where it has no closed form, the file of the likelihood says what
stands in for it and why that is positive semi-definite.

Shapes: raw (…, N, C) with … the optional members axis; y is (N, T) floats for T targets, or (N,) class indices. NaN in
one of several targets means that it was not observed: it adds nothing to cost, gradient and curvature.

References
----------
Schraudolph, N. N. (2002). Fast curvature matrix-vector products for second-order gradient descent. Neural Computation
14, 1723-1738.
Martens, J. (2020). New insights and perspectives on the natural gradient method. J. Mach. Learn. Res. 21 (146).
"""

__all__ = ["Likelihood", "observed"]

import abc
import dataclasses
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from pishro.likelihoods.predictive import Distribution, EqualMixture, Predictive
from pishro.likelihoods.spread import spread_points


class Likelihood(abc.ABC):
    """Negative log-likelihood of a target given the raw output, up to a constant.

    Attributes
    ----------
    name : the name used in settings and files.
    dispersion : whether the cost is known only up to a factor β, the precision of the noise, which evidence estimates
        (the Normal with unknown variance). Where False, β is 1.
    scaling : what may be done to the target before the fit: "standardize" (shift and scale), "scale" (positive targets:
        divide only), or "none" (counts and classes mean themselves).
    targets : "numbers" (N, T), or "classes" (N,).
    smooth : whether the second derivatives exist and tell of the cost; False where it has kinks.
    """

    name: ClassVar[str]
    dispersion: ClassVar[bool] = False
    scaling: ClassVar[Literal["standardize", "scale", "none"]] = "none"
    targets: ClassVar[Literal["numbers", "classes"]] = "numbers"
    smooth: ClassVar[bool] = True

    @abc.abstractmethod
    def outputs(self, y: Tensor) -> int:
        """C, the number of raw outputs that this target needs."""

    @abc.abstractmethod
    def check(self, y: Tensor) -> None:
        """Raise `DataError` if the target lies outside the distribution's domain."""

    @abc.abstractmethod
    def start(self, y: Tensor) -> Tensor:
        """Raw output (C,) that fits the target without looking at the inputs: where a network's last bias may start."""

    @abc.abstractmethod
    def nll(self, raw: Tensor, y: Tensor) -> Tensor:
        """Cost of each row (…, N), at β = 1."""

    @abc.abstractmethod
    def gradient(self, raw: Tensor, y: Tensor) -> Tensor:
        """d nll/d raw, (…, N, C)."""

    def value_and_gradient(self, raw: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """`nll` and `gradient` at once, where both can share their work; the gradient may be overwritten."""
        return self.nll(raw, y), self.gradient(raw, y)

    def mean_and_gradient(self, raw: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Mean of `nll` over the rows, (…), and its derivative with respect to the raw output, (…, N, C).

        What a mini-batch needs, once a step; a likelihood for which torch has a kernel answers in fewer calls.
        """
        nll, d_raw = self.value_and_gradient(raw, y)
        share = 1 / raw.shape[-2]  # a product with a number is cheaper than a mean or a quotient
        return nll.sum(-1).mul_(share), d_raw.mul_(share)

    @abc.abstractmethod
    def curvature_root(self, raw: Tensor, y: Tensor) -> Tensor | None:
        """S (…, N, C, R) with S Sᵀ = Λ, the curvature with respect to the raw output; None stands for the identity.

        The target is read for what was observed of it; most likelihoods need no more, as the Fisher information is an
        expectation.
        """

    @abc.abstractmethod
    def distribution(self, raw: Tensor) -> Predictive:
        """Distribution of the target given the raw output (…, N, C), at β = 1: mean, quantiles, samples."""

    def shape_outputs(self, outputs: int) -> range:
        """Raw outputs, of C = outputs, that say how the target scatters around its location; none by default."""
        return range(0)

    def scale_outputs(self, outputs: int) -> range:
        """Raw outputs, of C = outputs, that are logarithms of a free scale of a real target; none by default.

        Evidence corrects such a scale for the parameters that the rows determined, as it does the variance of a Normal.
        """
        return range(0)

    def contrast(self, outputs: int) -> Tensor | None:
        """Projection S (C, C), C = outputs, with all that the distribution depends on; None for the identity."""
        return None

    def deviance(self, raw: Tensor, y: Tensor) -> Tensor:
        """Twice the cost above that of a perfect prediction, (…, N), not negative.

        Perfect means that the location is at y while scale and shape stay as predicted. For a cost that is zero then,
        such as the cross-entropy, it is twice the cost. For densities without a location (mixtures, bins) it is twice
        the cost as well, which may be negative.
        """
        return 2 * self.nll(raw, y)

    def predictive(self, raw: Tensor, variance: Tensor, beta: Tensor) -> Predictive:
        """Distribution at new rows from K members: the equal mixture over members and over their parameters.

        Parameters
        ----------
        raw : raw outputs (K, N, C).
        variance : variance of the raw outputs, or of their contrasts, over the parameters' posterior, (K, N, C).
        beta : noise precision of each member (K,).
        """
        contrast = self.contrast(raw.shape[-1])
        centered = raw if contrast is None else raw @ contrast.to(raw)
        given = self.distribution(spread_points(centered, variance))
        if not isinstance(given, Distribution):
            raise TypeError(f"{type(self).__name__} predicts no numbers and has to mix its members itself.")
        return EqualMixture(given.flatten())

    def mean(self, raw: Tensor) -> Tensor:
        """Expected target (…, N, T), or class probabilities (…, N, classes)."""
        return self.distribution(raw).mean()

    def to_json(self) -> dict[str, Any]:
        """Plain data from which `likelihood_from_json` builds the same likelihood: the name and the settings."""
        settings: dict[str, Any] = dataclasses.asdict(self) if dataclasses.is_dataclass(self) else {}
        return {"name": self.name, **settings}


def observed(y: Tensor) -> tuple[Tensor, Tensor | None]:
    """y with 1 in place of NaN, which lies in every domain, and where it was observed; None for everywhere."""
    missing = torch.isnan(y)
    # to learn from a GPU whether there are any, the processor would wait for it, in every step
    if y.device.type == "cpu" and not bool(missing.any()):
        return y, None
    return torch.where(missing, 1.0, y), ~missing
