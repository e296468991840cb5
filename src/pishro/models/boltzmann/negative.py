"""The negative phase: rows that the machine itself would make, whose correlations are taken off those of the data.

Rows of the machine's equilibrium would make the gradient exact, but a chain takes long to get there. Three ways out:

- contrastive divergence starts a chain at each row of the data and stops after k steps: quick, of little noise, and
  blind for what lies far from the data;
- persistent chains go on from update to update, while the machine changes little beneath them: better densities;
- parallel tempering keeps chains at many temperatures of a `Bridge` and swaps neighbors by Metropolis' rule, so that
  those of the machine itself are carried from mode to mode.

References
----------
Hinton (2002), Training products of experts by minimizing contrastive divergence, Neural Computation 14.
Tieleman (2008), Training restricted Boltzmann machines using approximations to the likelihood gradient, ICML.
Desjardins, Courville, Bengio, Vincent, Delalleau (2010), Parallel tempering for training of restricted Boltzmann
machines, AISTATS.
Hinton (2012), A practical guide to training restricted Boltzmann machines. (Where states are drawn, and where means
are taken.)
"""

__all__ = ["ContrastiveDivergence", "Negative", "ParallelTempering", "PersistentChains", "Walk", "negative_named"]

import abc
import dataclasses
from collections.abc import Callable
from typing import ClassVar, final

import torch
from torch import Generator, Tensor

from pishro.errors import SettingError, unknown_name
from pishro.models.boltzmann.bridge import Bridge

Walk = Callable[[Tensor], Tensor]
"""States of the hidden units on the data (B, H) → rows of the machine (M, D); called once for each update."""


class Negative(abc.ABC):
    """A way to the machine's own rows.

    Attributes
    ----------
    coarse : whether sums in half precision will do: for drawing states, but not for comparing weights of states.
    """

    coarse: ClassVar[bool] = True

    @abc.abstractmethod
    def start(self, bridge: Bridge, chains: int, generator: Generator) -> Walk:
        """The chains of one training; the machine's tensors change in place between the calls of the walk."""


@final
@dataclasses.dataclass(frozen=True)
class ContrastiveDivergence(Negative):
    """CD-k: `steps` steps from the data; of the last the means are taken, which are less noisy than states."""

    steps: int = 1

    def __post_init__(self) -> None:
        _at_least_one("steps", self.steps)

    def start(self, bridge: Bridge, chains: int, generator: Generator) -> Walk:
        """Nothing is kept between the updates."""
        machine = bridge.machine

        def walk(h: Tensor) -> Tensor:
            for _ in range(self.steps - 1):
                h = machine.sample_hidden(machine.sample_visible(h, generator), generator)
            return machine.visible_mean(h)

        return walk


@final
@dataclasses.dataclass(frozen=True)
class PersistentChains(Negative):
    """Persistent contrastive divergence: `steps` steps an update, of as many chains as a mini-batch has rows."""

    steps: int = 1

    def __post_init__(self) -> None:
        _at_least_one("steps", self.steps)

    def start(self, bridge: Bridge, chains: int, generator: Generator) -> Walk:
        """The chains begin at the base-rate model."""
        machine = bridge.machine
        v = bridge.start(chains, generator)

        def walk(h: Tensor) -> Tensor:
            nonlocal v
            v = machine.gibbs(v, self.steps, generator)
            return v

        return walk


@final
@dataclasses.dataclass(frozen=True)
class ParallelTempering(Negative):
    """Chains at `temperatures` values of β between 0 and 1, equally spaced; those at 1 are handed out.

    Parameters
    ----------
    temperatures : at least 2.
    steps : Gibbs steps an update; neighbors may swap after each.
    """

    coarse = False
    temperatures: int = 10
    steps: int = 1

    def __post_init__(self) -> None:
        _at_least_one("steps", self.steps)
        if self.temperatures < 2:
            raise SettingError(f"Expected at least 2 temperatures, received {self.temperatures}.")

    def start(self, bridge: Bridge, chains: int, generator: Generator) -> Walk:
        """All chains begin at the base-rate model."""
        machine, count = bridge.machine, self.temperatures
        betas = torch.linspace(0, 1, count, dtype=bridge.base_bias.dtype).reshape(-1, 1, 1)
        v = bridge.start(count * chains, generator).reshape(count, chains, -1)

        def walk(h: Tensor) -> Tensor:
            nonlocal v
            for number in range(self.steps):
                v = bridge.step(machine.hidden_sums(v), betas, generator)
                # even and odd pairs in turn, so that no chain is in two swaps at once
                for first in (number % 2, 1 - number % 2):
                    v = swapped(bridge, v, betas, first, generator)
            return v[-1]

        return walk


def swapped(bridge: Bridge, v: Tensor, betas: Tensor, first: int, generator: Generator) -> Tensor:
    """Rows v (temperatures, chains, D) after neighbors `first` and `first` + 1, and every second pair on, may swap.

    A swap is accepted with probability min(1, f_a(v_b) f_b(v_a) / (f_a(v_a) f_b(v_b))).
    """
    pairs = (len(v) - first) // 2
    if pairs == 0:
        return v
    low = torch.arange(first, first + 2 * pairs, 2)
    high = low + 1
    sums = bridge.machine.hidden_sums(v)

    def log_weight(rows: Tensor, at: Tensor) -> Tensor:
        return bridge.log_weight(v[rows], sums[rows], betas[at])

    gain = log_weight(high, low) + log_weight(low, high) - log_weight(low, low) - log_weight(high, high)
    accepted = torch.rand(gain.shape, generator=generator, dtype=gain.dtype).log_() < gain
    after = v.clone()
    after[low] = torch.where(accepted.unsqueeze(-1), v[high], v[low])
    after[high] = torch.where(accepted.unsqueeze(-1), v[low], v[high])
    return after


NAMED: dict[str, Callable[[int], Negative]] = {
    "cd": ContrastiveDivergence,
    "pcd": PersistentChains,
    "tempering": lambda steps: ParallelTempering(steps=steps),
}


def negative_named(name: "str | Negative", steps: int) -> Negative:
    """A negative phase by name; an object is handed on as it is.

    Raises
    ------
    SettingError
        If there is none of that name.

    Examples
    --------
    >>> negative_named("pcd", 5)
    PersistentChains(steps=5)
    """
    if isinstance(name, Negative):
        return name
    if name not in NAMED:
        raise SettingError(unknown_name("negative phase", name, NAMED))
    return NAMED[name](steps)


def _at_least_one(name: str, value: int) -> None:
    if value < 1:
        raise SettingError(f"Expected {name} to be at least 1, received {value}.")
