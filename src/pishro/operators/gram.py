"""A Aᵀ without computing its upper triangle twice."""

__all__ = ["add_gram_lower", "mirror_lower"]

from itertools import pairwise

from torch import Tensor

STRIPS = 4
"""Column strips of the product; their lower parts are 5/8 of the whole, and more strips become too narrow to run fast.
Measured on two cores at P = 1000, N = 2000: 31 ms against 43 ms for the whole product."""

NARROWEST = 50
"""Columns below which a strip costs more than it saves."""


def add_gram_lower(total: Tensor, a: Tensor) -> None:
    """Add A Aᵀ to the lower triangle of `total` (K, P, P), for A (K, P, M); entries above it become meaningless."""
    for start, stop in _strips(total.shape[-1]):
        total[:, start:, start:stop].baddbmm_(a[:, start:], a[:, start:stop].mT)


def mirror_lower(total: Tensor) -> None:
    """Copy what `add_gram_lower` left below the diagonal to above it."""
    for start, stop in _strips(total.shape[-1]):
        total[:, start:stop, stop:] = total[:, stop:, start:stop].mT


def _strips(size: int) -> list[tuple[int, int]]:
    strips = max(1, min(STRIPS, size // NARROWEST))
    return list(pairwise(size * i // strips for i in range(strips + 1)))
