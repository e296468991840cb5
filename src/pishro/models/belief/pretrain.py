"""Greedy pre-training: one machine after the other, each on what the one below makes of the rows.

Each layer of machines that is put on top improves a bound on the rows' likelihood, and each is trained without any
gradient that has to come through the others. A deep network whose weights start there has features in all its layers
before the first backward path, where random weights of sigmoid units let hardly any gradient through.

References
----------
Hinton, Osindero, Teh (2006), A fast learning algorithm for deep belief nets, Neural Computation 18.
Bengio, Lamblin, Popovici, Larochelle (2007), Greedy layer-wise training of deep networks, NIPS 19.
"""

__all__ = ["pretrain"]

import dataclasses
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from pishro.errors import SettingError
from pishro.models.belief.network import BeliefNetwork
from pishro.models.boltzmann import (
    BernoulliUnits,
    BoltzmannPlan,
    BoltzmannRecord,
    JoinedUnits,
    Machine,
    SoftmaxUnits,
    Units,
    starting_machine,
    train_machine,
)


@torch.no_grad()
def pretrain(
    rows: Tensor,
    hidden: Sequence[int],
    plan: BoltzmannPlan,
    visible: Units,
    labels: Tensor | None = None,
    top: Units | None = None,
) -> tuple[BeliefNetwork, list[BoltzmannRecord]]:
    """Train a stack of machines.

    Parameters
    ----------
    rows : (N, D), states of the visible units.
    hidden : units of each layer, from the rows up; all Bernoulli but those of the top machine.
    plan : of each machine; layer i takes the seed plus i.
    visible : units that the rows are.
    labels : class indices (N,), which stand beside the features that the top machine sees; None for none.
    top : the highest hidden units; None for Bernoulli.

    Examples
    --------
    >>> rows = torch.eye(4).repeat(25, 1)
    >>> network, records = pretrain(rows, (6, 5), BoltzmannPlan(epochs=2, size=10), BernoulliUnits())
    >>> network.up(rows).shape, len(records)
    (torch.Size([100, 6]), 2)
    """
    if not hidden:
        raise SettingError("A deep belief network needs at least one hidden layer, received none.")
    lower: list[Machine] = []
    records: list[BoltzmannRecord] = []
    classes = 0
    for number, units in enumerate(hidden):
        last = number == len(hidden) - 1
        if last and labels is not None:
            classes = int(labels.max()) + 1
            visible = JoinedUnits((visible, SoftmaxUnits()), (rows.shape[1], classes))
            rows = torch.cat([rows, one_hot(labels, classes).to(rows)], 1)
        kind = top if last and top is not None else BernoulliUnits()
        own = dataclasses.replace(plan, seed=plan.seed + number)
        machine, record = train_machine(starting_machine(rows, visible, kind, units, own.seed), rows, own)
        records.append(record)
        if not last:
            lower.append(machine)
            rows, visible = machine.hidden_mean(rows), kind
    return BeliefNetwork(tuple(lower), tuple(lower), machine, classes), records
