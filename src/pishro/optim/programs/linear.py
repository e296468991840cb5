"""Linear programs by HiGHS: the dual simplex method, as SciPy ships it.

References
----------
Huangfu, Q., and Hall, J. A. J. (2018). Parallelizing the dual revised simplex method. Math. Program. Comput. 10,
119-142.
"""

__all__ = ["Answer", "vertex"]

import dataclasses
import math
from typing import final

import numpy as np
import scipy.sparse as sp

from pishro.optim.programs.form import Array, ProgramForm

FEASIBILITY = 1e-10
"""Largest violation asked of HiGHS, the least that it takes; its default is 1e-7, which large multipliers make dear."""

OUT_OF_LIMITS = 1
"""SciPy's status when time or iterations were used up."""


@final
@dataclasses.dataclass(frozen=True)
class Answer:
    """What a solver says, before anything is believed.

    Attributes
    ----------
    x : (n,).
    y : multipliers of the rows, (m,), in L = f + yᵀA x.
    iterations : the solver's own count.
    limited : whether it was stopped by the time limit.
    denied : whether it says that there is no solution.
    """

    x: Array
    y: Array
    iterations: int
    limited: bool
    denied: bool


def vertex(form: ProgramForm, seconds: float = math.inf, presolve: bool = True) -> Answer:
    """HiGHS' answer to the form without its Q; NaN where it has none."""
    from scipy.optimize import linprog  # noqa: PLC0415 - a third of a second of import time, for this one function

    equal = form.equations
    above, below = np.isfinite(form.row_upper) & ~equal, np.isfinite(form.row_lower) & ~equal
    found = linprog(
        form.c,
        A_ub=sp.vstack([form.A[above], -form.A[below]]) if (above | below).any() else None,
        b_ub=np.concatenate([form.row_upper[above], -form.row_lower[below]]) if (above | below).any() else None,
        A_eq=form.A[equal] if equal.any() else None,
        b_eq=form.row_upper[equal] if equal.any() else None,
        bounds=np.stack([form.lower, form.upper], 1),
        method="highs-ds",
        options={
            "presolve": presolve,
            "primal_feasibility_tolerance": FEASIBILITY,
            "dual_feasibility_tolerance": FEASIBILITY,
            **({"time_limit": seconds} if math.isfinite(seconds) else {}),
        },
    )
    n, m = len(form.c), len(form.row_lower)
    limited = found.status == OUT_OF_LIMITS
    if found.x is None or found.status != 0:
        return Answer(np.full(n, np.nan), np.full(m, np.nan), int(found.nit or 0), limited, not limited)
    y, count = np.zeros(m), int(above.sum())
    if equal.any():
        y[equal] = -found.eqlin.marginals
    if (above | below).any():
        y[above] -= found.ineqlin.marginals[:count]
        y[below] += found.ineqlin.marginals[count:]
    return Answer(found.x, y, int(found.nit), limited, False)
