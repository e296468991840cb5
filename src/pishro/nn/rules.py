"""The rules of a layer that the paths walk by, whether the layer wrote them out or autograd made them.

Shapes as in `pishro.nn.layer`: rows (…, N, *row) with the members axis K in front where there is one.
"""

__all__ = ["Bound", "Parameters", "Rules"]

import abc
from collections.abc import Callable
from typing import Any

from torch import Generator, Tensor

Parameters = dict[str, Tensor]
"""A layer's parameters by name: views (…, *shape) into θ, or into the flat gradient."""

Bound = tuple[Callable[[Any, bool, Generator | None], Tensor], Callable[[Tensor], Any]]
"""Forward rule (x, training, generator) → y and backward rule dy → dx, for views that stay."""


class Rules(abc.ABC):
    """Forward rule, backward rule, Jacobian and directional derivative."""

    @abc.abstractmethod
    def forward(
        self, params: Parameters, x: Tensor, *, training: bool = False, generator: Generator | None = None
    ) -> tuple[Tensor, Any]:
        """Output (…, N, *row), and what the other rules need again."""

    @abc.abstractmethod
    def backward(
        self, params: Parameters, saved: Any, dy: Tensor, grads: Parameters, needs_dx: bool = True
    ) -> Tensor | None:
        """Write dJ/dparams, summed over the rows, into `grads`; return dJ/dx unless it is not needed.

        `grads` is written, never added to, and `dy` is left as it is.
        """

    @abc.abstractmethod
    def jacobian(
        self, params: Parameters, saved: Any, dy: Tensor, blocks: Parameters, needs_dx: bool = True
    ) -> Tensor | None:
        """Write d raw/dparams of each row and output, (…, N, C, *shape), into `blocks`; return d raw/dx.

        `dy` holds d raw/d(this layer's output), (…, N, C, *row).
        """

    @abc.abstractmethod
    def jvp(self, params: Parameters, saved: Any, dparams: Parameters, dx: Tensor | None) -> Tensor:
        """Change of the output along `dparams` and `dx` (None for no change of the input), (…, N, *row)."""

    def delta(self, params: Parameters, saved: Any, dy: Tensor) -> Tensor:
        """δ = dJ/dz behind the activation's derivative; dJ/dy where no activation is known."""
        del params, saved
        return dy

    def bind(self, params: Parameters, grads: Parameters, needs_dx: bool) -> Bound:
        """Forward and backward rule for views that stay, sharing what the forward rule keeps.

        A loop over small batches calls them thousands of times a second. A layer that is mostly met there looks its
        parameters up here, once, and not in every step.
        """
        saved: Any = None

        def forward(x: Tensor, training: bool, generator: Generator | None) -> Tensor:
            nonlocal saved
            y, saved = self.forward(params, x, training=training, generator=generator)
            return y

        return forward, lambda dy: self.backward(params, saved, dy, grads, needs_dx)
