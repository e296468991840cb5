"""Stochastic gradient descent, θ ← θ − η g.

The gradient g of a mini-batch is an unbiased but noisy estimate of ∇f, far cheaper than ∇f itself. With rates whose
sum diverges and whose squares' sum converges the iteration reaches a stationary point; with a fixed rate it reaches a
neighborhood of it, whose size grows with η. It fits problems that are well scaled; in a long narrow valley it crosses
from wall to wall, which is what momentum mends.

References
----------
Robbins, H., and Monro, S. (1951). A stochastic approximation method. Annals of Mathematical Statistics 22, 400-407.
"""

__all__ = ["SGD", "Plain"]

import dataclasses
from typing import final

from torch import Tensor

from pishro.optim.stochastic.rule import Rule, RuleState, check_range


@final
@dataclasses.dataclass
class Plain(RuleState):
    """No memory beyond the step count."""


@final
@dataclasses.dataclass(frozen=True)
class SGD(Rule[Plain]):
    """Gradient descent on mini-batches.

    Attributes
    ----------
    rate : η ≥ 0.

    Examples
    --------
    >>> import torch
    >>> theta, rule = torch.tensor([1.0, 2.0]), SGD(0.5)
    >>> rule.update(torch.tensor([1.0, -1.0]), rule.start(theta), theta)
    >>> theta
    tensor([0.5000, 2.5000])
    """

    rate: float = 0.01

    def __post_init__(self) -> None:
        check_range("rate", self.rate, 0.0)

    def start(self, theta: Tensor) -> Plain:
        """A fresh step count."""
        del theta
        return Plain()

    def update(self, gradient: Tensor, state: Plain, theta: Tensor) -> None:
        """θ ← θ − η g."""
        state.step += 1
        theta.sub_(gradient, alpha=self.rate * state.factor)
