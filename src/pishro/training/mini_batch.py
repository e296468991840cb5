"""Training on mini-batches: a stochastic rule, a schedule, early stopping with the best weights restored.

A part of the training rows is kept from the gradient. After each epoch every member's cost on it is measured; each
member hands out the weights of its own best epoch, and the run ends when none has improved for a while. The same rows
tell how large the noise is, since the cost on rows that a network was trained on is too small to say.
"""

__all__ = ["Keeper", "MiniBatchPlan", "noise_precision", "single_precision", "train_mini_batches", "train_stored_rows"]

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor

from pishro.errors import DataError
from pishro.likelihoods import Likelihood
from pishro.nn import Network
from pishro.objectives import Batch, Disturbance, MiniBatches, Penalty, StoredRows, joint_cost, mean_cost
from pishro.optim import (
    AdamW,
    Cosine,
    Descent,
    ExponentialAverage,
    Muon,
    Reason,
    Rule,
    Scheduled,
    Stop,
    WarmUp,
    descend,
)
from pishro.optim.stochastic import Progress as Look
from pishro.optim.stochastic import Source
from pishro.training.devices import HERE, choose_place, mini_batch_work
from pishro.training.distributed import Processes, SummedSource, current
from pishro.training.identity import identity
from pishro.training.journal import Checkpoints, Journal, Stage, opened
from pishro.training.layer_flow import LayerFlow
from pishro.training.methods import name_of
from pishro.training.packed import PackedSource, Packing
from pishro.training.record import TrainingRecord
from pishro.training.start import starting_points
from pishro.training.together import EachSource, SharedPause
from pishro.training.train import Progress, TrainedMembers, Watch

LOOKS = 10
"""At least so often the validation cost is measured, also where there is time for a part of the rows only."""

ITERATIONS = 3
"""Of Muon's products. On inner splits 3 and the usual 5 end alike (power plant 3.268 and 3.265), and a step of 5
takes a tenth longer."""


@dataclasses.dataclass(frozen=True)
class MiniBatchPlan:
    """How the loop runs.

    Attributes
    ----------
    members : networks from different starts.
    seed : of the starting points, the validation part, the order of rows and dropout.
    epochs : most walks over the rows; the rate falls to zero along a half cosine in so many.
    steps : most mini-batches.
    size : rows of a mini-batch.
    rate, decay, beta2 : of AdamW.
    muon : scale of the steps by which Muon moves the shared weights of packed members, all else being AdamW's; 0 for
        AdamW alone.
    packed : whether the members share their hidden weights while they are trained (`packed.py`); where θ is given to
        start from that shares none, and where a network has no weight to share, they do not.
    average : walks over the rows that the weights are averaged over, in a running mean; that mean is measured on the
        rows kept from the gradient, and handed out. 0 for none.
    rule : another rule in its place; its own rate is the highest of the run. Clipping and accumulation are rules around
        one: `Accumulated(ClippedNorm(AdamW(), 1.0), every=4)`.
    disturb : what is done to the inputs of each mini-batch, drawn anew; the rows kept from the gradient stay.
    penalty : added to the cost of each mini-batch, but not to that of the rows kept from the gradient.
    patience : epochs without a better validation cost of any member after which the run ends.
    validation : share of the rows kept from the gradient.
    kept : rows given for that in place of a share; the training then sees all the others.
    restore : whether members hand out their weights of the lowest validation cost and the run stops early, or it goes
        on to the last epoch and hands out its last weights.
    seconds : most wall time.
    recipe : the choice in one sentence, for the record.
    start : θ (K, P) to start from, one row a member; None for random weights from the seed.
    checkpoint : where it is kept how far the training is; None for nowhere.
    device : "auto", "cpu", "cuda" or "mps"; see `devices.py`.
    """

    members: int = 4
    seed: int = 0
    epochs: int = 40
    steps: int = 2**62
    size: int = 256
    rate: float = 2e-3
    decay: float = 1e-2
    beta2: float = 0.999
    muon: float = 0.0
    packed: bool = False
    average: float = 0.0
    rule: Rule[Any] | None = None
    disturb: Disturbance | None = None
    penalty: Penalty | None = None
    patience: int = 10
    validation: float = 0.15
    kept: Batch | None = None
    restore: bool = True
    seconds: float = float("inf")
    recipe: str = "Mini-batches by AdamW, as asked."
    start: Tensor | None = None
    checkpoint: Checkpoints | None = None
    device: str = "auto"

    def inner(self, packing: Packing | None) -> Rule[Any]:
        """The rule that the schedule drives."""
        if self.rule is not None:
            return self.rule
        if packing is None or not self.muon:
            return AdamW(self.rate, self.decay, beta2=self.beta2)
        which = packing.layout, tuple(packing.shared)
        return Muon(*which, self.rate, self.decay, self.muon, iterations=ITERATIONS, beta2=self.beta2)


