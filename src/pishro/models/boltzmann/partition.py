"""The normalizer Z of a machine: exactly where one side is small, by annealed importance sampling (AIS) elsewhere.

Exactly: one side is summed out in closed form, so ln Z is a sum over the states of the other alone, 2ⁿ of n Bernoulli
units. AIS walks chains along a `Bridge` from β = 0 to 1 and multiplies, at each rise of β, what the rise makes of their
weights; the mean of the products is an unbiased estimate of Z/Z₀, and the spread of its logarithm tells how far to
trust it. An estimate of ln Z is therefore low rather than high, which flatters the likelihood: the bounds belong to it.

References
----------
Neal (2001), Annealed importance sampling, Statistics and Computing 11.
Salakhutdinov, Murray (2008), On the quantitative analysis of deep belief networks, ICML.
"""

__all__ = ["LogPartition", "annealed_log_partition", "exact_log_partition", "ladder"]

import dataclasses
import itertools
import math
from typing import final

import torch
from torch import Generator, Tensor

from pishro.errors import SettingError
from pishro.models.boltzmann.bridge import Bridge
from pishro.models.boltzmann.machine import Machine

MOST_SUMMED = 22
"""Units of the smaller side up to which all states are summed: four million rows."""

STATES_AT_ONCE = 2**14


@final
@dataclasses.dataclass(frozen=True)
class LogPartition:
    """An estimate of ln Z.

    Attributes
    ----------
    value : ln of the mean weight.
    low, high : ln of the mean weight less and more three standard errors; −∞ where the weights scatter too much.
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"ln Z = {self.value:.2f}, between {self.low:.2f} and {self.high:.2f}"


def exact_log_partition(machine: Machine) -> float:
    """Return ln Z, summed over all states of the smaller side, in float64.

    Raises
    ------
    SettingError
        If both sides are too large, or have infinitely many states.

    Examples
    --------
    >>> from pishro.models.boltzmann.units import BernoulliUnits
    >>> nothing = Machine(BernoulliUnits(), BernoulliUnits(), torch.zeros(3, 2), torch.zeros(3), torch.zeros(2))
    >>> round(exact_log_partition(nothing) / math.log(2), 6)        # 2⁵ states of one weight
    5.0
    """
    units, count = machine.hidden, len(machine.hidden_bias)
    smaller = len(machine.visible_bias) < count and machine.visible.bounded
    if smaller or not units.bounded:
        units, count, machine = machine.visible, len(machine.visible_bias), _turned(machine)
    if count > MOST_SUMMED and units.name != "softmax":
        raise SettingError(
            f"ln Z is summed over at most {MOST_SUMMED} units of one side, received {count}; estimate it by AIS."
        )
    machine = machine.to(torch.float64)
    logs = [
        h @ machine.hidden_bias - units.base(h) + machine.visible.log_partition(machine.visible_sums(h))
        for h in units.states(count).split(STATES_AT_ONCE)
    ]
    return float(torch.cat(logs).logsumexp(0))


def _turned(machine: Machine) -> Machine:
    """The same machine seen from its other side."""
    return Machine(machine.hidden, machine.visible, machine.weight.t(), machine.hidden_bias, machine.visible_bias)


def ladder(steps: int) -> Tensor:
    """β from 0 to 1, closer together towards 1, as Salakhutdinov and Murray space them: 1 : 8 : 20 parts of the steps.

    Examples
    --------
    >>> ladder(29)[[0, 1, 9, 28]]
    tensor([0.0000, 0.5000, 0.9000, 1.0000], dtype=torch.float64)
    """
    first, second = max(1, round(steps / 29)), max(1, round(8 * steps / 29))
    third = max(1, steps - first - second - 1)
    parts = [
        torch.linspace(low, high, count + 1, dtype=torch.float64)[:-1]
        for low, high, count in ((0.0, 0.5, first), (0.5, 0.9, second), (0.9, 1.0, third))
    ]
    return torch.cat([*parts, torch.ones(1, dtype=torch.float64)])


def annealed_log_partition(
    machine: Machine, means: Tensor, steps: int = 10_000, chains: int = 100, seed: int = 0
) -> LogPartition:
    """Estimate ln Z by AIS.

    Parameters
    ----------
    machine : whose.
    means : of the rows it was trained on (D,), for the base-rate model.
    steps : values of β; the error of the estimate falls with their number.
    chains : walks, whose mean is the estimate.
    seed : of all that is drawn.
    """
    generator = Generator().manual_seed(seed)
    bridge = Bridge(machine, machine.visible.bias_for(means).to(machine.weight))
    v = bridge.start(chains, generator)
    log_weights = torch.zeros(chains, dtype=torch.float64)
    betas = ladder(steps).tolist()
    for before, beta in itertools.pairwise(betas):
        sums = machine.hidden_sums(v)
        log_weights += bridge.log_weight(v, sums, beta) - bridge.log_weight(v, sums, before)
        if beta < 1:
            v = bridge.step(sums, beta, generator)
    return _estimate(log_weights, bridge.log_start())


def _estimate(log_weights: Tensor, log_start: float) -> LogPartition:
    count = len(log_weights)
    top = float(log_weights.max())
    weights = (log_weights - top).exp()
    mean, error = float(weights.mean()), float(weights.std()) / math.sqrt(count) if count > 1 else math.inf
    low = math.log(mean - 3 * error) if mean > 3 * error else -math.inf
    shift = log_start + top
    return LogPartition(shift + math.log(mean), shift + low, shift + math.log(mean + 3 * error))
