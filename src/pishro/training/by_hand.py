"""Training by hand: any network, cost, prior, constraints and method of the library, joined by one call."""

__all__ = ["train"]

import dataclasses
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Generator, Tensor

from pishro.errors import SettingError
from pishro.likelihoods import Likelihood, NormalPrior
from pishro.nn import Network
from pishro.objectives import Batch, MiniBatches
from pishro.optim import Method, Rule, Stop, descend
from pishro.training.constraints import AnyConstraint
from pishro.training.devices import HERE, choose_place, mini_batch_work
from pishro.training.full_batch import FullBatchPlan, train_full_batch
from pishro.training.identity import identity
from pishro.training.journal import Checkpoints, Journal, opened
from pishro.training.methods import choose_method, name_of, refuse_what_does_not_fit, takes_evidence
from pishro.training.mini_batch import Keeper, MiniBatchPlan
from pishro.training.record import TrainingRecord
from pishro.training.start import starting_points
from pishro.training.train import Plan, train_members

BATCH = 256
"""Rows of a mini-batch at most."""

EPOCHS = 100
"""Walks over the rows where no stop rule says otherwise."""


def train(
    net: Network,
    likelihood: Likelihood,
    x: "Tensor | npt.NDArray[Any]",
    y: "Tensor | npt.NDArray[Any]",
    *,
    method: "str | Method | Rule[Any]" = "auto",
    stop: Stop | None = None,
    prior: "str | NormalPrior | None" = "auto",
    constraints: "Sequence[AnyConstraint]" = (),
    members: int = 1,
    seed: int = 0,
    validation: "tuple[Tensor | npt.NDArray[Any], Tensor | npt.NDArray[Any]] | None" = None,
    patience: int = 10,
    checkpoint: Checkpoints | None = None,
    device: str = "auto",
) -> tuple[Tensor, TrainingRecord]:
    """Fit a network and return θ (K, P), on the CPU and in the type of x, and the record.

    Parameters
    ----------
    net, likelihood : what is fitted, and the cost.
    x, y : rows (N, D) and targets (N, C), or class indices (N,); scaled to standard deviation 1 for "evidence". Tensors
        or arrays, also memory-mapped ones (`numpy.memmap`, `torch.from_file`): on the CPU x is never copied, and a
        stochastic rule reads the rows of one mini-batch at a time.
    method : "auto" (by rows and parameters, the record says why); a name such as "bfgs" or "adam"; an assembly such as
        `optim.LevenbergMarquardt()`; or a stochastic rule such as `optim.Adam(1e-3)`, on mini-batches, perhaps with its
        gradients clipped and accumulated: `optim.Accumulated(optim.ClippedNorm(optim.Adam(), 1.0), every=4)`.
    stop : stop rules; 200 iterations if not given, or 100 walks over the rows for a stochastic rule, whose iterations
        are single steps.
    prior : "evidence" re-estimates the precisions; a `NormalPrior` fixes them; None is plain maximum likelihood. "auto"
        is evidence where the method has a Gauss-Newton matrix, and there are neither constraints nor rows to stop by,
        else None.
    constraints : `NonNegative("dense1.weight")`, `Box`, `NormBall`, `LinearEquality`, and `optim.Equality(h)`,
        `optim.Inequality(g)` for functions of θ (P,); the record says how each is kept, with its multipliers.
    members : networks from different starts, trained together.
    seed : of the starting points and mini-batches.
    validation : rows x and y that the training stops early by, without evidence: their cost is measured after each
        iteration, or walk over the rows of a stochastic rule; each member hands out its weights of the lowest, and ends
        when it has not improved `patience` times in a row (under a stochastic rule, when none has).
    patience : see `validation`.
    checkpoint : where it is kept how far the training is, for evidence and stochastic rules; see `Checkpoints`.
    device : "cpu", "cuda", "mps" (stochastic rules only), or "auto", which takes CUDA where steps are large enough to
        gain by it; the record says which and why. On a GPU mini-batches are in float32.

    Raises
    ------
    SettingError
        If the method cannot do the job (its matrices exceed the memory, constraints with a stochastic rule, evidence
        without a Gauss-Newton matrix); the message names one that can. If there is no such device.
    DataError
        If the target is outside the likelihood's domain.

    Examples
    --------
    >>> import torch
    >>> from pishro.likelihoods import Normal
    >>> from pishro.nn import Dense
    >>> x = torch.linspace(-1, 1, 50, dtype=torch.float64).reshape(-1, 1)
    >>> net = Network.chain(1, Dense(5, "tanh"), Dense(1))
    >>> theta, record = train(net, Normal(), x, torch.sin(3 * x), members=2)
    >>> bool((net(theta, x).mean(0) - torch.sin(3 * x)).abs().max() < 0.05)
    True
    """
    batch = _batch(x, y)
    likelihood.check(batch.y)
    chosen, why = choose_method(method, len(batch), net.layout.size)
    refuse_what_does_not_fit(chosen, net.layout.size, members)
    if prior not in ("auto", "evidence") and not (prior is None or isinstance(prior, NormalPrior)):
        raise SettingError(f'Expected prior="evidence", a NormalPrior or None, received {prior!r}.')
    evidence = takes_evidence(prior, chosen, constrained=bool(constraints), stopped=validation is not None)
    if checkpoint is not None and isinstance(chosen, Method) and not evidence:
        raise SettingError(
            f"{chosen.name} without evidence keeps no checkpoints; leave `checkpoint` out, or take prior='evidence' "
            "with 'levenberg-marquardt', or a stochastic rule."
        )
    if evidence and isinstance(chosen, Method):
        plan = Plan(members, seed, stop or Stop(iterations=200), why, chosen, checkpoint=checkpoint, device=device)
        trained = train_members(net, likelihood, batch, plan)
        return trained.theta, trained.record
    regularization = None if isinstance(prior, str) else prior
    held = None if validation is None else _batch(*validation)
    if isinstance(chosen, Method):
        full = FullBatchPlan(
            *(chosen, members, seed, stop or Stop(iterations=200), why, regularization, constraints, held, patience),
            device=device,
        )
        trained = train_full_batch(net, likelihood, batch, full)
        return trained.theta, trained.record
    regularization = None if regularization is None else regularization.of(members)
    start = starting_points(net, likelihood, batch, seed, members)
    record = TrainingRecord(why, "", seed, members, net.layout.size, len(batch))
    hand = _ByHand(chosen, stop, regularization, seed, members, checkpoint, held, patience, device)
    with opened(checkpoint, lambda: identity(net, likelihood, batch, hand)) as journal:
        theta = _by_rule(net, likelihood, batch, hand, (start, record, journal))
    return theta.to(HERE, start.dtype), record


