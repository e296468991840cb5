"""Equalities h(x) = 0 and inequalities g(x) ≤ 0, and several of them as one vector c(x).

Signs: with multipliers λ of h and μ ≥ 0 of g, ∇f + J_hᵀλ + J_gᵀμ vanishes at a solution.
"""

__all__ = ["Constraints", "Equality", "Inequality", "as_constraints"]

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, final

import torch
from torch import Tensor

from pishro.errors import SettingError, ShapeError
from pishro.optim.vectorized import Vectorized

Function = Callable[[Tensor], Tensor]


@final
@dataclasses.dataclass(frozen=True)
class Equality:
    """h(x) = 0, entry by entry.

    Attributes
    ----------
    function : h, (P,) → a number or (m,), by torch operations.

    Raises
    ------
    SettingError
        If it is no function.

    Examples
    --------
    >>> Equality(lambda x: x.sum() - 1).function(torch.tensor([0.5, 0.5]))
    tensor(0.)
    """

    function: Function

    def __post_init__(self) -> None:
        """Refuse what cannot be evaluated."""
        _refuse_unless_callable(self.function)


@final
@dataclasses.dataclass(frozen=True)
class Inequality:
    """g(x) ≤ 0, entry by entry.

    Attributes
    ----------
    function : g, (P,) → a number or (m,), by torch operations.

    Raises
    ------
    SettingError
        If it is no function.

    Examples
    --------
    >>> Inequality(lambda x: x @ x - 1).function(torch.tensor([0.5, 0.0]))
    tensor(-0.7500)
    """

    function: Function

    def __post_init__(self) -> None:
        """Refuse what cannot be evaluated."""
        _refuse_unless_callable(self.function)


def _refuse_unless_callable(function: object) -> None:
    if not callable(function):
        raise SettingError(f"Expected a constraint to be a function of x, received {type(function).__name__}.")


@final
class Constraints:
    """Several constraints as one function c, (K, P) → (K, m).

    Attributes
    ----------
    parts : the constraints.
    sizes : entries of each.
    equality : which entries of c are equalities, (m,) boolean.
    """

    def __init__(self, parts: Sequence[Equality | Inequality], x: Tensor) -> None:
        self.parts = tuple(parts)
        with torch.no_grad():
            values = [self._entries(part, x[0]) for part in self.parts]
        self.sizes = [len(value) for value in values]
        kinds = [torch.full((n,), isinstance(p, Equality)) for n, p in zip(self.sizes, self.parts, strict=True)]
        self.equality = torch.cat([torch.zeros(0, dtype=torch.bool), *kinds]).to(x.device)
        self._all = Vectorized(self.at)

    @staticmethod
    def _entries(part: Equality | Inequality, x: Tensor) -> Tensor:
        value = part.function(x)
        if not isinstance(value, Tensor):
            raise ShapeError(
                f"Expected a constraint to return a torch tensor, received {type(value).__name__}; "
                "compute with torch operations on x, so that derivatives can be taken."
            )
        if value.ndim > 1:
            raise ShapeError(f"Expected a constraint to return (m,) numbers, received shape {tuple(value.shape)}.")
        return value.reshape(-1)

    def __len__(self) -> int:
        return len(self.equality)

    def at(self, x: Tensor) -> Tensor:
        """c(x) for one point, (P,) → (m,)."""
        return torch.cat([x.new_zeros(0), *(self._entries(part, x) for part in self.parts)])

    def values(self, x: Tensor) -> Tensor:
        """c(x), (K, m); differentiable."""
        return self._all(x) if self.parts else x.new_zeros(len(x), 0)

    def jacobian(self, x: Tensor) -> Tensor:
        """∂c/∂x at one point (P,), (m, P)."""
        if not len(self):
            return x.new_zeros(0, len(x))
        matrix: Tensor = torch.autograd.functional.jacobian(self.at, x)
        return matrix

    def violation(self, c: Tensor) -> Tensor:
        """By how much each entry is violated, the shape of c: |h|, and g where it is positive."""
        return torch.where(self.equality, c.abs(), c.clamp_min(0.0))

    def split(self, v: Tensor) -> tuple[Tensor, ...]:
        """A vector (m,) in one piece for each constraint."""
        pieces: tuple[Tensor, ...] = v.split(self.sizes)
        return pieces


def as_constraints(given: Any, x: Tensor) -> Constraints:
    """The constraints as one vector, at points like x (K, P).

    Raises
    ------
    SettingError
        If one is neither an `Equality` nor an `Inequality`.
    ShapeError
        If a value is no vector.

    Examples
    --------
    >>> c = as_constraints([Equality(lambda x: x.sum()), Inequality(lambda x: -x)], torch.ones(1, 2))
    >>> c.values(torch.ones(1, 2)), c.equality
    (tensor([[ 2., -1., -1.]]), tensor([ True, False, False]))
    """
    parts = [given] if isinstance(given, Equality | Inequality) else given
    if not isinstance(parts, Sequence) or not all(isinstance(p, Equality | Inequality) for p in parts):
        raise SettingError(
            "Expected constraints as a list of Equality(h), for h(x) = 0, and Inequality(g), for g(x) ≤ 0, "
            f"received {given!r}."
        )
    return Constraints(parts, x)
