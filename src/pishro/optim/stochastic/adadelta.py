"""Adadelta: RMSProp whose rate is the running size of its own steps, so that no rate need be chosen.

A step g/√s has no unit, θ has one. Multiplying by the root mean square of the earlier steps gives it θ's unit:

    s ← γs + (1 − γ)g²
    Δ = √(u + ε)/√(s + ε) · g          u: running mean of the *earlier* Δ²
    u ← γu + (1 − γ)Δ²
    θ ← θ − η Δ                        η = 1 in the source

Many texts put the present Δ² into the u that Δ itself needs; the index here is that of the source. The first steps are
of the size √ε, so it starts slowly; it fits when nothing is known of the scale of θ.

References
----------
Zeiler, M. D. (2012). ADADELTA: an adaptive learning rate method. arXiv:1212.5701, algorithm 1.
"""

__all__ = ["Adadelta", "TwoSquares"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.optim.stochastic.rule import Rule, RuleState, check_range
from pishro.optim.stochastic.vectors import zeros_beside


@final
@dataclasses.dataclass
class TwoSquares(RuleState):
    """Running means of g² and of Δ² (…, P), and room for Δ and a root."""

    square: Tensor
    square_step: Tensor
    scratch: Tensor
    root: Tensor


@final
@dataclasses.dataclass(frozen=True)
class Adadelta(Rule[TwoSquares]):
    """Steps in θ's own unit.

    Attributes
    ----------
    rate : η ≥ 0, a last factor on the step.
    gamma : γ, 0 ≤ γ < 1.
    epsilon : ε > 0; the first steps are about √ε/√(1 − γ).

    Examples
    --------
    >>> theta, rule = torch.tensor([1.0]), Adadelta(gamma=0.75, epsilon=0.01)
    >>> rule.update(torch.tensor([20.0]), rule.start(theta), theta)
    >>> theta  # √0.01/√(0.25 · 400 + 0.01) · 20
    tensor([0.8000])
    """

    rate: float = 1.0
    gamma: float = 0.9
    epsilon: float = 1e-6

    def __post_init__(self) -> None:
        check_range("rate", self.rate, 0.0)
        check_range("gamma", self.gamma, 0.0, 1.0)
        if not self.epsilon > 0:
            check_range("epsilon", self.epsilon, torch.finfo(torch.float64).tiny)

    def start(self, theta: Tensor) -> TwoSquares:
        """No gradient seen, no step made."""
        return TwoSquares(*zeros_beside(theta, 4))

    def update(self, gradient: Tensor, state: TwoSquares, theta: Tensor) -> None:
        """s, then Δ from the old u, then u from Δ, then θ."""
        state.step += 1
        state.square.mul_(self.gamma).addcmul_(gradient, gradient, value=1 - self.gamma)
        root = torch.add(state.square, self.epsilon, out=state.root).sqrt_()
        step = torch.add(state.square_step, self.epsilon, out=state.scratch).sqrt_().div_(root).mul_(gradient)
        state.square_step.mul_(self.gamma).addcmul_(step, step, value=1 - self.gamma)
        theta.sub_(step, alpha=self.rate * state.factor)
