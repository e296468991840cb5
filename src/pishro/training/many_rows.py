"""The recipe for many rows: mini-batches on wider networks, with early stopping; Muon for numbers, AdamW for classes.

Where rows are many, second-order steps on all of them cost too much, and wide networks are no longer held back by a
lack of rows. Numbers enter through piecewise-linear bins; members see the same mini-batches, and share the weights of
their hidden layers while they learn (`packed.py`).

The numbers below were chosen on inner splits: the training part of a table, cut once more, 80 to 20.
"""

__all__ = ["ManyRows"]

import dataclasses
import math
from collections.abc import Sequence
from typing import Any, Self, final

from torch import Tensor

from pishro.likelihoods import Likelihood
from pishro.nn import Dropout, Network, PiecewiseLinear
from pishro.objectives import Batch
from pishro.optim import Rule
from pishro.training.journal import Checkpoints
from pishro.training.limits import FREE, Limits
from pishro.training.mini_batch import MiniBatchPlan, train_mini_batches
from pishro.training.recipe import Hidden, Recipe, Size, given_units, left_open, shape, told
from pishro.training.train import TrainedMembers, Watch
from pishro.training.wishes import PLAIN, Wishes

HIDDEN, CLASS_HIDDEN = (256, 128), (192, 192, 192)
"""Units where targets are numbers, and where they are classes. Log losses on inner splits, 256-128, 192-192-192 and
256-256-256 units: letter 0.070, 0.060 and 0.061 (one split), phoneme 0.256, 0.251 and 0.248 (four); without a
difference telco-churn 0.406 and 0.408 (three), adult 0.284 and 0.285 (one). Four layers of 160: letter 0.063. Numbers
lose by it: ames 20,500 and 21,700 (three)."""

MEMBERS, MORE_MEMBERS, FEW = 6, 16, 5000
"""Members, and those of fewer rows than the last number, where more still take seconds. 8 take a fifth longer than 6,
and had on inner splits 3.49 for 3.51 on power plant, log losses of 0.078 for 0.080 on letter, 36.1 for 36.0 on bike-
hour."""

BINS = 32
"""Bins of a column at most. california: none 56,400, 16 bins 49,400, 32 bins 45,900, 64 bins 45,000; of packed members,
which have more of each other to gain, 47,400 with 32 and 64 alike."""

STRAIGHT = 1 / 3
"""Share of a column itself beside its bins, so that a network starts with slopes as well as with bends. Inner splits,
columns and bins of one size, and with this share: letter, log loss 0.060 and 0.054, california 47,800 and 47,400, bike-
hour 35.5 and 35.4, power plant 3.39 and 3.40, ames 20,500 both, wine quality 0.565 and 0.572 (four splits, two of them
better); of columns four times as large as their bins, which is this share of 32 bins: phoneme 0.251 and 0.252 (four
splits), diamonds 559 and 558. Shares of 0.5 and 0.7: letter 0.059 and 0.054, which is scatter."""

DROPOUT, CLASS_DROPOUT = 0.05, 0.1
"""Where targets are numbers, and for classes. Inner splits, 0.1 and 0.05: ames 20,500 and 20,100, power plant 3.40 and
3.36, bike-hour 35.4 and 35.2, california 47,400 both; of classes letter is worse by 6 % with 0.05. Without it packed
members overfit after half the epochs (california 48,600 for 47,400, log loss of phoneme 0.267 for 0.259); 0.2 was worse
(ames 21,500)."""

ACTIVATION = "silu"
"""Inner splits, tanh and SiLU: letter 4.0 and 3.3 % errors, bike-hour 37.1 and 35.5, power plant 3.88 and 3.78; no
difference on california, adult and telco-churn."""

OPERATIONS_PER_SECOND = 7e10
"""What two CPU cores sustain in float32 over a whole step and its share of the looks; 7 to 10·10¹⁰ in steps alone."""

SECONDS = 60.0
"""Work planned for when no limit is given."""

EPOCHS = 60
"""At most; the rate falls to zero in so many. Where fewer are enough, early stopping ends the run."""

FEWEST_EPOCHS = 10
"""Fewer do not get a network off the ground, however long they take."""

FEWEST_STEPS = 1000
"""Of rows in a file: as many as 10 epochs of 25,000 rows have."""

STEPS = 5000
"""At most, where few rows make an epoch of a few: a rule of single steps needs some thousand, however few the rows."""

PATIENCE = 20

KEPT, KEPT_AT_MOST, KEPT_ROWS = 0.1, 0.15, 300
"""Share of the rows to stop by; up to the second where that would be fewer rows than the third. Inner splits, 0.15 and
0.1: log loss of letter 0.080 and 0.074, of phoneme 0.257 and 0.253, california 46,400 and 46,300, bike-hour 36.0 and
35.8, power plant 3.51 both."""

AVERAGE = 3.0
"""Epochs that the weights are averaged over. Early stopping often ends a run while the rate is still high, and the mean
of the path lies nearer to a minimum than its points. Inner splits, without and with: telco-churn 20.1 and 19.5 %
errors, log loss 0.4166 and 0.4159; bank 0.2743 and 0.2734."""

