"""The dense layer: Y = f(X W + b)."""

__all__ = ["Dense"]

import dataclasses
from collections.abc import Mapping
from typing import Any, final

import torch
from torch import Generator, Tensor

from pishro.errors import SettingError, ShapeError
from pishro.nn.activations import Activation, Elementwise
from pishro.nn.activations import activation as activation_named
from pishro.nn.initializers import Fans, Initializer, Start, initializer
from pishro.nn.layer import ClosedFormLayer, Shapes
from pishro.nn.rules import Bound, Parameters


@final
@dataclasses.dataclass(frozen=True, init=False)
class Dense(ClosedFormLayer):
    """Y = f(X W + b) with W (d_in, d_out) and b (d_out).

    Members of an ensemble may share W: then it comes without the members' axis, which b still has.

    Parameters
    ----------
    units : d_out, at least 1.
    activation : f, by name or as an `Activation`; or how many units have which, such as {"tanh": 12, "relu": 8}.
    weight_init : initializer of the weights, by name or as an `Initializer`; None for what suits the activation.
    bias_init : where biases start; None for what suits the activation, which is zero but for ReLU and its kin.

    Examples
    --------
    >>> Dense(20, "tanh").describe()
    '20 tanh'
    """

    units: int
    activation: Activation
    weight_init: Initializer | None = None
    bias_init: float | None = None
    kind = "dense"

    def __init__(
        self,
        units: int,
        activation: "str | Activation | Mapping[str, Any]" = "linear",
        weight_init: "str | Initializer | Mapping[str, Any] | None" = None,
        bias_init: float | None = None,
    ) -> None:
        if units < 1:
            raise SettingError(f"A dense layer needs at least 1 unit, received {units}.")
        object.__setattr__(self, "units", units)
        object.__setattr__(self, "activation", activation_named(activation))
        object.__setattr__(self, "weight_init", None if weight_init is None else initializer(weight_init))
        object.__setattr__(self, "bias_init", bias_init)
        self.activation.check(units)

    def shape_out(self, shape_in: tuple[int, ...]) -> tuple[int, ...]:
        """(units,)."""
        if len(shape_in) != 1:
            raise ShapeError(
                f"A dense layer takes rows of one axis, received {shape_in}; put a flatten layer before it."
            )
        return (self.units,)

    def shapes(self, shape_in: tuple[int, ...]) -> Shapes:
        """Weight (d_in, units), bias (units) and what the activation trains."""
        return [("weight", (shape_in[0], self.units)), ("bias", (self.units,)), *self.activation.shapes(self.units)]

    def init(self, params: Parameters, generator: Generator) -> None:
        """Weights from the initializer, LeCun's with the activation's gain unless named."""
        fans = Fans(*params["weight"].shape)
        Start(self.weight_init, self.bias_init).fill(params, fans, self.activation, generator)

    def sums(self, params: Parameters, x: Tensor) -> Tensor:
        """Z = x W + b."""
        weight, bias = params["weight"], params["bias"]
        if weight.ndim == 3:
            return torch.baddbmm(bias.unsqueeze(-2), _for_each(x, len(weight)), weight)
        if bias.ndim == 2:  # members that share the weight
            return torch.matmul(x, weight).add_(bias.unsqueeze(-2)) if x.ndim == 3 else x @ weight + bias.unsqueeze(-2)
        return torch.addmm(bias, x, weight) if x.ndim == 2 else torch.matmul(x, weight) + bias

    def forward(
        self, params: Parameters, x: Tensor, *, training: bool = False, generator: Generator | None = None
    ) -> tuple[Tensor, tuple[Tensor, Any]]:
        """f(x W + b); keeps x and what the activation keeps."""
        y, kept = self.activation.forward(params, self.sums(params, x))
        return y, (x, kept)

    def backward(
        self, params: Parameters, saved: tuple[Tensor, Any], dy: Tensor, grads: Parameters, needs_dx: bool = True
    ) -> Tensor | None:
        """dJ/dW = xᵀδ, dJ/db = Σδ, dJ/dx = δWᵀ with δ = dJ/dy · f'."""
        x, kept = saved
        delta = self.activation.backward(params, kept, dy, grads)
        torch.sum(delta, -2, out=grads["bias"])
        if params["weight"].ndim == 2:  # of one network, or shared by members: one product for the rows of all
            rows = x if x.ndim == delta.ndim else x.expand(len(delta), *x.shape)
            torch.mm(rows.flatten(0, -2).t(), delta.flatten(0, -2), out=grads["weight"])
            return torch.matmul(delta, params["weight"].t()) if needs_dx else None
        # a batched product straight into the gradient, whose members lie apart, takes twice as long as the copy
        grads["weight"].copy_(torch.bmm(_for_each(x, len(delta)).mT, delta))
        return torch.bmm(delta, params["weight"].mT) if needs_dx else None

    def bind(self, params: Parameters, grads: Parameters, needs_dx: bool) -> Bound:
        """The rules above for one network and an elementwise activation, without a look into a dict in any step."""
        f, weight = self.activation, params["weight"]
        if params["bias"].ndim != 1 or not isinstance(f, Elementwise):
            return super().bind(params, grads, needs_dx)
        bias, back, dweight, dbias = params["bias"], weight.t(), grads["weight"], grads["bias"]
        value, pull, reads_input = f.overwriting, f.pull, f.reads == "input"
        x = kept = bias

        def forward(rows: Tensor, training: bool, generator: Generator | None) -> Tensor:
            nonlocal x, kept
            x = rows
            z = torch.addmm(bias, rows, weight)
            if reads_input:
                kept = z
                return f(z)
            kept = value(z)
            return kept

        def backward(dy: Tensor) -> Tensor | None:
            delta = pull(kept, dy)
            torch.sum(delta, 0, out=dbias)
            torch.mm(x.t(), delta, out=dweight)
            return torch.mm(delta, back) if needs_dx else None

        return forward, backward

    def jacobian(
        self, params: Parameters, saved: tuple[Tensor, Any], dy: Tensor, blocks: Parameters, needs_dx: bool = True
    ) -> Tensor | None:
        """Per row and output: x ⊗ δ for W and δ for b, with δ (…, N, C, d_out)."""
        x, kept = saved
        delta = self.activation.jacobian(params, kept, dy, blocks)
        across = blocks["weight"].stride(-1) != 1
        if across:
            # The result has its rows innermost: with factors laid out alike the product runs twice as fast.
            x, delta = x.mT.contiguous().mT, delta.movedim(-1, -3).contiguous().movedim(-3, -1)
        torch.mul(x.unsqueeze(-2).unsqueeze(-1), delta.unsqueeze(-2), out=blocks["weight"])
        blocks["bias"].copy_(delta)
        if not needs_dx:
            return None
        # one matrix product a member for all rows and outputs, whose result is laid out as delta is
        flat, weight = delta.flatten(-3, -2), params["weight"]
        rows = torch.matmul(weight, flat.mT).mT if across else torch.matmul(flat, weight.mT)
        return rows.view(*delta.shape[:-1], rows.shape[-1])

    def jvp(self, params: Parameters, saved: tuple[Tensor, Any], dparams: Parameters, dx: Tensor | None) -> Tensor:
        """Return f' · (x dW + db + dx W)."""
        x, kept = saved
        dz = torch.matmul(x, dparams["weight"]) + dparams["bias"].unsqueeze(-2)
        if dx is not None:
            dz = dz + torch.matmul(dx, params["weight"])
        return self.activation.jvp(params, kept, dparams, dz)

    def delta(self, params: Parameters, saved: tuple[Tensor, Any], dy: Tensor) -> Tensor:
        """dJ/dy · f'."""
        return self.activation.backward(params, saved[1], dy, None)

    def describe(self) -> str:
        """Units and activation."""
        return self.activation.label(self.units)


def _for_each(x: Tensor, members: int) -> Tensor:
    # (N, d) as (K, N, d) without a copy: batched products are faster than broadcasting ones
    return x if x.ndim == 3 else x.expand(members, *x.shape)
