"""One search for every active member, their trials evaluated as one batch.

Each member's search is a generator of plain numbers; a round collects the s that they ask for, computes the steps and f
for all at once, and sends each its sample. Members whose search has ended wait for the others.
"""

__all__ = ["Trials"]

import math

import torch
from torch import Tensor

from pishro.optim.method import Line, Method, Origin, Pace, Sample, Steps, Talk
from pishro.optim.need import Need
from pishro.optim.problem import Point, Problem

NOISE = 10.0
"""Differences of f up to this many units of rounding of f say nothing."""


class Trials:
    """The searches of one iteration.

    Attributes
    ----------
    moved : whether each member accepted a step.
    finite : whether any trial of the member had a finite f.
    evaluations : of each member.
    """

    def __init__(self, problem: Problem, method: Method, old: Point, steps: Steps) -> None:
        self.problem, self.method, self.old, self.steps = problem, method, old, steps
        self.line = steps if isinstance(steps, Line) else None
        self.needs = Need.GRADIENT if method.search.slopes else Need.NOTHING
        count = len(old.value)
        self.moved, self.finite, self.evaluations = [False] * count, [False] * count, [0] * count
        self.x = old.x
        self.reached: Point | None = None

    def run(self, paces: list[Pace]) -> Point:
        """Search, and say where each member came; a member that accepted nothing stays."""
        waiting, talks, asked = self._begin(paces)
        while waiting:
            candidate, point, samples = self._evaluate(waiting, asked)
            accepted, still, asked = [], [], []
            for row, (member, sample) in enumerate(zip(waiting, samples, strict=True)):
                self.evaluations[member] += 1
                if math.isfinite(sample.value):
                    self.finite[member] = True
                try:
                    asked.append(talks[member].send(sample))
                    still.append(member)
                except StopIteration as end:
                    if end.value:
                        accepted.append(row)
            if accepted:
                self._keep(accepted, waiting, candidate, point)
            waiting = still
        return self._arrive()

    def _begin(self, paces: list[Pace]) -> tuple[list[int], list[Talk], list[float]]:
        values = self.old.value.tolist()
        slopes = [math.nan] * len(values) if self.line is None else self.line.slopes(self.old.gradient, None)
        scaled, search = self.method.curvature.scaled, self.method.search
        rounding = NOISE * torch.finfo(self.old.value.dtype).eps
        waiting, talks, asked = [], [], []
        for member, (value, slope, pace) in enumerate(zip(values, slopes, paces, strict=True)):
            talk = search.talk(Origin(value, slope, scaled, rounding * abs(value)), pace)
            talks.append(talk)
            try:
                asked.append(next(talk))
                waiting.append(member)
            except StopIteration:  # the search sees at once that there is nothing to find
                self.finite[member] = math.isfinite(value)
        return waiting, talks, asked

    def _evaluate(self, waiting: list[int], asked: list[float]) -> tuple[Tensor, Point | None, list[Sample]]:
        x, problem, index = self.old.x, self.problem, None
        scale = torch.tensor(asked, dtype=x.dtype, device=x.device)
        if len(waiting) < len(self.moved):
            index = torch.tensor(waiting, device=x.device)
            x, problem = x[index], problem.select(index)
        trial = self.steps.at(scale, index)
        candidate, point = x + trial.step, None
        nothing = [math.nan] * len(waiting)
        slopes = nothing
        if self.needs:
            point = problem.at(candidate, self.needs)
            values = point.value.tolist()
            if self.line is not None:
                slopes = self.line.slopes(point.gradient, index)
        else:
            values = problem.value(candidate).tolist()
        feasible = trial.feasible or [True] * len(waiting)
        samples = map(Sample, values, slopes, trial.decrease or nothing, trial.scale or asked, feasible)
        return candidate, point, list(samples)

    def _keep(self, accepted: list[int], waiting: list[int], candidate: Tensor, point: Point | None) -> None:
        """Remember the accepted rows of a round."""
        for row in accepted:
            self.moved[waiting[row]] = True
        if len(accepted) == len(self.moved):
            self.x, self.reached = candidate, point
            return
        rows = torch.tensor(accepted, device=candidate.device)
        members = torch.tensor([waiting[row] for row in accepted], device=candidate.device)
        if self.x is self.old.x:
            self.x = self.x.clone()
        self.x[members] = candidate[rows]
        if point is not None:
            if self.reached is None:
                self.reached = Point(self.old.x.clone(), self.old.value.clone(), self.old.gradient.clone())
            self.reached.update(members, point.select(rows))

    def _arrive(self) -> Point:
        """The new point: from the trials where they know all that the method needs, else evaluated once more."""
        if not any(self.moved):
            return self.old
        if self.reached is not None and self.method.needs == self.needs:
            return self.reached
        self.evaluations = [count + 1 for count in self.evaluations]
        return self.problem.at(self.x, self.method.needs)
