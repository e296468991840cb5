"""Learning from rows as they come: each part of a stream is walked once and forgotten.

The rule's state (AdamW's running means) goes on from part to part, so that many small parts do what one long table
would in a single epoch. The rate stays where it is, for nobody knows when the stream ends. How large the noise is, is
read off each part *before* the networks have seen it (prequential, Dawid 1984), and forgotten at the pace of `MEMORY`
rows.

References
----------
Dawid, A. P. (1984). Statistical theory: the prequential approach. J. R. Statist. Soc. A 147, 278-292.
"""

__all__ = ["Stream"]

from typing import Any, final

import torch
from torch import Generator, Tensor

from pishro.errors import DataError
from pishro.likelihoods import Likelihood
from pishro.nn import Network
from pishro.objectives import Batch, MiniBatches, mean_cost
from pishro.optim import AdamW, Stop, descend
from pishro.training.mini_batch import single_precision
from pishro.training.record import TrainingRecord
from pishro.training.train import TrainedMembers

SIZE = 64
"""Rows of a mini-batch: smaller than for a table that is walked often, as each row counts once."""

RATE = 2e-3

MEMORY = 10_000
"""Rows after which a part's say about the noise has fallen to a third."""


@final
class Stream:
    """K members that learn on.

    Parameters
    ----------
    network, likelihood : what is fitted, and the cost.
    theta : where they start, (K, P).
    seed : of the order of rows within a part.
    """

    def __init__(self, network: Network, likelihood: Likelihood, theta: Tensor, seed: int = 0) -> None:
        self.network, self.likelihood, self.seed = network, likelihood, seed
        self.theta = theta.float()
        self.rule = AdamW(RATE)
        self.state: Any = self.rule.start(self.theta)
        self.parts, self.rows = 0, 0
        self.cost = torch.full((len(theta),), float("nan"), dtype=torch.float64)

    def learn(self, batch: Batch) -> None:
        """Walk the rows of a part once.

        Raises
        ------
        DataError
            If the target is outside the likelihood's domain, or the networks left the numbers.
        """
        self.likelihood.check(batch.y)
        batch = single_precision(batch)
        before = mean_cost(self.network, self.likelihood, self.theta, batch).double()
        keep = 0.0 if self.parts == 0 else 1 / (1 + len(batch) / MEMORY)
        self.cost = torch.where(torch.isnan(self.cost), before, keep * self.cost + (1 - keep) * before)
        generator = Generator().manual_seed(self.seed + self.parts)
        source = MiniBatches(self.network, self.likelihood, batch, SIZE, generator)
        stop = Stop(gradient=0.0, step=0.0, iterations=source.steps)
        descent = descend(source, self.theta, self.rule, stop, state=self.state, interval=source.steps)
        if not bool(torch.isfinite(descent.theta).all()):
            raise DataError("The networks left the numbers; look for extreme values in this part of the stream.")
        self.theta, self.state = descent.theta, descent.state
        self.parts, self.rows = self.parts + 1, self.rows + len(batch)

    def trained(self) -> TrainedMembers:
        """The members as they are now."""
        beta = torch.ones_like(self.cost)
        if self.likelihood.dispersion:
            beta = (0.5 * self.network.outputs / self.cost.clamp_min(1e-12)).to(beta)
        sentence = f"A stream: {self.parts} parts of {self.rows} rows together, each walked once by AdamW."
        record = TrainingRecord(sentence, "adamw", self.seed, len(self.theta), self.network.layout.size, self.rows)
        record.iterations, record.reasons = self.parts, ["The stream goes on."]
        record.noise = (1 / beta.sqrt()).tolist() if self.likelihood.dispersion else []
        return TrainedMembers(self.theta.clone(), beta, None, record)
