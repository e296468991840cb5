"""Whether an answer is an optimum: the conditions of Karush, Kuhn and Tucker, weighed in units of the objective.

With multipliers y of the rows and z of the bounds, in L = f + yᵀA x + zᵀx, a point x of a convex program is a global
minimum if

    l ≤ A x ≤ u,  lower ≤ x ≤ upper       primal: x is admissible
    Q x + c + Aᵀy + z = 0                 dual: no slope is left
    y_i ≥ 0 at an upper end, ≤ 0 at a lower one, 0 between; so is z      complementarity

and then f(x) equals the dual value d(y, z): the gap is zero. A multiplier is the price of its limit: f* changes by
−y_i δ when the end that row i presses on moves by δ.

No norm of these residuals tells how far f(x) is from f*. In Maros and Mészáros' problem YAO, 2000 rows are violated by
6·10⁻⁶ at most and no norm objects; but the multipliers are of 5·10⁴, so the violations have bought a value of 91 where
the optimum is 198. Therefore each residual is also multiplied by what it can buy, without letting signs cancel,

    error = Σ |y_i| · |a_iᵀx − its end|  +  Σ |z_j| · |x_j − its end|  +  Σ |x_j| · |(Q x + c + Aᵀy + z)_j|

which is to first order the most by which f(x) differs from f*. Relative to 1 + |f| it is 1.2 in that case.

References
----------
Nocedal, J., and Wright, S. J. (2006). Numerical Optimization, 2nd ed., sections 12.3 and 16.1.
Maros, I., and Mészáros, C. (1999). A repository of convex quadratic programming problems. Optim. Methods Softw. 11,
671-681.
"""

__all__ = ["ProgramKKT", "admissible", "bound_multipliers", "kkt_of"]

import dataclasses
from typing import final

import numpy as np

from pishro.optim.programs.form import Array, ProgramForm, distances, violations

TOLERANCE = 1e-6
"""Largest residual of an answer that counts as solved; the error bounds more than it has to."""

ROUNDING = 1e-14
"""Share of the terms of a sum that is rounding; a slope within it is no multiplier."""


@final
@dataclasses.dataclass(frozen=True)
class ProgramKKT:
    """How well the optimality conditions hold; each number is relative, and 0 at an exact optimum.

    Attributes
    ----------
    primal : largest violation of a row or bound, relative to 1 + |its limit|.
    dual : largest slope that is left, relative to 1 + the largest of |Q x|, |c| and |Aᵀy|.
    complementarity : largest |multiplier| · |distance from its limit|, relative to 1 + |f|.
    gap : |f(x) − d(y, z)|, relative to 1 + |f|; signs may cancel in it.
    error : the sum of all that the residuals can be worth, relative to 1 + |f|.

    Examples
    --------
    >>> from pishro import optim
    >>> print(optim.LinearProgram([1.0, 2.0], A_eq=[[1.0, 1.0]], b_eq=[1.0], bounds=(0, None)).solve().kkt)
    KKT residuals: primal 0, dual 0, complementarity 0, gap 0; the value is right to 0.
    """

    primal: float
    dual: float
    complementarity: float
    gap: float
    error: float

    @property
    def residual(self) -> float:
        """The largest of the five."""
        return float(np.max([self.primal, self.dual, self.complementarity, self.gap, self.error]))

    @property
    def holds(self) -> bool:
        """Whether this is an optimum, to 1e-6."""
        return self.residual <= TOLERANCE

    def __str__(self) -> str:
        return (
            f"KKT residuals: primal {self.primal:.2g}, dual {self.dual:.2g}, complementarity "
            f"{self.complementarity:.2g}, gap {self.gap:.2g}; the value is right to {self.error:.2g}."
        )


def kkt_of(form: ProgramForm, x: Array, y: Array) -> ProgramKKT:
    """The residuals at x (n,) with admissible multipliers y (m,) of the rows; those of the bounds follow."""
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return ProgramKKT(*[np.inf] * 5)
    B, lower, upper = form.stacked
    multipliers = np.concatenate([y, bound_multipliers(form, x, y)])
    values, gradient = B @ x, form.gradient(x)
    left = gradient + B.T @ multipliers
    ends = np.where(values < lower, lower, np.where(values > upper, upper, 0.0))
    worth = np.abs(multipliers) * distances(multipliers, values, lower, upper)
    pressed = np.where(multipliers > 0, upper, np.where(multipliers < 0, lower, 0.0))
    slope = 1.0 + max(_largest(v) for v in (gradient - form.c, form.c, form.A.T @ y))
    f = 1.0 + abs(form.value(x))
    return ProgramKKT(
        _largest(violations(values, lower, upper) / (1.0 + np.abs(ends))),
        _largest(left) / slope,
        _largest(worth) / f,
        abs(float(gradient @ x + multipliers @ pressed)) / f,  # f − d, where ½xᵀQx and k have cancelled
        float(worth.sum() + np.abs(left) @ np.abs(x)) / f,
    )


def admissible(multipliers: Array, lower: Array, upper: Array) -> Array:
    """Multipliers without the entries that press on an end that is infinite."""
    pressing = (multipliers > 0) & np.isfinite(upper) | (multipliers < 0) & np.isfinite(lower)
    return np.where(pressing, multipliers, 0.0)


def bound_multipliers(form: ProgramForm, x: Array, y: Array) -> Array:
    """The bounds' z (n,) that balances as much of the slope Q x + c + Aᵀy as the bounds can; rounding stays slope."""
    slope = form.gradient(x) + form.A.T @ y
    terms = np.abs(form.c) + abs(form.A).T @ np.abs(y)
    if form.Q is not None:
        terms += abs(form.Q) @ np.abs(x)
    return admissible(np.where(np.abs(slope) > ROUNDING * terms, -slope, 0.0), form.lower, form.upper)


def _largest(values: Array) -> float:
    return float(np.abs(values).max(initial=0.0))
