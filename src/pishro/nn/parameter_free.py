"""Layers without parameters: a linear map for what flows back and one for what flows forward say all."""

__all__ = ["ParameterFree"]

import abc
from typing import Any, final

from torch import Tensor

from pishro.nn.layer import ClosedFormLayer, Parameters


class ParameterFree(ClosedFormLayer):
    """A layer without parameters, by its derivative A = dy/dx at the forward path's x: Aᵀ, and A itself.

    What flows back or forward may have a members axis where x has none.
    """

    @abc.abstractmethod
    def pull(self, saved: Any, dy: Tensor) -> Tensor:
        """Aᵀ dy of each row: (…, N, *row out) to (…, N, *row in)."""

    @abc.abstractmethod
    def pull_outputs(self, saved: Any, dy: Tensor) -> Tensor:
        """Aᵀ dy of each row and raw output: (…, N, C, *row out) to (…, N, C, *row in)."""

    @abc.abstractmethod
    def push(self, saved: Any, dx: Tensor) -> Tensor:
        """A dx of each row: (…, N, *row in) to (…, N, *row out)."""

    @final
    def backward(
        self, params: Parameters, saved: Any, dy: Tensor, grads: Parameters, needs_dx: bool = True
    ) -> Tensor | None:
        """Aᵀ dy."""
        return self.pull(saved, dy) if needs_dx else None

    @final
    def jacobian(
        self, params: Parameters, saved: Any, dy: Tensor, blocks: Parameters, needs_dx: bool = True
    ) -> Tensor | None:
        """Aᵀ dy of each raw output."""
        return self.pull_outputs(saved, dy) if needs_dx else None

    @final
    def jvp(self, params: Parameters, saved: Any, dparams: Parameters, dx: Tensor | None) -> Tensor:
        """A dx."""
        if dx is None:
            raise TypeError(f"A {self.kind} layer has no parameters, so nothing changes unless its input does.")
        return self.push(saved, dx)
