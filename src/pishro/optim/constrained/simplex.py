"""The simplex: non-negative numbers with a given sum, such as probabilities.

The projection subtracts one number from all entries and clips at zero, P(x) = max(x − θ, 0), with θ such that the sum
is right. Sorted downwards, the entries that stay positive come first, and θ = (x₍₁₎ + … + x₍ⱼ₎ − total)/j for the
largest j with x₍ⱼ₎ > θ.

References
----------
Held, M., Wolfe, P. and Crowder, H. P. (1974). Validation of subgradient optimization. Math. Programming 6, 62-88.
"""

__all__ = ["Simplex", "onto_simplex"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.optim.constrained.region import Region, Surface


def onto_simplex(x: Tensor, total: float) -> Tensor:
    """The nearest non-negative rows with that sum, (K, P).

    Examples
    --------
    >>> onto_simplex(torch.tensor([[0.5, 1.5, -1.0]]), 1.0)
    tensor([[0., 1., 0.]])
    """
    ordered = x.sort(-1, descending=True).values
    count = torch.arange(1, x.shape[-1] + 1, dtype=x.dtype, device=x.device)
    theta = (ordered.cumsum(-1) - total) / count
    positive = (ordered > theta).sum(-1, keepdim=True).clamp_min(1)
    return (x - theta.gather(-1, positive - 1)).clamp_min(0.0)


@final
@dataclasses.dataclass(frozen=True)
class Simplex(Region):
    """All x ≥ 0 with Σx = total.

    Raises
    ------
    SettingError
        If the total is not positive.

    Examples
    --------
    >>> Simplex().project(torch.tensor([[2.0, 2.0]]))
    tensor([[0.5000, 0.5000]])
    """

    total: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a sum that no simplex has."""
        if not 0 < self.total < float("inf"):
            raise SettingError(f"Expected a positive total, received {self.total}; probabilities have 1.")

    def project(self, x: Tensor) -> Tensor:
        """The nearest point of the simplex for each row of x, (K, P)."""
        return onto_simplex(x, self.total)

    def surface(self, x: Tensor, normal: Tensor) -> Surface:
        """The sum, and the entries that are zero."""
        zero = x <= 0
        price = normal[~zero].mean()
        multipliers = torch.cat([price.reshape(1), price - normal[zero]])
        inequality = torch.ones_like(multipliers, dtype=torch.bool)
        inequality[0] = False
        return Surface(lambda z: torch.cat([z.sum().reshape(1) - self.total, -z[zero]]), multipliers, inequality)
