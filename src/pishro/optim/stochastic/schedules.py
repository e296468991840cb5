"""Schedules: what multiplies a rule's rate in each step.

A schedule is a function step → factor, the first step being 0; any function of that kind will do. `Scheduled` puts one
around a rule. Schedules multiply, so one wrapper goes around another.

References
----------
Loshchilov, I., and Hutter, F. (2017). SGDR: stochastic gradient descent with warm restarts. ICLR. (Cosine.)
Smith, L. N., and Topin, N. (2019). Super-convergence: very fast training of neural networks using large learning rates.
(One cycle.)
Goyal, P., et al. (2017). Accurate, large minibatch SGD: training ImageNet in 1 hour. arXiv:1706.02677. (Warm-up.)
"""

__all__ = ["Constant", "Cosine", "OneCycle", "Schedule", "Scheduled", "StepDecay", "WarmUp"]

import dataclasses
import math
from collections.abc import Callable
from typing import Any, final

from torch import Tensor

from pishro.optim.stochastic.rule import Nested, Rule, Wrapper, check_range

Schedule = Callable[[int], float]
"""Step, from 0 → factor on the rate."""


def _cosine(begin: float, end: float, share: float) -> float:
    """From `begin` at share 0 to `end` at share 1 along half a cosine."""
    return end + (begin - end) * (1 + math.cos(math.pi * share)) / 2


@final
@dataclasses.dataclass(frozen=True)
class Constant:
    """The same factor in every step."""

    factor: float = 1.0

    def __call__(self, step: int) -> float:
        """The factor."""
        del step
        return self.factor


@final
@dataclasses.dataclass(frozen=True)
class StepDecay:
    """Multiply by `decay` after every so many steps.

    Examples
    --------
    >>> [StepDecay(every=2, decay=0.5)(step) for step in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    every: int
    decay: float = 0.1

    def __post_init__(self) -> None:
        check_range("every", self.every, 1)

    def __call__(self, step: int) -> float:
        """The factor of a step."""
        return float(self.decay ** (step // self.every))


@final
@dataclasses.dataclass(frozen=True)
class Cosine:
    """From 1 down to `floor` along half a cosine in so many steps; `floor` afterwards.

    Examples
    --------
    >>> [round(Cosine(steps=4)(step), 3) for step in range(6)]
    [1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """

    steps: int
    floor: float = 0.0

    def __post_init__(self) -> None:
        check_range("steps", self.steps, 1)

    def __call__(self, step: int) -> float:
        """The factor of a step."""
        return _cosine(1.0, self.floor, min(step / self.steps, 1.0))


@final
@dataclasses.dataclass(frozen=True)
class OneCycle:
    """Up from `start` to 1 in the first part of the run, then down to `end`, both along half cosines.

    Attributes
    ----------
    steps : length of the whole run.
    rise : share of the run that the rise takes.
    start, end : factors at the two ends (the defaults of torch's scheduler of that name: 1/25, and 10⁻⁴ of that).
    """

    steps: int
    rise: float = 0.3
    start: float = 1 / 25
    end: float = 1 / 25e4

    def __post_init__(self) -> None:
        check_range("steps", self.steps, 2)
        check_range("rise", self.rise, 0.0, 1.0)

    def __call__(self, step: int) -> float:
        """The factor of a step."""
        top = self.rise * self.steps - 1
        if step < top:
            return _cosine(self.start, 1.0, step / top)
        fall = self.steps - 1 - max(top, 0)
        return _cosine(1.0, self.end, min((step - max(top, 0)) / fall, 1.0))


@final
@dataclasses.dataclass(frozen=True)
class WarmUp:
    """Grow evenly to 1 in the first steps, then follow another schedule.

    Examples
    --------
    >>> [WarmUp(4, then=StepDecay(2, 0.5))(step) for step in range(8)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 0.5, 0.5]
    """

    steps: int
    then: Schedule = dataclasses.field(default_factory=Constant)

    def __post_init__(self) -> None:
        check_range("steps", self.steps, 1)

    def __call__(self, step: int) -> float:
        """The factor of a step."""
        return (step + 1) / self.steps if step < self.steps else self.then(step - self.steps)


@final
@dataclasses.dataclass(frozen=True)
class Scheduled(Wrapper[Nested]):
    """A rule whose rate follows a schedule.

    Examples
    --------
    >>> import torch
    >>> from pishro.optim.stochastic.sgd import SGD
    >>> theta, rule = torch.tensor([1.0]), Scheduled(SGD(0.1), StepDecay(1, 0.5))
    >>> state = rule.start(theta)
    >>> for _ in range(2):
    ...     rule.update(torch.tensor([1.0]), state, theta)
    >>> theta  # 1 − 0.1 − 0.05
    tensor([0.8500])
    """

    rule: Rule[Any]
    schedule: Schedule

    def start(self, theta: Tensor) -> Nested:
        """The state of the rule inside."""
        return Nested(self.rule.start(theta))

    def update(self, gradient: Tensor, state: Nested, theta: Tensor) -> None:
        """The rule's update at this step's rate."""
        self.pass_on(gradient, state, theta, self.schedule(state.step))