SIZE, LARGEST_SIZE = 64, 256
"""Rows of a mini-batch, and of one where rows are a hundred thousand and more. An epoch of smaller ones takes as long
and makes more steps: bike-hour 35.4 and 35.1 in 40 epochs with 128 and 64 rows; log loss of letter 0.078 in 60 epochs
with 256 rows, 0.075 in 40 with 64."""

RATE, MUON_RATE = 5.6e-3, 8e-3
"""Of AdamW, and where Muon moves the shared weights; at `SIZE` or `MUON_SIZE` rows, and in proportion to the root of
their number, which keeps the scatter of the steps the same (Malladi et al. 2022, On the SDEs and scaling rules for
adaptive gradient algorithms, NeurIPS). Log losses on inner splits, 0.008 in 40 epochs, 0.0056 and 0.004 in 60: adult
0.292, 0.290 and 0.290, letter 0.079, 0.076 and 0.081, phoneme 0.271, 0.266 and 0.270 (one, one and four splits).
Numbers, which go by Muon now: california with 256 rows, 0.004, 0.008 and 0.016: 48,200, 47,400 and 47,600."""

BETA2 = 0.95
"""Of AdamW: with a shorter memory of the gradient's size a run of few epochs gets further (Holzmüller et al. 2024 have
the same). Inner splits, 0.999 in 100 epochs, and 0.95 in 50: power plant 3.41 and 3.47, bike-hour 35.9 and 36.1, log
loss of letter 0.077 both; 0.999 in 50 epochs 3.56 on power plant. Of phoneme, telco-churn, california and wine quality,
which stop early, the differences are scatter."""

MUON, MUON_SIZE, MUON_EPOCHS = 0.4, 128, 25
"""Scale of Muon's steps, rows of its mini-batches and its epochs, for targets that are numbers. Inner splits, 40 epochs
of AdamW with 64 rows and these, in seven eighths of the time: wine quality 0.582 and 0.558, california 46,300 and
46,400, bike-hour 35.8 and 36.1, ames 22,400 and 22,500; power plant 3.51, and 3.40 with 30 epochs of Muon in the same
time. With later choices of all else, 25 and 30 epochs: power plant 3.41 and 3.38 (four splits), wine quality 0.568 and
0.570 (four), california 46,500 and 46,400, bike-hour 35.6 and 35.8 (two), ames 20,100 both (three). 30 epochs with 256
rows take about as long as 25: power plant 3.37, california 46,700, bike-hour 35.9. Scales of 0.2 were a hundredth
better on bike-hour and worse on california. Class labels are learned by heart before the small differences are: log
loss of letter 0.074 and 0.087, of phoneme 0.260 and 0.276 (one split)."""


