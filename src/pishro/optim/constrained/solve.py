"""Which way a constrained problem goes, and the certificate that its result carries."""

__all__ = ["solve_constrained"]

import dataclasses
from collections.abc import Callable

import torch
from torch import Tensor

from pishro.optim.constrained.box import Box
from pishro.optim.constrained.constraint import Constraints
from pishro.optim.constrained.kkt import KKT, kkt_at
from pishro.optim.constrained.lagrangian import Multipliers
from pishro.optim.constrained.region import Region
from pishro.optim.constrained.result import ConstrainedResults
from pishro.optim.constrained.within import within
from pishro.optim.judging import model_at
from pishro.optim.loop import solve
from pishro.optim.method import Method, Pace
from pishro.optim.problem import Problem
from pishro.optim.state import State
from pishro.optim.stationary.classify import DENSE, examine
from pishro.optim.stationary.local_model import FreeModel, LocalModel
from pishro.optim.stationary.tangent import judge_on_tangent
from pishro.optim.stationary.verdict import Kind, Verdict
from pishro.optim.stopping import Stop

LARGEST = 2000
"""Variables up to which the tangent space of general constraints is written out."""


def solve_constrained(
    problem: Problem, constraints: Constraints, region: Region | None, start: Tensor, method: Method, stop: Stop
) -> ConstrainedResults:
    """Minimize from each row of `start` (K, P), moved into the set first.

    Bounds and sets alone are kept by projection; with general constraints this is one round of many.
    """
    x = start if region is None else region.project(start)
    moved = tuple((x != start).any(-1).tolist())
    if not len(constraints):
        inside = within(method, region)
        found = solve(problem, x, inside, stop)
        none = x.new_zeros(0)
        kkts = tuple(
            kkt_at(problem.select(torch.tensor([k])), constraints, region, row, none) for k, row in enumerate(found.x)
        )
        fields = (found.x, found.value, found.gradient_norm, found.reasons, found.iterations, found.evaluations)
        return ConstrainedResults(
            *fields,
            found.seconds,
            found.histories,
            found.state,
            kkts=kkts,
            method=inside.name,
            start_moved=moved,
            judge=_judge(problem, constraints, region, kkts),
        )
    rounds = Multipliers(problem, constraints, region, method, stop)
    rounds.run(x)
    return _from_rounds(rounds, moved)


def _from_rounds(rounds: Multipliers, moved: tuple[bool, ...]) -> ConstrainedResults:
    members = rounds.members
    x = torch.stack([m.x for m in members])
    point = rounds.problem.at(x)
    none = torch.zeros_like(members[0].multipliers)
    kkts = tuple(m.kkt or rounds.certificate(k, m.x, none) for k, m in enumerate(members))
    return ConstrainedResults(
        x,
        point.value,
        point.value.new_tensor([kkt.stationarity for kkt in kkts]) * point.gradient.abs().amax(-1).clamp_min(1.0),
        tuple(m.reason for m in members),
        torch.tensor([m.iterations for m in members]),
        torch.tensor([m.evaluations for m in members]),
        rounds.elapsed(),
        rounds.histories(),
        State(point, [Pace(1.0) for _ in members], None, [True] * len(members)),
        kkts=kkts,
        method=f"augmented Lagrangian over {rounds.method.name}",
        start_moved=moved,
        judge=_judge(rounds.problem, rounds.constraints, rounds.region, kkts),
    )


def _judge(
    problem: Problem, constraints: Constraints, region: Region | None, kkts: tuple[KKT, ...]
) -> Callable[[int, Tensor], Verdict | None]:
    """The second-order test on the tangent space of what is active."""

    def judge(member: int, x: Tensor) -> Verdict | None:
        kkt = kkts[member]
        model = model_at(problem.select(torch.tensor([member])), x)
        active = torch.cat([constraints.equality.new_zeros(0), *kkt.active])
        if len(x) > DENSE and not bool(active.any()) and isinstance(region, Box):
            return _among_free(model, kkt)
        if len(x) > LARGEST:
            return None
        multipliers = torch.cat([x.new_zeros(0), *kkt.multipliers])[active]
        inequality = ~constraints.equality[active]
        surface = None if region is None else region.surface(x, kkt.bound_multipliers)
        if surface is not None:
            multipliers = torch.cat([multipliers, surface.multipliers])
            inequality = torch.cat([inequality, surface.inequality])

        def values(z: Tensor) -> Tensor:
            own = constraints.at(z)[active]
            return own if surface is None else torch.cat([own, surface.function(z)])

        return judge_on_tangent(model, values, multipliers, inequality)

    return judge


def _among_free(model: LocalModel, kkt: KKT) -> Verdict:
    """The verdict for the variables off their bounds, by the ends of the spectrum: for very many of them."""
    free = FreeModel(model, kkt.active_bounds == 0)
    if not len(free.x):
        return Verdict(Kind.STRICT_MINIMUM, free.x, 0, float(model.gradient.abs().amax()))
    verdict = examine(free)
    if verdict.escape is None:
        return verdict
    return dataclasses.replace(verdict, escape=free.whole(verdict.escape, torch.zeros_like(model.x)))
