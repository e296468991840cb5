"""RMSProp: AdaGrad that forgets.

The sum of squares becomes a running mean, so that the rates follow the gradient's present size:

    s ← γs + (1 − γ)g²,    θ ← θ − η g/(√s + ε)

The memory is about 1/(1 − γ) steps long. It fits mini-batch training of networks and problems that drift; the steps do
not shrink by themselves, so a schedule belongs to it towards the end.

References
----------
Tieleman, T., and Hinton, G. (2012). Lecture 6.5: rmsprop. Neural Networks for Machine Learning (course).
"""

__all__ = ["RMSProp"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.optim.stochastic.adagrad import SquareSum
from pishro.optim.stochastic.rule import Rule, check_range
from pishro.optim.stochastic.vectors import zeros_beside


@final
@dataclasses.dataclass(frozen=True)
class RMSProp(Rule[SquareSum]):
    """Steps scaled by the gradient's running root mean square.

    Attributes
    ----------
    rate : η ≥ 0.
    gamma : γ, 0 ≤ γ < 1; the source's 0.9 (`torch.optim.RMSprop` calls it alpha and starts from 0.99).
    epsilon : ε ≥ 0.

    Examples
    --------
    >>> theta, rule = torch.tensor([1.0]), RMSProp(rate=0.1, gamma=0.75)
    >>> rule.update(torch.tensor([3.0]), rule.start(theta), theta)
    >>> theta  # the first step is η/√(1 − γ)
    tensor([0.8000])
    """

    rate: float = 0.001
    gamma: float = 0.9
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        check_range("rate", self.rate, 0.0)
        check_range("gamma", self.gamma, 0.0, 1.0)
        check_range("epsilon", self.epsilon, 0.0)

    def start(self, theta: Tensor) -> SquareSum:
        """No gradient seen."""
        return SquareSum(*zeros_beside(theta, 2))

    def update(self, gradient: Tensor, state: SquareSum, theta: Tensor) -> None:
        """s ← γs + (1 − γ)g²,  θ ← θ − η g/(√s + ε)."""
        state.step += 1
        state.square.mul_(self.gamma).addcmul_(gradient, gradient, value=1 - self.gamma)
        root = torch.sqrt(state.square, out=state.scratch).add_(self.epsilon)
        theta.addcdiv_(gradient, root, value=-self.rate * state.factor)
