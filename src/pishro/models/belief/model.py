"""Fitted deep belief networks: fine-tuned to predict, or left a model of rows and labels."""

__all__ = ["BeliefModel", "GenerativeModel"]

import dataclasses
from typing import Any, final

import torch
from torch import Generator, Tensor

from pishro.likelihoods import Likelihood
from pishro.models.belief.network import BeliefNetwork
from pishro.models.row_scaling import RowScaling
from pishro.nn import Network
from pishro.training import TrainedMembers

ROWS_AT_ONCE = 2048


@final
@dataclasses.dataclass(frozen=True)
class BeliefModel:
    """A network that began as a deep belief network, fine-tuned through its backward path.

    Attributes
    ----------
    scaling : of the rows.
    network, likelihood : the function and its cost.
    trained : θ of one member, and the record.
    target : scaling of the target; of classes it does nothing.
    classes : the labels, in the order of the probabilities; none for a regression.
    """

    scaling: RowScaling
    network: Network
    likelihood: Likelihood
    trained: TrainedMembers
    target: RowScaling
    classes: tuple[Any, ...] = ()

    def mean(self, x: Tensor) -> Tensor:
        """Probabilities of the classes (N, C), or the target in its own units (N, 1), for rows (N, D)."""
        return torch.cat([self._part(part) for part in x.split(ROWS_AT_ONCE)])

    def _part(self, x: Tensor) -> Tensor:
        theta = self.trained.theta
        with torch.no_grad():
            raw = self.network(theta, self.scaling(x).to(theta.dtype)).double()
        mean = self.likelihood.predictive(raw, torch.zeros_like(raw), self.trained.beta).mean()
        return self.target.inverse(mean)


@final
@dataclasses.dataclass(frozen=True)
class GenerativeModel:
    """A deep belief network with label units: a joint model of rows and classes.

    Attributes
    ----------
    scaling : of the rows.
    belief : the network.
    classes : the labels, in the order of the label units.
    notes : what was done, as sentences.
    """

    scaling: RowScaling
    belief: BeliefNetwork
    classes: tuple[Any, ...]
    notes: tuple[str, ...] = ()

    def mean(self, x: Tensor) -> Tensor:
        """Probabilities of the classes (N, C) for rows (N, D), from the free energy with each label."""
        rows = self.scaling(x).to(self.belief.top.weight.dtype)
        odds = [self.belief.log_odds(part) for part in rows.split(ROWS_AT_ONCE)]
        return torch.cat(odds).double().softmax(1)

    def sample(self, count: int, label: int | None, steps: int, seed: int) -> Tensor:
        """Rows (count, D) that the network makes, of one class where its index is given."""
        made = self.belief.sample(count, label, steps, Generator().manual_seed(seed))
        return self.scaling.inverse(made)
