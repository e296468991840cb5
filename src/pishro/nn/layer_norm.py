"""Layer normalization: each row gets mean 0 and variance 1, then a trained gain and bias for each entry.

    x̂ = (x − m)/σ,   σ² = variance over the row's entries + ε,   y = g ⊙ x̂ + b

The derivative of x̂ takes out what changes the mean or the variance only: with t = dJ/dx̂,

    dJ/dx = (t − mean(t) − x̂ mean(t ⊙ x̂))/σ

a symmetric map, so the same line serves the forward mode. Rows are independent of each other, unlike in batch
normalization: the layer computes the same in training and afterwards.

References
----------
Ba, Kiros, Hinton (2016), Layer normalization, arXiv:1607.06450.
"""

__all__ = ["LayerNorm"]

import dataclasses
from typing import Self, final

import torch
from torch import Generator, Tensor

from pishro.errors import SettingError
from pishro.nn.layer import ClosedFormLayer, Parameters, Shapes


@final
@dataclasses.dataclass(frozen=True)
class LayerNorm(ClosedFormLayer):
    """y = g ⊙ (x − m)/σ + b over all entries of a row, whatever its shape.

    Parameters
    ----------
    epsilon : added to the variance, positive; it keeps a constant row finite.
    row : shape of an input row; a network fills it in.

    Examples
    --------
    >>> LayerNorm().shapes((20,))
    [('gain', (20,)), ('bias', (20,))]
    """

    epsilon: float = 1e-5
    kind = "layer_norm"
    row: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not self.epsilon > 0:
            raise SettingError(f"Layer normalization adds a positive epsilon to the variance, received {self.epsilon}.")

    def settle(self, shape_in: tuple[int, ...]) -> Self:
        """Note the shape of the rows."""
        return dataclasses.replace(self, row=tuple(shape_in))

    def shape_out(self, shape_in: tuple[int, ...]) -> tuple[int, ...]:
        """As the input."""
        return shape_in

    def shapes(self, shape_in: tuple[int, ...]) -> Shapes:
        """Gain and bias, one for each entry of a row."""
        return [("gain", shape_in), ("bias", shape_in)]

    def init(self, params: Parameters, generator: Generator) -> None:
        """Gain one, bias zero."""
        params["gain"].fill_(1)
        params["bias"].zero_()

    def forward(
        self, params: Parameters, x: Tensor, *, training: bool = False, generator: Generator | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """The line above; keeps x̂ and 1/σ."""
        normal, _, scale = torch.native_layer_norm(x, self.row, None, None, self.epsilon)
        return normal * self._over_rows(params["gain"]) + self._over_rows(params["bias"]), (normal, scale)

    def backward(
        self,
        params: Parameters,
        saved: tuple[Tensor, Tensor],
        dy: Tensor,
        grads: Parameters,
        needs_dx: bool = True,
    ) -> Tensor | None:
        """dJ/dg = Σ dy ⊙ x̂, dJ/db = Σ dy, dJ/dx as above with t = dy ⊙ g."""
        normal, scale = saved
        rows = -len(self.row) - 1
        grads["gain"].copy_((dy * normal).sum(rows))
        grads["bias"].copy_(dy.sum(rows))
        return self._through(dy * self._over_rows(params["gain"]), normal, scale) if needs_dx else None

    def jacobian(
        self,
        params: Parameters,
        saved: tuple[Tensor, Tensor],
        dy: Tensor,
        blocks: Parameters,
        needs_dx: bool = True,
    ) -> Tensor | None:
        """As backward, for each row and raw output by itself."""
        outputs = -len(self.row) - 1
        normal, scale = (s.unsqueeze(outputs) for s in saved)
        torch.mul(dy, normal, out=blocks["gain"])
        blocks["bias"].copy_(dy)
        if not needs_dx:
            return None
        return self._through(dy * self._over_rows(params["gain"]).unsqueeze(outputs), normal, scale)

    def jvp(self, params: Parameters, saved: tuple[Tensor, Tensor], dparams: Parameters, dx: Tensor | None) -> Tensor:
        """Change of y: dg ⊙ x̂ + db + g ⊙ dx̂."""
        normal, scale = saved
        dy = self._over_rows(dparams["gain"]) * normal + self._over_rows(dparams["bias"])
        return dy if dx is None else dy + self._over_rows(params["gain"]) * self._through(dx, normal, scale)

    def describe(self) -> str:
        """What it does."""
        return "layer normalization"

    @property
    def _axes(self) -> tuple[int, ...]:
        return tuple(range(-len(self.row), 0))

    def _over_rows(self, parameter: Tensor) -> Tensor:
        """(…, *row) as (…, 1, *row): the same for all rows of a member."""
        return parameter.unsqueeze(-len(self.row) - 1)

    def _through(self, t: Tensor, normal: Tensor, scale: Tensor) -> Tensor:
        axes = self._axes
        return (t - t.mean(axes, keepdim=True) - normal * (t * normal).mean(axes, keepdim=True)) * scale
