"""The rows that an objective sums over."""

__all__ = ["Batch"]

import dataclasses

import torch
from torch import Tensor

from pishro.errors import ShapeError


@dataclasses.dataclass(frozen=True)
class Batch:
    """Rows with their targets and weights.

    Attributes
    ----------
    x : inputs (N, D).
    y : targets, (N, C) floats or (N,) class indices.
    weight : weight of each row (N,), not negative; None where all weigh 1.
    offset : known part of the raw output (N, C), such as the logarithm of an exposure; None for none.
    """

    x: Tensor
    y: Tensor
    weight: Tensor | None = None
    offset: Tensor | None = None

    def __post_init__(self) -> None:
        if len(self.x) != len(self.y):
            raise ShapeError(
                f"Expected as many targets as rows, received {len(self.x)} rows and {len(self.y)} targets."
            )

    def __len__(self) -> int:
        return len(self.x)

    def rows(self, start: int, stop: int) -> "Batch":
        """A slice of the rows."""
        weight = None if self.weight is None else self.weight[start:stop]
        offset = None if self.offset is None else self.offset[start:stop]
        return Batch(self.x[start:stop], self.y[start:stop], weight, offset)

    def take(self, index: Tensor) -> "Batch":
        """The rows in `index`, copied."""
        weight = None if self.weight is None else self.weight[index]
        offset = None if self.offset is None else self.offset[index]
        return Batch(self.x[index], self.y[index], weight, offset)

    def to(self, device: torch.device, dtype: torch.dtype | None = None) -> "Batch":
        """The rows on a device, their numbers in another type if one is given; nothing is copied that is there."""

        def moved(part: Tensor) -> Tensor:
            return part.to(device, dtype if part.is_floating_point() else None)

        weight = None if self.weight is None else moved(self.weight)
        offset = None if self.offset is None else moved(self.offset)
        return Batch(moved(self.x), moved(self.y), weight, offset)

    @property
    def bytes(self) -> int:
        """Memory of all of them."""
        parts = (self.x, self.y, self.weight, self.offset)
        return sum(part.numel() * part.element_size() for part in parts if part is not None)

    def shifted(self, raw: Tensor) -> Tensor:
        """The raw output (…, N, C) with its known part added."""
        return raw if self.offset is None else raw + self.offset

    @property
    def total(self) -> float:
        """Sum of the weights: N where all weigh 1."""
        return float(len(self)) if self.weight is None else float(self.weight.sum())

    @property
    def values(self) -> float:
        """Sum of the weights of all observed target values: N·C for numbers without gaps, N for classes."""
        seen = (~torch.isnan(self.y)).reshape(len(self), -1).sum(-1)
        return float(seen.sum() if self.weight is None else seen.to(self.weight) @ self.weight)
