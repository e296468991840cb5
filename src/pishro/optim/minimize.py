"""The one loop of every full-batch method.

Each outer iteration takes an accepted step for every member that still runs: the path is prepared once at the point,
then trials are judged until each member has accepted one. Members that accepted wait; those that stopped are left out.
State goes in and comes out, so that a run can be continued, on the same problem or on one whose regularization moved.
"""

__all__ = ["Iteration", "Result", "State", "minimize"]

import dataclasses
import time
from collections.abc import Callable

import torch
from torch import Tensor

from pishro.optim.method import Method, Steps
from pishro.optim.problem import Point, Problem
from pishro.optim.stopping import Reason, Stop


@dataclasses.dataclass
class State:
    """Where a run stands: the point, and the search's memory. All K members; updated in place by `minimize`.

    Attributes
    ----------
    point : the point reached.
    scale, backoff : the search's s and back-off factor, (K,).
    """

    point: Point
    scale: Tensor
    backoff: Tensor

    @classmethod
    def start(cls, problem: Problem, x: Tensor, method: Method) -> "State":
        """The state before the first iteration, at x (K, P)."""
        point = problem.at(x)
        scale = method.path.first_scale(point, method.curvature.operator(point))
        return cls(point, scale, torch.full_like(scale, 2.0))


@dataclasses.dataclass(frozen=True)
class Iteration:
    """What a callback sees after each iteration: tensors over the members that ran in it."""

    number: int
    members: Tensor
    value: Tensor
    gradient_norm: Tensor
    scale: Tensor


@dataclasses.dataclass(frozen=True)
class Result:
    """Where a minimization ended.

    Attributes
    ----------
    x, value, gradient_norm : the points (K, P), f (K,), and the largest |∇f| entry (K,).
    reasons : why each member stopped.
    iterations : iterations of each member, (K,).
    evaluations : number of times f was evaluated, members counted apart.
    seconds : wall time.
    state : to continue from.
    """

    x: Tensor
    value: Tensor
    gradient_norm: Tensor
    reasons: tuple[Reason, ...]
    iterations: Tensor
    evaluations: int
    seconds: float
    state: State


def minimize(
    problem: Problem,
    start: State | Tensor,
    method: Method,
    stop: Stop,
    callback: Callable[[Iteration], None] | None = None,
) -> Result:
    """Minimize f from K starting points at once.

    Parameters
    ----------
    problem : the function.
    start : starting points (K, P), or the state of an earlier run to continue.
    method : an assembly such as `LevenbergMarquardt()`.
    stop : stop rules.
    callback : called after each iteration.
    """
    began = time.perf_counter()
    state = start if isinstance(start, State) else State.start(problem, start, method)
    run = _Run(problem, method, stop, state)
    while len(run.active) and run.number < stop.iterations:
        if time.perf_counter() - began > stop.seconds:
            run.finish(Reason.SECONDS)
            break
        report = run.iterate()
        if callback is not None:
            callback(report)
    run.finish(Reason.ITERATIONS)
    point = run.state.point
    return Result(
        point.x,
        point.value,
        point.gradient.abs().amax(-1),
        tuple(run.reasons),
        run.iterations,
        run.evaluations,
        time.perf_counter() - began,
        run.state,
    )


class _Run:
    """One call of `minimize`: the members that still run, and their books."""

    def __init__(self, problem: Problem, method: Method, stop: Stop, state: State) -> None:
        self.problem, self.method, self.stop, self.state = problem, method, stop, state
        members = len(state.point.value)
        self.reasons = [Reason.RUNNING] * members
        self.iterations = torch.zeros(members, dtype=torch.long)
        self.evaluations = 0
        self.number = 0
        self.active = torch.arange(members)
        finite = torch.isfinite(state.point.value)
        small = state.point.gradient.abs().amax(-1) <= stop.gradient
        self._retire([(~finite, Reason.NOT_FINITE), (small, Reason.GRADIENT)])

    def iterate(self) -> Iteration:
        """One accepted step for every active member."""
        state, active = self.state, self.active
        everyone = len(active) == len(state.point.value)
        point = state.point if everyone else state.point.select(active)
        problem = self.problem if everyone else self.problem.select(active)
        steps = self.method.path.prepare(point, self.method.curvature.operator(point))
        scale, backoff = state.scale[active], state.backoff[active]
        x, moved = self._search(problem, point, steps, scale, backoff)
        state.scale[active], state.backoff[active] = scale, backoff
        new = problem.at(x)
        self.evaluations += len(active)
        self.number += 1
        self.iterations[active] += 1
        gradient = new.gradient.abs().amax(-1)
        change = (point.value - new.value).abs() <= self.stop.change * point.value.abs().clamp_min(1.0)
        length = (x - point.x).norm(dim=-1) <= self.stop.step * (point.x.norm(dim=-1) + self.stop.step)
        if everyone:
            state.point = new
        else:
            state.point.update(active, new)
        self._retire(
            [
                (~moved, Reason.NO_DESCENT),
                (gradient <= self.stop.gradient, Reason.GRADIENT),
                (new.value <= self.stop.goal, Reason.GOAL),
                (change & (self.stop.change > 0), Reason.CHANGE),
                (length & (self.stop.step > 0), Reason.STEP),
            ]
        )
        return Iteration(self.number, active, new.value, gradient, scale)

    def _search(
        self, problem: Problem, point: Point, steps: Steps, scale: Tensor, backoff: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Trials until each member accepts one; `scale` and `backoff` are moved in place."""
        x, moved = point.x.clone(), torch.zeros(len(point.value), dtype=torch.bool)
        waiting = torch.arange(len(point.value))
        for _ in range(self.method.search.trials):
            trial = steps.at(scale[waiting], waiting)
            candidate = point.x[waiting] + trial.step
            narrowed = problem if len(waiting) == len(moved) else problem.select(waiting)
            actual = point.value[waiting] - narrowed.value(candidate)
            self.evaluations += len(waiting)
            accept, scale[waiting], backoff[waiting] = self.method.search.judge(
                actual, trial, scale[waiting], backoff[waiting]
            )
            x[waiting[accept]] = candidate[accept]
            moved[waiting[accept]] = True
            waiting = waiting[~accept]
            if not len(waiting):
                break
        return x, moved

    def _retire(self, verdicts: list[tuple[Tensor, Reason]]) -> None:
        """Take members out of the run; `verdicts` are over the active members, the first that holds counts."""
        keep = torch.ones(len(self.active), dtype=torch.bool)
        for holds, reason in verdicts:
            for member in self.active[holds & keep].tolist():
                self.reasons[member] = reason
            keep &= ~holds
        self.active = self.active[keep]

    def finish(self, reason: Reason) -> None:
        """End whatever still runs."""
        self._retire([(torch.ones(len(self.active), dtype=torch.bool), reason)])
