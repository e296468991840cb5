"""What a layer is: a frozen description with a forward rule, and, in closed form or from autograd, the rules behind it.

Shapes: a row is (d,), an image row (channels, H, W), a sequence row (channels, L); a batch is (N, *row). A leading
members axis K may stand before everything: parameters (K, …), activations (K, N, …). A layer's input has none when all
members see the same rows and no layer with parameters stands before it; what flows back to it, `dy`, may then have one
all the same, for the layers behind it differ from member to member.
"""

__all__ = ["ClosedFormLayer", "Layer", "Parameters", "Shapes", "plain"]

import abc
import dataclasses
import math
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import torch
from torch import Generator, Tensor

from pishro.nn.rules import Parameters, Rules

Shapes = list[tuple[str, tuple[int, ...]]]
"""Names and shapes of parameters, in the order in which they lie in θ."""


class Layer(abc.ABC):
    """One layer; frozen, without parameters of its own.

    A user's layer derives from this class and writes `shape_out`, `shapes` and `forward`, in torch's operations;
    backward rule, Jacobian and directional derivative then come from autograd (`nn.autograd_rules`).

    Attributes
    ----------
    kind : name of the kind in files and summaries.

    Examples
    --------
    A layer of one's own, and its Jacobian:

    >>> from pishro.nn import Dense, Network
    >>> @dataclasses.dataclass(frozen=True)
    ... class Scale(Layer):
    ...     kind = "scale"
    ...     def shape_out(self, shape_in):
    ...         return shape_in
    ...     def shapes(self, shape_in):
    ...         return [("factor", shape_in)]
    ...     def forward(self, params, x, *, training=False, generator=None):
    ...         return x * params["factor"].unsqueeze(-2), None
    >>> net = Network.chain(3, Scale(), Dense(1))
    >>> net.jacobian(net.init(), torch.ones(5, 3, dtype=torch.float64)).shape
    torch.Size([5, 1, 7])
    """

    kind: ClassVar[str]

    @abc.abstractmethod
    def shape_out(self, shape_in: tuple[int, ...]) -> tuple[int, ...]:
        """Shape of one output row for that shape of an input row; raises `ShapeError` where it does not fit."""

    def settle(self, shape_in: tuple[int, ...]) -> Self:
        """The layer with what it leaves open decided for that shape of an input row; most leave nothing open."""
        del shape_in
        return self

    def shapes(self, shape_in: tuple[int, ...]) -> Shapes:
        """Names and shapes of the parameters; none by default."""
        del shape_in
        return []

    @property
    def borrows(self) -> Mapping[str, str]:
        """Parameters that belong to another layer of the network: own name → name in the layout, "code.weight"."""
        return {}

    def init(self, params: Parameters, generator: Generator) -> None:
        """Fill the parameters' views, of one member, with a starting point.

        By default what has several axes is Normal with variance 1/(product of all axes but the last), the rest zero.
        """
        for view in params.values():
            view.zero_()
            if view.ndim > 1:
                fan_in = math.prod(view.shape[:-1])
                view.copy_(torch.randn(view.shape, generator=generator, dtype=view.dtype) / fan_in**0.5)

    @abc.abstractmethod
    def forward(
        self, params: Parameters, x: Tensor, *, training: bool = False, generator: Generator | None = None
    ) -> tuple[Tensor, Any]:
        """Output (…, N, *row), and what the backward rules need again.

        Parameters
        ----------
        params : views by name.
        x : input (…, N, *row).
        training : whether layers that act in training only (dropout) do so.
        generator : source of such a layer's randomness.
        """

    def sums(self, params: Parameters, x: Tensor) -> Tensor | None:
        """The sum z before the activation, (…, N, *row); None where there is no activation."""
        del params, x
        return None

    def describe(self) -> str:
        """Few words for a summary, such as "20 tanh"."""
        return self.kind

    def to_json(self) -> dict[str, Any]:
        """Kind and settings as plain data, from which `nn.layer_from_json` builds the same layer."""
        return {"kind": self.kind} | plain(self)


class ClosedFormLayer(Layer, Rules):
    """A layer that writes its rules out; every built-in layer does."""


def plain(settings: Any) -> dict[str, Any]:
    """The fields of a frozen dataclass that differ from their defaults, as plain data."""
    data = {}
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        if value != field.default:
            data[field.name] = value.to_json() if hasattr(value, "to_json") else value
    return data