@final
@dataclasses.dataclass(frozen=True)
class ManyRows(Recipe):
    """Mini-batches, early stopping on a part of the training rows.

    Attributes
    ----------
    plan : how the loop runs.
    dropout : share of the units of each hidden layer that a mini-batch leaves out.
    wishes : weight decay and rows to stop by, where these are named.
    base : another recipe, whose network is trained; None for the one described above.

    Examples
    --------
    >>> ManyRows.choose(20_000, 8, 1).hidden
    (256, 128)
    """

    plan: MiniBatchPlan
    dropout: float = CLASS_DROPOUT
    wishes: Wishes = PLAIN
    base: Recipe | None = None

    @classmethod
    def choose(
        cls,
        rows: int,
        inputs: int,
        outputs: int,
        hidden: Hidden = "auto",
        members: "int | str" = "auto",
        seconds: float | None = None,
        numbers: bool | None = None,
    ) -> Self:
        """Choose what is left "auto"; arguments as for `choose_recipe`, and what the targets are.

        `numbers` is True for numbers, False for classes, and None where another rule than the recipe's own will learn.
        """
        usual_units = CLASS_HIDDEN if numbers is False else HIDDEN
        units = given_units(usual_units if left_open(hidden) else hidden)
        usual = MORE_MEMBERS if rows < FEW else MEMBERS
        count = usual if isinstance(members, str) else members
        muon = numbers is True and count > 1  # its matrices are the weights that members share
        most, rate = (MUON_SIZE, MUON_RATE) if muon else (SIZE, RATE)
        size = max(32, min(most, rows // 40), min(LARGEST_SIZE, rows // 500))
        sentence = (
            f"Mini-batches of {size} rows by {'Muon' if muon else 'AdamW'} on {told(count)} with "
            f"{shape(units)} units, stopped early on a part of the training rows: {rows} rows of {inputs} "
            "inputs are too many for second-order steps."
        )
        plan = MiniBatchPlan(
            members=count,
            epochs=MUON_EPOCHS if muon else EPOCHS,
            size=size,
            rate=rate * math.sqrt(size / most),
            beta2=BETA2,
            muon=MUON if muon else 0.0,
            patience=PATIENCE,
            validation=min(KEPT_AT_MOST, max(KEPT, KEPT_ROWS / rows)),
            packed=True,
            average=AVERAGE,
            recipe=sentence,
        )
        return cls(units, count, sentence, plan, DROPOUT if numbers is True else CLASS_DROPOUT)

    def sized(self, hidden: "int | Sequence[int]", members: "int | str", size: Size, seconds: float | None) -> Self:
        """The same for other hidden layers."""
        units, count = given_units(hidden), self.members if isinstance(members, str) else members
        before, after = (f"{told(m)} with {shape(u)} units" for m, u in ((self.members, self.hidden), (count, units)))
        said, base = self.sentence.replace(before, after), self.base
        if base is not None:
            base = base.sized(units, count, size, seconds)
        plan = dataclasses.replace(self.plan, members=count, recipe=said)
        return dataclasses.replace(self, hidden=units, members=count, sentence=said, plan=plan, base=base)

    def because(self, reason: str) -> Self:
        """The same where not the number of rows is the reason, but what is said after a colon."""
        sentence = f"{self.sentence.partition(': ')[0]}: {reason}"
        return dataclasses.replace(self, sentence=sentence, plan=dataclasses.replace(self.plan, recipe=sentence))

    def under(self, wishes: Wishes, rule: "Rule[Any] | None" = None, base: Recipe | None = None) -> Self:
        """The same by another rule, weight decay or way to stop, where these are named, on another recipe's network."""
        if wishes == PLAIN:
            return self
        recipe = (
            self if base is None else dataclasses.replace(self, hidden=base.hidden, members=base.members, base=base)
        )
        restore, kept = wishes.early_stopping is not False, "a part of the training rows"
        if wishes.validation is not None:
            kept = f"{len(wishes.validation)} rows given for it"
        by = ("Muon" if self.plan.muon else "AdamW") if rule is None else type(rule).__name__
        sentence = (
            f"Mini-batches of {self.plan.size} rows by {by} on {told(recipe.members)} with "
            f"{shape(recipe.hidden)} units, "
            f"{f'stopped early on {kept}' if restore else f'to the last epoch; {kept} tell the noise'}, as asked."
        )
        decay = self.plan.decay if wishes.regularization == "auto" else 0.0
        packed = rule is None  # a named rule is seen at work on networks that are nothing but networks
        plan = dataclasses.replace(
            self.plan, members=recipe.members, rule=rule, decay=decay, restore=restore, packed=packed, recipe=sentence
        )
        return dataclasses.replace(recipe, plan=plan, sentence=sentence, wishes=wishes)

    def network(self, x: Tensor, outputs: int, activation: str = "auto", limits: Limits = FREE) -> Network:
        """Bins, then dense layers with dropout behind each hidden one."""
        if self.base is not None:
            return self.base.network(x, outputs, activation, limits)
        if activation == "auto":
            activation = "tanh" if limits.monotone else ACTIVATION  # SiLU falls somewhere
        bins = PiecewiseLinear.of(x, BINS, STRAIGHT)
        signs = tuple(limits.signs[column] for column in bins.columns) if limits.monotone else ()
        hidden = limits.layers(self.hidden, activation, signs)
        dropped = [layer for pair in zip(hidden, [Dropout(self.dropout)] * len(hidden), strict=True) for layer in pair]
        return Network.chain(x.shape[1], bins, *dropped, limits.output(outputs))

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
        """All members at once, on the same mini-batches; as many epochs as the network's size leaves time for."""
        budget = OPERATIONS_PER_SECOND * (SECONDS if math.isinf(seconds) else max(seconds, 1.0))
        epochs = self.epochs(len(batch), network, budget)
        plan = dataclasses.replace(self.plan, seed=seed, seconds=seconds, epochs=epochs, device=self.device)
        plan = dataclasses.replace(plan, start=start, checkpoint=checkpoint, kept=self.wishes.validation)
        plan = dataclasses.replace(plan, penalty=self.wishes.penalty(batch.total))
        return train_mini_batches(network, likelihood, batch, plan, watch)

    def stored(self, rows: int, network: Network, seed: int, seconds: float) -> MiniBatchPlan:
        """The plan for rows in a file, of which there may be time for a part only."""
        budget = OPERATIONS_PER_SECOND * (SECONDS if math.isinf(seconds) else max(seconds, 1.0))
        steps = int(max(FEWEST_STEPS, budget // (6.0 * self.plan.size * self.members * network.layout.size)))
        return dataclasses.replace(self.plan, seed=seed, seconds=seconds, steps=steps, device=self.device)

    def epochs(self, rows: int, network: Network, budget: float) -> int:
        """How many epochs so many operations are enough for."""
        epoch = 6.0 * rows * self.members * network.layout.size  # one product forward, two backward, two each entry
        usual = self.plan.epochs
        most = usual if self.base is None else max(usual, STEPS * self.plan.size // rows)
        return int(min(most, max(FEWEST_EPOCHS, budget // epoch)))
