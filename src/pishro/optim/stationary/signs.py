"""Which signs of the Hessian's eigenvalues can be relied on.

Two things blur an eigenvalue λᵢ.

*Rounding*. A backward stable eigensolver, and a Hessian with relative error ε, leave an error of the order
ε P max|λ| (the bound behind every rank decision; Golub and Van Loan 2013, section 5.4.1). What the computed Hessian
lacks of symmetry is an observed part of it. Eigenvalues below are zero to tolerance.

*The point itself*. A run stops near a stationary point x*, not at it, and H(x) is not H(x*). On x⁴ Newton's method
stops at x ≈ 10⁻³ with |f′| < 10⁻⁸, and f″ = 10⁻⁵ there is positive and far above rounding; yet f″(0) = 0. The step
s = −H⁻¹g to the stationary point tells: if H(x + s) differs from H(x) by as much as the eigenvalue itself, its sign
means nothing. With H = UΛUᵀ and C = Uᵀ(H(x + s) − H(x))U the change is measured in the Hessian's own scale,

    ω = ‖ |Λ|^{-1/2} C |Λ|^{-1/2} ‖₂ ,

which no linear change of variables alters; ω < 1 keeps all signs (Ostrowski's form of Sylvester's law), and ω ≤ ½ is
what Newton-Kantorovich asks for a zero of ∇f to exist nearby. Near a zero of multiplicity m of f′ along a direction, ω
is at least ½ (m = 2: exactly ½, m = 3: 5/9, → 1 − 1/e), at a regular point it goes to 0 with s. So ω ≤ ⅓ separates
them.

References
----------
Golub, G. H., and Van Loan, C. F. (2013). Matrix Computations, 4th ed.
Deuflhard, P. (2011). Newton Methods for Nonlinear Problems: affine invariance and adaptive algorithms, chapter 2.
"""

__all__ = ["LARGEST_CHANGE", "reliable", "rounding"]

import torch
from torch import Tensor

LARGEST_CHANGE = 1 / 3
"""ω up to which signs are relied on; see above."""

SAFETY = 10.0
"""On the rounding bound, whose constant grows slowly with the number of operations behind an entry of H."""


def rounding(hessian: Tensor, values: Tensor, accuracy: float) -> float:
    """Size below which an eigenvalue is zero to tolerance.

    Parameters
    ----------
    hessian : (P, P) as computed, not made symmetric.
    values : its eigenvalues, (P,).
    accuracy : relative error of its entries.

    Examples
    --------
    >>> H = torch.diag(torch.tensor([1.0, 100.0], dtype=torch.float64))
    >>> rounding(H, H.diagonal(), 1e-16) < 1e-12
    True
    """
    largest = float(values.abs().amax()) if len(values) else 0.0
    skew = float(torch.linalg.matrix_norm(hessian - hessian.mT)) / 2
    return SAFETY * accuracy * len(values) * largest + skew


def reliable(values: Tensor, change: Tensor) -> Tensor:
    """Which eigenvalues keep their signs under the change of the Hessian, (P,) boolean.

    The largest |λ| come first; as many are taken as stay within ω ≤ ⅓ together.

    Parameters
    ----------
    values : eigenvalues, none of them zero, (P,).
    change : C in the eigenvectors' coordinates, (P, P).

    Examples
    --------
    >>> reliable(torch.tensor([-2.0, 1e-3]), torch.full((2, 2), 1e-2))
    tensor([ True, False])
    """
    order = values.abs().argsort(descending=True)
    root = values[order].abs().rsqrt()
    scaled = root.unsqueeze(-1) * change[order][:, order] * root
    # The norm of a leading block grows with the block, so the largest block is found by halving.
    low, high = 0, len(values)
    while low < high:
        middle = (low + high + 1) // 2
        block = scaled[:middle, :middle]
        # NaN compares false
        if bool(torch.isfinite(block).all()) and float(torch.linalg.matrix_norm(block, 2)) <= LARGEST_CHANGE:
            low = middle
        else:
            high = middle - 1
    sure = torch.zeros(len(values), dtype=torch.bool, device=values.device)
    sure[order[:low]] = True
    return sure
