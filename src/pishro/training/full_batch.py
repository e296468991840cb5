"""All rows in every step, by any method: under a fixed prior or none, within constraints, stopped early if asked.

Without evidence nothing reads the strength of the weight decay off the rows. It is named (`FullBatchPlan.prior`), or
rows that the gradient never sees say when to stop (`FullBatchPlan.validation`): each member hands out its point of the
lowest cost on them. That is how MATLAB's `trainlm`, `trainbfg` and `trainscg` are used.

References
----------
Prechelt, L. (1998). Early stopping - but when? Neural Networks: Tricks of the Trade, Springer, 55-69.
"""

__all__ = ["FullBatchPlan", "train_full_batch"]

import dataclasses
import warnings
from collections.abc import Sequence

import torch
from torch import Tensor

from pishro.errors import CheckpointWarning, DataError, SettingError
from pishro.likelihoods import Likelihood, NormalPrior
from pishro.nn import Network
from pishro.objectives import Batch, Objective, mean_cost
from pishro.optim import ConstrainedResults, LevenbergMarquardt, Method, Results, Stop, minimize, optimize
from pishro.optim.stopping import Validation
from pishro.training.constraints import AnyConstraint, region_of, told
from pishro.training.devices import HERE, Work, choose_place, full_batch_work, second_order_work
from pishro.training.journal import Checkpoints
from pishro.training.layer_flow import LayerFlow
from pishro.training.methods import writes_matrix
from pishro.training.mini_batch import noise_precision
from pishro.training.record import TrainingRecord
from pishro.training.start import starting_points
from pishro.training.train import TrainedMembers, Watch, Watcher

LEAST_LEFT = 0.1
"""Share of the values that is left for the noise at least, as in evidence.py: P parameters may not eat them all."""


@dataclasses.dataclass(frozen=True)
class FullBatchPlan:
    """How a training on all rows is to run.

    Attributes
    ----------
    method : an assembly such as `optim.BFGS()`.
    members : networks from different starts.
    seed : of the starting points.
    stop : stop rules.
    recipe : the choice in one sentence, for the record.
    prior : under which θ is sought; None for maximum likelihood.
    constraints : on θ.
    validation : rows that the gradient does not see, by which each member stops; None for none.
    patience : iterations without a lower cost on them after which a member stops.
    start : θ (K, P) to start from; None for random weights from the seed.
    checkpoint : refused with a warning: these methods remember what no checkpoint keeps.
    device : "auto", "cpu" or "cuda"; see `devices.py`.
    """

    method: Method
    members: int = 1
    seed: int = 0
    stop: Stop = dataclasses.field(default_factory=lambda: Stop(iterations=200))
    recipe: str = "All rows in every step, as asked."
    prior: NormalPrior | None = None
    constraints: Sequence[AnyConstraint] = ()
    validation: Batch | None = None
    patience: int = 6
    start: Tensor | None = None
    checkpoint: Checkpoints | None = None
    device: str = "auto"


def train_full_batch(
    net: Network, likelihood: Likelihood, batch: Batch, plan: FullBatchPlan, watch: Watch | None = None
) -> TrainedMembers:
    """Minimize the cost of all rows by the plan's method, all members at once.

    Parameters
    ----------
    net, likelihood, batch : what is fitted to what.
    plan : how.
    watch : called after each iteration, where there are no constraints; a `Reason` that it returns ends the training.

    Raises
    ------
    DataError
        If the target is outside the likelihood's domain, or no member reached a finite cost.
    SettingError
        If constraints are to be kept and the training stopped early: the point handed out must keep them.
    """
    likelihood.check(batch.y)
    stop, curve = _stopping(net, likelihood, plan)
    if plan.checkpoint is not None:
        warnings.warn(
            f"{plan.method.name} without evidence keeps no checkpoints; interrupted, it begins anew.",
            CheckpointWarning,
            stacklevel=3,
        )
    start = starting_points(net, likelihood, batch, plan.seed, plan.members) if plan.start is None else plan.start
    place = choose_place(plan.device, _work(plan.method, batch, plan.members, net))
    prior = None if plan.prior is None else plan.prior.of(plan.members)
    objective = Objective(net, likelihood, batch, prior).to(place.device)
    record = TrainingRecord(plan.recipe, plan.method.name, plan.seed, plan.members, net.layout.size, len(batch))
    record.device = place.words
    begin = start.to(place.device)
    watcher = Watcher(len(batch), stop.iterations, watch, LayerFlow(net.layout, begin))
    result = _minimized(objective, begin, (plan, stop), watcher, record)
    good = torch.isfinite(result.value)
    if not good.any():
        raise DataError("No member reached a finite cost; look for extreme values among the inputs and the target.")
    _write_down(record, result, curve)
    watcher.flow.write(record.history)
    theta = result.x[good].to(HERE, start.dtype)
    record.members = len(theta)
    beta = _noise_precision(objective, theta, plan.validation)
    record.noise = (1 / beta.sqrt()).tolist() if likelihood.dispersion else []
    kkts = result.kkts if isinstance(result, ConstrainedResults) else ()
    kept = tuple(kkt for kkt, g in zip(kkts, good.tolist(), strict=False) if g)
    if prior is not None:  # beside the cost of the rows as β weighs it, which is how a prior is told everywhere
        prior = NormalPrior(prior.groups, prior.alpha[good.to(HERE)] * beta.unsqueeze(-1).to(prior.alpha))
    return TrainedMembers(theta, beta, None, record, prior, kkts=kept)


