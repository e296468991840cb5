"""Evidence that a program has no solution: found by a linear program, and then checked by arithmetic.

*Infeasible* (Farkas 1902). Multipliers y of the rows give, for every admissible x,

    Σ_{y>0} y_i l_i + Σ_{y<0} y_i u_i  ≤  yᵀA x  =  wᵀx  ≤  Σ_{w>0} w_j upper_j + Σ_{w<0} w_j lower_j,    w = Aᵀy

so that there is none if the left side is larger than the right one. Such y are the multipliers of the elastic program,
which lets rows be violated and minimizes the sum of the violations: it always has a solution, and its value is zero if
and only if the rows and bounds agree.

*Unbounded*. A direction d along which no limit is ever met, with Q d = 0 and cᵀd < 0: from any admissible x, the value
falls for ever. d solves the linear program of the recession cone, confined to the box [−1, 1].

Both ask HiGHS alone, also about quadratic programs, because neither depends on Q's values.

References
----------
Farkas, J. (1902). Theorie der einfachen Ungleichungen. J. reine angew. Math. 124, 1-27.
Nocedal, J., and Wright, S. J. (2006). Numerical Optimization, 2nd ed., sections 12.9 and 13.1.
"""

__all__ = ["Contradiction", "DescentRay", "no_solution"]

import dataclasses
import math
from typing import final

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from pishro.optim.programs.form import Array, ProgramForm, violations
from pishro.optim.programs.linear import vertex

ROUNDING = 1e-9
"""Share of the terms of a sum that may be rounding."""

MARGIN = 1e-7
"""Least contradiction and least slope that count, relative to the terms that they are the sum of."""


@final
@dataclasses.dataclass(frozen=True)
class Contradiction:
    """Rows and bounds that contradict each other.

    Attributes
    ----------
    rows : y, how often each row is added up, (m,): positive where its lower limit is used, negative where its upper
        one is; the largest is 1.
    bounds : w = Aᵀy, (n,): positive where the upper bound of x is used, negative where the lower one is.
    margin : by how much the sum of the rows asks for more than the bounds allow.

    Examples
    --------
    >>> from pishro import optim
    >>> result = optim.LinearProgram([1.0], A_ub=[[1.0], [-1.0]], b_ub=[1.0, -2.0]).solve()  # x ≤ 1 and x ≥ 2
    >>> result.status.name, result.certificate.rows.tolist(), result.certificate.margin
    ('INFEASIBLE', [-1.0, -1.0], 1.0)
    """

    rows: Tensor
    bounds: Tensor
    margin: float


@final
@dataclasses.dataclass(frozen=True)
class DescentRay:
    """A direction along which the value falls for ever.

    Attributes
    ----------
    direction : d, (n,), its largest entry 1.
    slope : cᵀd, negative.

    Examples
    --------
    >>> from pishro import optim
    >>> result = optim.LinearProgram([-1.0, 0.0], bounds=(0, None)).solve()
    >>> result.status.name, result.certificate.direction.tolist(), result.certificate.slope
    ('UNBOUNDED', [1.0, 0.0], -1.0)
    """

    direction: Tensor
    slope: float


def no_solution(form: ProgramForm, seconds: float = math.inf) -> Contradiction | DescentRay | None:
    """The proof that a program is infeasible or unbounded; None if there is none. Each program asked gets `seconds`."""
    return _infeasible(form, seconds) or _unbounded(form, seconds)


def _infeasible(form: ProgramForm, seconds: float) -> Contradiction | None:
    n, m = len(form.c), len(form.row_lower)
    eye = sp.eye_array(m)
    elastic = ProgramForm(
        np.concatenate([np.zeros(n), np.ones(2 * m)]),
        sp.csr_array(sp.hstack([form.A, eye, -eye])),
        form.row_lower,
        form.row_upper,
        np.concatenate([form.lower, np.zeros(2 * m)]),
        np.concatenate([form.upper, np.full(2 * m, np.inf)]),
    )
    answer = vertex(elastic, seconds)
    if not (m and np.isfinite(answer.y).all()):
        return None
    largest = np.abs(answer.y).max()
    return _contradiction(form, -answer.y / largest) if largest > ROUNDING else None


def _contradiction(form: ProgramForm, y: Array) -> Contradiction | None:
    """What y proves, if it proves anything."""
    y = np.where(np.abs(y) > ROUNDING, y, 0.0)
    w = form.A.T @ y
    w = np.where(np.abs(w) > ROUNDING * (abs(form.A).T @ np.abs(y)), w, 0.0)
    asked = np.where(y > 0, form.row_lower, np.where(y < 0, form.row_upper, 0.0))
    allowed = np.where(w > 0, form.upper, np.where(w < 0, form.lower, 0.0))
    if not (np.isfinite(asked).all() and np.isfinite(allowed).all()):
        return None
    margin = float(y @ asked - w @ allowed)
    terms = float(np.abs(y) @ np.abs(asked) + np.abs(w) @ np.abs(allowed))
    if margin <= MARGIN * terms:
        return None
    return Contradiction(torch.from_numpy(y), torch.from_numpy(w), margin)


def _unbounded(form: ProgramForm, seconds: float) -> DescentRay | None:
    B, lower, upper = form.stacked
    n, m = len(form.c), len(form.row_lower)
    low, high = np.where(np.isfinite(lower), 0.0, -np.inf), np.where(np.isfinite(upper), 0.0, np.inf)
    flat = [] if form.Q is None else [form.Q]
    zero = np.zeros(n * len(flat))
    recession = ProgramForm(
        form.c,
        sp.csr_array(sp.vstack([form.A, *flat])),
        np.concatenate([low[:m], zero]),
        np.concatenate([high[:m], zero]),
        np.maximum(low[m:], -1.0),
        np.minimum(high[m:], 1.0),
    )
    d = vertex(recession, seconds).x
    if not np.isfinite(d).all() or not d.any():
        return None
    d = d / np.abs(d).max()
    along = B @ d
    rounding = ROUNDING * (abs(B) @ np.abs(d))
    if (along > high + rounding).any() or (along < low - rounding).any():
        return None
    if form.Q is not None and (np.abs(form.Q @ d) > ROUNDING * (abs(form.Q) @ np.abs(d))).any():
        return None
    slope = float(form.c @ d)
    if slope >= -MARGIN * float(np.abs(form.c) @ np.abs(d)) or not _admits(form, seconds):
        return None
    return DescentRay(torch.from_numpy(d), slope)


def _admits(form: ProgramForm, seconds: float) -> bool:
    """Whether some x is admissible; without one, a direction proves nothing."""
    x = vertex(dataclasses.replace(form, c=np.zeros_like(form.c), Q=None), seconds).x
    B, lower, upper = form.stacked
    return bool((violations(B @ x, lower, upper) <= ROUNDING * (1.0 + abs(B) @ np.abs(x))).all())