def train_mini_batches(
    network: Network,
    likelihood: Likelihood,
    batch: Batch,
    plan: MiniBatchPlan,
    progress: Watch | None = None,
) -> TrainedMembers:
    """AdamW, or another stochastic rule, on mini-batches, all members at once, in float32.

    Raises
    ------
    DataError
        If the target is outside the likelihood's domain, or no member kept a finite cost.
    """
    likelihood.check(batch.y)
    processes, generator = current(), Generator().manual_seed(plan.seed)
    batch = single_precision(batch)
    order = torch.randperm(len(batch), generator=generator)
    if plan.kept is None:
        held = min(len(batch) - 1, max(1, round(plan.validation * len(batch))))
        validation, training = batch.take(order[:held]), batch.take(order[held:])
    else:
        likelihood.check(plan.kept.y)
        validation, training = single_precision(plan.kept), batch
    return _train(network, likelihood, processes.share(training), validation, plan, generator, progress)


def train_stored_rows(
    network: Network,
    likelihood: Likelihood,
    rows: StoredRows,
    validation: Batch,
    plan: MiniBatchPlan,
    progress: Watch | None = None,
) -> TrainedMembers:
    """The same on this process's share of rows that lie in a file; the rows to validate on are in memory."""
    likelihood.check(validation.y)
    generator = Generator().manual_seed(plan.seed)
    return _train(network, likelihood, rows, single_precision(validation), plan, generator, progress)


def _train(
    network: Network,
    likelihood: Likelihood,
    training: Batch | StoredRows,
    validation: Batch,
    plan: MiniBatchPlan,
    generator: Generator,
    progress: Watch | None,
) -> TrainedMembers:
    processes = current()

    def which() -> dict[str, str]:
        found = identity(network, likelihood, training, plan)
        if processes.several:  # the first writes of its own rows, which the others do not have
            found = {**found, "processes": str(processes.count)}
        return found if processes.first else {name: text for name, text in found.items() if name != "rows"}

    with opened(plan.checkpoint, which) as journal:
        return _trained(network, likelihood, (training, validation), plan, generator, (progress, journal))


