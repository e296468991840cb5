"""A v: what `@` does not do with a batch of vectors."""

__all__ = ["times"]

import torch
from torch import Tensor


def times(matrix: Tensor, v: Tensor) -> Tensor:
    """A v (…, M) of a matrix A (…, M, P) and a vector v (…, P).

    Examples
    --------
    >>> times(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([1.0, 1.0]))
    tensor([3., 7.])
    """
    return torch.matmul(matrix, v.unsqueeze(-1)).squeeze(-1)
