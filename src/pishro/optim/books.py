"""The books of a run: why each member stopped, what it cost, and the way it went. Plain numbers, one list a member."""

__all__ = ["Books"]

import time

import torch
from torch import Tensor

from pishro.optim.problem import Point
from pishro.optim.result import History
from pishro.optim.stopping import Reason, Stop

PATH_SIZE = 64
"""Entries of x up to which the history keeps the points: enough to draw a path, nothing beside the run's memory."""


class Books:
    """What is written down of K members.

    Attributes
    ----------
    reasons, iterations, evaluations : one entry a member.
    best : the points with the lowest validation cost, (K, P).
    """

    def __init__(self, point: Point, scales: list[float], stop: Stop, seen: int) -> None:
        self.began = time.perf_counter()
        self.stop = stop
        members = len(scales)
        self.reasons = [Reason.RUNNING] * members
        self.iterations, self.evaluations = [0] * members, [seen] * members
        norms = point.gradient.abs().amax(-1).tolist()
        self.values, self.norms = ([[v] for v in values] for values in (point.value.tolist(), norms))
        self.steps, self.scales = [[0.0] for _ in scales], [[s] for s in scales]
        self.reach = torch.linalg.vector_norm(point.x, dim=-1).tolist()
        self.keeps_path = point.x.shape[-1] <= PATH_SIZE
        self.path = [[row.clone()] for row in point.x] if self.keeps_path else []
        self.best = point.x
        if stop.validation is not None:
            self.best = point.x.clone()
            self.lowest = stop.validation.cost(point.x).tolist()
            self.waited = [0] * members

    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.began

    def count(self, members: list[int], evaluations: list[int]) -> None:
        """Add evaluations of f."""
        for member, number in zip(members, evaluations, strict=True):
            self.evaluations[member] += number

    def retire_at_start(self) -> list[int]:
        """The members that may begin."""
        active = []
        for member, ((value,), (norm,)) in enumerate(zip(self.values, self.norms, strict=True)):
            if not abs(value) < float("inf") or norm != norm:
                self.reasons[member] = Reason.NOT_FINITE
            elif norm <= self.stop.gradient:
                self.reasons[member] = Reason.GRADIENT
            else:
                active.append(member)
        return active

    def enter(
        self,
        members: list[int],
        old: Point,
        new: Point,
        scales: list[float],
        outcomes: list[Reason | None],
        stuck: list[bool],
    ) -> list[int]:
        """Write down an iteration of the active members; those that go on.

        Parameters
        ----------
        members : who ran.
        old, new : their points before and after.
        scales : the s of their searches.
        outcomes : why a search gave up; None where it ended well.
        stuck : whether giving up is final.
        """
        moved = new.x - old.x
        length = torch.linalg.vector_norm(moved, dim=-1).tolist()
        values, norms = new.value.tolist(), torch.linalg.vector_norm(new.gradient, torch.inf, dim=-1).tolist()
        patience = self._impatient(members, new.x)
        going = []
        for k, member in enumerate(members):
            before = self.values[member][-1]
            self.iterations[member] += 1
            self.values[member].append(values[k])
            self.norms[member].append(norms[k])
            self.steps[member].append(length[k])
            self.scales[member].append(scales[k])
            if self.keeps_path:
                self.path[member].append(new.x[k].clone())
            reason = outcomes[k] if stuck[k] else None
            if outcomes[k] is None:
                reason = self._rule(values[k], before, norms[k])
            if reason is None and self._short(member, length[k], moved, old.x, k):
                reason = Reason.STEP
            if reason is None and patience[k]:
                reason = Reason.VALIDATION
            if reason is None and self.evaluations[member] >= self.stop.evaluations:
                reason = Reason.EVALUATIONS
            if reason is None:
                going.append(member)
            else:
                self.reasons[member] = reason
        return going

    def _rule(self, value: float, before: float, norm: float) -> Reason | None:
        stop = self.stop
        if not norm < float("inf"):
            return Reason.DIVERGED
        if norm <= stop.gradient:
            return Reason.GRADIENT
        if value <= stop.goal:
            return Reason.GOAL
        if stop.change > 0 and abs(before - value) <= stop.change * max(1.0, abs(before)):
            return Reason.CHANGE
        return None

    def _short(self, member: int, length: float, moved: Tensor, x: Tensor, k: int) -> bool:
        """Whether every variable moved little for its own size; a small one may be on its way when large ones stand."""
        self.reach[member] += length  # ‖x‖ is no larger than this, which spares the exact test on most iterations
        limit = self.stop.step
        # a step of length zero is a rest, as in resilient propagation, and no small step
        if not 0 < length <= limit * (self.reach[member] + x.shape[-1]):
            return False
        return bool((moved[k].abs() <= limit * (x[k].abs() + limit)).all())

    def _impatient(self, members: list[int], x: Tensor) -> list[bool]:
        """Whether each member's validation cost has not fallen for too long."""
        if self.stop.validation is None:
            return [False] * len(members)
        for k, (member, cost) in enumerate(zip(members, self.stop.validation.cost(x).tolist(), strict=True)):
            if cost < self.lowest[member]:
                self.lowest[member], self.waited[member] = cost, 0
                self.best[member] = x[k]
            else:
                self.waited[member] += 1
        return [self.waited[member] >= self.stop.validation.patience for member in members]

    def histories(self) -> tuple[History, ...]:
        """The way of each member."""
        paths = [torch.stack(points) for points in self.path] if self.keeps_path else [None] * len(self.reasons)
        rows = zip(self.values, self.norms, self.steps, self.scales, paths, strict=True)
        return tuple(History(*row) for row in rows)
