"""The one form in which every linear and convex quadratic program is kept.

    minimize ½ xᵀQx + cᵀx + k   subject to   l ≤ A x ≤ u,   lower ≤ x ≤ upper

An equation is a row with l = u, an inequality a row with one infinite end, a range a row with two finite ones; a
variable without limits is free. A linear program has no Q. What SciPy's signature calls A_ub and A_eq, what an MPS file
calls L, G, E and RANGES, and what solvers want, are all read from and written to this form.
"""

__all__ = ["Array", "Mask", "ProgramForm", "distances", "violations"]

import dataclasses
from functools import cached_property
from typing import final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from pishro.errors import SettingError, ShapeError
from pishro.optim.programs.convexity import check_convex

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

INFINITE = 1e19
"""Limits from here on stand for none. Files write 1e20 or 1e30, from which a range may have taken something away."""


@final
@dataclasses.dataclass(frozen=True, eq=False)
class ProgramForm:
    """A program in the form above; built, it is consistent.

    Attributes
    ----------
    c : (n,).
    A : (m, n), sparse.
    row_lower, row_upper : l and u, (m,); −∞ and ∞ where there is no limit, which 1e19 and more also stand for.
    lower, upper : limits of x, (n,).
    Q : symmetric positive semi-definite (n, n), sparse; None for a linear program.
    constant : k.

    Raises
    ------
    ShapeError
        If the sizes do not fit together.
    SettingError
        If a number is NaN, a coefficient infinite, a lower limit above its upper one, or Q not symmetric or not convex.
    """

    c: Array
    A: sp.csr_array
    row_lower: Array
    row_upper: Array
    lower: Array
    upper: Array
    Q: sp.csr_array | None = None
    constant: float = 0.0

    def __post_init__(self) -> None:
        for end in ("row_lower", "row_upper", "lower", "upper"):
            limits = getattr(self, end)
            object.__setattr__(self, end, np.where(np.abs(limits) >= INFINITE, np.copysign(np.inf, limits), limits))
        n, m = len(self.c), len(self.row_lower)
        if not n:
            raise ShapeError("Expected at least one variable, received none.")
        for what, shape, wanted in (
            ("the matrix of the rows", self.A.shape, (m, n)),
            ("the rows' upper limits", self.row_upper.shape, (m,)),
            ("the variables' lower limits", self.lower.shape, (n,)),
            ("the variables' upper limits", self.upper.shape, (n,)),
        ):
            if shape != wanted:
                raise ShapeError(f"Expected {what} of shape {wanted}, received {shape}.")
        for what, values in (("c", self.c), ("the rows", self.A.data), ("the constant", self.constant)):
            if not np.isfinite(values).all():
                raise SettingError(f"Expected finite coefficients in {what}, received NaN or infinity.")
        _check_limits("row", self.row_lower, self.row_upper)
        _check_limits("variable", self.lower, self.upper)
        if self.Q is not None:
            check_convex(self.Q, n)

    @property
    def equations(self) -> Mask:
        """Which rows are equations, (m,)."""
        return np.equal(self.row_lower, self.row_upper)

    @cached_property
    def stacked(self) -> tuple[sp.csr_array, Array, Array]:
        """Rows and bounds alike, as limits of B x: B (m + n, n), and its lower and upper ends."""
        B = sp.csr_array(sp.vstack([self.A, sp.eye_array(len(self.c))]))
        return B, np.concatenate([self.row_lower, self.lower]), np.concatenate([self.row_upper, self.upper])

    def value(self, x: Array) -> float:
        """½ xᵀQx + cᵀx + k at x (n,)."""
        quadratic = 0.0 if self.Q is None else 0.5 * float(x @ (self.Q @ x))
        return quadratic + float(self.c @ x) + self.constant

    def gradient(self, x: Array) -> Array:
        """Q x + c at x (n,)."""
        return self.c if self.Q is None else self.Q @ x + self.c


def violations(values: Array, lower: Array, upper: Array) -> Array:
    """How far values lie outside [lower, upper]; 0 inside."""
    return np.maximum(np.maximum(lower - values, values - upper), 0.0)


def distances(multipliers: Array, values: Array, lower: Array, upper: Array) -> Array:
    """How far values lie from the end that their multiplier presses on: the upper one if positive; 0 if none does."""
    end = np.where(multipliers > 0, upper, np.where(multipliers < 0, lower, values))
    return np.abs(values - end)


def _check_limits(what: str, lower: Array, upper: Array) -> None:
    if np.isnan(lower).any() or np.isnan(upper).any():
        raise SettingError(f"Expected numbers as limits of each {what}, received NaN; infinity stands for no limit.")
    wrong = np.flatnonzero((lower > upper) | (lower == np.inf) | (upper == -np.inf))
    if len(wrong):
        i = wrong[0]
        raise SettingError(
            f"Expected a lower limit not above the upper one, received {lower[i]:g} ≤ {what} {i} ≤ {upper[i]:g}, "
            "which nothing fulfills."
        )
