"""What a diagnosis looks at: the trained members with the rows they learned from and the rows they did not see."""

__all__ = ["Observation", "spread_rows"]

import dataclasses
import functools
from typing import final

import torch
from torch import Tensor

from pishro.likelihoods import EqualMixture, Likelihood, Predictive
from pishro.models import scaled_predictive
from pishro.nn import Network
from pishro.objectives import Batch
from pishro.training import TrainedMembers

ROWS = 1000
"""Training rows looked at by checks that walk the network: a share is known to ±3 % then."""


@final
@dataclasses.dataclass(frozen=True)
class Observation:
    """A trained network and its rows; everything encoded and scaled as the network sees it.

    Attributes
    ----------
    network, likelihood, trained : what was trained.
    train : rows (N, D) with targets that it learned from.
    test : held-out rows, in their table's order; None where there are none.
    names : of the D inputs; empty for x1, x2, ….
    classes : labels in the order of their indices.
    leaks : sentences on inputs that give the target away.
    """

    network: Network
    likelihood: Likelihood
    trained: TrainedMembers
    train: Batch
    test: Batch | None = None
    names: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    leaks: tuple[str, ...] = ()

    @functools.cached_property
    def some(self) -> Batch:
        """At most `ROWS` training rows, evenly chosen."""
        return spread_rows(self.train, ROWS, self.trained.theta.dtype)

    def raw(self, batch: Batch) -> Tensor:
        """Raw outputs (K, N, C) in float64."""
        theta = self.trained.theta
        return batch.shifted(self.network(theta, batch.x.to(theta.dtype)).double())

    @functools.cached_property
    def raw_test(self) -> Tensor:
        """Raw outputs (K, N, C) at the held-out rows."""
        return self.raw(self.held_out)

    @property
    def held_out(self) -> Batch:
        """The held-out rows; none where there are none."""
        return self.train.rows(0, 0) if self.test is None else self.test

    @functools.cached_property
    def predictive(self) -> Predictive:
        """Distribution of the target at the held-out rows, in the network's units."""
        return scaled_predictive(self.network, self.likelihood, self.trained, self.held_out.x)

    @functools.cached_property
    def residuals(self) -> Tensor | None:
        """Held-out residuals (N,) as standard scores z = Φ⁻¹(F(y)): Normal(0, 1) where the prediction is right.

        Counts are spread evenly over their step of F. None for classes and for several targets.
        """
        held, predictive = self.held_out, self.predictive if len(self.held_out) else None
        if not isinstance(predictive, EqualMixture) or held.y.ndim != 2 or held.y.shape[1] != 1:
            return None
        level = predictive.cdf(held.y.double())
        if predictive.discrete:
            below = predictive.cdf(held.y.double() - 1)
            draw = torch.rand(level.shape, generator=torch.Generator().manual_seed(0), dtype=level.dtype)
            level = below + draw * (level - below)
        scores: Tensor = torch.special.ndtri(level.clamp(1e-15, 1 - 1e-15)).squeeze(1)
        return scores

    def name(self, column: int) -> str:
        """The name of an input."""
        return self.names[column] if column < len(self.names) else f"x{column + 1}"


def spread_rows(batch: Batch, count: int, dtype: torch.dtype) -> Batch:
    """At most `count` rows, evenly chosen, in that precision."""
    if len(batch) > count:
        batch = batch.take(torch.linspace(0, len(batch) - 1, count, dtype=torch.float64).round().long())
    y = batch.y.to(dtype) if batch.y.is_floating_point() else batch.y
    offset = None if batch.offset is None else batch.offset.to(dtype)
    weight = None if batch.weight is None else batch.weight.to(dtype)
    return Batch(batch.x.to(dtype), y, weight, offset)
