"""Clipping: a bound on what one gradient can do.

One bad mini-batch, or a cliff in the cost of a deep network, gives a gradient many times the usual; a step along it
undoes the work of many. `ClippedNorm` shortens the gradient to a largest length and keeps its direction; `ClippedValue`
cuts each entry by itself, which turns the direction but needs no common length.

References
----------
Pascanu, R., Mikolov, T., and Bengio, Y. (2013). On the difficulty of training recurrent neural networks. ICML.
"""

__all__ = ["ClippedNorm", "ClippedValue"]

import dataclasses
from typing import Any, final

import torch
from torch import Tensor

from pishro.optim.stochastic.rule import Nested, Rule, Wrapper, check_range


@final
@dataclasses.dataclass(frozen=True)
class ClippedNorm(Wrapper[Nested]):
    """A rule that sees gradients of length ‖g‖ ≤ `largest`, each member by itself.

    Examples
    --------
    >>> from pishro.optim.stochastic.sgd import SGD
    >>> theta, rule = torch.zeros(2), ClippedNorm(SGD(1.0), largest=1.0)
    >>> rule.update(torch.tensor([-30.0, -40.0]), rule.start(theta), theta)
    >>> theta
    tensor([0.6000, 0.8000])
    """

    rule: Rule[Any]
    largest: float

    def __post_init__(self) -> None:
        check_range("largest", self.largest, torch.finfo(torch.float32).tiny)

    def start(self, theta: Tensor) -> Nested:
        """The state of the rule inside."""
        return Nested(self.rule.start(theta))

    def update(self, gradient: Tensor, state: Nested, theta: Tensor) -> None:
        """The rule's update with the shortened gradient."""
        norm = torch.linalg.vector_norm(gradient, dim=-1, keepdim=True)
        self.pass_on(gradient * (self.largest / norm).clamp_max_(1.0), state, theta)


@final
@dataclasses.dataclass(frozen=True)
class ClippedValue(Wrapper[Nested]):
    """A rule that sees gradients whose entries lie within ± `largest`.

    Examples
    --------
    >>> from pishro.optim.stochastic.sgd import SGD
    >>> theta, rule = torch.zeros(2), ClippedValue(SGD(1.0), largest=1.0)
    >>> rule.update(torch.tensor([-30.0, 0.5]), rule.start(theta), theta)
    >>> theta
    tensor([ 1.0000, -0.5000])
    """

    rule: Rule[Any]
    largest: float

    def __post_init__(self) -> None:
        check_range("largest", self.largest, torch.finfo(torch.float32).tiny)

    def start(self, theta: Tensor) -> Nested:
        """The state of the rule inside."""
        return Nested(self.rule.start(theta))

    def update(self, gradient: Tensor, state: Nested, theta: Tensor) -> None:
        """The rule's update with the cut gradient."""
        self.pass_on(gradient.clamp(-self.largest, self.largest), state, theta)
