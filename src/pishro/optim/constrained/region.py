"""A convex set, known by its projection: the nearest point of the set, P(x) = argmin ‖z − x‖ over z in the set."""

__all__ = ["Region", "Surface"]

import abc
import dataclasses
from collections.abc import Callable
from typing import final

import torch
from torch import Tensor


@final
@dataclasses.dataclass(frozen=True)
class Surface:
    """The part of a set's boundary on which a point lies, as constraints, for the second-order test.

    Attributes
    ----------
    function : c, (P,) → (m,), zero at the point.
    multipliers : ν (m,), not negative for inequalities c ≤ 0.
    inequality : which of them are inequalities, (m,) boolean.
    """

    function: Callable[[Tensor], Tensor]
    multipliers: Tensor
    inequality: Tensor


class Region(abc.ABC):
    """A closed convex set of vectors (P,), the same for every member."""

    @abc.abstractmethod
    def project(self, x: Tensor) -> Tensor:
        """The nearest point of the set for each row of x, (K, P)."""

    def check(self, x: Tensor) -> None:
        """Refuse points x (K, P) of a size that the set does not have; a set of every size refuses none.

        Raises
        ------
        ShapeError
            If P does not fit.
        """
        del x

    def held(self, x: Tensor, gradient: Tensor) -> Tensor:
        """Which variables the set holds where they are, because −∇f pushes them out of it, (K, P) boolean.

        Only a box is made of single variables; other sets hold none.
        """
        del gradient
        return torch.zeros_like(x, dtype=torch.bool)

    def violation(self, x: Tensor) -> Tensor:
        """How far x lies outside, the largest entry of |P(x) − x|, (K,)."""
        return (self.project(x) - x).abs().amax(-1)

    def residual(self, x: Tensor, gradient: Tensor) -> Tensor:
        """The projected gradient step x − P(x − ∇f), (K, P): zero where no direction into the set leads down."""
        return x - self.project(x - gradient)

    @abc.abstractmethod
    def surface(self, x: Tensor, normal: Tensor) -> Surface:
        """What holds x (P,) on the boundary against the pull −∇L = `normal` (P,)."""
