"""The last digits: where the active set is known, an optimum is the solution of one linear system.

A solver stops near the optimum, with every residual small and none zero. But it tells which limits are active: those
whose multiplier outweighs their slack. With W the rows and bounds that are active, e their ends and B_W their
coefficients, the optimum solves

    [ Q    B_Wᵀ ] [ x ]   [ −c ]
    [ B_W   0   ] [ y ] = [ e_W ]

by one sparse factorization with iterative refinement. If a multiplier comes out with the wrong sign, its limit leaves
W; if x violates a limit, that limit joins; and the system is solved again. This is the primal-dual active-set method, a
Newton method on the non-smooth optimality conditions: from a good W it ends in a few steps or cycles, and then the
solver's own answer stays. It needs no feasible point, unlike the classical method, and moves many limits at a time.

Dependent rows in W, or a Q that is singular along them, make the system singular. Then δ > 0 is added to Q's diagonal,
and −δ to the zero block; refinement with the exact matrix takes δ's effect off again.

References
----------
Hintermüller, M., Ito, K., and Kunisch, K. (2003). The primal-dual active set strategy as a semismooth Newton method.
SIAM J. Optim. 13, 865-888.
Stellato, B., Banjac, G., Goulart, P., Bemporad, A., and Boyd, S. (2020). OSQP: an operator splitting solver for
quadratic programs. Math. Program. Comput. 12, 637-672 (section 5.2: the regularized system).
"""

__all__ = ["polished"]

import warnings

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
import scipy.sparse.linalg

from pishro.optim.programs.form import Array, ProgramForm, distances
from pishro.optim.programs.kkt import admissible, bound_multipliers, kkt_of

Sides = npt.NDArray[np.int8]

STEPS = 10
"""Most factorizations with one δ."""

SHIFTS = (0.0, 1e-8)
"""δ, relative to the largest entry of Q and B; the second where the first system is singular."""

REFINEMENTS = 20
"""Most rounds of iterative refinement of a linear system."""

EXACT, ENOUGH = 1e-12, 1e-9
"""Residuals below which nothing is left to improve, and below which regularizing is not worth a factorization."""


def polished(form: ProgramForm, x: Array, y: Array) -> tuple[Array, Array]:
    """x (n,) and multipliers y (m,) of the rows with smaller residuals, or those given if none are found."""
    best = x, y
    least = kkt_of(form, x, y).residual
    for shift in SHIFTS:
        if least <= (ENOUGH if shift else EXACT):
            break
        sides = _likely(form, x, y)
        seen = set()
        for _ in range(STEPS):
            if sides.tobytes() in seen:
                break
            seen.add(sides.tobytes())
            found = _on_active(form, sides, shift)
            if found is None:
                break
            point, multipliers = found
            rows = admissible(multipliers[: len(y)], form.row_lower, form.row_upper)
            residual = kkt_of(form, point, rows).residual
            if residual < least:
                best, least = (point, rows), residual
            if least <= EXACT:
                return best
            sides = _changed(form, sides, point, multipliers)
    return best


def _likely(form: ProgramForm, x: Array, y: Array) -> Sides:
    """The end that is active, for each row and bound: −1 lower, 1 upper, 0 none."""
    B, lower, upper = form.stacked
    multipliers = np.concatenate([y, bound_multipliers(form, x, y)])
    # A slack and a multiplier have different units; each is measured against the largest of its kind.
    weight = np.abs(multipliers) / (1e-300 + np.abs(multipliers).max(initial=0.0))
    values = B @ x
    slack = distances(multipliers, values, lower, upper) / (1.0 + np.abs(values))
    sides = np.where((weight > slack) & (multipliers != 0), np.sign(multipliers), 0.0)
    return np.where(lower == upper, 1, sides).astype(np.int8)


def _changed(form: ProgramForm, sides: Sides, x: Array, multipliers: Array) -> Sides:
    """The active ends after one step: those that pull leave, those that are violated join."""
    B, lower, upper = form.stacked
    values = B @ x
    small = 1e-11 * (1.0 + np.abs(values))
    kept = np.where(sides * multipliers >= 0, sides, 0)
    kept = np.where(values > upper + small, 1, np.where(values < lower - small, -1, kept))
    return np.where(lower == upper, 1, kept).astype(np.int8)


def _on_active(form: ProgramForm, sides: Sides, shift: float) -> tuple[Array, Array] | None:
    """The minimum where the active ends hold with equality, and the multipliers of all rows and bounds."""
    B, lower, upper = form.stacked
    n, working = len(form.c), np.flatnonzero(sides)
    Q = sp.csr_array((n, n)) if form.Q is None else form.Q
    W = B[working]
    matrix = sp.csc_array(sp.block_array([[Q, W.T], [W, None]]))
    right = np.concatenate([-form.c, np.where(sides > 0, upper, lower)[working]])
    delta = shift * float(abs(matrix).max()) * np.concatenate([np.ones(n), -np.ones(len(working))])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", scipy.sparse.linalg.MatrixRankWarning)
            factor = scipy.sparse.linalg.splu(sp.csc_matrix(matrix + sp.diags_array(delta)))
    except (RuntimeError, scipy.sparse.linalg.MatrixRankWarning):  # exactly singular
        return None
    solution, left = np.zeros(len(right)), right
    for _ in range(REFINEMENTS):
        improved = solution + factor.solve(left)
        now = right - matrix @ improved
        if not np.abs(now).max(initial=0.0) < np.abs(left).max(initial=0.0):
            break
        solution, left = improved, now
    multipliers = np.zeros(len(sides))
    multipliers[working] = solution[n:]
    return solution[:n], multipliers
