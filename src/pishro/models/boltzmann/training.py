"""Training of a restricted Boltzmann machine on mini-batches.

    W ← W + η V,   V ← μ V + ⟨vh⟩_data − ⟨vh⟩_model − λ W

and the like for the biases, on which λ does not act. The momentum μ is low at first, while the gradient is large and
turns; the rate η is constant, then falls to zero, which averages the noise of the last updates away. Where hidden units
are to be rarely on, their biases also move along the difference of the target and a running mean of their activity.

The log-likelihood cannot be watched, for that would need Z; what can be watched is whether reconstructions get worse
than the mean of all rows. Then the updates were too large: the epoch is undone and the rate halved, and the record says
so. A good reconstruction, on the other hand, says little of the density.

References
----------
Hinton (2012), A practical guide to training restricted Boltzmann machines. (Start, momentum, weight decay, sparsity.)
"""

__all__ = ["BoltzmannPlan", "BoltzmannRecord", "starting_machine", "train_machine"]

import dataclasses
import time
from typing import Any, Self

import torch
from torch import Generator, Tensor

from pishro.errors import DataError, SettingError
from pishro.models.boltzmann.bridge import Bridge
from pishro.models.boltzmann.half import pays_in_half
from pishro.models.boltzmann.machine import Machine
from pishro.models.boltzmann.momentum import momentum_update
from pishro.models.boltzmann.negative import ContrastiveDivergence, Negative, Walk
from pishro.models.boltzmann.units import Units

WATCHED = 1000
"""Rows whose reconstruction is watched."""

WORSE = 1.5
"""Times the squared error of the mean row that reconstructions may have; beyond, the training diverges."""

MOST_HALVINGS = 20

SPREAD = 0.01
"""Standard deviation of the first weights, after Hinton (2012)."""

MEMORY = 0.9
"""Share of the running activity of the hidden units that an update keeps, after Hinton (2012)."""


@dataclasses.dataclass(frozen=True)
class BoltzmannPlan:
    """How the training runs.

    Attributes
    ----------
    epochs : walks over the rows.
    size : rows of a mini-batch.
    rate : η; a tenth of it where units have no upper bound, whose updates can feed on themselves.
    fall : share of the epochs, at the end, in which η falls to zero along a line.
    negative : where the machine's own rows come from.
    momentum : μ at first, and later.
    warm : epochs with the first μ.
    decay : λ of the weights.
    target : how often a hidden unit is to be on; None for as it likes.
    pull : rate of the biases towards the target.
    seed : of all that is drawn.
    half : whether products are taken in bfloat16, and added up in the rows' own precision; None for where that pays,
        see `pays_in_half`.
    """

    epochs: int = 20
    size: int = 100
    rate: float = 0.05
    fall: float = 0.5
    negative: Negative = dataclasses.field(default_factory=ContrastiveDivergence)
    momentum: tuple[float, float] = (0.5, 0.9)
    warm: int = 5
    decay: float = 2e-4
    target: float | None = None
    pull: float = 0.3
    seed: int = 0
    half: bool | None = None

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.size < 1:
            raise SettingError(f"Expected at least 1 epoch and 1 row a batch, received {self.epochs} and {self.size}.")
        if not self.rate > 0 or not self.decay >= 0 or not 0 <= self.fall <= 1:
            raise SettingError(
                f"Expected rate > 0, decay ≥ 0 and fall between 0 and 1, received {self.rate}, {self.decay} and "
                f"{self.fall}."
            )
        if not all(0 <= mu < 1 for mu in self.momentum):
            raise SettingError(f"Expected momentum of at least 0 and below 1, received {self.momentum}.")
        if self.target is not None and not 0 < self.target < 1:
            raise SettingError(f"Expected a target activity between 0 and 1, received {self.target}.")
        if self.half and not self.negative.coarse:
            raise SettingError(f"{type(self.negative).__name__} needs all digits of its sums; leave half at None.")


