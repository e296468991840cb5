"""The rows that an objective sums over."""

__all__ = ["Batch"]

import dataclasses

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
    """

    x: Tensor
    y: Tensor
    weight: Tensor | None = None

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
        return Batch(self.x[start:stop], self.y[start:stop], weight)

    @property
    def total(self) -> float:
        """Sum of the weights: N where all weigh 1."""
        return float(len(self)) if self.weight is None else float(self.weight.sum())
