"""The fitted Boltzmann machine, with what stands between it and the rows."""

__all__ = ["BoltzmannModel"]

import dataclasses
from typing import final

import torch
from torch import Generator, Tensor

from pishro.models.boltzmann.bridge import Bridge
from pishro.models.boltzmann.machine import Machine
from pishro.models.boltzmann.partition import (
    MOST_SUMMED,
    LogPartition,
    annealed_log_partition,
    exact_log_partition,
)
from pishro.models.boltzmann.training import BoltzmannRecord
from pishro.models.row_scaling import RowScaling


@final
@dataclasses.dataclass(frozen=True)
class BoltzmannModel:
    """A trained machine; every method takes and gives rows (N, D) in their own units.

    Attributes
    ----------
    scaling : of the rows.
    machine : trained on scaled rows.
    means : of the scaled rows (D,), for the base-rate model.
    record : of the training.
    """

    scaling: RowScaling
    machine: Machine
    means: Tensor
    record: BoltzmannRecord

    def encode(self, x: Tensor) -> Tensor:
        """Means (N, H) of the hidden units."""
        return self.machine.hidden_mean(self.scaled(x))

    def decode(self, h: Tensor) -> Tensor:
        """Means of the rows given hidden units (N, H)."""
        return self.scaling.inverse(self.machine.visible_mean(h.to(self.machine.weight)))

    def reconstruct(self, x: Tensor) -> Tensor:
        """What the hidden means give back."""
        return self.decode(self.encode(x))

    def free_energy(self, x: Tensor) -> Tensor:
        """F(v) of the scaled rows, (N,) in float64."""
        return self.machine.to(torch.float64).free_energy(self.scaled(x).double())

    def pseudo_likelihood(self, x: Tensor) -> Tensor:
        """Of binary rows, (N,)."""
        return self.machine.pseudo_likelihood(self.scaled(x))

    def log_partition(self, steps: int = 5000, chains: int = 100, seed: int = 0) -> LogPartition:
        """Return ln Z: exact where one side has few units, by AIS elsewhere."""
        m = self.machine
        sides = ((m.visible, len(m.visible_bias)), (m.hidden, len(m.hidden_bias)))
        if any(units.bounded and count <= MOST_SUMMED // 2 for units, count in sides):
            value = exact_log_partition(m)
            return LogPartition(value, value, value)
        return annealed_log_partition(m, self.means, steps, chains, seed)

    def sample(self, count: int, steps: int, seed: int) -> Tensor:
        """Rows that the machine makes, the last step as means."""
        bridge = Bridge(self.machine, self.machine.visible.bias_for(self.means))
        return self.scaling.inverse(bridge.draw(count, steps, Generator().manual_seed(seed)))

    def scaled(self, x: Tensor) -> Tensor:
        """Rows as the machine reads them; probabilities outside [0, 1] count as the nearest inside."""
        rows = self.scaling(x).to(self.machine.weight.dtype)
        return rows.clamp(0, 1) if self.machine.visible.bounded else rows
