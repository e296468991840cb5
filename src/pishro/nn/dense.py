"""The dense layer: Z = f(X W + b)."""

__all__ = ["Dense"]

import dataclasses
from typing import Any, final

import torch
from torch import Generator, Tensor

from pishro.errors import SettingError, ShapeError
from pishro.nn.activations import Activation, activation
from pishro.nn.layer import Layer, Parameters


@final
@dataclasses.dataclass(frozen=True, init=False)
class Dense(Layer):
    """Z = f(X W + b) with W (d_in, d_out) and b (d_out).

    Parameters
    ----------
    units : d_out, at least 1.
    activation : f, by name or as an `Activation`.

    Examples
    --------
    >>> Dense(20, "tanh").describe()
    '20 tanh'
    """

    units: int
    activation: Activation
    kind = "dense"

    def __init__(self, units: int, activation: "str | Activation" = "linear") -> None:
        if units < 1:
            raise SettingError(f"A dense layer needs at least 1 unit, received {units}.")
        object.__setattr__(self, "units", units)
        object.__setattr__(self, "activation", _activation(activation))

    def shape_out(self, shape_in: tuple[int, ...]) -> tuple[int, ...]:
        """(units,)."""
        if len(shape_in) != 1:
            raise ShapeError(
                f"A dense layer takes rows of one axis, received {shape_in}; put a flatten layer before it."
            )
        return (self.units,)

    def shapes(self, shape_in: tuple[int, ...]) -> list[tuple[str, tuple[int, ...]]]:
        """Weight (d_in, units) and bias (units)."""
        return [("weight", (shape_in[0], self.units)), ("bias", (self.units,))]

    def init(self, params: Parameters, generator: Generator) -> None:
        """Weights Normal with standard deviation gain/√d_in (LeCun et al. 1998; He et al. 2015), biases zero."""
        weight = params["weight"]
        scale = self.activation.gain / weight.shape[-2] ** 0.5
        weight.copy_(torch.randn(weight.shape, generator=generator, dtype=weight.dtype) * scale)
        params["bias"].zero_()

    def forward(self, params: Parameters, x: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """f(x W + b); keeps x and the output."""
        weight, bias = params["weight"], params["bias"]
        if weight.ndim == 2 and x.ndim == 2:
            z = torch.addmm(bias, x, weight)
        elif weight.ndim == 3 and x.ndim == 3:
            z = torch.baddbmm(bias.unsqueeze(-2), x, weight)
        else:
            z = torch.matmul(x, weight) + bias.unsqueeze(-2)
        y = self.activation(z)
        return y, (x, y)

    def backward(
        self,
        params: Parameters,
        saved: tuple[Tensor, Tensor],
        dy: Tensor,
        grads: Parameters,
        needs_dx: bool = True,
    ) -> Tensor | None:
        """dJ/dW = xᵀδ, dJ/db = Σδ, dJ/dx = δWᵀ with δ = dJ/dy · f'."""
        x, y = saved
        delta = dy * self.activation.derivative(y)
        grads["weight"].copy_(torch.matmul(x.mT, delta))
        torch.sum(delta, dim=-2, out=grads["bias"])
        return delta @ params["weight"].mT if needs_dx else None

    def jacobian(
        self,
        params: Parameters,
        saved: tuple[Tensor, Tensor],
        dy: Tensor,
        blocks: Parameters,
        needs_dx: bool = True,
    ) -> Tensor | None:
        """Per row and output: x ⊗ δ for W and δ for b, with δ (…, N, C, d_out)."""
        x, y = saved
        delta = dy * self.activation.derivative(y).unsqueeze(-2)
        torch.mul(x[..., None, :, None], delta.unsqueeze(-2), out=blocks["weight"])
        blocks["bias"].copy_(delta)
        if not needs_dx:
            return None
        weight = params["weight"]
        rows = delta.flatten(-3, -2)  # one matrix product a member for all rows and outputs
        return torch.matmul(rows, weight.mT).reshape(*delta.shape[:-1], weight.shape[-2])

    def describe(self) -> str:
        """Units and activation."""
        return f"{self.units} {self.activation.name}"

    def to_json(self) -> dict[str, Any]:
        """Kind, units and activation."""
        return {"kind": self.kind, "units": self.units, "activation": self.activation.name}


def _activation(name: "str | Activation") -> Activation:
    # the class's own argument is called `activation`, as users type it, and hides the function of that name
    return activation(name)
