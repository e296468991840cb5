"""The diagonal of R Rᵀ, for an R known by its products: E[(R u)²] over random signs u.

References
----------
Bekas, C., Kokiopoulou, E. and Saad, Y. (2007). An estimator for the diagonal of a matrix. Appl. Numer. Math. 57,
1214-1229.
"""

__all__ = ["probed_diagonal"]

from collections.abc import Callable

import torch
from torch import Generator, Tensor

PROBES = 8
"""Random directions; enough for a preconditioner."""

LEAST = 1e-3
"""Least entry of the estimate, relative to its mean: no direction may look free of curvature by chance."""


def probed_diagonal(product: Callable[[Tensor], Tensor], shape: tuple[int, ...], like: Tensor) -> Tensor:
    """An estimate of diag(R Rᵀ), (K, P), positive.

    Parameters
    ----------
    product : u (K, *shape) → R u (K, P).
    shape : of one member's u; all members are probed by the same signs, so that none depends on the others.
    like : (K, P), for its type and place.

    Examples
    --------
    >>> probed_diagonal(lambda u: 3 * u, (2,), torch.zeros(1, 2))
    tensor([[9., 9.]])
    """
    generator = Generator().manual_seed(0)  # the same signs on every device
    squares = torch.zeros_like(like)
    for _ in range(PROBES):
        signs = torch.randint(0, 2, shape, generator=generator).to(like) * 2 - 1
        squares += product(signs.expand(len(like), *shape)).square() / PROBES
    least = LEAST * squares.mean(-1, keepdim=True).clamp_min(torch.finfo(like.dtype).tiny)
    return torch.maximum(squares, least)