@dataclasses.dataclass
class BoltzmannRecord:
    """What the training did.

    Attributes
    ----------
    rows, epochs : size of the run.
    rate : η at the end, before it fell.
    seconds : wall time.
    error : mean squared error per unit of reconstructions, after each epoch.
    notes : what was out of the ordinary, as sentences.
    """

    rows: int
    epochs: int = 0
    rate: float = 0.0
    seconds: float = 0.0
    error: list[float] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Plain data for a file."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The record that `to_json` wrote."""
        return cls(**data)

    def __str__(self) -> str:
        last = f", squared error of reconstructions {self.error[-1]:.4g} per unit" if self.error else ""
        return "\n".join([f"{self.epochs} epochs on {self.rows} rows in {self.seconds:.1f} s{last}.", *self.notes])


def starting_machine(rows: Tensor, visible: Units, hidden: Units, units: int, seed: int) -> Machine:
    """Small random weights, and visible biases with which the machine has the means of the rows (N, D)."""
    if units < 1:
        raise SettingError(f"Expected at least 1 hidden unit, received {units}.")
    generator = Generator().manual_seed(seed)
    weight = torch.randn(rows.shape[1], units, generator=generator, dtype=rows.dtype).mul_(SPREAD)
    return Machine(visible, hidden, weight, visible.bias_for(rows.mean(0)), rows.new_zeros(units))


@torch.no_grad()
def train_machine(start: Machine, rows: Tensor, plan: BoltzmannPlan) -> tuple[Machine, BoltzmannRecord]:
    """Train from `start` on rows (N, D), in the precision of both.

    Raises
    ------
    DataError
        If the rows are no states of the visible units, or no rate is low enough.

    Examples
    --------
    >>> from pishro.models.boltzmann.units import BernoulliUnits
    >>> rows = torch.eye(4).repeat(50, 1)
    >>> start = starting_machine(rows, BernoulliUnits(), BernoulliUnits(), 8, seed=0)
    >>> machine, record = train_machine(start, rows, BoltzmannPlan(epochs=40, size=10, rate=0.2))
    >>> record.error[-1] < record.error[0]
    True
    """
    start.visible.check(rows)
    began = time.perf_counter()
    trainer = _Trainer(start, rows, plan)
    limit = WORSE * max(trainer.plainest(), SPREAD**2)
    record = BoltzmannRecord(len(rows))
    halvings, kept = 0, trainer.state()
    while record.epochs < plan.epochs:
        trainer.epoch(record.epochs)
        error = trainer.error()
        if error <= limit:  # NaN compares false
            record.epochs += 1
            record.error.append(error)
            kept = trainer.state()
            continue
        halvings += 1
        if halvings > MOST_HALVINGS:
            raise DataError("The training diverges at every rate; look for extreme values among the rows.")
        trainer.restore(kept)
        trainer.rate /= 2
        record.notes.append(
            f"The reconstructions of epoch {record.epochs + 1} were worse than the mean of all rows; the epoch was "
            f"undone and the rate halved to {trainer.rate:g}."
        )
    record.rate, record.seconds = trainer.rate, time.perf_counter() - began
    return trainer.machine, record


