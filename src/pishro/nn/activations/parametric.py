"""The parametric rectifier: g(z) = max(0, z) + α min(0, z) with a trained slope α for each unit (He et al. 2015).

∂g/∂z = 1 above zero, α below;   ∂g/∂α = min(0, z)
"""

__all__ = ["Parametric"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.nn.activations.activation import Activation
from pishro.nn.layer import Parameters, Shapes


@final
@dataclasses.dataclass(frozen=True)
class Parametric(Activation):
    """max(0, z) + α min(0, z), α trained.

    Parameters
    ----------
    slope : where every α starts.
    """

    slope: float = 0.25
    name = "parametric"
    gain = 2.0**0.5
    bias_init = 0.1

    def shapes(self, units: int) -> Shapes:
        """One slope a unit."""
        return [("slope", (units,))]

    def init(self, params: Parameters) -> None:
        """Every slope at its start."""
        params["slope"].fill_(self.slope)

    def forward(self, params: Parameters, z: Tensor, axis: int = -1) -> tuple[Tensor, Tensor]:
        """g(z); keeps z."""
        return torch.where(z > 0, z, z * _beside(params["slope"], axis)), z

    def backward(
        self, params: Parameters, kept: Tensor, dy: Tensor, grads: Parameters | None, axis: int = -1
    ) -> Tensor:
        """dJ/dα sums min(0, z) dJ/dy over rows and positions."""
        if grads is not None:
            own = _over_positions(dy * kept.clamp_max(0), axis)
            grads["slope"].copy_(own.sum(-2))
        return dy * torch.where(kept > 0, 1.0, _beside(params["slope"], axis))

    def jacobian(self, params: Parameters, kept: Tensor, dy: Tensor, blocks: Parameters, axis: int = -1) -> Tensor:
        """The same without the sum over rows."""
        z = kept.unsqueeze(axis - 1)
        blocks["slope"].copy_(_over_positions(dy * z.clamp_max(0), axis))
        return dy * torch.where(z > 0, 1.0, _beside(params["slope"], axis).unsqueeze(axis - 1))

    def jvp(self, params: Parameters, kept: Tensor, dparams: Parameters, dz: Tensor, axis: int = -1) -> Tensor:
        """G' dz + min(0, z) dα."""
        slope, change = _beside(params["slope"], axis), _beside(dparams["slope"], axis)
        return dz * torch.where(kept > 0, 1.0, slope) + kept.clamp_max(0) * change


def _beside(slope: Tensor, axis: int) -> Tensor:
    # (…, units) → (…, 1, units, 1 …), to stand beside rows whose units are on that axis
    return slope.unsqueeze(-2)[(..., *[None] * (-1 - axis))]


def _over_positions(value: Tensor, axis: int) -> Tensor:
    return value if axis == -1 else value.sum(tuple(range(axis + 1, 0)))
