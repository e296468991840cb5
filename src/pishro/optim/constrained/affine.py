"""The solutions of linear equations, A x = b; P(x) = x − A⁺(A x − b)."""

__all__ = ["Affine"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.errors import SettingError, ShapeError
from pishro.optim.constrained.region import Region, Surface

CONSISTENT = 1e-8
"""Largest residual of the equations, relative to b, at which they count as having a solution."""


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Affine(Region):
    """All x with A x = b.

    Attributes
    ----------
    A : (m, P), of any rank.
    b : (m,).

    Raises
    ------
    ShapeError
        If A and b do not fit each other.
    SettingError
        If the equations contradict each other.

    Examples
    --------
    >>> Affine(torch.ones(1, 2), torch.tensor([1.0])).project(torch.tensor([[2.0, 2.0]])).round(decimals=4)
    tensor([[0.5000, 0.5000]])
    """

    A: Tensor
    b: Tensor
    _inverse: Tensor = dataclasses.field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse equations without a solution; the pseudo-inverse is computed once."""
        A, b = (torch.as_tensor(part, dtype=torch.float64) for part in (self.A, self.b))
        if A.ndim != 2 or b.shape != A.shape[:1]:
            raise ShapeError(f"Expected A (m, P) and b (m,), received {tuple(A.shape)} and {tuple(b.shape)}.")
        inverse = torch.linalg.pinv(A)
        left = float((A @ (inverse @ b) - b).abs().amax()) if len(b) else 0.0
        if not left <= CONSISTENT * max(1.0, float(b.abs().amax()) if len(b) else 0.0):
            raise SettingError(
                f"Expected equations A x = b that have a solution, received equations that contradict each other; "
                f"the least residual is {left:.3g}."
            )
        for name, value in (("A", A), ("b", b), ("_inverse", inverse)):
            object.__setattr__(self, name, value)

    def project(self, x: Tensor) -> Tensor:
        """The nearest solution for each row of x, (K, P)."""
        A, b, inverse = (part.to(x) for part in (self.A, self.b, self._inverse))
        return x - (x @ A.mT - b) @ inverse.mT

    def surface(self, x: Tensor, normal: Tensor) -> Surface:
        """All the equations."""
        A, b, inverse = (part.to(x) for part in (self.A, self.b, self._inverse))
        return Surface(lambda z: A @ z - b, normal @ inverse, torch.zeros_like(b, dtype=torch.bool))

    def check(self, x: Tensor) -> None:
        """Refuse points that have not as many variables as A has columns."""
        if x.shape[-1] != self.A.shape[-1]:
            raise ShapeError(f"Expected equations in {x.shape[-1]} variables, received {self.A.shape[-1]} columns.")
