"""What a layer is: a frozen description with a forward rule, a backward rule and a Jacobian rule.

Shapes: a batch is (N, d), a dense layer Z = f(X W + b) with W (d_in, d_out). A leading members axis K may stand
before everything: parameters (K, …), activations (K, N, …). The network's own input has none when all members see the
same rows.
"""

__all__ = ["Layer", "Parameters"]

import abc
from typing import Any

from torch import Generator, Tensor

Parameters = dict[str, Tensor]
"""A layer's parameters by name: views (…, *shape) into θ, or into the flat gradient."""


class Layer(abc.ABC):
    """One layer; frozen, without parameters of its own."""

    kind: str
    """Name of the kind in files and summaries."""

    @abc.abstractmethod
    def shape_out(self, shape_in: tuple[int, ...]) -> tuple[int, ...]:
        """Shape of one output row for that shape of an input row; raises `ShapeError` where it does not fit."""

    @abc.abstractmethod
    def shapes(self, shape_in: tuple[int, ...]) -> list[tuple[str, tuple[int, ...]]]:
        """Names and shapes of the parameters."""

    @abc.abstractmethod
    def init(self, params: Parameters, generator: Generator) -> None:
        """Fill the parameters' views, of any number of members, with a starting point."""

    @abc.abstractmethod
    def forward(self, params: Parameters, x: Tensor) -> tuple[Tensor, Any]:
        """Output (…, N, d_out), and what the backward rules need again."""

    @abc.abstractmethod
    def backward(
        self, params: Parameters, saved: Any, dy: Tensor, grads: Parameters, needs_dx: bool = True
    ) -> Tensor | None:
        """Write dJ/dparams, summed over the rows, into `grads`; return dJ/dx unless it is not needed."""

    @abc.abstractmethod
    def jacobian(
        self, params: Parameters, saved: Any, dy: Tensor, blocks: Parameters, needs_dx: bool = True
    ) -> Tensor | None:
        """Write d raw/dparams of each row and output, (…, N, C, *shape), into `blocks`; return d raw/dx.

        `dy` holds d raw/d(this layer's output), (…, N, C, d_out).
        """

    @abc.abstractmethod
    def describe(self) -> str:
        """Few words for a summary, such as "20 tanh"."""

    @abc.abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Plain data from which `nn.layer_from_json` builds the same layer."""