def _batch(x: "Tensor | npt.NDArray[Any]", y: "Tensor | npt.NDArray[Any]") -> Batch:
    """Rows where they lie; the targets in their type."""
    rows, targets = _tensor(x), _tensor(y)
    return Batch(rows, targets.to(rows.dtype) if targets.is_floating_point() else targets)


def _tensor(values: "Tensor | npt.NDArray[Any]") -> Tensor:
    """The same memory as a tensor."""
    if isinstance(values, Tensor):
        return values
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The given NumPy array is not writable")  # rows are only read
        return torch.from_numpy(np.asarray(values))


@dataclasses.dataclass(frozen=True)
class _ByHand:
    """What a training by a stochastic rule depends on beside network, cost and rows."""

    rule: Rule[Any]
    stop: Stop | None
    prior: NormalPrior | None
    seed: int
    members: int
    checkpoint: Checkpoints | None
    validation: Batch | None
    patience: int
    device: str


def _by_rule(
    net: Network,
    likelihood: Likelihood,
    batch: Batch,
    hand: _ByHand,
    run: "tuple[Tensor, TrainingRecord, Journal]",
) -> Tensor:
    """Mini-batches; the prior's gradient is shared among the rows."""
    start, record, journal = run
    size = min(BATCH, len(batch))
    place = choose_place(hand.device, mini_batch_work(size, hand.members, net.layout.size, batch.bytes))
    record.device, where = place.words, place.device
    dtype = start.dtype if where.type == "cpu" else torch.float32
    start, prior = start.to(where, dtype), None if hand.prior is None else hand.prior.to(where, dtype)
    generator = Generator().manual_seed(hand.seed)
    source = MiniBatches(net, likelihood, batch.to(where, dtype), size, generator)
    share = 1 / batch.total

    def regularized(theta: Tensor) -> tuple[Tensor, Tensor]:
        value, gradient = source(theta)
        if prior is None:
            return value, gradient
        return value + share * prior.nll(theta), gradient + share * prior.gradient(theta)

    stop = hand.stop or Stop(gradient=0.0, step=0.0, iterations=EPOCHS * source.steps)
    keeper, parts = None, {}
    if hand.validation is not None:
        likelihood.check(hand.validation.y)
        plan = MiniBatchPlan(hand.members, epochs=stop.iterations // source.steps, patience=hand.patience)
        keeper = Keeper(net, likelihood, hand.validation.to(where, dtype), plan, None, start)
        parts = {"keeper": keeper}
    stage = journal.stage("run", source=source, **parts)
    descent = descend(regularized, start, hand.rule, stop, callback=keeper, interval=source.steps, pause=stage)
    record.method = name_of(hand.rule)
    record.seconds, record.iterations = descent.seconds, int(descent.iterations.max())
    record.reasons = [r.sentence for r in descent.reasons]
    record.history.cost = [float(look.value.mean()) for look in descent.history]
    record.history.gradient_norm = [float(look.gradient_norm.mean()) for look in descent.history]
    if keeper is None:
        return descent.x
    record.history.validation = [event.validation for event in keeper.history]
    return keeper.theta
