"""Nesterov's accelerated gradient: momentum that looks where it is going.

Momentum adds the gradient of the place it is about to leave. Nesterov takes it where the velocity will have carried
it, so that the correction comes one step earlier and an overshoot is damped. For smooth convex f this is the optimal
rate of a first-order method, f − f* = O(1/k²) against O(1/k).

Two forms of one method:

    look-ahead   v ← μv − η ∇f(θ + μv),        θ ← θ + v
    shifted      v ← μv − η ∇f(φ),             φ ← φ − μ v_old + (1 + μ) v_new

With φ = θ + μv they are the same iteration: φ_new = θ + v_new + μ v_new = φ − μ v_old + (1 + μ) v_new. The shifted
form takes the gradient where the parameters stand, so any loop can drive it; that is `Nesterov`. The look-ahead form
asks for its gradient elsewhere through `probe` and hands out θ itself; that is `NesterovLookAhead`.

References
----------
Nesterov, Y. (1983). A method for solving the convex programming problem with convergence rate O(1/k²). Doklady Akademii
Nauk SSSR 269, 543-547.
Sutskever, I., Martens, J., Dahl, G., and Hinton, G. (2013). On the importance of initialization and momentum in deep
learning. ICML. (The form with v.)
Bengio, Y., Boulanger-Lewandowski, N., and Pascanu, R. (2013). Advances in optimizing recurrent networks. ICASSP. (The
shifted form.)
"""

__all__ = ["Nesterov", "NesterovLookAhead"]

import dataclasses
from typing import final

from torch import Tensor

from pishro.optim.stochastic.momentum import Velocity
from pishro.optim.stochastic.rule import Rule, check_range
from pishro.optim.stochastic.vectors import zeros_beside


@final
@dataclasses.dataclass(frozen=True)
class Nesterov(Rule[Velocity]):
    """The shifted form: θ here is φ, where the gradient is taken.

    Attributes
    ----------
    rate : η ≥ 0.
    mu : μ, 0 ≤ μ < 1.

    Examples
    --------
    >>> import torch
    >>> theta, rule = torch.tensor([1.0]), Nesterov(rate=0.1, mu=0.5)
    >>> rule.update(torch.tensor([1.0]), rule.start(theta), theta)
    >>> theta  # v = −0.1, and the shift adds μv
    tensor([0.8500])
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
        """v ← μv − η g,  φ ← φ − μ v_old + (1 + μ) v_new, where the last two terms are μ v_new − η g."""
        state.step += 1
        rate = self.rate * state.factor
        velocity = state.velocity.mul_(self.mu).sub_(gradient, alpha=rate)
        theta.add_(velocity, alpha=self.mu).sub_(gradient, alpha=rate)


@final
@dataclasses.dataclass(frozen=True)
class NesterovLookAhead(Rule[Velocity]):
    """The look-ahead form: the gradient is wanted at θ + μv.

    Attributes
    ----------
    rate : η ≥ 0.
    mu : μ, 0 ≤ μ < 1.

    Examples
    --------
    >>> import torch
    >>> theta, rule = torch.tensor([1.0]), NesterovLookAhead(rate=0.1, mu=0.5)
    >>> state = rule.start(theta)
    >>> rule.update(torch.tensor([1.0]), state, theta)
    >>> theta, rule.probe(state, theta)
    (tensor([0.9000]), tensor([0.8500]))
    """

    rate: float = 0.01
    mu: float = 0.9

    def __post_init__(self) -> None:
        check_range("rate", self.rate, 0.0)
        check_range("mu", self.mu, 0.0, 1.0)

    def start(self, theta: Tensor) -> Velocity:
        """At rest."""
        return Velocity(*zeros_beside(theta, 1))

    def probe(self, state: Velocity, theta: Tensor) -> Tensor:
        """θ + μv."""
        return theta.add(state.velocity, alpha=self.mu)

    def update(self, gradient: Tensor, state: Velocity, theta: Tensor) -> None:
        """v ← μv − η ∇f(θ + μv),  θ ← θ + v."""
        state.step += 1
        theta.add_(state.velocity.mul_(self.mu).sub_(gradient, alpha=self.rate * state.factor))
