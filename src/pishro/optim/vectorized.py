"""A function of one point, applied to K: in one batch where torch can, point by point elsewhere."""

__all__ = ["Vectorized"]

from collections.abc import Callable

import torch
from torch import Tensor

from pishro.errors import ShapeError

Function = Callable[[Tensor], Tensor]


class Vectorized:
    """f (P,) → (…), as a function (K, P) → (K, …).

    `torch.func.vmap` batches it; a function that it cannot trace, because a branch or a loop depends on values, is
    called once for each point. The caller sees the same result.

    Examples
    --------
    >>> Vectorized(lambda x: x.sum())(torch.ones(2, 3))
    tensor([3., 3.])
    """

    def __init__(self, function: Function) -> None:
        self.function = function
        self._batched: bool | None = None

    def __call__(self, x: Tensor) -> Tensor:
        """f at each row of x."""
        if x.shape[0] == 1:
            return _tensor(self.function(x[0])).unsqueeze(0)
        if self._batched is None:
            self._batched = self._can_batch(x)
        if self._batched:
            values: Tensor = torch.func.vmap(self.function)(x)
            return values
        return torch.stack([_tensor(self.function(row)) for row in x.unbind()])

    def _can_batch(self, x: Tensor) -> bool:
        one = _tensor(self.function(x[0]))  # an error of the user's own function surfaces here
        try:
            return bool(torch.func.vmap(self.function)(x.detach()).shape[1:] == one.shape)
        except (RuntimeError, ValueError, TypeError, AttributeError):
            return False


def _tensor(value: object) -> Tensor:
    if not isinstance(value, Tensor):
        raise ShapeError(
            f"Expected the function to return a torch tensor, received {type(value).__name__}; "
            "compute with torch operations on x, so that derivatives can be taken."
        )
    return value
