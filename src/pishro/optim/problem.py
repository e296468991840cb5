"""What an optimizer sees: a function of x, never a network.

x is (K, P): K independent starting points of the same function family ("members"), each with its own value. A problem
of one point is the case K = 1.
"""

__all__ = ["Point", "Problem"]

import dataclasses
from typing import Protocol

from torch import Tensor

from pishro.operators import Operator


@dataclasses.dataclass(frozen=True)
class Point:
    """What is known of the function at x.

    Attributes
    ----------
    x : (K, P).
    value : f(x), (K,).
    gradient : ∇f(x), (K, P).
    gauss_newton : the Gauss-Newton (or generalized Gauss-Newton) matrix at x, positive semi-definite.
    """

    x: Tensor
    value: Tensor
    gradient: Tensor
    gauss_newton: Operator

    def select(self, index: Tensor) -> "Point":
        """The members in `index`."""
        return Point(self.x[index], self.value[index], self.gradient[index], self.gauss_newton.select(index))

    def update(self, index: Tensor, new: "Point") -> None:
        """Overwrite the members in `index` by the points in `new`."""
        self.x[index], self.value[index], self.gradient[index] = new.x, new.value, new.gradient
        self.gauss_newton.update(index, new.gauss_newton)


class Problem(Protocol):
    """A function to minimize."""

    def value(self, x: Tensor) -> Tensor:
        """f(x), (K,)."""

    def at(self, x: Tensor) -> Point:
        """Value, gradient and curvature at x."""

    def select(self, index: Tensor) -> "Problem":
        """The problem of the members in `index` alone."""