def _trained(
    network: Network,
    likelihood: Likelihood,
    rows: tuple[Batch | StoredRows, Batch],
    plan: MiniBatchPlan,
    generator: Generator,
    books: tuple[Watch | None, Journal],
) -> TrainedMembers:
    (training, validation), (progress, journal) = rows, books
    processes = current()
    if processes.several:
        generator.manual_seed(plan.seed + processes.rank)
    size = max(1, plan.size // processes.count)
    place = choose_place(plan.device, mini_batch_work(size, plan.members, network.layout.size, training.bytes))
    source = MiniBatches(network, likelihood, training, size, generator, plan.disturb, plan.penalty, place.device)
    epoch = processes.least(source.steps)
    steps = min(plan.epochs * epoch, processes.least(plan.steps))  # each process reckons with its own rows
    rise = max(1, steps // 20)  # a twentieth of the run, as usual for AdamW
    random = starting_points(network, likelihood, source.batch.to(HERE), plan.seed, plan.members)
    theta = processes.align(random if plan.start is None else plan.start.to(random)).to(place.device)
    packing, point = _packed(network, plan, theta)
    inner = plan.inner(packing)
    rule: Rule[Any] = Scheduled(inner, WarmUp(rise, then=Cosine(max(1, steps - rise))))
    if plan.average:
        rule = ExponentialAverage(rule, 1 - 1 / max(1.0, plan.average * epoch))
    if isinstance(training, StoredRows):
        epoch = min(epoch, max(1, steps // LOOKS))
    keeper = Keeper(network, likelihood, validation.to(place.device), plan, progress, point, packing)
    stop = Stop(gradient=0.0, step=0.0, iterations=steps, seconds=plan.seconds)
    stage = journal.stage("run", keeper=keeper, source=EachSource(source, processes) if processes.several else source)
    shared = SharedPause(stage, journal, processes) if processes.several and stage is not None else None
    descended = source if packing is None else PackedSource(source, packing)
    descent = _descend(descended, point, rule, (stop, shared or stage), keeper, epoch, processes)
    good = torch.isfinite(keeper.best)
    if not good.any():
        raise DataError("No member kept a finite cost; look for extreme values among the inputs and the target.")
    theta = keeper.theta[good].to(HERE)
    beta = noise_precision(network, likelihood, theta, validation)
    record = TrainingRecord(
        *(plan.recipe, name_of(inner), plan.seed, len(theta), network.layout.size, len(training) + len(validation))
    )
    reasons = descent.reasons if packing is None else descent.reasons * plan.members
    record.reasons = [r.sentence for r, g in zip(reasons, good.tolist(), strict=True) if g]
    record.noise = (1 / beta.sqrt()).tolist() if likelihood.dispersion else []
    record.device, record.seconds = place.words, descent.seconds
    keeper.write(record)
    return TrainedMembers(theta, beta, None, record)


def _packed(network: Network, plan: MiniBatchPlan, theta: Tensor) -> tuple[Packing | None, Tensor]:
    """How the members are packed, and what is descended on from θ; where they cannot be, θ itself."""
    if not plan.packed or len(theta) == 1 or not Packing.possible(network):
        return None, theta
    packing = Packing(network, len(theta))
    found = packing.start(theta, plan.seed) if plan.start is None else packing.found(theta)
    return (None, theta) if found is None else (packing, found)


def _descend(
    source: Source,
    theta: Tensor,
    rule: Rule[Any],
    until: tuple[Stop, Stage | SharedPause | None],
    keeper: Callable[[Look], Reason | None],
    epoch: int,
    processes: Processes,
) -> Descent:
    """The descent of this process, or of several in step: then the end of the time is agreed upon, after an epoch."""
    stop, pause = until
    if not processes.several:
        return descend(source, theta, rule, stop, callback=keeper, interval=epoch, pause=pause)

    def look(seen: Look) -> Reason | None:
        reason = keeper(seen)
        if isinstance(pause, SharedPause):
            pause.agree()
        return Reason.SECONDS if processes.agreed(seen.seconds > stop.seconds) else reason

    untimed = dataclasses.replace(stop, seconds=math.inf)
    return descend(SummedSource(source, processes), theta, rule, untimed, callback=look, interval=epoch, pause=pause)


class Keeper:
    """Looks after each epoch: measures the validation cost, keeps the best weights, says when to stop.

    Attributes
    ----------
    theta, best : each member's weights of the lowest validation cost so far, (K, P), and that cost (K,); of packed
        members it is the cost of their mean, so that all are from one epoch.
    history : an entry a look.
    """

    def __init__(
        self,
        network: Network,
        likelihood: Likelihood,
        validation: Batch,
        plan: MiniBatchPlan,
        progress: Watch | None,
        point: Tensor,
        packing: Packing | None = None,
    ) -> None:
        self.network, self.likelihood, self.validation = network, likelihood, validation
        self.plan, self.progress, self.packing = plan, progress, packing
        self.theta = self._members_of(point).clone()
        self.best = point.new_full((len(self.theta),), float("inf"))
        self.still = 0
        self.history: list[Progress] = []
        self.flow = LayerFlow((packing or network).layout, point)
        self.halfway: list[float] = []

    def __call__(self, look: Look) -> Reason | None:
        """A look of `descend`: what it says ends the run."""
        if look.x is None:
            raise TypeError("A callback is always handed the point.")
        theta = self._members_of(look.x)
        cost = self._measured(theta)
        self.halfway.append(float(self._measured(self._members_of((self.flow.before + look.x) / 2)).mean()))
        if look.gradient is not None:
            self.flow.see(look.x, look.gradient)
        better = cost < self.best if self.plan.restore else torch.isfinite(cost)  # NaN compares false
        self.best = torch.where(better, cost, self.best)
        self.theta[better] = theta[better]
        self.still = 0 if bool(better.any()) else self.still + 1
        event = Progress(
            len(self.history) + 1,
            self.plan.epochs,
            float(look.value.mean()),
            float(look.gradient_norm.mean()),
            running=len(cost),
            validation=float(cost.mean()),
        )
        self.history.append(event)
        wish = None if self.progress is None else self.progress(event)
        return Reason.VALIDATION if wish is None and self.still >= self.plan.patience else wish

    def _members_of(self, point: Tensor) -> Tensor:
        return point if self.packing is None else self.packing.members_of(point)

    def _measured(self, theta: Tensor) -> Tensor:
        """The cost of each member (K,); where they were trained as one, all have that of their mean."""
        if self.packing is not None:
            return joint_cost(self.network, self.likelihood, theta, self.validation).expand(len(theta))
        return mean_cost(self.network, self.likelihood, theta, self.validation)

    def write(self, record: TrainingRecord) -> None:
        """Put the curves into the record."""
        record.iterations = len(self.history)
        for event in self.history:
            record.history.cost.append(event.cost)
            record.history.validation.append(event.validation)
            record.history.gradient_norm.append(event.gradient_norm)
            record.history.running.append(event.running)
        record.history.halfway = self.halfway
        self.flow.write(record.history)

    def pack(self) -> dict[str, Any]:
        """The best weights so far, and the books; the tensors are copied out at once."""
        events = [dataclasses.asdict(event) for event in self.history]
        books = {"still": self.still, "history": events, "halfway": list(self.halfway), "flow": self.flow.pack()}
        return {"theta": self.theta, "best": self.best, **books}

    def unpack(self, packed: dict[str, Any]) -> None:
        """Take over what `pack` gave."""
        self.theta.copy_(packed["theta"])
        self.best.copy_(packed["best"])
        self.still, self.halfway = packed["still"], packed["halfway"]
        self.history = [Progress(**event) for event in packed["history"]]
        self.flow.unpack(packed["flow"])


def noise_precision(network: Network, likelihood: Likelihood, theta: Tensor, validation: Batch) -> Tensor:
    """β (K,), the same for all members: with it the mixture's variance equals the mean's squared error.

    Each member's squared error holds the spread between members, which the mixture adds anyhow; so it is taken out
    twice, once from the members' errors and once from the mean's (law of total variance).
    """
    one = theta.new_ones(len(theta), dtype=torch.float64)
    if not likelihood.dispersion:
        return one
    raw = network(theta, validation.x).double()  # only the spread counts: a known part of the output is left out
    spread = raw.var(0, correction=0).mean()
    error = 2 * mean_cost(network, likelihood, theta, validation).double().mean() / raw.shape[-1]
    return one / (error - 2 * spread).clamp_min(0.1 * error)


def single_precision(batch: Batch) -> Batch:
    """The batch in float32, class indices as they are."""
    y = batch.y.float() if batch.y.is_floating_point() else batch.y
    weight = None if batch.weight is None else batch.weight.float()
    return Batch(batch.x.float(), y, weight, None if batch.offset is None else batch.offset.float())
