"""Gradient accumulation: one update from the mean gradient of several mini-batches.

A mean over n·m rows is the mean of n means over m rows. So a rule that waits for n mini-batches and sees the mean of
their gradients does what it would do on mini-batches n times as large, in the memory of the small ones. The point
stays where it is in between, as all n gradients belong to it.

References
----------
Ott, M., Edunov, S., Grangier, D., and Auli, M. (2018). Scaling neural machine translation. WMT. (Section 3.)
"""

__all__ = ["Accumulated", "Collected"]

import dataclasses
from typing import Any, final

import torch
from torch import Tensor

from pishro.optim.stochastic.rule import Rule, Wrapped, Wrapper, check_range


@final
@dataclasses.dataclass
class Collected(Wrapped):
    """The sum of the gradients (…, P) since the last update, and how many are in it."""

    total: Tensor
    seen: int = 0


@final
@dataclasses.dataclass(frozen=True)
class Accumulated(Wrapper[Collected]):
    """A rule that takes one update from `every` gradients.

    A schedule around it counts mini-batches, one inside it updates; clipping inside bounds the mean, and around it each
    gradient. What the last mini-batches of a run have left over is not used.

    Attributes
    ----------
    rule : the rule inside.
    every : mini-batches of an update.

    Examples
    --------
    >>> from pishro.optim.stochastic.sgd import SGD
    >>> theta, rule = torch.zeros(1), Accumulated(SGD(1.0), every=2)
    >>> state = rule.start(theta)
    >>> for slope in (1.0, 3.0, 9.0):
    ...     rule.update(torch.tensor([slope]), state, theta)
    >>> theta  # by the mean of 1 and 3; 9 waits
    tensor([-2.])
    """

    rule: Rule[Any]
    every: int

    def __post_init__(self) -> None:
        check_range("every", self.every, 1)

    @property
    def pace(self) -> int:
        """As many times that of the rule inside."""
        return self.every * self.rule.pace

    def start(self, theta: Tensor) -> Collected:
        """Nothing collected."""
        return Collected(self.rule.start(theta), torch.zeros_like(theta))

    def update(self, gradient: Tensor, state: Collected, theta: Tensor) -> None:
        """Collect, and let the rule update where there are enough."""
        state.total += gradient
        state.seen += 1
        if state.seen == self.every:
            self.pass_on(state.total / self.every, state, theta)
            state.total.zero_()
            state.seen = 0
