"""General constraints by the method of multipliers: a sequence of problems without them.

Each round minimizes the augmented Lagrangian over the bounds by any method, a little more exactly than the last, and
takes the multipliers that its minimizer suggests. Where feasibility and complementarity did not improve by half, the
penalty ρ grows tenfold. After each round Newton's method on the KKT conditions is tried (`sharpen`); where the guess of
the active constraints is right, that ends the run with all digits.

Safeguards: multipliers stay within ±10⁸ of the scaled problem; a round whose minimization runs away is repeated with a
higher penalty; where the penalty becomes too large, the violation alone is minimized, which either finds a feasible
point to go on from or shows that there is none nearby.

References
----------
Powell, M. J. D. (1969). A method for nonlinear constraints in minimization problems. Optimization, 283-298. Academic
Press. Hestenes, M. R. (1969). Multiplier and gradient methods. J. Optim. Theory Appl. 4(5), 303-320.
Andreani, R., Birgin, E. G., Martínez, J. M. and Schuverdt, M. L. (2007). On augmented Lagrangian methods with general
lower-level constraints. SIAM J. Optim. 18(4), 1286-1309.
"""

__all__ = ["Multipliers"]

import dataclasses
import math
import time

import torch
from torch import Tensor

from pishro.optim.constrained.augmented import Augmented
from pishro.optim.constrained.box import Box
from pishro.optim.constrained.constraint import Constraints
from pishro.optim.constrained.kkt import KKT, kkt_at
from pishro.optim.constrained.region import Region
from pishro.optim.constrained.sharpen import sharpen
from pishro.optim.constrained.within import within
from pishro.optim.loop import solve
from pishro.optim.method import Method
from pishro.optim.problem import Problem
from pishro.optim.result import History, Results
from pishro.optim.stopping import Reason, Stop

ROUNDS = 60
"""Most rounds; each takes one decimal or raises the penalty."""

STEPS = 500
"""Most steps of one round."""

FIRST, FALL = 1e-2, 0.1
"""Tolerance of the first round's gradient, and its factor from round to round."""

IMPROVED, GROWTH = 0.5, 10.0
"""Progress of feasibility that leaves ρ as it is, and its growth otherwise (Andreani et al. 2007, section 4)."""

LARGEST_MULTIPLIER, LARGEST_PENALTY = 1e8, 1e12
"""Safeguards, for the scaled problem."""

RUNAWAY = -1e12
"""φ below which a round counts as unbounded."""

PATIENCE = 12
"""Rounds without a better certificate after which precision is the limit."""


@dataclasses.dataclass
class Member:
    """The books of one starting point."""

    x: Tensor
    multipliers: Tensor
    penalty: float
    progress: float = math.inf
    kkt: KKT | None = None
    sharpest: tuple[Tensor, Tensor, KKT] | None = None
    best: float = math.inf
    waited: int = 0
    restored: bool = False
    reason: Reason = Reason.RUNNING
    iterations: int = 0
    evaluations: int = 1
    rows: list[tuple[float, float, float, float]] = dataclasses.field(default_factory=list)
    path: list[Tensor] = dataclasses.field(default_factory=list)


