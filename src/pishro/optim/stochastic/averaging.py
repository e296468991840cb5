"""Weight averaging: hand out a mean of the path, not its last point.

With a fixed rate the iterates wander around a minimum instead of settling; their mean lies nearer to it than any of
them, often in a flatter place. The rule inside never sees the mean, so the path is unchanged.

    exponential   a ← δa + (1 − δ)θ          the last 1/(1 − δ) steps; unbiased from the first, see below
    uniform       a ← a + (θ − a)/n          the mean of every so-many-th point after a beginning (SWA, Polyak-Ruppert)

References
----------
Polyak, B. T., and Juditsky, A. B. (1992). Acceleration of stochastic approximation by averaging. SIAM J. Control and
Optimization 30, 838-855.
Izmailov, P., et al. (2018). Averaging weights leads to wider optima and better generalization. UAI. (SWA.)
"""

__all__ = ["Average", "ExponentialAverage", "UniformAverage"]

import dataclasses
from typing import Any, final

from torch import Tensor

from pishro.optim.stochastic.rule import Rule, Wrapped, Wrapper, check_range


@final
@dataclasses.dataclass
class Average(Wrapped):
    """The mean a (…, P), and how many points are in it."""

    mean: Tensor
    count: int = 0

    def take(self, theta: Tensor, weight: float) -> None:
        """Move the mean towards θ."""
        self.mean.lerp_(theta, weight)
        self.count += 1


class _Averaging(Wrapper[Average]):
    """What the two averages share: the state, and handing out the mean."""

    def start(self, theta: Tensor) -> Average:
        """Nothing averaged yet."""
        return Average(self.rule.start(theta), theta.clone())

    def answer(self, state: Average, theta: Tensor) -> Tensor:
        """The mean; what the rule inside hands out while there is none."""
        return state.mean if state.count else self.rule.answer(state.inner, theta)


@final
@dataclasses.dataclass(frozen=True)
class ExponentialAverage(_Averaging):
    """Hand out a running mean with memory 1/(1 − δ).

    Attributes
    ----------
    rule : the rule inside.
    decay : δ, 0 ≤ δ < 1. While fewer than 1/(1 − δ) points are in, the plain mean of them is taken, so that the start
        does not weigh in forever.
    """

    rule: Rule[Any]
    decay: float = 0.999

    def __post_init__(self) -> None:
        check_range("decay", self.decay, 0.0, 1.0)

    def update(self, gradient: Tensor, state: Average, theta: Tensor) -> None:
        """The rule's update, then the mean."""
        self.pass_on(gradient, state, theta)
        state.take(self.rule.answer(state.inner, theta), max(1 - self.decay, 1 / (state.count + 1)))


@final
@dataclasses.dataclass(frozen=True)
class UniformAverage(_Averaging):
    """Hand out the plain mean of the path's later part.

    Attributes
    ----------
    rule : the rule inside.
    begin : updates before the first point is taken.
    every : updates between points.
    """

    rule: Rule[Any]
    begin: int = 0
    every: int = 1

    def __post_init__(self) -> None:
        check_range("begin", self.begin, 0)
        check_range("every", self.every, 1)

    def update(self, gradient: Tensor, state: Average, theta: Tensor) -> None:
        """The rule's update, then the mean."""
        self.pass_on(gradient, state, theta)
        if state.step > self.begin and (state.step - self.begin) % self.every == 0:
            state.take(self.rule.answer(state.inner, theta), 1 / (state.count + 1))
