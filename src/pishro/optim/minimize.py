"""Minimize a function from one starting point or several: the door to every full-batch method."""

__all__ = ["judged", "minimize", "refuse_constraints", "solve"]

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.optim.catalog import as_method
from pishro.optim.function import FunctionProblem
from pishro.optim.loop import Run
from pishro.optim.method import Method
from pishro.optim.problem import Problem
from pishro.optim.result import Result, Results
from pishro.optim.starts import as_start
from pishro.optim.stopping import Reason, Stop

Function = Callable[[Tensor], Tensor]


def minimize(
    f: Function | Problem,
    x0: object,
    method: str | Method = "bfgs",
    bounds: object = None,
    constraints: object = (),
    stop: Stop | None = None,
    *,
    gradient: Function | None = None,
    hessian: Function | None = None,
) -> Result | Results:
    """Find a local minimum of f.

    Parameters
    ----------
    f : x (P,) → scalar by torch operations, or a `Problem`.
    x0 : where to start: (P,), or (K, P) for K starting points at once. float64 is advised; other types are kept.
    method : a name such as "bfgs", "lbfgs", "newton", "trust-region", "conjugate-gradient", or an assembly such as
        `BFGS()`.
    bounds, constraints : what x must satisfy.
    stop : stop rules.
    gradient, hessian : ∇f (P,) → (P,) and ∇²f (P,) → (P, P); autograd if not given.

    Returns
    -------
    Result
        For one starting point.
    Results
        For K starting points, a sequence of K results.

    Raises
    ------
    SettingError
        If the method's name is unknown, or the problem lacks a derivative that it needs.
    ShapeError
        If x0, f(x), gradient(x) or hessian(x) has a wrong shape.

    Examples
    --------
    >>> rosenbrock = lambda x: 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2
    >>> result = minimize(rosenbrock, [-1.2, 1.0])
    >>> result.x.round(decimals=6).tolist(), result.reason.sentence
    ([1.0, 1.0], 'The gradient is as small as was asked for.')
    """
    problem, start, chosen = _problem(f, gradient, hessian), as_start(x0), as_method(method)
    refuse_constraints(bounds, constraints)
    results = judged(problem, solve(problem, start, chosen, stop or Stop()))
    return results[0] if torch.as_tensor(x0).ndim == 1 else results


def solve(problem: Problem, start: Tensor, method: Method, stop: Stop) -> Results:
    """Run the loop from (K, P); Ctrl-C ends it and keeps what was reached."""
    run = Run(problem, start, method, stop)
    try:
        run.go()
    except KeyboardInterrupt:
        run.finish(Reason.INTERRUPTED)
    return run.results()


def judged(problem: Problem, results: Results) -> Results:
    """The results with their verdicts; none yet: this is where `optim.stationary` comes in."""
    del problem
    return results


def _problem(f: Function | Problem, gradient: Function | None, hessian: Function | None) -> Problem:
    if not hasattr(f, "at"):
        return FunctionProblem(f, gradient, hessian)
    if gradient is not None or hessian is not None:
        raise SettingError(
            "Expected derivatives with a function only, received them with a problem; it brings its own."
        )
    return cast(Problem, f)


def refuse_constraints(bounds: object, constraints: object) -> None:
    """The place where bounds and constraints go to `optim.constrained`."""
    if isinstance(bounds, Stop):
        raise SettingError("Expected bounds, received stop rules; pass them by name: stop=Stop(...).")
    if bounds is not None or constraints not in ((), []):
        raise SettingError("Bounds and constraints are not available in this version; leave them out.")
