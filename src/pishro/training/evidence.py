"""Bayesian regularization: the strength of the weight decay and the noise are read off the training rows themselves.

Levenberg-Marquardt minimizes β E_D + ½ Σ_g α_g ‖θ_g‖²; every few iterations the precisions are re-estimated from the
curvature A = β JᵀΛJ + diag(α) at the point reached (MacKay 1992):

    γ_g = n_g − α_g Σ_{i∈g} [A⁻¹]_ii        effective number of parameters of group g
    α_g ← γ_g / ‖θ_g‖²,    β ← (N·C − Σγ_g) / (2 E_D)

until the log evidence stops rising. No validation rows are needed, and A is the posterior's precision in the end.

α starts small, so that the network forms before it is pruned; where the rows are too noisy for that, a short pilot says
so (`pilot.py`) and it starts large.

References
----------
MacKay, D. J. C. (1992). A practical Bayesian framework for backpropagation networks. Neural Computation 4, 448-472.
Foresee, F. D. and Hagan, M. T. (1997). Gauss-Newton approximation to Bayesian learning. Proc. ICNN, 1930-1935.
"""

__all__ = ["Evidence", "EvidenceFit", "fit_evidence", "reestimate"]

import dataclasses
import math
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.likelihoods import NormalPrior
from pishro.objectives import Objective, ObjectivePoint
from pishro.operators import Factor
from pishro.optim import Iteration, Method, Reason, State, Stop, optimize
from pishro.optim.method import Pace
from pishro.training.checkpoint import placed
from pishro.training.journal import Stage

RELEASED = 10.0
"""Precision of the weights into a free scale once it may vary with the inputs."""


@dataclasses.dataclass(frozen=True)
class Evidence:
    """Settings of the re-estimation.

    Attributes
    ----------
    alpha : precision of the prior at the start, where inputs and targets have standard deviation 1; one a group, or the
        same for all.
    every : iterations between re-estimations.
    change : relative change of the log evidence, per row, below which a member counts as done.
    patience : re-estimations in a row that must be that still.
    held : iterations for which the last group, of the weights into a free scale, keeps its precision.
    """

    alpha: float | tuple[float, ...] = 1e-2
    every: int = 5
    change: float = 1e-4
    patience: int = 3
    held: int = 0


@dataclasses.dataclass(frozen=True)
class EvidenceFit:
    """Where the evidence loop ended: one entry a member.

    Attributes
    ----------
    objective, point : the objective with the final precisions, and the point reached.
    beta : noise precision (K,).
    gamma : effective parameters (K,).
    log_evidence : Laplace approximation of ln p(y), (K,).
    iterations : (K,).
    reasons : why each member stopped.
    """

    objective: Objective
    point: ObjectivePoint
    beta: Tensor
    gamma: Tensor
    log_evidence: Tensor
    iterations: Tensor
    reasons: tuple[Reason, ...]


Look = Callable[[Iteration, Tensor], Reason | None]
"""Called after each iteration with what the optimizer reports and γ of the members that ran; a reason ends the run."""


def fit_evidence(
    objective: Objective,
    theta: Tensor,
    method: Method,
    stop: Stop,
    settings: Evidence = Evidence(),
    watch: Look | None = None,
    stage: Stage | None = None,
) -> EvidenceFit:
    """Fit K members from θ (K, P), each with its own precisions.

    Parameters
    ----------
    objective : network, likelihood and rows; its prior gives the groups, its precisions are replaced.
    theta : starting points.
    method : an assembly for least squares, such as `LevenbergMarquardt()`.
    stop : `iterations` and `seconds` bound the whole run, the rest each stretch between re-estimations.
    settings : of the re-estimation.
    watch : called after each iteration; a reason that it returns ends the run.
    stage : keeps where the run stands after each re-estimation, and may hold where it is to go on.
    """
    run = _EvidenceRun(objective, theta, method, stop, settings)
    if stage is not None and stage.found is not None:
        run.unpack(placed(stage.found, theta.device))
    while run.wants_more():
        if stage is not None:
            stage.reach(run.pack())
        run.stretch(watch, stage)
    return run.result()


@dataclasses.dataclass(frozen=True)
class _Reached:
    """Where each member stood when its evidence was highest.

    A free scale makes the curvature depend on the fit: as the scale shrinks, γ grows, and the scale shrinks further.
    Then re-estimation may leave the maximum of the evidence that it passed, which is why it is kept.
    """

    point: ObjectivePoint
    alpha: Tensor
    beta: Tensor
    gamma: Tensor
    log_evidence: Tensor

    def pack(self) -> dict[str, Any]:
        """All of it, not copied."""
        books = {name: getattr(self, name) for name in ("alpha", "beta", "gamma", "log_evidence")}
        return {"point": self.point.pack(), **books}

    @classmethod
    def unpacked(cls, packed: dict[str, Any]) -> "_Reached":
        """What `pack` gave."""
        point = ObjectivePoint.unpacked(packed["point"], packed["beta"])
        return cls(point, packed["alpha"], packed["beta"], packed["gamma"], packed["log_evidence"])

    def select(self, index: Tensor) -> "_Reached":
        """The members in `index`, copied."""
        books = (self.alpha, self.beta, self.gamma, self.log_evidence)
        return _Reached(self.point.select(index), *(book[index] for book in books))

    def update(self, index: Tensor, new: "_Reached") -> None:
        """Overwrite the members in `index`."""
        self.point.update(index, new.point)
        self.alpha[index], self.beta[index] = new.alpha, new.beta
        self.gamma[index], self.log_evidence[index] = new.gamma, new.log_evidence


