"""Convex quadratic programs by Clarabel: a primal-dual interior-point method on the homogeneous embedding.

An interior point follows the central path y_i · slack_i = μ → 0. Clarabel regularizes the linear system of each step to
factorize it in any order, and refines what that costs. Where rows are nearly dependent, the default regularization is
larger than what the rows determine, and the answer is wrong at any tolerance; `CAREFUL` settings regularize less and
refine more, at the risk that a factorization breaks down. So neither is always the better one.

References
----------
Goulart, P. J., and Chen, Y. (2024). Clarabel: an interior-point solver for conic programs with quadratic objectives.
arXiv:2405.12762.
"""

__all__ = ["CAREFUL", "USUAL", "interior_point"]

import math
from collections.abc import Mapping
from types import MappingProxyType

import clarabel
import numpy as np
import scipy.sparse as sp

from pishro.optim.programs.form import Array, ProgramForm
from pishro.optim.programs.linear import Answer

USUAL: Mapping[str, float] = MappingProxyType({"tol_gap_abs": 1e-10, "tol_gap_rel": 1e-10, "tol_feas": 1e-10})
"""A hundredth of Clarabel's default tolerances, which costs two or three iterations more."""

CAREFUL: Mapping[str, float] = MappingProxyType(
    {
        "tol_gap_abs": 1e-12,
        "tol_gap_rel": 1e-12,
        "tol_feas": 1e-12,
        "static_regularization_constant": 1e-12,
        "iterative_refinement_max_iter": 50,
        "iterative_refinement_reltol": 1e-15,
        "iterative_refinement_abstol": 1e-15,
    }
)
"""A ten-thousandth of the default regularization, and refinement down to rounding."""

DENIALS = (
    clarabel.SolverStatus.PrimalInfeasible,
    clarabel.SolverStatus.DualInfeasible,
    clarabel.SolverStatus.AlmostPrimalInfeasible,
    clarabel.SolverStatus.AlmostDualInfeasible,
)


def interior_point(form: ProgramForm, seconds: float = math.inf, settings: Mapping[str, float] = USUAL) -> Answer:
    """Clarabel's answer."""
    B, lower, upper = form.stacked
    equal = lower == upper
    above, below = np.isfinite(upper) & ~equal, np.isfinite(lower) & ~equal
    chosen = clarabel.DefaultSettings()
    chosen.verbose = False
    chosen.max_threads = 1  # the same answer on every machine
    if math.isfinite(seconds):
        chosen.time_limit = seconds
    for name, value in settings.items():
        setattr(chosen, name, value)
    n, m = len(form.c), len(form.row_lower)
    count, inequalities = int(equal.sum()), int(above.sum() + below.sum())
    cones = [clarabel.ZeroConeT(count)] * (count > 0) + [clarabel.NonnegativeConeT(inequalities)] * (inequalities > 0)
    found = clarabel.DefaultSolver(
        sp.csc_matrix((n, n)) if form.Q is None else sp.csc_matrix(sp.triu(form.Q)),
        form.c,
        sp.csc_matrix(sp.vstack([B[equal], B[above], -B[below]])),
        np.concatenate([upper[equal], upper[above], -lower[below]]),
        cones,
        chosen,
    ).solve()
    return Answer(
        np.array(found.x),
        _joined(np.array(found.z), equal, above, below)[:m],
        int(found.iterations),
        found.status == clarabel.SolverStatus.MaxTime,
        found.status in DENIALS,
    )


def _joined(z: Array, equal: Array, above: Array, below: Array) -> Array:
    """One multiplier for each row of B, from those of B x = e, B x ≤ upper and −B x ≤ −lower."""
    first, second = int(equal.sum()), int(equal.sum() + above.sum())
    y = np.zeros(len(equal))
    y[equal] = z[:first]
    y[above] += z[first:second]
    y[below] -= z[second:]
    return y
