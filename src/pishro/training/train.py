"""Train the members of one network, and keep the books."""

__all__ = ["Plan", "Progress", "TrainedMembers", "Watch", "Watcher", "train_members"]

import dataclasses
import math
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from pishro.errors import DataError
from pishro.likelihoods import Likelihood, NormalPrior
from pishro.nn import Network
from pishro.objectives import Batch, Objective
from pishro.optim import KKT, Iteration, LevenbergMarquardt, Method, Reason, Stop
from pishro.training.devices import HERE, choose_place, second_order_work
from pishro.training.distributed import current
from pishro.training.evidence import fit_evidence
from pishro.training.identity import identity
from pishro.training.journal import Checkpoints, Journal, opened
from pishro.training.layer_flow import LayerFlow
from pishro.training.pilot import choose_start
from pishro.training.posterior import LaplacePosterior
from pishro.training.record import TrainingRecord, curve
from pishro.training.start import starting_points


@dataclasses.dataclass(frozen=True)
class Progress:
    """One iteration, as a live display wants it; means over the members that ran.

    Attributes
    ----------
    iteration, iterations : this one, and the most there can be; epochs where the training walks over mini-batches.
    cost : cost per training row, regularized where there is a prior.
    gradient_norm : largest entry of |∇f|.
    running : members still running.
    damping : λ of Levenberg-Marquardt.
    effective : effective parameters γ.
    validation : cost per row kept from the gradient. NaN where a method has no such number, as the two before it.
    trying : whether this belongs to the short trials that choose a start, whose networks are not kept.
    """

    iteration: int
    iterations: int
    cost: float
    gradient_norm: float
    running: int
    damping: float = float("nan")
    effective: float = float("nan")
    validation: float = float("nan")
    trying: bool = False


Watch = Callable[[Progress], Reason | None]
"""Called as the training goes on. A `Reason` that it returns ends the training, which keeps what it has reached and
says so in its record; what it returns during the trials of a start is not heeded."""


@dataclasses.dataclass(frozen=True)
class Plan:
    """How a training is to run.

    Attributes
    ----------
    members : networks from different starts, trained together.
    seed : of the starting points.
    stop : stop rules.
    recipe : the choice in one sentence, for the record.
    method : an assembly of `optim`.
    start : θ (K, P) to start from, one row a member; None for random weights from the seed.
    trained : whether the start was trained before, so that the trials of a prior must not move it.
    checkpoint : where it is kept how far the training is; None for nowhere.
    device : "auto", "cpu" or "cuda"; see `devices.py`.
    """

    members: int = 8
    seed: int = 0
    stop: Stop = dataclasses.field(default_factory=lambda: Stop(iterations=200))
    recipe: str = "Levenberg-Marquardt with evidence, as asked."
    method: Method = dataclasses.field(default_factory=LevenbergMarquardt)
    start: Tensor | None = None
    checkpoint: Checkpoints | None = None
    trained: bool = False
    device: str = "auto"


@dataclasses.dataclass(frozen=True)
class TrainedMembers:
    """What a training leaves: K members of a network.

    Attributes
    ----------
    theta : (K, P).
    beta : noise precision of each member (K,).
    posterior : uncertainty of θ; None where only the spread between members tells of it.
    record : what was done.
    prior : under which θ was reached; None where there was none, and for a model that was read from a file.
    power : β to which the rows' likelihood was raised where its scale is free (K,), and by which that scale was widened
        afterwards; None as for `prior`.
    kkts : residuals of the conditions of optimality of each member, where there are constraints on θ.
    """

    theta: Tensor
    beta: Tensor
    posterior: LaplacePosterior | None
    record: TrainingRecord
    prior: NormalPrior | None = None
    power: Tensor | None = None
    kkts: tuple[KKT, ...] = ()

    def minimized(self, net: Network, likelihood: Likelihood) -> tuple[Tensor, Tensor]:
        """θ (K, P) and β (K,) of the cost that was minimized: with a free scale they are not those to predict with."""
        if self.power is None:
            return self.theta, self.beta
        theta = self.theta.clone()
        _widen(net, likelihood, theta, 1 / self.power)
        return theta, self.power


def train_members(
    net: Network,
    likelihood: Likelihood,
    batch: Batch,
    plan: Plan,
    progress: Watch | None = None,
) -> TrainedMembers:
    """Levenberg-Marquardt with evidence, all members at once.

    Parameters
    ----------
    net, likelihood, batch : what is fitted to what.
    plan : how.
    progress : called after each iteration; a `Reason` that it returns ends the training.

    Raises
    ------
    DataError
        If the target is outside the likelihood's domain, or no member reached a finite cost.
    CheckpointError
        If the plan's checkpoint cannot be used.
    """
    likelihood.check(batch.y)
    with opened(plan.checkpoint, lambda: identity(net, likelihood, batch, plan)) as journal:
        return _train(net, likelihood, batch, plan, (progress, journal))


