"""The recipe for many rows: mini-batches on wider networks, with early stopping.

Where rows are many, second-order steps on all of them cost too much, and wide networks are no longer held back by a
lack of rows. Numbers enter through piecewise-linear bins; members see the same mini-batches from different starts.
"""

__all__ = ["ManyRows"]

import dataclasses
from typing import Self, final

from torch import Tensor

from pishro.likelihoods import Likelihood
from pishro.nn import Dense, Dropout, Network, PiecewiseLinear
from pishro.nn.layer import Layer
from pishro.objectives import Batch
from pishro.training.mini_batch import MiniBatchPlan, train_mini_batches
from pishro.training.recipe import Hidden, Recipe, Watch, dense_parameters, given_units
from pishro.training.train import TrainedMembers

HIDDEN = (256, 128)
"""Twice as wide gained nothing, half as wide lost (california, inner split: 45,900, 45,900 and 46,700)."""

MEMBERS = 4

BINS = 32
"""Bins of a column at most. california, inner split: none 56,400, 16 bins 49,400, 32 bins 45,900, 64 bins 45,000."""

DROPOUT = 0.1

OPERATIONS_PER_SECOND = 4e10
"""What two CPU cores sustain in float32 over a whole step; measured."""

SECONDS = 60.0
"""Work planned for when no limit is given."""

EPOCHS = 40


@final
@dataclasses.dataclass(frozen=True)
class ManyRows(Recipe):
    """AdamW on mini-batches, early stopping on a part of the training rows.

    Attributes
    ----------
    plan : how the loop runs.

    Examples
    --------
    >>> ManyRows.choose(20_000, 8, 1).hidden
    (256, 128)
    """

    plan: MiniBatchPlan

    @classmethod
    def choose(
        cls,
        rows: int,
        inputs: int,
        outputs: int,
        hidden: Hidden = "auto",
        members: "int | str" = "auto",
        seconds: float | None = None,
    ) -> Self:
        """Choose what is left "auto"; arguments as for `choose_recipe`."""
        units = HIDDEN if isinstance(hidden, str) else given_units(hidden)
        count = MEMBERS if isinstance(members, str) else members
        size = min(256, max(32, rows // 40))
        budget = OPERATIONS_PER_SECOND * (SECONDS if seconds is None else max(seconds, 1.0))
        epoch = 6.0 * rows * count * dense_parameters(inputs * BINS // 2, units, outputs)
        epochs = int(min(EPOCHS, max(4, budget // epoch)))
        short = "" if epochs == EPOCHS else " To end in reasonable time, fewer epochs than usual were chosen."
        nets = "1 network" if count == 1 else f"{count} networks"
        sentence = (
            f"Mini-batches of {size} rows by AdamW on {nets} with {'-'.join(map(str, units))} units, at most {epochs} "
            f"epochs, stopped early on a part of the training rows: {rows} rows of {inputs} inputs are too many for "
            f"second-order steps.{short}"
        )
        plan = MiniBatchPlan(members=count, epochs=epochs, size=size, recipe=sentence)
        return cls(units, count, sentence, plan)

    def network(self, x: Tensor, outputs: int, activation: str = "tanh") -> Network:
        """Bins, then dense layers with dropout behind each hidden one."""
        layers: list[Layer] = [PiecewiseLinear.of(x, BINS)]
        for units in self.hidden:
            layers += [Dense(units, activation), Dropout(DROPOUT)]
        return Network.chain(x.shape[1], *layers, Dense(outputs))

    def train(
        self,
        network: Network,
        likelihood: Likelihood,
        batch: Batch,
        seed: int,
        seconds: float,
        watch: Watch | None = None,
    ) -> TrainedMembers:
        """All members at once, on the same mini-batches."""
        plan = dataclasses.replace(self.plan, seed=seed, seconds=seconds)
        return train_mini_batches(network, likelihood, batch, plan, watch)
