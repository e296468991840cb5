"""Solve a program, and judge the answer.

A solver's word is not believed. Its answer is first brought to the last digits where the active set can be read off,
then the optimality conditions are measured, and they decide. An answer that does not pass makes room for the next
attempt, with other settings; if none passes, a proof is sought that the program has no solution; and if there is none
either, the least bad answer is returned as *not solved*.
"""

__all__ = ["solve"]

import dataclasses
import math
import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.optim.programs.active_set import polished
from pishro.optim.programs.certificates import Contradiction, DescentRay, no_solution
from pishro.optim.programs.form import Array, ProgramForm
from pishro.optim.programs.kkt import ProgramKKT, admissible, bound_multipliers, kkt_of
from pishro.optim.programs.linear import Answer, vertex
from pishro.optim.programs.quadratic import CAREFUL, USUAL, interior_point
from pishro.optim.programs.result import ProgramResult, ProgramStatus

ACTIVE = 1e-8
"""Distance from a limit, relative to 1 + |limit|, up to which it counts as active."""

SHARP = 1e-8
"""Residual from which on no further attempt is made; an answer between it and the tolerance is solved all the same."""

Attempt = Callable[[ProgramForm, float], Answer]
"""A solver with its settings: the form and the seconds that it may take."""


@dataclasses.dataclass(frozen=True)
class _Judged:
    """An answer brought to its last digits, and its residuals."""

    x: Array
    y: Array
    kkt: ProgramKKT
    solver: str
    iterations: int


def solve(form: ProgramForm, max_seconds: float = math.inf) -> ProgramResult:
    """The optimum with its multipliers and residuals, or why there is none."""
    if not max_seconds > 0:
        raise SettingError(f"Expected max_seconds above 0, received {max_seconds}.")
    began = time.perf_counter()
    best: _Judged | None = None
    proof: Contradiction | DescentRay | None = None
    sought = False
    for solver, attempt in _attempts(form):
        left = max_seconds - (time.perf_counter() - began)
        if left <= 0 or proof is not None:
            break
        answer = attempt(form, left)
        judged = _judge(form, solver, answer)
        if best is None or judged.kkt.residual < best.kkt.residual:
            best = judged
        if best.kkt.residual <= SHARP or answer.limited:
            break
        if answer.denied and not (sought or best.kkt.holds):
            proof, sought = no_solution(form, left), True
    best = best or _Judged(*_nowhere(form), ProgramKKT(*[math.inf] * 5), "nothing", 0)
    left = max_seconds - (time.perf_counter() - began)
    if not (best.kkt.holds or sought) and left > 0:
        proof = no_solution(form, left)
    return _result(form, best, proof, began, max_seconds)


def _attempts(form: ProgramForm) -> Iterator[tuple[str, Attempt]]:
    if form.Q is None or not form.Q.nnz:
        yield "HiGHS", vertex
        yield "HiGHS without presolve", partial(vertex, presolve=False)
    for name, settings in (
        ("Clarabel", USUAL),
        ("Clarabel, less regularized", CAREFUL),
        ("Clarabel at its defaults", {}),
    ):
        yield name, partial(interior_point, settings=settings)


def _judge(form: ProgramForm, solver: str, answer: Answer) -> _Judged:
    x, y = answer.x, admissible(answer.y, form.row_lower, form.row_upper)
    kkt = kkt_of(form, x, y)
    if math.isfinite(kkt.residual):
        better = polished(form, x, y)
        if better[0] is not x:
            x, y = better
            kkt, solver = kkt_of(form, x, y), f"{solver}, then the active set"
    return _Judged(x, y, kkt, solver, answer.iterations)


def _nowhere(form: ProgramForm) -> tuple[Array, Array]:
    return np.full(len(form.c), np.nan), np.full(len(form.row_lower), np.nan)


def _result(
    form: ProgramForm, best: _Judged, proof: Contradiction | DescentRay | None, began: float, max_seconds: float
) -> ProgramResult:
    x, y, kkt, value = best.x, best.y, best.kkt, form.value(best.x)
    if best.kkt.holds:
        status, proof = ProgramStatus.SOLVED, None
    elif proof is not None:
        infeasible = isinstance(proof, Contradiction)
        status = ProgramStatus.INFEASIBLE if infeasible else ProgramStatus.UNBOUNDED
        value = math.inf if infeasible else -math.inf
        (x, y), kkt = _nowhere(form), ProgramKKT(*[math.inf] * 5)
    else:
        late = time.perf_counter() - began >= max_seconds
        status = ProgramStatus.LIMIT if late else ProgramStatus.NOT_SOLVED
    x, y = x + 0.0, y + 0.0  # no −0
    z = bound_multipliers(form, x, y) if np.isfinite(y).all() else np.full(len(x), np.nan)
    return ProgramResult(
        status,
        torch.from_numpy(x),
        value,
        torch.from_numpy(y),
        torch.from_numpy(z),
        torch.from_numpy(form.equations),
        _active(form.A @ x, form.row_lower, form.row_upper),
        _active(x, form.lower, form.upper),
        kkt,
        proof,
        best.solver,
        best.iterations,
        time.perf_counter() - began,
    )


def _active(values: Array, lower: Array, upper: Array) -> Tensor:
    """1 at the upper end, −1 at the lower one, 0 between."""
    at_upper = np.abs(values - upper) <= ACTIVE * (1.0 + np.abs(values))
    at_lower = np.abs(values - lower) <= ACTIVE * (1.0 + np.abs(values))
    return torch.from_numpy(np.where(at_upper, 1, np.where(at_lower, -1, 0)))