def _train(
    net: Network, likelihood: Likelihood, batch: Batch, plan: Plan, books: tuple[Watch | None, Journal]
) -> TrainedMembers:
    progress, journal = books
    processes = current()
    random = starting_points(net, likelihood, batch, plan.seed, plan.members)
    theta = random if plan.start is None else plan.start.clone()
    mine = processes.share(batch)
    place = choose_place(plan.device, second_order_work(mine, len(theta), net.layout.size, net.outputs))
    mine, theta = mine.to(place.device), theta.to(place.device)
    objective = Objective(net, likelihood, mine)
    if processes.several:  # their clocks differ, so the number of iterations alone bounds the run
        plan = dataclasses.replace(plan, stop=dataclasses.replace(plan.stop, seconds=math.inf))
        objective = dataclasses.replace(objective, shared=processes.add)
    watcher = Watcher(len(batch), plan.stop.iterations, progress, LayerFlow(net.layout, theta))
    tried = theta.clone() if plan.trained else theta  # trials move what they try
    objective, evidence = choose_start(objective, tried, plan.method, plan.stop, watcher.trial, journal)
    left = dataclasses.replace(plan.stop, seconds=max(0.0, plan.stop.seconds - (time.perf_counter() - journal.began)))
    stage = journal.stage("run", watcher=watcher)
    fit = fit_evidence(objective, theta, plan.method, left, evidence, watcher, stage)
    sound = torch.tensor([r is not Reason.NOT_FINITE for r in fit.reasons], device=place.device)
    good = torch.isfinite(fit.point.value) & sound
    if not good.any():
        raise DataError("No member reached a finite cost; look for extreme values among the inputs and the target.")
    point, beta, gamma = fit.point.select(good), fit.beta[good], fit.gamma[good]
    posterior = LaplacePosterior.of(point.precision)
    power = None
    if not likelihood.dispersion:
        _widen(net, likelihood, point.x, beta)
        power, beta = beta, torch.ones_like(beta)
    record = _record(net, batch, plan, watcher)
    record.device = place.words
    record.members = len(beta)
    record.method = f"{plan.method.name} with evidence"
    record.iterations = int(fit.iterations.max())
    record.reasons = [r.sentence for r, g in zip(fit.reasons, good.tolist(), strict=True) if g]
    record.effective = gamma.tolist()
    record.evidence = fit.log_evidence[good].tolist()
    record.noise = (1 / beta.sqrt()).tolist() if likelihood.dispersion else []
    record.seconds = time.perf_counter() - journal.began
    prior = fit.objective.prior
    kept = None if prior is None else prior.select(good).to(HERE)
    power = None if power is None else power.to(HERE)
    return TrainedMembers(point.x.to(HERE), beta.to(HERE), posterior, record, kept, power)


def _widen(net: Network, likelihood: Likelihood, theta: Tensor, beta: Tensor) -> None:
    """Move β into the scale that the network predicts: s/√β, as β is 1 for those who read θ."""
    bias = net.layout.views(theta).get(f"{net.nodes[-1].name}.bias")
    if bias is not None:
        bias[:, list(likelihood.scale_outputs(net.outputs))] -= beta.log().unsqueeze(-1) / 2


class Watcher:
    """Turns what the optimizer reports into the record's history and a live display.

    Parameters
    ----------
    rows, iterations : of the training; iterations at most.
    progress : called with each event.
    flow : watches gradients and updates of each layer.
    """

    def __init__(self, rows: int, iterations: int, progress: Watch | None, flow: LayerFlow) -> None:
        self.rows, self.iterations, self.progress, self.flow = rows, iterations, progress, flow
        self.seen: list[Progress] = []

    def __call__(self, iteration: Iteration, gamma: Tensor) -> Reason | None:
        """An iteration, with γ of the members that ran."""
        event = self._event(iteration, gamma)
        self.seen.append(event)
        self.flow.see(iteration.x, iteration.gradient, iteration.members)
        return None if self.progress is None else self.progress(event)

    def pack(self) -> dict[str, Any]:
        """What has been seen, copied."""
        return {"seen": [dataclasses.asdict(event) for event in self.seen], "flow": self.flow.pack()}

    def unpack(self, packed: dict[str, Any]) -> None:
        """Take over what `pack` gave."""
        self.seen = [Progress(**event) for event in packed["seen"]]
        self.flow.unpack(packed["flow"])

    def trial(self, iteration: Iteration, gamma: Tensor) -> None:
        """An iteration of a trial is shown and not recorded."""
        if self.progress is not None:
            self.progress(dataclasses.replace(self._event(iteration, gamma), trying=True))

    def _event(self, iteration: Iteration, gamma: Tensor) -> Progress:
        return Progress(
            iteration.number,
            self.iterations,
            float(iteration.value.mean()) / self.rows,
            float(iteration.gradient_norm.mean()),
            len(iteration.members),
            float((1 / iteration.scale).mean()),
            float(gamma.mean()),
        )

    def plain(self, iteration: Iteration) -> Reason | None:
        """An iteration without evidence, which has no γ."""
        return self(iteration, torch.full_like(iteration.value, float("nan")))


def _record(net: Network, batch: Batch, plan: Plan, watcher: Watcher) -> TrainingRecord:
    record = TrainingRecord(plan.recipe, plan.method.name, plan.seed, plan.members, net.layout.size, len(batch))
    record.history.cost = curve(event.cost for event in watcher.seen)
    record.history.gradient_norm = curve(event.gradient_norm for event in watcher.seen)
    record.history.damping = curve(event.damping for event in watcher.seen)
    record.history.effective = curve(event.effective for event in watcher.seen)
    record.history.running = [event.running for event in watcher.seen]
    watcher.flow.write(record.history)
    return record
