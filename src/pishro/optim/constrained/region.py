"""A convex set, known by its projection: the nearest point of the set, P(x) = argmin ‖z − x‖ over z in the set."""

__all__ = ["Region"]

import abc

import torch
from torch import Tensor


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