class _Trainer:
    """The machine on its way, its velocity, and the buffers of an update.

    The rows of the data lie above those of the machine in one buffer, and so do the hidden means, the lower ones with
    the sign turned: one product then is the difference of the two correlations.
    `quick` is the machine that rows and states are drawn with: the same one, or its copy in half precision.
    """

    def __init__(self, start: Machine, rows: Tensor, plan: BoltzmannPlan) -> None:
        self.half = plan.negative.coarse and pays_in_half(start) if plan.half is None else plan.half
        self.rows, self.plan, self.mean = rows, plan, rows.mean(0)
        tensors = (t.clone() for t in (start.weight, start.visible_bias, start.hidden_bias))
        self.machine = Machine(start.visible, start.hidden, *tensors)
        self.size = min(plan.size, len(rows))
        self.steps = len(rows) // self.size
        bounded = start.visible.bounded and start.hidden.bounded
        self.rate = plan.rate if bounded else plan.rate / 10
        self.generator = Generator().manual_seed(plan.seed)
        self.quick = self.machine.to(torch.bfloat16) if self.half else self.machine
        self.source = rows.to(self.quick.weight)
        self.walk = self._walk()
        self.v = self.source.new_empty(2 * self.size, rows.shape[1])
        self.h = self.source.new_empty(2 * self.size, len(start.hidden_bias))
        self.signs = self.rows.new_ones(2 * self.size)
        self.signs[self.size :] = -1
        self.slopes = [torch.empty_like(t) for t in self._parameters()]
        self.velocity = [torch.zeros_like(t) for t in self._parameters()]
        self.activity = torch.full_like(start.hidden_bias, plan.target or 0.0)

    def _parameters(self) -> tuple[Tensor, Tensor, Tensor]:
        return _tensors(self.machine)

    def _walk(self) -> Walk:
        base = self.machine.visible.bias_for(self.mean).to(self.quick.weight)
        return self.plan.negative.start(Bridge(self.quick, base), self.size, self.generator)

    def _renew(self) -> None:
        """Bring the quick copy up to date."""
        if self.quick is not self.machine:
            for copy, t in zip(_tensors(self.quick), self._parameters(), strict=True):
                copy.copy_(t)

    def state(self) -> list[Tensor]:
        """Copies of what an epoch changes, but for the chains."""
        return [t.clone() for t in (*self._parameters(), *self.velocity, self.activity)]

    def restore(self, kept: list[Tensor]) -> None:
        """Go back; the velocity, which led astray, is forgotten, and so are the chains."""
        for t, before in zip(self._parameters(), kept, strict=False):
            t.copy_(before)
        for t in self.velocity:
            t.zero_()
        self._renew()
        self.walk = self._walk()

    def error(self) -> float:
        """Mean squared error per unit of the reconstructions of the first rows."""
        watched = self.rows[:WATCHED]
        return float((self.machine.reconstruct(watched) - watched).square().mean())

    def plainest(self) -> float:
        """The same error, of the mean of all rows in place of reconstructions."""
        return float((self.mean - self.rows[:WATCHED]).square().mean())

    def epoch(self, number: int) -> None:
        """Walk over all rows in an order drawn anew."""
        plan = self.plan
        mu = plan.momentum[0 if number < plan.warm else 1]
        order = torch.randperm(len(self.rows), generator=self.generator)
        falling = max(1.0, plan.fall * plan.epochs * self.steps)
        for step in range(self.steps):
            left = plan.epochs * self.steps - (number * self.steps + step)
            self.update(order[step * self.size : (step + 1) * self.size], mu, self.rate * min(1.0, left / falling))

    def update(self, rows: Tensor, mu: float, rate: float) -> None:
        """One mini-batch."""
        machine, size = self.quick, self.size
        above, below = self.v[:size], self.v[size:]
        torch.index_select(self.source, 0, rows, out=above)
        z = machine.hidden_sums(above)
        mean = machine.hidden.mean(z)
        below.copy_(self.walk(machine.hidden.sample(z, mean, self.generator)))
        self.h[:size] = mean
        torch.neg(machine.hidden_mean(below), out=self.h[size:])
        self._correlate()
        moved = list(zip(self._parameters(), self.slopes, self.velocity, strict=True))
        momentum_update(moved[:1], mu, rate / size, self.plan.decay * size)
        momentum_update(moved[1:], mu, rate / size)
        if self.plan.target is not None:
            self.activity.lerp_(mean.mean(0, dtype=self.activity.dtype), 1 - MEMORY)
            self.machine.hidden_bias.add_(self.plan.target - self.activity, alpha=self.plan.pull)
        self._renew()

    def _correlate(self) -> None:
        """The slopes of the weights and of both biases, summed over the batch."""
        weight, b, c = self.slopes
        if self.half:
            weight.copy_(self.v.t().contiguous() @ self.h)  # the first copy saves more time than it takes
        else:
            torch.mm(self.v.t(), self.h, out=weight)
        torch.mv(self.v.to(b).t(), self.signs, out=b)
        torch.sum(self.h, 0, dtype=c.dtype, out=c)


def _tensors(machine: Machine) -> tuple[Tensor, Tensor, Tensor]:
    return machine.weight, machine.visible_bias, machine.hidden_bias