class Multipliers:
    """The method of multipliers for K starting points.

    Parameters
    ----------
    problem, constraints : f and c.
    region : bounds or a set, kept by every round; None for none.
    method : for the rounds.
    stop : the tolerance of the KKT residuals, and the limits.
    """

    def __init__(
        self, problem: Problem, constraints: Constraints, region: Region | None, method: Method, stop: Stop
    ) -> None:
        self.problem, self.constraints, self.region, self.stop = problem, constraints, region, stop
        self.method = within(method, region)
        self.began = time.perf_counter()
        self.members: list[Member] = []

    def run(self, x: Tensor) -> None:
        """Find a KKT point from each row of x (K, P), inside the set; Ctrl-C ends it and keeps what was reached."""
        self._begin(x)
        reason = Reason.ITERATIONS
        try:
            self._rounds()
        except KeyboardInterrupt:
            reason = Reason.INTERRUPTED
        for k, member in enumerate(self.members):
            if member.reason is Reason.RUNNING:
                member.reason = reason
            self._take_sharpest(k)

    def _rounds(self) -> None:
        tolerance = max(FIRST, self.stop.gradient)
        for number in range(ROUNDS):
            for member in self.members:
                self._limits(member)
            active = [k for k, m in enumerate(self.members) if m.reason is Reason.RUNNING]
            if not active:
                return
            self._round(active, tolerance)
            for k in active:
                self._judge(k, number)
            tolerance = max(self.stop.gradient, FALL * tolerance)

    def _begin(self, x: Tensor) -> None:
        """Scales, and the first penalty: large enough for the violation to count beside f."""
        point = self.problem.at(x)
        with torch.no_grad():
            c = self.constraints.values(x)
        J = torch.stack([self.constraints.jacobian(row) for row in x])
        self.weight = _scale(point.gradient)
        self.weights = _scale(J)
        scaled = self.weights * c
        violation = self.constraints.violation(scaled).square().sum(-1)
        cost = (self.weight * point.value).abs()
        penalties = (10 * cost.clamp_min(1.0) / (violation / 2).clamp_min(1.0)).clamp(1e-8, 1e8).tolist()
        for k, penalty in enumerate(penalties):
            member = Member(x[k], torch.zeros_like(c[k]), penalty, path=[x[k]])
            if bool(torch.isfinite(point.value[k])) and bool(torch.isfinite(c[k]).all()):
                member.kkt = self.certificate(k, x[k], member.multipliers)
                if not math.isfinite(member.kkt.residual):
                    member.reason = Reason.NOT_FINITE
                elif member.kkt.residual <= self.stop.gradient:
                    member.reason = Reason.KKT
            else:
                member.reason = Reason.NOT_FINITE
            residual = math.nan if member.kkt is None else member.kkt.residual
            member.rows.append((float(point.value[k]), residual, 0.0, penalty))
            self.members.append(member)

    def _limits(self, member: Member) -> None:
        if member.reason is not Reason.RUNNING:
            return
        if member.iterations >= self.stop.iterations:
            member.reason = Reason.ITERATIONS
        elif member.evaluations >= self.stop.evaluations:
            member.reason = Reason.EVALUATIONS
        elif self.elapsed() > self.stop.seconds:
            member.reason = Reason.SECONDS

    def _augmented(self, members: list[int]) -> Augmented:
        index = torch.tensor(members, device=self.weight.device)
        multipliers = torch.stack([self.members[k].multipliers for k in members])
        penalty = torch.tensor([self.members[k].penalty for k in members]).to(self.weight)
        parts = (self.weight[index], self.weights[index], multipliers, penalty)
        return Augmented(self.problem.select(index), self.constraints, *parts)

    def _round(self, members: list[int], tolerance: float) -> None:
        """Minimize the augmented Lagrangian, and take the next multipliers."""
        problem = self._augmented(members)
        start = torch.stack([self.members[k].x for k in members])
        results = self._minimize(problem, start, members, tolerance)
        next_multipliers = problem.next_multipliers(results.x)
        with torch.no_grad():
            c = self.weights[torch.tensor(members)] * self.constraints.values(results.x)
        slack = torch.maximum(c, -problem.multipliers / problem.penalty.unsqueeze(-1))
        progress = torch.where(self.constraints.equality, c.abs(), slack.abs()).amax(-1).tolist()
        for row, k in enumerate(members):
            member, result = self.members[k], results[row]
            member.iterations += result.iterations
            member.evaluations += result.evaluations
            if result.reason is Reason.INTERRUPTED:
                member.reason = Reason.INTERRUPTED
            known = math.isfinite(result.value + result.gradient_norm + progress[row])
            if not known or result.value < RUNAWAY:
                self._harden(member, 10 * GROWTH)
                continue
            # what is feasible already needs no higher penalty, which would only blur the gradient
            if progress[row] > max(IMPROVED * member.progress, self.stop.gradient):
                self._harden(member, GROWTH)
            member.progress = progress[row]
            member.x = result.x
            member.multipliers = next_multipliers[row].clamp(-LARGEST_MULTIPLIER, LARGEST_MULTIPLIER)

    def _minimize(self, problem: Problem, start: Tensor, members: list[int], tolerance: float) -> Results:
        left = self.stop.iterations - max(self.members[k].iterations for k in members)
        stop = Stop(
            gradient=tolerance,
            step=self.stop.step,
            goal=RUNAWAY,
            iterations=max(1, min(STEPS, left)),
            seconds=max(0.0, self.stop.seconds - (self.elapsed())),
            evaluations=self.stop.evaluations,
        )
        return solve(problem, start, self.method, stop)

    @staticmethod
    def _harden(member: Member, factor: float) -> None:
        member.penalty = min(factor * member.penalty, 10 * LARGEST_PENALTY)

    def _judge(self, k: int, number: int) -> None:
        """Write the round down, try the last digits, and decide whether to go on."""
        member = self.members[k]
        unscaled = member.multipliers * self.weights[k] / self.weight[k]
        kkt = self.certificate(k, member.x, unscaled)
        found = None
        if self.region is None or isinstance(self.region, Box):
            problem = self.problem.select(torch.tensor([k]))
            found = sharpen(problem, self.constraints, self.region, member.x, unscaled, kkt)
        # far from a solution Newton's method may lead anywhere: only a finished one replaces the point
        if found is not None and found[2].residual <= self.stop.gradient:
            member.x, unscaled, kkt = found
            member.multipliers = unscaled * self.weight[k] / self.weights[k]
        elif found is not None and (member.sharpest is None or found[2].residual < member.sharpest[2].residual):
            member.sharpest = found
        member.kkt = kkt
        value = self._enter(k, kkt)
        better = kkt.residual < 0.9 * member.best
        member.best, member.waited = min(member.best, kkt.residual), 0 if better else member.waited + 1
        if member.reason is not Reason.RUNNING:
            return
        if kkt.residual <= self.stop.gradient:
            member.reason = Reason.KKT
        elif member.penalty > LARGEST_PENALTY or (member.waited >= PATIENCE and number > PATIENCE):
            self._give_up_or_restore(k, value)

    def _enter(self, k: int, kkt: KKT) -> float:
        """Write the point down; f there."""
        member = self.members[k]
        value = float(self.problem.select(torch.tensor([k])).value(member.x.unsqueeze(0)))
        step = float(torch.linalg.vector_norm(member.x - member.path[-1]))
        member.rows.append((value, kkt.residual, step, member.penalty))
        member.path.append(member.x)
        return value

    def _take_sharpest(self, k: int) -> None:
        """Where no round met the tolerance, the best that Newton's method found is still the better answer."""
        member = self.members[k]
        if member.reason not in (Reason.NO_DESCENT, Reason.ITERATIONS) or member.sharpest is None:
            return
        if member.kkt is None or member.sharpest[2].residual < member.kkt.residual:
            member.x, member.multipliers, member.kkt = member.sharpest
            self._enter(k, member.kkt)

    def _give_up_or_restore(self, k: int, value: float) -> None:
        """Minimize the violation alone: go on from a feasible point, or say that there is none."""
        member = self.members[k]
        if member.kkt is not None and member.kkt.feasibility <= math.sqrt(self.stop.gradient):
            # f keeps falling along the feasible set, or the last digits are not to be had
            member.reason = Reason.UNBOUNDED if value < RUNAWAY else Reason.NO_DESCENT
            return
        alone = dataclasses.replace(
            self._augmented([k]),
            weight=self.weight.new_zeros(1),
            multipliers=torch.zeros_like(member.multipliers).unsqueeze(0),
            penalty=self.weight.new_ones(1),
        )
        result = self._minimize(alone, member.x.unsqueeze(0), [k], 0.0)[0]
        member.iterations += result.iterations
        member.evaluations += result.evaluations
        if not math.isfinite(result.value + result.gradient_norm):
            member.reason = Reason.DIVERGED
            return
        member.x = result.x
        member.multipliers = torch.zeros_like(member.multipliers)
        member.kkt = self.certificate(k, member.x, member.multipliers)
        if member.kkt.feasibility > math.sqrt(self.stop.gradient):
            member.reason = Reason.INFEASIBLE
        elif member.restored:
            member.reason = Reason.NO_DESCENT
        else:
            member.restored, member.penalty, member.progress = True, 10.0, math.inf
            member.best, member.waited = math.inf, 0

    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.began

    def certificate(self, k: int, x: Tensor, multipliers: Tensor) -> KKT:
        """The KKT residuals of one member."""
        return kkt_at(self.problem.select(torch.tensor([k])), self.constraints, self.region, x, multipliers)

    def histories(self) -> tuple[History, ...]:
        """The way of each member, one entry a round."""
        ways = []
        for member in self.members:
            value, residual, step, penalty = (list(column) for column in zip(*member.rows, strict=True))
            ways.append(History(value, residual, step, penalty, torch.stack(member.path)))
        return tuple(ways)


def _scale(derivative: Tensor) -> Tensor:
    """1/max(1, largest entry)."""
    return derivative.abs().amax(-1).clamp_min(1.0).nan_to_num(1.0, 1.0, 1.0).reciprocal()
