"""The prior of θ: a Normal around zero with one precision for each group of parameters.

−ln p(θ | α) = ½ Σ_g α_g ‖θ_g‖², up to a constant: weight decay whose strength is a parameter of the model. `groups`
says to which group each parameter belongs.
"""

__all__ = ["NormalPrior"]

import dataclasses
from typing import final

import torch
from torch import Tensor


@final
@dataclasses.dataclass(frozen=True)
class NormalPrior:
    """Independent Normals, θ_i ~ Normal(0, 1/α_g(i)).

    Attributes
    ----------
    groups : group of each parameter, (P,) integers.
    alpha : precision of each group, (…, G), positive.
    """

    groups: Tensor
    alpha: Tensor

    @property
    def precision(self) -> Tensor:
        """Precision of each parameter, (…, P)."""
        return self.alpha[..., self.groups]

    def nll(self, theta: Tensor) -> Tensor:
        """½ Σ α_i θ_i², (…)."""
        return (self.precision * theta.square()).sum(-1) / 2

    def gradient(self, theta: Tensor) -> Tensor:
        """α_i θ_i, (…, P)."""
        return self.precision * theta

    def sums(self, values: Tensor) -> Tensor:
        """Sum of a value per parameter (…, P) over each group: (…, G)."""
        total = values.new_zeros((*values.shape[:-1], self.alpha.shape[-1]))
        return total.index_add(-1, self.groups, values)

    def sizes(self) -> Tensor:
        """Number of parameters in each group, (G,)."""
        return torch.bincount(self.groups, minlength=self.alpha.shape[-1])

    def of(self, members: int) -> "NormalPrior":
        """The prior of so many members: precisions (K, G)."""
        return NormalPrior(self.groups, self.alpha.expand(members, -1))

    def to(self, device: torch.device, dtype: torch.dtype | None = None) -> "NormalPrior":
        """The same prior on a device, its precisions in another type if one is given."""
        return NormalPrior(self.groups.to(device), self.alpha.to(device, dtype))

    def select(self, index: Tensor) -> "NormalPrior":
        """The priors of the members in `index`."""
        return NormalPrior(self.groups, self.alpha[index])
