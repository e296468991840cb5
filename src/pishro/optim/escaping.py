"""Minimize past saddles: where a run ends on one, step down its negative curvature and go on.

A gradient method that meets a saddle exactly, as from a symmetric start, stays there. The verdict finds the direction
of negative curvature, and `escape` a step along it that lowers f.
"""

__all__ = ["solve_past_saddles"]

import dataclasses

import torch
from torch import Tensor

from pishro.optim.judging import judged
from pishro.optim.loop import solve
from pishro.optim.method import Method
from pishro.optim.problem import Problem
from pishro.optim.result import History, Result, Results
from pishro.optim.stationary.escape import escape
from pishro.optim.stopping import Stop

ESCAPES = 10
"""Most saddles that a run is helped past."""


def solve_past_saddles(problem: Problem, start: Tensor, method: Method, stop: Stop) -> Results:
    """Minimize from each row of `start` (K, P); the counts and histories of all parts of a run are joined."""
    results = judged(problem, solve(problem, start, method, stop))
    for _ in range(ESCAPES):
        below = {k: x for k, result in enumerate(results) if (x := _below(problem, k, result)) is not None}
        if not below:
            break
        index = torch.tensor(list(below), device=start.device)
        more = solve(problem.select(index), torch.stack(list(below.values())), method, stop)
        results = _joined(results, more, list(below))
    return results


def _below(problem: Problem, member: int, result: Result) -> Tensor | None:
    """A lower point beside a saddle; None where there is nothing to escape from."""
    verdict = result.verdict
    if verdict is None or verdict.escape is None:
        return None
    alone = problem.select(torch.tensor([member]))
    x = escape(lambda z: alone.value(z.unsqueeze(0))[0], result.x, verdict)
    return None if torch.equal(x, result.x) else x


def _joined(first: Results, second: Results, members: list[int]) -> Results:
    """The results with those of `members` continued by `second`."""
    index = torch.tensor(members)
    fields = {}
    for name in ("x", "value", "gradient_norm", "iterations", "evaluations"):
        whole, part = getattr(first, name).clone(), getattr(second, name)
        adds = name in ("iterations", "evaluations")
        whole[index.to(whole.device)] = whole[index] + part if adds else part
        fields[name] = whole
    fields["iterations"][index] += 1  # the escape itself
    reasons, histories = list(first.reasons), list(first.histories)
    for k, reason, history in zip(members, second.reasons, second.histories, strict=True):
        reasons[k], histories[k] = reason, _continued(histories[k], history)
    first.state.update(index.to(first.x.device), second.state)
    return dataclasses.replace(
        first, **fields, reasons=tuple(reasons), histories=tuple(histories), seconds=first.seconds + second.seconds
    )


def _continued(first: History, second: History) -> History:
    path = None if first.x is None or second.x is None else torch.cat([first.x, second.x])
    columns = ("value", "gradient_norm", "step", "scale")
    return History(**{c: getattr(first, c) + getattr(second, c) for c in columns}, x=path)
