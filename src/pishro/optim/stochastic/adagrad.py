"""AdaGrad: a rate of its own for each parameter, η/√(sum of its squared gradients).

A parameter that rarely gets a gradient (a rare word, an input that is mostly zero) should move far when it gets one.

    s ← s + g²,    θ ← θ − η g/(√s + ε)

s only grows, so the rates fall like 1/√t without a schedule: right for convex problems and sparse features, too early
an end for deep networks, which is what RMSProp mends by forgetting.

References
----------
Duchi, J., Hazan, E., and Singer, Y. (2011). Adaptive subgradient methods for online learning and stochastic
optimization. JMLR 12, 2121-2159.
"""

__all__ = ["AdaGrad", "SquareSum"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.optim.stochastic.rule import Rule, RuleState, check_range
from pishro.optim.stochastic.vectors import zeros_beside


@final
@dataclasses.dataclass
class SquareSum(RuleState):
    """The sum s of the squared gradients (…, P), and room for √s + ε."""

    square: Tensor
    scratch: Tensor


@final
@dataclasses.dataclass(frozen=True)
class AdaGrad(Rule[SquareSum]):
    """A rate for each parameter that only falls.

    Attributes
    ----------
    rate : η ≥ 0; the length of the first step, in every entry.
    epsilon : ε > 0, keeps the first division finite (10⁻¹⁰ as in `torch.optim.Adagrad`).

    Examples
    --------
    >>> theta, rule = torch.tensor([1.0, 1.0]), AdaGrad(rate=0.1)
    >>> rule.update(torch.tensor([100.0, -0.01]), rule.start(theta), theta)
    >>> theta  # the first step does not depend on the gradient's size
    tensor([0.9000, 1.1000])
    """

    rate: float = 0.01
    epsilon: float = 1e-10

    def __post_init__(self) -> None:
        check_range("rate", self.rate, 0.0)
        check_range("epsilon", self.epsilon, 0.0)

    def start(self, theta: Tensor) -> SquareSum:
        """No gradient seen."""
        return SquareSum(*zeros_beside(theta, 2))

    def update(self, gradient: Tensor, state: SquareSum, theta: Tensor) -> None:
        """s ← s + g²,  θ ← θ − η g/(√s + ε)."""
        state.step += 1
        state.square.addcmul_(gradient, gradient)
        root = torch.sqrt(state.square, out=state.scratch).add_(self.epsilon)
        theta.addcdiv_(gradient, root, value=-self.rate * state.factor)