class _EvidenceRun:
    """The members that still move, and the books over all of them."""

    def __init__(self, objective: Objective, theta: Tensor, method: Method, stop: Stop, settings: Evidence) -> None:
        self.began = time.perf_counter()
        self.method, self.stop, self.settings = method, stop, settings
        device = theta.device
        everything = torch.zeros(theta.shape[-1], dtype=torch.long, device=device)
        groups = objective.prior.groups if objective.prior is not None else everything
        count = int(groups.max()) + 1
        self.alpha = theta.new_tensor(settings.alpha).expand(len(theta), count).clone()
        self.beta = theta.new_ones(len(theta))
        self.objective = dataclasses.replace(objective, prior=NormalPrior(groups, self.alpha), beta=self.beta)
        self.state = State.start(self.objective, theta, method)
        members = len(theta)
        self.active = torch.arange(members, device=device)
        self.gamma = theta.new_full((members,), float(theta.shape[-1]))
        self.log_evidence = theta.new_full((members,), -math.inf)
        self.still = torch.zeros_like(self.active)
        self.iterations = torch.zeros_like(self.active)
        self.reasons = [Reason.ITERATIONS] * members
        self.done = 0
        self.wish: Reason | None = None
        self.best = self._reached().select(self.active)
        self.falls = len(objective.likelihood.scale_outputs(objective.network.outputs)) > 0

    def wants_more(self) -> bool:
        """Whether any member has iterations and time left."""
        late = time.perf_counter() - self.began > self.stop.seconds
        if late:
            for member in self.active.tolist():
                self.reasons[member] = Reason.SECONDS
        return len(self.active) > 0 and self.done < self.stop.iterations and not late

    def stretch(self, watch: Look | None, stage: Stage | None) -> None:
        """A few iterations under fixed precisions, then new precisions.

        Until it ends nothing that `pack` tells is changed, and what may fail comes before the first change.
        """
        active, count = self.active, min(self.settings.every, self.stop.iterations - self.done)
        problem = self.objective.select(active)
        state = self.state.select(active)
        state.paces = [dataclasses.replace(pace) for pace in state.paces]
        seconds = max(0.0, self.stop.seconds - (time.perf_counter() - self.began))
        stop = dataclasses.replace(self.stop, iterations=count, seconds=seconds)

        def report(iteration: Iteration) -> Reason | None:
            if watch is not None:
                named = dataclasses.replace(
                    iteration, number=self.done + iteration.number, members=active[iteration.members]
                )
                self.wish = watch(named, self.gamma[named.members])
            if stage is not None:
                stage.heed()
            return self.wish

        result = optimize(problem, state, self.method, stop, report)
        point = _point(result.state)
        found, total = reestimate(problem, point), problem.total
        self.done += count
        self.iterations[active] += result.iterations.to(active.device)
        self.state.update(active, result.state)
        self._write_down(active, point, found, total)
        self._retire(active, result.reasons)

    def _write_down(
        self, active: Tensor, point: ObjectivePoint, found: tuple[Tensor, Tensor, Tensor, Tensor], total: float
    ) -> None:
        alpha, beta, gamma, evidence = found
        change = (evidence - self.log_evidence[active]).abs()
        quiet = change <= self.settings.change * total
        self.still[active] = torch.where(quiet, self.still[active] + 1, 0)
        if self.done < self.settings.held:
            alpha[:, -1] = self.alpha[active][:, -1]
        elif self.settings.held and self.done < self.settings.held + self.settings.every:
            alpha[:, -1] = RELEASED
        self.gamma[active], self.log_evidence[active] = gamma, evidence
        self.alpha[active], self.beta[active] = alpha, beta  # the objective holds these same tensors
        moved = self.objective.select(active)
        combined = moved.combine(point.x, point.data)
        self.state.point.update(active, combined)
        risen = torch.nonzero(evidence > self.best.log_evidence[active]).squeeze(-1)
        if self.falls and len(risen):
            self.best.update(active[risen], _Reached(combined, alpha, beta, gamma, evidence).select(risen))

    def _retire(self, active: Tensor, reasons: tuple[Reason, ...]) -> None:
        stuck = torch.tensor([r in (Reason.NO_DESCENT, Reason.NOT_FINITE) for r in reasons], device=active.device)
        settled = (self.still[active] >= self.settings.patience) & (self.done > self.settings.held)
        for member, reason in zip(active.tolist(), reasons, strict=True):
            if self.still[member] >= self.settings.patience:
                self.reasons[member] = Reason.EVIDENCE
            elif reason in (Reason.NO_DESCENT, Reason.NOT_FINITE):
                self.reasons[member] = reason
        self.active = active[~(stuck & (self.still[active] > 0) | settled)]
        if self.wish is not None:
            for member in self.active.tolist():
                self.reasons[member] = self.wish
            self.active = self.active[:0]

    def pack(self) -> dict[str, Any]:
        """Where the run stands between two stretches; the tensors are not copied, and stay as they are in a stretch."""
        if self.state.memory is not None:
            raise SettingError(f"{self.method.name} remembers what a checkpoint does not keep; leave `checkpoint` out.")
        books = ("alpha", "beta", "active", "gamma", "log_evidence", "still", "iterations", "done")
        return {
            "point": _point(self.state).pack(),
            "paces": [dataclasses.asdict(pace) for pace in self.state.paces],
            "fresh": list(self.state.fresh),
            "reasons": [reason.name for reason in self.reasons],
            "best": self.best.pack() if self.falls else None,
            "left": self.stop.seconds - (time.perf_counter() - self.began),
            **{name: getattr(self, name) for name in books},
        }

    def unpack(self, packed: dict[str, Any]) -> None:
        """Take over what `pack` gave."""
        self.alpha.copy_(packed["alpha"])  # the objective holds these same tensors
        self.beta.copy_(packed["beta"])
        for name in ("active", "gamma", "log_evidence", "still", "iterations", "done"):
            setattr(self, name, packed[name])
        packed["point"]["x"] = self.state.point.x.copy_(packed["point"]["x"])  # the caller's θ moves along, as ever
        paces = [Pace(**{**pace, "recent": tuple(pace["recent"])}) for pace in packed["paces"]]
        self.state = State(ObjectivePoint.unpacked(packed["point"], self.beta), paces, None, packed["fresh"])
        self.reasons = [Reason[name] for name in packed["reasons"]]
        if packed["best"] is not None:
            self.best = _Reached.unpacked(packed["best"])
        self.stop = dataclasses.replace(self.stop, seconds=max(0.0, packed["left"]))

    def _reached(self) -> _Reached:
        """Where the members stand now, not copied."""
        return _Reached(_point(self.state), self.alpha, self.beta, self.gamma, self.log_evidence)

    def result(self) -> EvidenceFit:
        """The fit so far."""
        kept = self.best if self.falls and bool(torch.isfinite(self.best.log_evidence).all()) else self._reached()
        prior = self.objective.prior
        return EvidenceFit(
            dataclasses.replace(
                self.objective,
                prior=None if prior is None else dataclasses.replace(prior, alpha=kept.alpha),
                beta=kept.beta,
            ),
            kept.point,
            kept.beta,
            kept.gamma,
            kept.log_evidence,
            self.iterations,
            tuple(self.reasons),
        )


