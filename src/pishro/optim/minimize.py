"""Minimize a function from one starting point or several: the door to every full-batch method."""

__all__ = ["minimize"]

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.optim.catalog import as_method
from pishro.optim.constrained.bounds import as_region
from pishro.optim.constrained.constraint import as_constraints
from pishro.optim.constrained.solve import solve_constrained
from pishro.optim.escaping import solve_past_saddles
from pishro.optim.function import FunctionProblem
from pishro.optim.judging import judged
from pishro.optim.loop import solve
from pishro.optim.method import Method
from pishro.optim.problem import Problem
from pishro.optim.result import Result, Results
from pishro.optim.starts import as_start
from pishro.optim.stopping import Stop

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
    escape_saddles: bool = False,
) -> Result | Results:
    """Find a local minimum of f, on a feasible set if one is given.

    Parameters
    ----------
    f : x (P,) → scalar by torch operations, or a `Problem`; `FunctionProblem(f, gradient, hessian)` takes second
        derivatives.
    x0 : where to start: (P,), or (K, P) for K starting points at once. float64 is advised; other types are kept. A
        start outside the bounds is moved onto them, and the result says so.
    method : a name such as "bfgs", "lbfgs", "newton", "trust-region", "conjugate-gradient", or an assembly such as
        `BFGS()`.
    bounds : (lower, upper), each a number or (P,); a list of tuples (low, high), one for each variable; or a set such
        as `Box`, `Ball`, `Simplex`, `Affine`. No step leaves them. Methods with a matrix keep to a box in their
        projected form; on other sets the spectral projected gradient runs.
    constraints : `Equality(h)` for h(x) = 0 and `Inequality(g)` for g(x) ≤ 0, in a list; kept by an augmented
        Lagrangian over the method.
    stop : stop rules; with constraints `gradient` is the tolerance of the KKT residuals.
    gradient : ∇f (P,) → (P,); autograd if not given.
    escape_saddles : where the run ends on a saddle or a maximum, step down its negative curvature and go on.

    Returns
    -------
    Result
        For one starting point. `verdict` is judged when first asked for.
    ConstrainedResult
        With bounds or constraints: with multipliers, the active set and KKT residuals.
    Results, ConstrainedResults
        For K starting points, a sequence of K results.

    Raises
    ------
    SettingError
        If the method's name is unknown, the problem lacks a derivative that it needs, or nothing lies between bounds.
    ShapeError
        If x0, f(x), gradient(x), a constraint or a bound has a wrong shape.

    Examples
    --------
    >>> rosenbrock = lambda x: 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2
    >>> result = minimize(rosenbrock, [-1.2, 1.0])
    >>> result.x.round(decimals=6).tolist(), result.reason.sentence, result.verdict.kind.value
    ([1.0, 1.0], 'The gradient is as small as was asked for.', 'strict minimum')
    >>> from pishro.optim import Inequality
    >>> inside = minimize(rosenbrock, [-1.2, 1.0], constraints=[Inequality(lambda x: x @ x - 1)])
    >>> inside.x.round(decimals=4).tolist(), inside.multipliers[0].round(decimals=4).tolist()
    ([0.7864, 0.6177], [0.1215])
    """
    if isinstance(bounds, Stop):
        raise SettingError("Expected bounds, received stop rules; pass them by name: stop=Stop(...).")
    problem, start, chosen = _problem(f, gradient), as_start(x0), as_method(method)
    stop, region = stop or Stop(), as_region(bounds, start)
    conditions = as_constraints(constraints, start if region is None else region.project(start))
    results: Results
    if region is not None or len(conditions):
        if escape_saddles:
            raise SettingError("Expected escape_saddles without bounds and constraints; leave it out.")
        results = solve_constrained(problem, conditions, region, start, chosen, stop)
    elif escape_saddles:
        results = solve_past_saddles(problem, start, chosen, stop)
    else:
        results = judged(problem, solve(problem, start, chosen, stop))
    return results[0] if torch.as_tensor(x0).ndim == 1 else results


def _problem(f: Function | Problem, gradient: Function | None) -> Problem:
    if not hasattr(f, "at"):
        return FunctionProblem(f, gradient)
    if gradient is not None:
        raise SettingError("Expected a gradient with a function only, received it with a problem; it brings its own.")
    return cast(Problem, f)
