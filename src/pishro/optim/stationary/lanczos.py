"""The two ends of a large symmetric matrix's spectrum, from products with vectors alone.

Lanczos's method projects H on the Krylov space of v, Hv, H²v, …; the extreme eigenvalues of the small projection (the
Ritz values) converge first. In floating point the basis loses its orthogonality and spurious copies appear, so every
new vector is orthogonalized against all of the basis, twice. When the basis is full it is replaced by its best Ritz
vectors from both ends and grown again (a thick restart), which bounds the memory at `basis` vectors. A Ritz pair's
residual ‖Hu − θu‖ comes free of charge, and some eigenvalue lies within it of θ.

A Ritz value is a Rayleigh quotient: a negative one *proves* negative curvature. A positive smallest one proves nothing
strictly, since the random start may lack a direction; the probability falls with every step (Kuczyński and
Woźniakowski 1992).

References
----------
Lanczos, C. (1950). An iteration method for the solution of the eigenvalue problem. J. Research NBS 45, 255-282.
Wu, K., and Simon, H. (2000). Thick-restart Lanczos method for large symmetric eigenvalue problems. SIAM J. Matrix
Analysis 22, 602-616.
"""

__all__ = ["Ritz", "extreme_eigenpairs"]

import dataclasses
from collections.abc import Callable

import torch
from torch import Tensor

KEEP = 8
"""Ritz vectors kept at each end in a restart."""

RELATIVE = 1e-3
"""Residual relative to |θ| at which an end counts as found: its sign is then beyond doubt."""


@dataclasses.dataclass(frozen=True)
class Ritz:
    """Approximate eigenpairs, ascending.

    Attributes
    ----------
    values : θ, (m,).
    vectors : u as rows, (m, P), orthonormal.
    residuals : ‖Hu − θu‖, (m,).
    products : products with H that were made.
    """

    values: Tensor
    vectors: Tensor
    residuals: Tensor
    products: int


def extreme_eigenpairs(
    product: Callable[[Tensor], Tensor],
    start: Tensor,
    *,
    basis: int = 48,
    restarts: int = 20,
    smallest: float = 0.0,
) -> Ritz:
    """Approximate the extreme eigenpairs of a symmetric matrix.

    Parameters
    ----------
    product : v (P,) → H v.
    start : a random vector (P,).
    basis : vectors held at once.
    restarts : most restarts.
    smallest : residual that is small enough in any case.

    Examples
    --------
    >>> d = torch.linspace(-1, 9, 1000, dtype=torch.float64)
    >>> start = torch.randn(1000, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    >>> found = extreme_eigenpairs(lambda v: d * v, start)
    >>> found.values[[0, -1]].round(decimals=3)
    tensor([-1.,  9.], dtype=torch.float64)
    """
    size = min(basis, len(start))
    V = start.new_zeros(size + 1, len(start))
    T = start.new_zeros(size, size)
    V[0] = start / torch.linalg.vector_norm(start)
    kept = products = 0
    for restart in range(restarts + 1):
        for j in range(kept, size):
            T[: j + 1, j], rest = _orthogonalized(product(V[j]), V[: j + 1])
            T[j, :j] = T[:j, j]
            beta = torch.linalg.vector_norm(rest)
            if beta <= 10 * torch.finfo(T.dtype).eps * T.abs().amax():
                # An invariant subspace: go on in its complement, to which the basis is not coupled.
                beta = torch.zeros_like(beta)
                rest = _orthogonalized(torch.roll(start, j + 1), V[: j + 1])[1] if j + 1 < len(start) else rest
            V[j + 1] = rest / torch.linalg.vector_norm(rest).clamp_min(torch.finfo(T.dtype).tiny)
        products += size - kept
        values, Q = torch.linalg.eigh(T)
        residuals = beta * Q[-1].abs()
        ends = residuals[[0, -1]]
        if restart == restarts or bool((ends <= (RELATIVE * values[[0, -1]].abs()).clamp_min(smallest)).all()):
            break
        chosen = torch.cat([torch.arange(KEEP), torch.arange(size - KEEP, size)])
        kept = len(chosen)
        V[:kept], V[kept] = Q[:, chosen].mT @ V[:size], V[size].clone()
        T.zero_()
        T.diagonal()[:kept] = values[chosen]
    return Ritz(values, Q.mT @ V[:size], residuals, products)


def _orthogonalized(w: Tensor, V: Tensor) -> tuple[Tensor, Tensor]:
    """Coefficients of w in the basis V (rows), and what is left; the second pass removes the first one's rounding."""
    first = V @ w
    rest = w - first @ V
    second = V @ rest
    return first + second, rest - second @ V
