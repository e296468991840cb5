"""Whether a quadratic program is convex: only then is its solution a global minimum, and only then are solvers right.

Q is positive semi-definite when Q + εI has an L D Lᵀ factorization with positive D (Sylvester's law of inertia: D has
the signs of the eigenvalues). That costs one sparse factorization; the eigenvalue itself is computed only to be named.

References
----------
Golub, G. H., and Van Loan, C. F. (2013). Matrix Computations, 4th ed., sections 4.2 and 8.1.5.
"""

__all__ = ["check_convex"]

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg

from pishro.errors import SettingError, ShapeError

DENSE = 1000
"""Variables up to which the eigenvalue to be named comes from a dense matrix; beyond, from Lanczos iterations."""

ROUNDING = 1e-9
"""Skewness and negative eigenvalues within this share of Q's largest entry count as rounding."""


def check_convex(Q: sp.csr_array, n: int) -> None:
    """Raise unless Q is n × n, finite, symmetric and positive semi-definite.

    Examples
    --------
    >>> check_convex(sp.csr_array(np.diag([1.0, -2.0])), 2)
    Traceback (most recent call last):
    ...
    pishro.errors.SettingError: Expected a convex program, received Q with the eigenvalue -2, mostly in variable 1; ...
    """
    if Q.shape != (n, n):
        raise ShapeError(f"Expected Q of shape ({n}, {n}), as c says, received {Q.shape}.")
    if not np.isfinite(Q.data).all():
        raise SettingError("Expected finite coefficients in Q, received NaN or infinity.")
    if not Q.nnz:
        return
    size = float(abs(Q).max())
    skewness = float(abs(Q - Q.T).max())
    if skewness > ROUNDING * size:
        raise SettingError(
            f"Expected a symmetric Q, received one with entries that differ from their mirror image by up to "
            f"{skewness:g}; xᵀQx depends on ½(Q + Qᵀ) alone, so pass that if it is meant."
        )
    if not _positive_definite(Q + ROUNDING * size * sp.eye_array(n)):
        value, vector = _least_eigenvalue(Q)
        raise SettingError(
            f"Expected a convex program, received Q with the eigenvalue {value:.4g}, mostly in variable "
            f"{int(np.abs(vector).argmax())}; there may be many local minima, of which `optim.minimize` finds one."
        )


def _positive_definite(matrix: sp.sparray) -> bool:
    try:
        factor = scipy.sparse.linalg.splu(
            sp.csc_matrix(matrix), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
        )
    except RuntimeError:  # a pivot of exactly zero
        return False
    symmetric = (factor.perm_r == factor.perm_c).all()  # otherwise a pivot was refused as too small
    return bool(symmetric and (factor.U.diagonal() > 0).all())


def _least_eigenvalue(Q: sp.csr_array) -> tuple[float, "np.ndarray[tuple[int], np.dtype[np.float64]]"]:
    if Q.shape[0] <= DENSE:
        values, vectors = np.linalg.eigh(Q.toarray())
    else:
        start = np.random.default_rng(0).normal(size=Q.shape[0])
        values, vectors = scipy.sparse.linalg.eigsh(Q, k=1, which="SA", v0=start, tol=1e-3)
    return float(values[0]), vectors[:, 0]
