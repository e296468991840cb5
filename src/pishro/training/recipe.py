"""What a recipe is: which network, how many members, by which method and for how long, said in one sentence."""

__all__ = ["Hidden", "Recipe", "Size", "dense_parameters", "given_units", "left_open", "shape", "told"]

import abc
import dataclasses
import itertools
from collections.abc import Sequence
from typing import Self

from torch import Tensor

from pishro.errors import SettingError
from pishro.likelihoods import Likelihood
from pishro.nn import Network
from pishro.objectives import Batch
from pishro.training.journal import Checkpoints
from pishro.training.limits import FREE, Limits
from pishro.training.train import TrainedMembers, Watch

Hidden = str | int | Sequence[int]
""""auto", or units of the hidden layers."""

Size = tuple[int, int, int]
"""N rows, D encoded inputs, C raw outputs."""


@dataclasses.dataclass(frozen=True)
class Recipe(abc.ABC):
    """What will be trained, and how.

    Attributes
    ----------
    hidden : units of each hidden layer.
    members : how many networks, trained together.
    sentence : the choice and its reason.
    device : "auto", "cpu", "cuda" or "mps"; see `devices.py`.
    """

    hidden: tuple[int, ...]
    members: int
    sentence: str
    device: str = dataclasses.field(default="auto", kw_only=True)

    @abc.abstractmethod
    def network(self, x: Tensor, outputs: int, activation: str = "auto", limits: Limits = FREE) -> Network:
        """The network for encoded training rows x (N, D) and C raw outputs; "auto" is what suits the recipe."""

    @abc.abstractmethod
    def sized(self, hidden: "int | Sequence[int]", members: "int | str", size: Size, seconds: float | None) -> Self:
        """The same kind of training for other hidden layers, on so many rows, and in so much time.

        Raises
        ------
        DataError
            If so wide a network has too many parameters for this kind.
        """

    @abc.abstractmethod
    def train(
        self,
        network: Network,
        likelihood: Likelihood,
        batch: Batch,
        seed: int,
        seconds: float,
        watch: Watch | None = None,
        start: Tensor | None = None,
        checkpoint: Checkpoints | None = None,
    ) -> TrainedMembers:
        """Fit the members.

        Parameters
        ----------
        network : made by this recipe.
        likelihood, batch : the cost and the rows.
        seed : of the starting points, and of whatever else is drawn.
        seconds : most wall time.
        watch : called as the training goes on.
        start : θ (K, P) to start from in place of random weights.
        checkpoint : where it is kept how far the training is.
        """


def dense_parameters(inputs: int, hidden: tuple[int, ...], outputs: int) -> int:
    """Parameters of a chain of dense layers."""
    return sum((a + 1) * b for a, b in itertools.pairwise((inputs, *hidden, outputs)))


def left_open(hidden: Hidden) -> bool:
    """Whether the units are to be chosen; an array of them is compared with no word."""
    return isinstance(hidden, str) and hidden == "auto"


def given_units(hidden: Hidden) -> tuple[int, ...]:
    """Units of the hidden layers as asked for.

    Raises
    ------
    SettingError
        If a layer has less than one unit, or a word came in place of numbers.
    """
    if isinstance(hidden, str):
        raise SettingError(
            f'Expected hidden of "auto", of "search" where all rows are in memory, or units such as (12, 12); '
            f"received {hidden!r}."
        )
    units = (hidden,) if isinstance(hidden, int) else tuple(hidden)
    if any(u < 1 for u in units):
        raise SettingError(f"Expected hidden layers of at least 1 unit, received {units}.")
    return units


def shape(units: tuple[int, ...]) -> str:
    """Units of the layers, in words."""
    return "-".join(map(str, units))


def told(members: int) -> str:
    """How many networks, in words."""
    return "1 network" if members == 1 else f"{members} networks"
