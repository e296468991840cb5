"""The recipe for a method that was named: all rows in every step, on the network that the table would have got."""

__all__ = ["ByMethod"]

import dataclasses
from collections.abc import Sequence
from typing import Self, final

import torch
from torch import Generator, Tensor

from pishro.likelihoods import Likelihood, NormalPrior
from pishro.nn import Network
from pishro.objectives import Batch
from pishro.optim import Method, Stop
from pishro.training.few_rows import FewRows
from pishro.training.full_batch import FullBatchPlan, train_full_batch
from pishro.training.journal import Checkpoints
from pishro.training.limits import FREE, Limits
from pishro.training.methods import refuse_what_does_not_fit, writes_matrix
from pishro.training.recipe import Recipe, Size, shape, told
from pishro.training.train import TrainedMembers, Watch
from pishro.training.wishes import PLAIN, Wishes

VALIDATION = 0.15
"""Share of the rows to stop by where none are given, as in mini_batch.py and in MATLAB's `dividerand`."""

FREE_MEMBERS = 3
"""Networks that tell the strength of the weight decay where constraints hold evidence off; their median counts."""

MATRIX_ITERATIONS, ITERATIONS = 200, 1000
"""At most, with a matrix of second derivatives and without: the former converge in fewer and cost more each."""


@final
@dataclasses.dataclass(frozen=True)
class ByMethod(Recipe):
    """A full-batch method without evidence.

    Attributes
    ----------
    base : the recipe whose network is trained.
    method : an assembly of `optim`.
    wishes : regularization, early stopping and constraints.
    """

    base: Recipe
    method: Method
    wishes: Wishes = PLAIN

    @classmethod
    def of(cls, base: Recipe, method: Method, wishes: Wishes) -> Self:
        """The method on the network of another recipe."""
        how = "under constraints" if wishes.constraints else "on all rows in every step"
        recipe = cls(base.hidden, base.members, "", base, method, wishes, device=base.device)
        rest = []
        if wishes.strength is not None:
            rest.append(f"weights held by a prior of precision {wishes.strength:g}")
        if recipe.borrows:
            rest.append("weights held as evidence without constraints would")
        if recipe.stops:
            kept = "the rows given for it" if wishes.validation is not None else "a part of the training rows"
            rest.append(f"stopped early on {kept}")
        on = f"{told(base.members)} with {shape(base.hidden)} units"
        sentence = f"Method {method.name} on {on}, {', '.join([how, *rest])}, as asked."
        return dataclasses.replace(recipe, sentence=sentence)

    def sized(self, hidden: "int | Sequence[int]", members: "int | str", size: Size, seconds: float | None) -> Self:
        """The same for other hidden layers."""
        return self.of(self.base.sized(hidden, members, size, seconds), self.method, self.wishes)

    @property
    def stops(self) -> bool:
        """Whether the training stops early."""
        if self.wishes.early_stopping != "auto":
            return bool(self.wishes.early_stopping)
        free = self.wishes.regularization == "auto" and not self.wishes.constraints
        return free or (self.wishes.validation is not None and not self.wishes.constraints)

    @property
    def borrows(self) -> bool:
        """Whether the prior is that of a fit by evidence without the constraints, which hold evidence itself off."""
        return bool(self.wishes.constraints) and self.wishes.regularization == "auto" and isinstance(self.base, FewRows)

    def network(self, x: Tensor, outputs: int, activation: str = "auto", limits: Limits = FREE) -> Network:
        """That of the other recipe."""
        return self.base.network(x, outputs, activation, limits)

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
        """All members at once."""
        refuse_what_does_not_fit(self.method, network.layout.size, self.members)
        seconds = seconds / 2 if self.borrows else seconds  # the other half is for the prior
        kept = self.wishes.validation
        if self.stops and kept is None:
            order = torch.randperm(len(batch), generator=Generator().manual_seed(seed))
            held = min(len(batch) - 1, max(1, round(VALIDATION * len(batch))))
            kept, batch = batch.take(order[:held]), batch.take(order[held:])
        plan = FullBatchPlan(
            self.method,
            members=self.members,
            seed=seed,
            stop=Stop(iterations=MATRIX_ITERATIONS if writes_matrix(self.method) else ITERATIONS, seconds=seconds),
            recipe=self.sentence,
            prior=self._prior(network, likelihood, batch, seed, seconds),
            constraints=self.wishes.constraints,
            validation=kept if self.stops else None,
            start=start,
            checkpoint=checkpoint,
            device=self.device,
        )
        return train_full_batch(network, likelihood, batch, plan, watch)

    def _prior(
        self, network: Network, likelihood: Likelihood, batch: Batch, seed: int, seconds: float
    ) -> NormalPrior | None:
        """The prior that was named, or that a few members without constraints find, beside a noise of precision 1."""
        if not self.borrows:
            return self.wishes.prior(network, batch.x.dtype)
        few = dataclasses.replace(self.base, members=min(FREE_MEMBERS, self.members))
        found = few.train(network, likelihood, batch, seed, seconds)
        if found.prior is None:
            return None
        decay = (found.prior.alpha / found.beta.unsqueeze(-1)).median(0, keepdim=True).values
        return NormalPrior(found.prior.groups, decay)