def _stopping(net: Network, likelihood: Likelihood, plan: FullBatchPlan) -> tuple[Stop, list[float]]:
    """The stop rules with early stopping among them, and the curve that it will write."""
    curve: list[float] = []
    if plan.validation is None:
        return plan.stop, curve
    if plan.constraints:
        raise SettingError("Expected constraints or early stopping, received both; leave the rows to stop by out.")
    likelihood.check(plan.validation.y)

    def cost(theta: Tensor) -> Tensor:
        kept = plan.validation
        if kept is None:
            raise TypeError("Early stopping has rows to stop by.")
        costs = mean_cost(net, likelihood, theta, kept.to(theta.device))
        curve.append(float(costs.mean()))
        return costs

    return dataclasses.replace(plan.stop, validation=Validation(cost, plan.patience)), curve


def _minimized(
    objective: Objective, start: Tensor, how: tuple[FullBatchPlan, Stop], watcher: Watcher, record: TrainingRecord
) -> Results:
    plan, stop = how
    if not plan.constraints:
        return optimize(objective, start, plan.method, stop, watcher.plain)
    region, general = region_of(objective.network, plan.constraints)
    found = minimize(objective, start, plan.method, region, general, stop)
    if not isinstance(found, ConstrainedResults):
        raise TypeError("A constrained minimization returns its certificate.")
    record.method = found.method
    record.constraints = told(objective.network, plan.constraints, found.x, found.kkts)
    return found


def _write_down(record: TrainingRecord, result: Results, validation: list[float]) -> None:
    """The way of the members, as the mean of their curves."""
    record.seconds, record.iterations = result.seconds, int(result.iterations.max())
    record.reasons = [reason.sentence for reason in result.reasons]
    cost = _averaged([history.value for history in result.histories])
    record.history.cost = [value / record.rows for value in cost]
    record.history.gradient_norm = _averaged([history.gradient_norm for history in result.histories])
    if record.method == LevenbergMarquardt().name:
        record.history.damping = _averaged([history.damping for history in result.histories])
    record.history.validation = validation


def _averaged(curves: list[list[float]]) -> list[float]:
    """The mean of curves of which the shorter ones stay where they ended."""
    longest = max(map(len, curves))
    padded = [curve + curve[-1:] * (longest - len(curve)) for curve in curves]
    return [float(sum(values) / len(values)) for values in zip(*padded, strict=True)]


def _noise_precision(objective: Objective, theta: Tensor, validation: Batch | None) -> Tensor:
    """β (K,): from the rows that P parameters were fitted to, N C − P errors are free, as in a linear regression.

    Where the training stopped early it had not got so far, and all N C count; the rows that it stopped by are few and
    chose the point, so that the larger noise of the two is believed.
    """
    one = theta.new_ones(len(theta), dtype=torch.float64)
    net, likelihood, rows = objective.network, objective.likelihood, objective.batch
    if not likelihood.dispersion:
        return one
    count = objective.values
    squares = 2 * mean_cost(net, likelihood, theta.to(rows.x.device), rows).double().to(HERE) * rows.total
    free = count if validation is not None else max(count - net.layout.size, LEAST_LEFT * count)
    beta = free * one / squares.clamp_min(torch.finfo(torch.float64).tiny)
    return beta if validation is None else beta.minimum(noise_precision(net, likelihood, theta, validation))


def _work(method: Method, batch: Batch, members: int, net: Network) -> Work:
    if writes_matrix(method):
        return second_order_work(batch, members, net.layout.size, net.outputs)
    return full_batch_work(batch, members, net.layout.size)
