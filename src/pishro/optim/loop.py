"""The one loop of every full-batch method.

Each outer iteration takes an accepted step for every member that still runs: the path is prepared once at the point,
then the searches ask for trials until each has accepted one or given up. Members that stopped are left out. A search
that gives up where the curvature remembers earlier points gets one more chance with an empty memory.
"""

__all__ = ["Iteration", "Run", "optimize", "solve"]

import dataclasses
from collections.abc import Callable

import torch
from torch import Tensor

from pishro.optim.books import Books
from pishro.optim.method import Method
from pishro.optim.problem import Point, Problem
from pishro.optim.result import Results
from pishro.optim.state import State
from pishro.optim.stopping import Reason, Stop
from pishro.optim.trials import Trials


@dataclasses.dataclass(frozen=True)
class Iteration:
    """What a callback sees after each iteration: tensors over the members that ran in it.

    `x` and `gradient` are the points (K, P) reached, to be read and not kept: the next iteration overwrites them.
    """

    number: int
    members: Tensor
    value: Tensor
    gradient_norm: Tensor
    scale: Tensor
    x: Tensor
    gradient: Tensor


Callback = Callable[[Iteration], Reason | None]
"""Called after each iteration; a reason that it returns ends the run."""


def optimize(
    problem: Problem,
    start: State | Tensor,
    method: Method,
    stop: Stop | None = None,
    callback: Callback | None = None,
) -> Results:
    """Minimize f from K starting points at once.

    Parameters
    ----------
    problem : the function.
    start : starting points (K, P), or the state of an earlier run to continue.
    method : an assembly such as `LevenbergMarquardt()`.
    stop : stop rules.
    callback : called after each iteration; a reason that it returns ends the run.

    Raises
    ------
    SettingError
        If the problem lacks a derivative that the method needs.

    Examples
    --------
    >>> from pishro.optim import BFGS, FunctionProblem
    >>> f = FunctionProblem(lambda x: (x - 3).square().sum())
    >>> optimize(f, torch.zeros(2, 1, dtype=torch.float64), BFGS()).x.tolist()
    [[3.0], [3.0]]
    """
    run = Run(problem, start, method, stop or Stop())
    run.go(callback)
    return run.results()


def solve(problem: Problem, start: Tensor, method: Method, stop: Stop) -> Results:
    """Run the loop from (K, P); Ctrl-C ends it and keeps what was reached."""
    run = Run(problem, start, method, stop)
    try:
        run.go()
    except KeyboardInterrupt:
        run.finish(Reason.INTERRUPTED)
    return run.results()


class Run:
    """The members that still run, and their state."""

    def __init__(self, problem: Problem, start: State | Tensor, method: Method, stop: Stop) -> None:
        self.problem, self.method, self.stop = problem, method, stop
        self.state = start if isinstance(start, State) else State.start(problem, start, method)
        seen = 0 if isinstance(start, State) else 1
        self.books = Books(self.state.point, [pace.scale for pace in self.state.paces], stop, seen, self._norm)
        self.active = self.books.retire_at_start()
        self.number = 0

    def go(self, callback: Callback | None = None) -> None:
        """Iterate until every member has stopped."""
        while self.active and self.number < self.stop.iterations:
            if self.books.elapsed() > self.stop.seconds:
                return self.finish(Reason.SECONDS)
            members = self.active
            new = self.iterate()
            if callback is not None:
                reason = callback(self._report(members, new))
                if reason is not None:
                    return self.finish(reason)
        return self.finish(Reason.ITERATIONS)

    def finish(self, reason: Reason) -> None:
        """End whatever still runs."""
        for member in self.active:
            self.books.reasons[member] = reason
        self.active = []

    def iterate(self) -> Point:
        """One accepted step for every active member; the points they reached."""
        everyone = len(self.active) == len(self.state.paces)
        index = None if everyone else torch.tensor(self.active, device=self.state.point.x.device)
        state = self.state if index is None else self.state.select(index)
        problem = self.problem if index is None else self.problem.select(index)
        old, curvature = state.point, self.method.curvature
        steps = self.method.path.prepare(old, curvature.operator(old, state.memory))
        trials = Trials(problem, self.method, old, steps)
        new = trials.run(state.paces)
        self.books.count(self.active, trials.evaluations)
        stuck = self._settle(state, new, trials.moved)
        if index is not None:
            self.state.update(index, state)
        self.number += 1
        scales = [pace.scale for pace in state.paces]
        outcomes = [
            None if m else Reason.NO_DESCENT if f else Reason.DIVERGED
            for m, f in zip(trials.moved, trials.finite, strict=True)
        ]
        self.active = self.books.enter(self.active, old, new, scales, outcomes, stuck)
        return new

    def _settle(self, state: State, new: Point, moved: list[bool]) -> list[bool]:
        """Bring the memory to the new point; True for members that cannot go on."""
        stuck = [not m and f for m, f in zip(moved, state.fresh, strict=True)]
        if state.memory is not None:
            state.memory = self.method.curvature.update(state.memory, state.point, new)
            if not all(moved):
                index = torch.tensor([k for k, m in enumerate(moved) if not m], device=new.x.device)
                start = self.method.curvature.start(new.select(index))
                if start is not None:
                    state.memory.update(index, start)
            state.fresh = [not m for m in moved]
        state.point = new
        return stuck

    def _report(self, members: list[int], new: Point) -> Iteration:
        scale = new.value.new_tensor([self.state.paces[m].scale for m in members])
        ran = torch.tensor(members, device=new.x.device)
        return Iteration(self.number, ran, new.value, self._norm(new), scale, new.x, new.gradient)

    def _norm(self, point: Point) -> Tensor:
        """The largest entry of what should vanish, (K,)."""
        norm: Tensor = torch.linalg.vector_norm(self.method.path.optimality(point), torch.inf, dim=-1)
        return norm

    def results(self) -> Results:
        """What was reached so far."""
        books = self.books
        if self.stop.validation is not None:
            self.state.point = self.problem.at(books.best, self.method.needs)
        point = self.state.point
        return Results(
            point.x,
            point.value,
            self._norm(point),
            tuple(books.reasons),
            torch.tensor(books.iterations),
            torch.tensor(books.evaluations),
            books.elapsed(),
            books.histories(),
            self.state,
        )
