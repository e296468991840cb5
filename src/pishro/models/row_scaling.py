"""Scaling of rows of any shape, as a part of the model: x → (x − center)/scale."""

__all__ = ["RowScaling"]

import dataclasses
from collections.abc import Sequence
from typing import Self, final

import torch
from torch import Tensor


@final
@dataclasses.dataclass(frozen=True)
class RowScaling:
    """Center and scale that broadcast against a row.

    Attributes
    ----------
    center, scale : one number for each column, for each channel (channels, 1, …), or one for all.

    Examples
    --------
    >>> scaling = RowScaling.standard(torch.tensor([[0.0, 5.0], [2.0, 5.0]]), axes=[0])
    >>> scaling(torch.tensor([[2.0, 6.0]]))
    tensor([[1., 1.]])
    """

    center: Tensor
    scale: Tensor

    @classmethod
    def standard(cls, x: Tensor, axes: Sequence[int]) -> Self:
        """Mean 0 and standard deviation 1 over those axes of x (N, *row); what is constant is centered only."""
        scale, center = torch.std_mean(x, tuple(axes), correction=0, keepdim=True)
        # a constant column's deviation is its rounding error
        scale[scale <= 1e-6 * center.abs()] = 1.0
        return cls(center[0], torch.where(scale > 0, scale, 1.0)[0])

    @classmethod
    def between(cls, low: float, high: float) -> Self:
        """From [low, high] to [0, 1]; what is constant is moved only."""
        return cls(torch.tensor(low), torch.tensor(high - low if high > low else 1.0))

    def __call__(self, x: Tensor) -> Tensor:
        """Scaled rows."""
        return (x - self.center) / self.scale

    def inverse(self, x: Tensor) -> Tensor:
        """Rows in their own units."""
        return x * self.scale + self.center
