"""What an optimizer sees: a function of x, never a network.

x is (K, P): K independent starting points of the same function family ("members"), each with its own value. A problem
of one point is the case K = 1.

What is known at a point is a small sum type: value and gradient (`Point`), and with them the Gauss-Newton matrix
(`GaussNewtonPoint`) or the Hessian (`HessianPoint`). A problem says what it `offers`; a method asks for what it needs.
"""

__all__ = ["GaussNewtonPoint", "HessianPoint", "Point", "Problem"]

import dataclasses
from typing import Protocol

from torch import Tensor

from pishro.operators import Operator
from pishro.optim.need import Need


@dataclasses.dataclass(frozen=True)
class Point:
    """Value and gradient at x.

    Attributes
    ----------
    x : (K, P).
    value : f(x), (K,).
    gradient : ∇f(x), (K, P).
    """

    x: Tensor
    value: Tensor
    gradient: Tensor

    def select(self, index: Tensor) -> "Point":
        """The members in `index`, copied."""
        return Point(self.x[index], self.value[index], self.gradient[index])

    def update(self, index: Tensor, new: "Point") -> None:
        """Overwrite the members in `index` by the points in `new`."""
        self.x[index], self.value[index], self.gradient[index] = new.x, new.value, new.gradient


@dataclasses.dataclass(frozen=True)
class GaussNewtonPoint(Point):
    """A point with its Gauss-Newton (or generalized Gauss-Newton) matrix, positive semi-definite.

    Attributes
    ----------
    gauss_newton : JᵀJ or JᵀΛJ, P × P for each member.
    """

    gauss_newton: Operator

    def select(self, index: Tensor) -> "GaussNewtonPoint":
        """The members in `index`, copied."""
        return GaussNewtonPoint(self.x[index], self.value[index], self.gradient[index], self.gauss_newton.select(index))

    def update(self, index: Tensor, new: Point) -> None:
        """Overwrite the members in `index` by the points in `new`."""
        super().update(index, new)
        if isinstance(new, GaussNewtonPoint):
            self.gauss_newton.update(index, new.gauss_newton)


@dataclasses.dataclass(frozen=True)
class HessianPoint(Point):
    """A point with its Hessian, of any signs.

    Attributes
    ----------
    hessian : ∇²f(x), P × P for each member; written out, or its products alone.
    """

    hessian: Operator

    def select(self, index: Tensor) -> "HessianPoint":
        """The members in `index`, copied."""
        return HessianPoint(self.x[index], self.value[index], self.gradient[index], self.hessian.select(index))

    def update(self, index: Tensor, new: Point) -> None:
        """Overwrite the members in `index` by the points in `new`."""
        super().update(index, new)
        if isinstance(new, HessianPoint):
            self.hessian.update(index, new.hessian)


class Problem(Protocol):
    """A function to minimize."""

    @property
    def offers(self) -> Need:
        """Which derivatives it has."""

    def value(self, x: Tensor) -> Tensor:
        """f(x), (K,)."""

    def at(self, x: Tensor, needs: Need = ...) -> Point:
        """Value, gradient and the curvature that `needs` names, at x."""

    def select(self, index: Tensor) -> "Problem":
        """The problem of the members in `index` alone."""
