"""Momentum (the heavy ball): v ← μv − η g,  θ ← θ + v.

In a long narrow valley the gradient points across it and hardly along it. The velocity v averages the gradients of
about 1/(1 − μ) steps: what changes sign from step to step cancels, what keeps its sign adds up. On a quadratic of
condition number κ the best μ brings the number of steps from O(κ) down to O(√κ). It fits any cost on which plain
descent zigzags; too large a μ overshoots and oscillates.

The rate stands inside the velocity, as in the source. `torch.optim.SGD` keeps v/(−η) instead; the two agree for a
fixed rate and differ while a schedule changes it.

References
----------
Polyak, B. T. (1964). Some methods of speeding up the convergence of iteration methods. USSR Computational Mathematics
and Mathematical Physics 4(5), 1-17.
"""

__all__ = ["Momentum", "Velocity"]

import dataclasses
from typing import final

from torch import Tensor

from pishro.optim.stochastic.rule import Rule, RuleState, check_range
from pishro.optim.stochastic.vectors import zeros_beside


@final
@dataclasses.dataclass
class Velocity(RuleState):
    """The velocity v (…, P): the last step, without what the next gradient adds."""

    velocity: Tensor


@final
@dataclasses.dataclass(frozen=True)
class Momentum(Rule[Velocity]):
    """The heavy ball.

    Attributes
    ----------
    rate : η ≥ 0.
    mu : μ, 0 ≤ μ < 1, the share of the velocity that is kept.

    Examples
    --------
    >>> import torch
    >>> theta, rule = torch.tensor([1.0]), Momentum(rate=0.1, mu=0.5)
    >>> state = rule.start(theta)
    >>> for _ in range(2):
    ...     rule.update(torch.tensor([1.0]), state, theta)
    >>> theta  # 1 − 0.1, then − (0.05 + 0.1)
    tensor([0.7500])
    """

    rate: float = 0.01
    mu: float = 0.9

    def __post_init__(self) -> None:
        check_range("rate", self.rate, 0.0)
        check_range("mu", self.mu, 0.0, 1.0)

    def start(self, theta: Tensor) -> Velocity:
        """At rest."""
        return Velocity(*zeros_beside(theta, 1))

    def update(self, gradient: Tensor, state: Velocity, theta: Tensor) -> None:
        """v ← μv − η g,  θ ← θ + v."""
        state.step += 1
        theta.add_(state.velocity.mul_(self.mu).sub_(gradient, alpha=self.rate * state.factor))
