"""The restricted Boltzmann machine: two sides of units, weights between the sides, none within.

    E(v, h) = A₀(v) + A₀(h) − b·v − c·h − vᵀW h,   p(v, h) = exp(−E)/Z

Given one side, the units of the other are independent, with the sums c + vW and b + Wh. The hidden side can therefore
be summed out, which leaves the free energy

    F(v) = A₀(v) − b·v − Σⱼ L(cⱼ + (vW)ⱼ),   ln p(v) = −F(v) − ln Z

and the slope of the log-likelihood is the correlation of the two sides on the data less that of the machine left to
itself, ⟨vh⟩_data − ⟨vh⟩_model; `negative` holds the ways to come by the second.

References
----------
Smolensky (1986), Information processing in dynamical systems: foundations of harmony theory, in Parallel Distributed
Processing 1.
Hinton (2002), Training products of experts by minimizing contrastive divergence, Neural Computation 14.
"""

__all__ = ["Machine"]

import dataclasses
from typing import final

import torch
from torch import Generator, Tensor
from torch.nn.functional import softplus

from pishro.errors import SettingError, ShapeError
from pishro.models.boltzmann.units import BernoulliUnits, Units

FLIPS_AT_ONCE = 4_000_000
"""Entries of the sums that `pseudo_likelihood` holds at once: 32 MB in float64."""


@final
@dataclasses.dataclass(frozen=True)
class Machine:
    """A restricted Boltzmann machine of D visible and H hidden units.

    Attributes
    ----------
    visible, hidden : kinds of units.
    weight : W (D, H).
    visible_bias, hidden_bias : b (D,) and c (H,).

    Examples
    --------
    >>> machine = Machine(BernoulliUnits(), BernoulliUnits(), torch.zeros(3, 2), torch.zeros(3), torch.zeros(2))
    >>> machine.hidden_mean(torch.ones(1, 3))
    tensor([[0.5000, 0.5000]])
    """

    visible: Units
    hidden: Units
    weight: Tensor
    visible_bias: Tensor
    hidden_bias: Tensor

    def __post_init__(self) -> None:
        expected = (*self.visible_bias.shape, *self.hidden_bias.shape)
        if self.weight.shape != expected:
            raise ShapeError(f"Expected weights {expected} for the biases, received {tuple(self.weight.shape)}.")

    def hidden_sums(self, v: Tensor) -> Tensor:
        """Return c + vW (…, H)."""
        return torch.addmm(self.hidden_bias, v, self.weight) if v.ndim == 2 else v @ self.weight + self.hidden_bias

    def visible_sums(self, h: Tensor) -> Tensor:
        """Return b + Wh (…, D)."""
        back = self.weight.t()
        return torch.addmm(self.visible_bias, h, back) if h.ndim == 2 else h @ back + self.visible_bias

    def hidden_mean(self, v: Tensor) -> Tensor:
        """⟨h⟩ given v."""
        return self.hidden.mean(self.hidden_sums(v))

    def visible_mean(self, h: Tensor) -> Tensor:
        """⟨v⟩ given h."""
        return self.visible.mean(self.visible_sums(h))

    def sample_hidden(self, v: Tensor, generator: Generator) -> Tensor:
        """Draw h given v."""
        z = self.hidden_sums(v)
        return self.hidden.sample(z, self.hidden.mean(z), generator)

    def sample_visible(self, h: Tensor, generator: Generator) -> Tensor:
        """Draw v given h."""
        z = self.visible_sums(h)
        return self.visible.sample(z, self.visible.mean(z), generator)

    def gibbs(self, v: Tensor, steps: int, generator: Generator) -> Tensor:
        """So many times h given v, and v given h."""
        for _ in range(steps):
            v = self.sample_visible(self.sample_hidden(v, generator), generator)
        return v

    def reconstruct(self, v: Tensor) -> Tensor:
        """What the means of the hidden units give back."""
        return self.visible_mean(self.hidden_mean(v))

    def energy(self, v: Tensor, h: Tensor) -> Tensor:
        """E(v, h) of rows v (…, D) and h (…, H)."""
        linear = v @ self.visible_bias + (self.hidden_sums(v) * h).sum(-1)
        return self.visible.base(v) + self.hidden.base(h) - linear

    def free_energy(self, v: Tensor) -> Tensor:
        """F(v) = −ln Σ_h exp(−E(v, h)) of rows v (…, D)."""
        return self.visible.base(v) - v @ self.visible_bias - self.hidden.log_partition(self.hidden_sums(v))

    def pseudo_likelihood(self, v: Tensor) -> Tensor:
        """Σᵢ ln p(vᵢ | the others) of rows v (N, D), (N,): a score that needs no ln Z. Bernoulli units only.

        Values between 0 and 1 are rounded first: each is set beside its opposite.

        References
        ----------
        Besag (1975), Statistical analysis of non-lattice data, The Statistician 24.
        """
        if not isinstance(self.visible, BernoulliUnits):
            raise SettingError(
                f"The pseudo-likelihood is of Bernoulli units, received {self.visible.name}; compare log-likelihoods."
            )
        v = v.round()
        at_once = max(1, FLIPS_AT_ONCE // self.weight.numel())
        return torch.cat([self._pseudo(part) for part in v.split(at_once)])

    def _pseudo(self, v: Tensor) -> Tensor:
        change = 1 - 2 * v
        z = self.hidden_sums(v)
        flipped = z.unsqueeze(-2) + change.unsqueeze(-1) * self.weight  # (N, D, H)
        rise = self.hidden.log_partition(flipped) - self.hidden.log_partition(z).unsqueeze(-1)
        # ln p(v)/(p(v) + p(flipped)) with the difference of the two free energies
        total: Tensor = -softplus(rise + change * self.visible_bias).sum(-1)
        return total

    def to(self, dtype: torch.dtype) -> "Machine":
        """The same machine in another precision."""
        weight, b, c = (t.to(dtype) for t in (self.weight, self.visible_bias, self.hidden_bias))
        return Machine(self.visible, self.hidden, weight, b, c)
