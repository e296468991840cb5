"""Balls in the three usual norms.

    ‖x‖₂ ≤ r   shorten x to the length r
    ‖x‖∞ ≤ r   clip every entry
    ‖x‖₁ ≤ r   project the absolute values onto the simplex, and give the signs back: small entries become zero

References
----------
Duchi, J., Shalev-Shwartz, S., Singer, Y. and Chandra, T. (2008). Efficient projections onto the l1-ball for learning in
high dimensions. Proc. ICML, 272-279.
"""

__all__ = ["Ball"]

import dataclasses
import math
from typing import final

import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.optim.constrained.box import Box
from pishro.optim.constrained.region import Region, Surface
from pishro.optim.constrained.simplex import onto_simplex

ON_SPHERE = 1e-10
"""Distance from the sphere, relative to the radius, that is rounding."""


@final
@dataclasses.dataclass(frozen=True)
class Ball(Region):
    """All x with ‖x‖ ≤ radius.

    Attributes
    ----------
    radius : positive.
    norm : 1, 2 or inf.

    Raises
    ------
    SettingError
        If the radius is not positive, or the norm is another.

    Examples
    --------
    >>> Ball(1.0).project(torch.tensor([[3.0, 4.0]]))
    tensor([[0.6000, 0.8000]])
    >>> Ball(1.0, norm=1).project(torch.tensor([[3.0, 0.5]]))
    tensor([[1., 0.]])
    """

    radius: float
    norm: float = 2

    def __post_init__(self) -> None:
        """Refuse what is no ball."""
        if not 0 < self.radius < math.inf:
            raise SettingError(f"Expected a positive radius, received {self.radius}.")
        if self.norm not in (1, 2, math.inf):
            raise SettingError(f"Expected norm 1, 2 or inf, received {self.norm!r}.")

    def project(self, x: Tensor) -> Tensor:
        """The nearest point of the ball for each row of x, (K, P)."""
        if self.norm == math.inf:
            return x.clamp(-self.radius, self.radius)
        length: Tensor = torch.linalg.vector_norm(x, self.norm, dim=-1, keepdim=True)
        if self.norm == 2:
            return x * (self.radius / length.clamp_min(self.radius))
        return torch.where(length <= self.radius, x, onto_simplex(x.abs(), self.radius) * x.sign())

    def surface(self, x: Tensor, normal: Tensor) -> Surface:
        """The sphere if x (P,) is on it: curved, or the face of a polytope that x lies on."""
        if self.norm == math.inf:
            return Box(-self.radius, self.radius).surface(x, normal)
        length = torch.linalg.vector_norm(x, self.norm)
        if float(length) < self.radius * (1 - ON_SPHERE):
            return Surface(lambda z: z[:0], x[:0], torch.zeros_like(x[:0], dtype=torch.bool))
        if self.norm == 2:
            multiplier = (normal @ x / length.square()).reshape(1)
            inequality = torch.ones_like(multiplier, dtype=torch.bool)
            return Surface(lambda z: (z @ z - length.square()).reshape(1) / 2, multiplier, inequality)
        # Zero entries stand on an edge: each is held from both sides, with a strength between −price and price.
        sign, zero = x.sign(), x == 0
        price = (normal * sign).sum() / (~zero).sum()
        inequality = torch.zeros(1 + int(zero.sum()), dtype=torch.bool, device=x.device)
        inequality[0] = True
        return Surface(
            lambda z: torch.cat([(sign @ z - length).reshape(1), z[zero]]),
            torch.cat([price.reshape(1), normal[zero]]),
            inequality,
        )
