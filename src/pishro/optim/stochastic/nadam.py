"""Nadam: Adam with Nesterov's look ahead.

Adam's m̂ is a momentum of the classical kind. Nesterov's would already contain what the next step's momentum adds, so
the mean is corrected as if the next step had been begun:

    μₜ = β₁(1 − ½ · 0.96^{tψ})                                  a momentum that grows from β₁/2 to β₁
    m̂ = μₜ₊₁ m/(1 − Πᵢ₌₁ᵗ⁺¹ μᵢ) + (1 − μₜ) g/(1 − Πᵢ₌₁ᵗ μᵢ)
    θ ← θ − η m̂/(√ŝ + ε)

It fits where Adam does, and reacts a step sooner.

References
----------
Dozat, T. (2016). Incorporating Nesterov momentum into Adam. ICLR workshop. (Its schedule of μ, base 0.96, ψ = 0.004.)
"""

__all__ = ["Nadam", "NadamState"]

import dataclasses
import math
from typing import final

from torch import Tensor

from pishro.optim.stochastic.rule import Rule, RuleState, check_range
from pishro.optim.stochastic.vectors import zeros_beside

GROWTH = 0.96
"""Base of the momentum's schedule, from the source."""


@final
@dataclasses.dataclass
class NadamState(RuleState):
    """Running means m of g and s of g² (…, P), and Π μᵢ."""

    mean: Tensor
    square: Tensor
    product: float = 1.0


@final
@dataclasses.dataclass(frozen=True)
class Nadam(Rule[NadamState]):
    """Adam with a look ahead.

    Attributes
    ----------
    rate : η ≥ 0.
    beta1, beta2, epsilon : as in `Adam`.
    psi : ψ ≥ 0, how fast the momentum grows; 0.004 takes some 4000 steps.

    Examples
    --------
    >>> import torch
    >>> theta, rule = torch.tensor([1.0]), Nadam(rate=0.1, psi=0.0, beta1=0.8)  # μ = 0.4
    >>> rule.update(torch.tensor([5.0]), rule.start(theta), theta)
    >>> theta  # m = 0.2 g, and m̂/g = 0.4 · 0.2/(1 − 0.4²) + (1 − 0.4)/(1 − 0.4)
    tensor([0.8905])
    """

    rate: float = 0.002
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    psi: float = 0.004

    def __post_init__(self) -> None:
        check_range("rate", self.rate, 0.0)
        check_range("beta1", self.beta1, 0.0, 1.0)
        check_range("beta2", self.beta2, 0.0, 1.0)
        check_range("epsilon", self.epsilon, 0.0)
        check_range("psi", self.psi, 0.0)

    def start(self, theta: Tensor) -> NadamState:
        """No gradient seen."""
        mean, square = zeros_beside(theta, 2)
        return NadamState(mean, square)

    def update(self, gradient: Tensor, state: NadamState, theta: Tensor) -> None:
        """m, s, m̂ of the look ahead, θ."""
        state.step += 1
        now, later = self._momentum(state.step), self._momentum(state.step + 1)
        state.product *= now
        second = math.sqrt(1 - self.beta2**state.step)
        state.mean.lerp_(gradient, 1 - self.beta1)
        state.square.mul_(self.beta2).addcmul_(gradient, gradient, value=1 - self.beta2)
        root = state.square.sqrt().add_(self.epsilon * second)
        rate = self.rate * state.factor * second
        theta.addcdiv_(gradient, root, value=-rate * (1 - now) / (1 - state.product))
        theta.addcdiv_(state.mean, root, value=-rate * later / (1 - state.product * later))

    def _momentum(self, step: int) -> float:
        growth: float = GROWTH ** (step * self.psi)
        return self.beta1 * (1 - 0.5 * growth)