def reestimate(objective: Objective, point: ObjectivePoint) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """New α (K, G) and β (K,), effective parameters γ (K,), and the log evidence (K,) at the old ones."""
    prior, beta = objective.prior, objective.beta
    if prior is None or beta is None:
        raise TypeError("Evidence needs a prior and a noise precision on the objective.")
    factor = _definite_factor(point)
    sizes = prior.sizes().to(point.x.dtype)
    gamma = (sizes - prior.alpha * prior.sums(factor.inverse_diagonal())).clamp_min(1e-3)
    alpha = (gamma / prior.sums(point.x.square()).clamp_min(1e-12)).clamp(1e-6, 1e6)
    total = gamma.sum(-1)
    count = objective.values
    evidence = -point.value + (sizes * prior.alpha.log()).sum(-1) / 2 - factor.logdet() / 2
    if objective.likelihood.dispersion:
        evidence = evidence + count / 2 * (beta / (2 * math.pi)).log()
        # at least a tenth of the rows are left for the noise: γ may not eat them all
        beta = (count - total).clamp_min(0.1 * count) / (2 * point.data.cost).clamp_min(1e-10 * count)
    elif len(objective.likelihood.scale_outputs(objective.network.outputs)):
        # the same, as a power of the likelihood: precision β/s² in place of 1/s², with s the most likely scale
        evidence = evidence - (1 - beta) * point.data.cost + count / 2 * (1 - beta + beta.log())
        beta = (1 - total / count).clamp_min(0.1)
    return alpha, beta, total, evidence


def _definite_factor(point: ObjectivePoint) -> Factor:
    """Factor of the curvature; where rounding made a member's indefinite, its diagonal is raised until it is not."""
    shift = torch.zeros_like(point.x)
    least = point.gauss_newton.diagonal().abs().mean(-1, keepdim=True).clamp_min(1e-12) * 1e-14
    factor = point.gauss_newton.factor(shift)
    while not bool(factor.definite.all()) and bool((least < math.inf).all()):
        shift = torch.where(factor.definite.unsqueeze(-1), shift, torch.maximum(shift * 10, least))
        factor = point.gauss_newton.factor(shift)
    return factor


def _point(state: State) -> ObjectivePoint:
    if not isinstance(state.point, ObjectivePoint):
        raise TypeError(f"Expected the point of an objective, received {type(state.point).__name__}.")
    return state.point
