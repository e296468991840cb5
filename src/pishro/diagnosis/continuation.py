"""Where the training would have ended: more steps of the same kind from the point reached, under the same precisions.

Evidence ends a training when the evidence no longer rises, and a time limit ends it anywhere. The cost then has flat
valleys that were not walked to their end. How far that is cannot be read off the gradient, nor off a Newton step: on
energy such a step promised 0.002 nats where the walk lowered the cost by 6. So the walk is made, for one member.
"""

__all__ = ["Continuation", "go_on"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.objectives import Objective
from pishro.objectives.products import weighted_root
from pishro.optim import LevenbergMarquardt, Reason, Stop, optimize

STEPS = 200
"""On 15 drawn tables 100 to 200 steps led to the stationary point in all cases but two."""

WORK = 6e9
"""Operations of all steps together, about a quarter of a second."""

LAST, STILL = 5, 1e-3
"""Steps at the end of the walk, and the fall of the cost in nats that they may not exceed where it has come to rest."""


@final
@dataclasses.dataclass(frozen=True)
class Continuation:
    """What more steps find.

    Attributes
    ----------
    theta : where they end (P,).
    steps : how many were made.
    done : whether no more of them were needed, rather than allowed.
    falling : whether the cost still fell by more than `STILL` in the last of them.
    fall : by how much the cost is lower there, in nats.
    shift : by how much the predictions for the training rows differ there, in units of their noise: the root mean
        square of the change of the raw outputs in the metric Λ.
    """

    theta: Tensor
    steps: int
    done: bool
    falling: bool
    fall: float
    shift: float


def go_on(objective: Objective, theta: Tensor) -> Continuation:
    """Walk on from θ (P,), at most `STEPS` Levenberg-Marquardt steps and fewer where they are dear.

    Examples
    --------
    >>> from pishro.likelihoods import Normal
    >>> from pishro.nn import Dense, Network
    >>> from pishro.objectives import Batch
    >>> x = torch.linspace(-1, 1, 9, dtype=torch.float64).reshape(-1, 1)
    >>> found = go_on(Objective(Network.chain(1, Dense(1)), Normal(), Batch(x, 3 * x)), torch.zeros(2).double())
    >>> found.theta.round(decimals=6).abs().tolist(), round(found.fall, 6)
    ([3.0, 0.0], 16.875)
    """
    size = len(theta)
    dear = 2 * len(objective.batch) * objective.network.outputs * size**2 + size**3
    stop = Stop(iterations=int(min(STEPS, WORK // dear)))
    with torch.no_grad():
        values: list[float] = []
        found = optimize(
            objective, theta.unsqueeze(0).clone(), LevenbergMarquardt(), stop, lambda i: values.append(float(i.value))
        )
        fall = float(objective.value(theta.unsqueeze(0)) - found.value)
        done = found.reasons[0] is not Reason.ITERATIONS
        falling = not done and len(values) > LAST and values[-1 - LAST] - values[-1] > STILL
        return Continuation(
            found.x[0], int(found.iterations[0]), done, falling, fall, _shift(objective, theta, found.x[0])
        )


def _shift(objective: Objective, old: Tensor, new: Tensor) -> float:
    batch = objective.batch
    raw, moved = (batch.shifted(objective.network(theta.unsqueeze(0), batch.x)) for theta in (old, new))
    root = weighted_root(objective.likelihood.curvature_root(raw, batch.y), raw, batch.weight)
    change = moved - raw
    scaled = change if root is None else (root.mT @ change.unsqueeze(-1)).squeeze(-1)
    beta = 1.0 if objective.beta is None else float(objective.beta[0])
    return float((beta * scaled.square().sum(-1).sum() / max(batch.total, 1e-300)).sqrt())
