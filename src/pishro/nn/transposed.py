"""The transposed dense layer: Y = f(X Wᵀ + b) with the weights W of another dense layer ("tied" weights).

An autoencoder whose decoder reads its encoder's weights has half as many of them, and cannot let one side grow while
the other shrinks: for linear units the best W then spans the same subspace, with orthonormal columns up to rotation.
The gradient of W is the sum of what both layers ask for, which the graph adds up as for any shared parameter; only the
bias is the layer's own.
"""

__all__ = ["Transposed"]

import dataclasses
from collections.abc import Mapping
from typing import Any, final

import torch
from torch import Generator, Tensor

from pishro.errors import SettingError, ShapeError
from pishro.nn.activations import Activation
from pishro.nn.activations import activation as activation_named
from pishro.nn.layer import ClosedFormLayer, Parameters, Shapes


@final
@dataclasses.dataclass(frozen=True, init=False)
class Transposed(ClosedFormLayer):
    """Y = f(X Wᵀ + b) with W (units, d_in) of the layer named `lender`, and b (units) its own.

    Parameters
    ----------
    lender : name of the dense layer whose weights are read.
    units : as many as that layer has inputs.
    activation : f, one that acts on each unit by itself, by name or as an `Activation`.

    Examples
    --------
    >>> from pishro.nn import Dense, Network
    >>> net = Network.graph({"x": 8}, {"code": Dense(3), "out": Transposed("code", 8)})
    >>> net.layout.size                            # 8·3 weights, 3 and 8 biases
    35
    """

    lender: str
    units: int
    activation: Activation
    kind = "transposed"

    def __init__(self, lender: str, units: int, activation: "str | Activation | Mapping[str, Any]" = "linear") -> None:
        if units < 1:
            raise SettingError(f"A transposed layer needs at least 1 unit, received {units}.")
        object.__setattr__(self, "lender", lender)
        object.__setattr__(self, "units", units)
        object.__setattr__(self, "activation", activation_named(activation))
        self.activation.check(units)

    @property
    def borrows(self) -> dict[str, str]:
        """The weight."""
        return {"weight": f"{self.lender}.weight"}

    def shape_out(self, shape_in: tuple[int, ...]) -> tuple[int, ...]:
        """(units,)."""
        if len(shape_in) != 1:
            raise ShapeError(f"A transposed layer takes rows of one axis, received {shape_in}.")
        return (self.units,)

    def shapes(self, shape_in: tuple[int, ...]) -> Shapes:
        """Weight (units, d_in), borrowed, bias (units) and what the activation trains."""
        return [("weight", (self.units, shape_in[0])), ("bias", (self.units,)), *self.activation.shapes(self.units)]

    def init(self, params: Parameters, generator: Generator) -> None:
        """The lender fills the weights; biases start at zero."""
        params["bias"].zero_()
        self.activation.init(params)

    def sums(self, params: Parameters, x: Tensor) -> Tensor:
        """Z = x Wᵀ + b."""
        return torch.matmul(x, params["weight"].mT) + params["bias"].unsqueeze(-2)

    def forward(
        self, params: Parameters, x: Tensor, *, training: bool = False, generator: Generator | None = None
    ) -> tuple[Tensor, tuple[Tensor, Any]]:
        """f(x Wᵀ + b); keeps x and what the activation keeps."""
        y, kept = self.activation.forward(params, self.sums(params, x))
        return y, (x, kept)

    def backward(
        self, params: Parameters, saved: tuple[Tensor, Any], dy: Tensor, grads: Parameters, needs_dx: bool = True
    ) -> Tensor | None:
        """dJ/dW = δᵀx, dJ/db = Σδ, dJ/dx = δW with δ = dJ/dy · f'."""
        x, kept = saved
        delta = self.activation.backward(params, kept, dy, grads)
        grads["bias"].copy_(delta.sum(-2))
        grads["weight"].copy_(torch.matmul(delta.mT, x))
        return torch.matmul(delta, params["weight"]) if needs_dx else None

    def jacobian(
        self, params: Parameters, saved: tuple[Tensor, Any], dy: Tensor, blocks: Parameters, needs_dx: bool = True
    ) -> Tensor | None:
        """Per row and output: δ ⊗ x for W and δ for b, with δ (…, N, C, units)."""
        x, kept = saved
        delta = self.activation.jacobian(params, kept, dy, blocks)
        torch.mul(delta.unsqueeze(-1), x.unsqueeze(-2).unsqueeze(-2), out=blocks["weight"])
        blocks["bias"].copy_(delta)
        if not needs_dx:
            return None
        weight = params["weight"]
        return torch.matmul(delta, weight if weight.ndim == 2 else weight.unsqueeze(-3))

    def jvp(self, params: Parameters, saved: tuple[Tensor, Any], dparams: Parameters, dx: Tensor | None) -> Tensor:
        """Return f' · (x dWᵀ + db + dx Wᵀ)."""
        x, kept = saved
        dz = torch.matmul(x, dparams["weight"].mT) + dparams["bias"].unsqueeze(-2)
        if dx is not None:
            dz = dz + torch.matmul(dx, params["weight"].mT)
        return self.activation.jvp(params, kept, dparams, dz)

    def delta(self, params: Parameters, saved: tuple[Tensor, Any], dy: Tensor) -> Tensor:
        """dJ/dy · f'."""
        return self.activation.backward(params, saved[1], dy, None)

    def describe(self) -> str:
        """Units, activation and whose weights."""
        return f"{self.activation.label(self.units)}, weights of {self.lender} transposed"
