"""A dense layer that can only rise, or only fall, with some of its inputs.

    Y = f(X Ŵ + b),   Ŵ_ij = s_i |W_ij|  where the sign s_i is ±1,   Ŵ_ij = W_ij  where it is 0 (free)

With an increasing f every unit rises with the inputs of sign +1 and falls with those of sign −1, whatever θ is: the
property holds by construction, at every point and not only at the rows, and no step of an optimizer can break it. A
chain of such layers, all signs +1 behind the first, is monotone as a whole (Archer & Wang 1993). Bounded units such as
tanh bend both ways, so that no shape is lost; with ReLU alone the function would be convex as well (Runje &
Shankaranarayana 2023). Free inputs reach every shape through the first layer, whose weights from them have any sign.

The parameter is W, with a prior that is symmetric around zero, so that weight decay and evidence read as they do for a
dense layer: |W| is then half-normal. Its derivative is the sign of W, taken as +1 at zero.

References
----------
Archer, N. P. and Wang, S. (1993). Application of the back propagation neural network algorithm with monotonicity
constraints for two-group classification problems. Decision Sciences 24, 60-75.
Runje, D. and Shankaranarayana, S. M. (2023). Constrained monotonic neural networks. ICML.
"""

__all__ = ["MonotoneDense"]

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, final

import torch
from torch import Generator, Tensor

from pishro.errors import SettingError, ShapeError
from pishro.nn.activations import Activation, Groups
from pishro.nn.dense import Dense
from pishro.nn.layer import ClosedFormLayer, Parameters, Shapes

INCREASING = frozenset(("linear", "sigmoid", "tansig", "tanh", "relu", "leaky", "softplus", "elu", "bounded"))
"""Activations that never fall."""


@dataclasses.dataclass(frozen=True)
class _Saved:
    """The weights as they act, their derivatives by the parameters, and what the dense layer keeps."""

    acting: Parameters
    slope: Tensor
    inner: Any


@final
@dataclasses.dataclass(frozen=True, init=False)
class MonotoneDense(ClosedFormLayer):
    """Y = f(X Ŵ + b), rising with inputs of sign +1, falling with those of sign −1.

    Parameters
    ----------
    units, activation : as for `Dense`; the activation must be increasing.
    signs : of each input +1, −1, or 0 for one that is free; a single number stands for all of them.
    free : the last so many units have free weights from all inputs, such as a scale beside a location.

    Examples
    --------
    >>> MonotoneDense(8, "tanh", signs=(1, 0)).describe()
    '8 tanh, monotone'
    """

    units: int
    activation: Activation
    signs: "int | tuple[int, ...]"
    free: int = 0
    kind = "monotone-dense"

    def __init__(
        self,
        units: int,
        activation: "str | Activation | Mapping[str, Any]" = "linear",
        signs: "int | Sequence[int]" = 1,
        free: int = 0,
    ) -> None:
        dense = Dense(units, activation)
        kept = signs if isinstance(signs, int) else tuple(int(s) for s in signs)
        if any(s not in (-1, 0, 1) for s in (kept if isinstance(kept, tuple) else (kept,))):
            raise SettingError(f"Expected signs +1, -1 or 0, received {signs}.")
        if not 0 <= free < units:
            raise SettingError(f"Expected fewer free units than the {units} that there are, received {free}.")
        parts = dense.activation.parts if isinstance(dense.activation, Groups) else ((dense.activation, units),)
        before = 0
        for f, count in parts:
            if before < units - free and f.name not in INCREASING:
                raise SettingError(
                    f"Expected an activation that never falls, such as tanh or softplus, received {f.name!r}: with it "
                    "the layer is not monotone."
                )
            before += count
        for name, value in (("units", units), ("activation", dense.activation), ("signs", kept), ("free", free)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_dense", dense)

    def shape_out(self, shape_in: tuple[int, ...]) -> tuple[int, ...]:
        """(units,)."""
        if isinstance(self.signs, tuple) and shape_in != (len(self.signs),):
            raise ShapeError(f"Expected rows of {len(self.signs)} inputs, one a sign, received {shape_in}.")
        return self._inner.shape_out(shape_in)

    def shapes(self, shape_in: tuple[int, ...]) -> Shapes:
        """Weight (d_in, units) and bias (units)."""
        return self._inner.shapes(shape_in)

    def init(self, params: Parameters, generator: Generator) -> None:
        """As a dense layer, biases so that the sums start around zero for rows around zero."""
        self._inner.init(params, generator)

    def sums(self, params: Parameters, x: Tensor) -> Tensor:
        """Z = x Ŵ + b."""
        return self._inner.sums(self._acting(params)[0], x)

    def forward(
        self, params: Parameters, x: Tensor, *, training: bool = False, generator: Generator | None = None
    ) -> tuple[Tensor, _Saved]:
        """f(x Ŵ + b)."""
        acting, slope = self._acting(params)
        y, inner = self._inner.forward(acting, x, training=training, generator=generator)
        return y, _Saved(acting, slope, inner)

    def backward(
        self, params: Parameters, saved: _Saved, dy: Tensor, grads: Parameters, needs_dx: bool = True
    ) -> Tensor | None:
        """dJ/dW = dJ/dŴ ⊙ dŴ/dW; the rest as in a dense layer."""
        dx = self._inner.backward(saved.acting, saved.inner, dy, grads, needs_dx)
        grads["weight"].mul_(saved.slope)
        return dx

    def jacobian(
        self, params: Parameters, saved: _Saved, dy: Tensor, blocks: Parameters, needs_dx: bool = True
    ) -> Tensor | None:
        """The same for each row and output."""
        dx = self._inner.jacobian(saved.acting, saved.inner, dy, blocks, needs_dx)
        blocks["weight"].mul_(saved.slope.unsqueeze(-3).unsqueeze(-3))
        return dx

    def jvp(self, params: Parameters, saved: _Saved, dparams: Parameters, dx: Tensor | None) -> Tensor:
        """Along dŴ = dŴ/dW ⊙ dW."""
        moved = {**dparams, "weight": dparams["weight"] * saved.slope}
        return self._inner.jvp(saved.acting, saved.inner, moved, dx)

    def delta(self, params: Parameters, saved: _Saved, dy: Tensor) -> Tensor:
        """dJ/dy · f'."""
        return self._inner.delta(saved.acting, saved.inner, dy)

    def describe(self) -> str:
        """Units, activation and what is special."""
        return f"{self._inner.describe()}, monotone"

    @property
    def _inner(self) -> Dense:
        dense: Dense = self._dense  # type: ignore[attr-defined]
        return dense

    def _acting(self, params: Parameters) -> tuple[Parameters, Tensor]:
        """The parameters with Ŵ in place of W, and dŴ/dW."""
        weight = params["weight"]
        signs = self.signs if isinstance(self.signs, tuple) else (self.signs,) * weight.shape[-2]
        sign = weight.new_tensor(signs).unsqueeze(-1)
        slope = torch.where(weight.detach() < 0, -sign, sign)
        slope = torch.where(sign == 0, 1.0, slope)
        if self.free:
            slope[..., -self.free :] = 1.0
        return {**params, "weight": weight * slope}, slope
