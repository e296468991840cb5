"""A path of machines from one whose units are independent, at β = 0, to the given one, at β = 1.

    ln f_β(v) = ((1 − β) b₀ + β b)·v − A₀(v) + Σⱼ L(β (cⱼ + (vW)ⱼ))

At β = 0 it is the base-rate model: visible units alone with the means of the data, whose normalizer and samples are
known. Near 0 the chains wander freely, near 1 they follow the machine. Annealed importance sampling walks along the
path once, parallel tempering keeps chains at many places of it. The hidden units at β receive β times their sums.

References
----------
Salakhutdinov, Murray (2008), On the quantitative analysis of deep belief networks, ICML.
"""

__all__ = ["Bridge"]

import dataclasses
from typing import final

import torch
from torch import Generator, Tensor

from pishro.models.boltzmann.machine import Machine


@final
@dataclasses.dataclass(frozen=True)
class Bridge:
    """The path to a machine.

    Attributes
    ----------
    machine : at β = 1.
    base_bias : b₀ (D,) of the base-rate model, `machine.visible.bias_for(means of the rows)`.
    """

    machine: Machine
    base_bias: Tensor

    def start(self, count: int, generator: Generator) -> Tensor:
        """Draw (count, D) from the base-rate model."""
        units = self.machine.visible
        z = self.base_bias.expand(count, -1)
        return units.sample(z, units.mean(z), generator)

    def log_start(self) -> float:
        """Return ln Z of β = 0."""
        hidden = self.machine.hidden.log_partition(torch.zeros_like(self.machine.hidden_bias))
        return float(self.machine.visible.log_partition(self.base_bias) + hidden)

    def log_weight(self, v: Tensor, sums: Tensor, beta: "float | Tensor") -> Tensor:
        """Return ln f_β(v) (…) without A₀, for sums c + vW; β is a number, or (…, 1) beside the rows."""
        along = v @ self.base_bias, v @ self.machine.visible_bias
        share = beta.squeeze(-1) if isinstance(beta, Tensor) else beta
        return (1 - share) * along[0] + share * along[1] + self.machine.hidden.log_partition(beta * sums)

    def step(self, sums: Tensor, beta: "float | Tensor", generator: Generator) -> Tensor:
        """Draw v after one Gibbs step at β, for the sums c + vW of the present v."""
        machine = self.machine
        z = beta * sums
        h = machine.hidden.sample(z, machine.hidden.mean(z), generator)
        up = beta * machine.visible_bias + (1 - beta) * self.base_bias
        z = up + beta * (h @ machine.weight.t())
        return machine.visible.sample(z, machine.visible.mean(z), generator)

    def draw(self, count: int, steps: int, generator: Generator) -> Tensor:
        """Draw (count, D) from the machine: half of the steps along the path, half at its end; the last as means."""
        v = self.start(count, generator)
        for number in range(steps):
            beta = min(1.0, 2 * (number + 1) / steps)
            v = self.step(self.machine.hidden_sums(v), beta, generator)
        return self.machine.visible_mean(self.machine.sample_hidden(v, generator))
