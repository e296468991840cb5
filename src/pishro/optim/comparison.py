"""Several methods on one function, side by side: a table, and a picture of how they converge.

The order of convergence is read off the tail of the run. Near a regular minimum ‖∇fₖ‖ is proportional to the error, and
its target is known to be zero, so gₖ, the largest |∇f| entry after k iterations, falls like gₖ₊₁ ≈ C gₖᵖ, and over m
iterations

    pᵐ ≈ ln(gₖ/gₖ₋ₘ) / ln(gₖ₋ₘ/gₖ₋₂ₘ)

with p = 1 for linear, p = 2 for quadratic convergence and something between for superlinear methods. m is a tenth of
the run, which smooths the zigzag of a long one, and 1 for a short one; the median of the last `TAIL` estimates is
taken, those at the rounding floor left out.
"""

__all__ = ["Comparison", "Trace", "compare", "convergence_order", "plot_path"]

import dataclasses
import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, final

import torch
from torch import Tensor

from pishro.errors import SettingError, ShapeError, unknown_name
from pishro.optim.catalog import METHODS, as_method
from pishro.optim.function import FunctionProblem
from pishro.optim.loop import solve
from pishro.optim.method import Method
from pishro.optim.problem import Problem
from pishro.optim.residual import ResidualProblem
from pishro.optim.result import History
from pishro.optim.starts import as_start
from pishro.optim.stochastic import RULES, Rule, autograd_source, descend, rule_named
from pishro.optim.stopping import Reason, Stop

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TAIL = 3
"""Estimates whose median is the order; a quadratic tail has hardly more."""

FLOOR = 1e-13
"""Gradients below this share of the largest one are rounding, and tell nothing of the order."""


def convergence_order(norms: Sequence[float]) -> float:
    """Order of convergence p from the gradient norms of a run; NaN if the run is too short to tell.

    Examples
    --------
    >>> round(convergence_order([1e-1, 1e-2, 1e-4, 1e-8, 1e-16]), 3)  # quadratic
    2.0
    >>> round(convergence_order([0.5**k for k in range(20)]), 3)  # linear
    1.0
    """
    floor = FLOOR * max(norms, default=0.0)
    logs = [math.log(g) for g in norms if g > floor]
    m = max(1, len(logs) // 10)
    falls = [(logs[k - m] - logs[k - 2 * m], logs[k] - logs[k - m]) for k in range(2 * m, len(logs))]
    orders = [(late / early) ** (1 / m) for early, late in falls if early < 0 and late < 0]
    return statistics.median(orders[-TAIL:]) if orders else math.nan


@final
@dataclasses.dataclass(frozen=True)
class Trace:
    """One run, in the form that tables and pictures need.

    Attributes
    ----------
    name : the method's.
    points : x after 0, 1, 2, … iterations, (n, P); None where the run kept none.
    values, norms : f and the largest |∇f| entry there, (n,).
    evaluations : of f, with or without its gradient.
    seconds : wall time.
    reason : why it stopped.
    """

    name: str
    points: Tensor | None
    values: Tensor
    norms: Tensor
    evaluations: int
    seconds: float
    reason: Reason

    @property
    def iterations(self) -> int:
        """Iterations made."""
        return len(self.values) - 1

    @property
    def order(self) -> float:
        """Order of convergence, from the tail."""
        return convergence_order(self.norms.tolist())


@final
@dataclasses.dataclass(frozen=True)
class Comparison:
    """Runs of several methods from one starting point; prints as a table.

    Attributes
    ----------
    f : the function.
    traces : one a method.
    """

    f: Callable[[Tensor], Tensor]
    traces: tuple[Trace, ...]

    def __str__(self) -> str:
        head = ("method", "iterations", "evaluations", "seconds", "f", "largest |∇f|", "order", "reason")
        rows = [head]
        for t in self.traces:
            order = "–" if math.isnan(t.order) else f"{t.order:.2f}"
            numbers = (f"{t.iterations}", f"{t.evaluations}", f"{t.seconds:.3f}", f"{float(t.values[-1]):.6g}")
            rows.append((t.name, *numbers, f"{float(t.norms[-1]):.1e}", order, t.reason.name.lower()))
        widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
        texts = (0, len(head) - 1)  # the columns of words stand left, those of numbers right
        lines = (
            "  ".join(
                c.ljust(w) if i in texts else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))
            )
            for row in rows
        )
        return "\n".join(line.rstrip() for line in lines)

    def plot(self) -> "list[Axes]":
        """Draw f above the lowest value found, and the largest |∇f| entry, over the iterations: two axes."""
        from pishro.optim import plots  # noqa: PLC0415 - matplotlib is loaded only when there is a picture to draw

        return plots.draw_convergence({t.name: (t.values, t.norms) for t in self.traces})

    def plot_path(self, bounds: Sequence[tuple[float, float]]) -> "Axes":
        """Draw all paths on the contours of f, for two variables."""
        return plot_path(self.f, {t.name: t.points for t in self.traces if t.points is not None}, bounds)


def compare(
    f: Callable[[Tensor], Tensor] | ResidualProblem,
    x0: object,
    methods: Sequence[Any] | Mapping[str, Any],
    *,
    stop: Stop | None = None,
) -> Comparison:
    """Minimize f by several methods from one point.

    Parameters
    ----------
    f : (P,) → scalar; or a `ResidualProblem`, whose ½‖r‖² least-squares methods minimize as well as all others.
    x0 : (P,).
    methods : methods such as BFGS(), stochastic rules such as Adam(), or names of both; a mapping {name: method} gives
        them other names.
    stop : stop rules of every run.

    Raises
    ------
    SettingError
        If there is no method, two have the same name, or one is none.

    Examples
    --------
    >>> from pishro.optim import Adam, Momentum
    >>> bowl = lambda x: x[0] ** 2 + 5 * x[1] ** 2
    >>> runs = compare(bowl, torch.tensor([3.0, 1.0]), ["bfgs", Momentum(0.05, 0.5)], stop=Stop(gradient=1e-3))
    >>> [trace.name for trace in runs.traces]
    ['bfgs', 'Momentum']
    """
    named = methods if isinstance(methods, Mapping) else {_name(m): m for m in methods}
    if not named or len(named) < len(methods):
        raise SettingError("Expected methods of different names, at least one; a mapping {name: method} gives names.")
    start = as_start(x0)
    if len(start) != 1 or torch.as_tensor(x0).ndim != 1:
        raise ShapeError(f"Expected one starting point (P,), received {tuple(torch.as_tensor(x0).shape)}.")
    problem = f if isinstance(f, ResidualProblem) else FunctionProblem(f)
    cost = (lambda x: f.residual(x).square().sum() / 2) if isinstance(f, ResidualProblem) else f
    runs = {name: _method_or_rule(method) for name, method in named.items()}
    return Comparison(
        cost,
        tuple(
            _run(name, problem, start, m, stop) if isinstance(m, Method) else _descent(name, cost, start[0], m, stop)
            for name, m in runs.items()
        ),
    )


def _name(method: Any) -> str:
    return method if isinstance(method, str) else str(getattr(method, "name", type(method).__name__))


def _method_or_rule(method: Any) -> Method | Rule[Any]:
    if isinstance(method, Method | Rule):
        return method
    if not isinstance(method, str):
        raise SettingError(
            f"Expected a method such as BFGS() or a stochastic rule such as Adam(), or a name, received {method!r}."
        )
    if method.lower() in RULES:
        return rule_named(method.lower())
    try:
        return as_method(method)
    except SettingError:
        raise SettingError(unknown_name("method", method, (*METHODS, *RULES))) from None


def _run(name: str, problem: Problem, start: Tensor, method: Method, stop: Stop | None) -> Trace:
    """A full-batch run; its history has all that a trace needs."""
    found = solve(problem, start, method, stop or Stop())[0]
    history = found.history
    values, norms = (torch.tensor(column, dtype=start.dtype) for column in (history.value, history.gradient_norm))
    return Trace(name, history.x, values, norms, found.evaluations, found.seconds, found.reason)


def _descent(name: str, f: Callable[[Tensor], Tensor], x0: Tensor, rule: Rule[Any], stop: Stop | None) -> Trace:
    source = autograd_source(f)
    found = descend(source, x0, rule, stop, interval=1)
    # A rule's step k reports the value it started from, so the last point's is still to be had.
    value, gradient = source(found.x)
    values = torch.cat([*(p.value for p in found.history[1:]), value.reshape(1)])
    norms = torch.cat([*(p.gradient_norm for p in found.history[1:]), gradient.abs().amax().reshape(1)])
    return Trace(name, path_of(found), values, norms, found.evaluations + 1, found.seconds, found.reason)


def path_of(result: Any) -> Tensor:
    """The points of a run, (n, P) or (n, K, P), from a result whose history kept them.

    Raises
    ------
    SettingError
        If it kept none.
    """
    history = getattr(result, "history", ())
    if isinstance(history, History):
        points = [] if history.x is None else list(history.x)
    else:
        points = [x for x in (getattr(entry, "x", None) for entry in history) if x is not None]
    if not points:
        raise SettingError(
            f"Expected a result whose history keeps its points, received {type(result).__name__} with none; "
            "pass a tensor of points (n, 2)."
        )
    return torch.stack(points)


def plot_path(
    f: Callable[[Tensor], Tensor],
    results: Any,
    bounds: Sequence[tuple[float, float]],
    axes: "Axes | None" = None,
) -> "Axes":
    """Draw the contours of a function of two variables and the paths of runs on it.

    Parameters
    ----------
    f : (2,) → scalar.
    results : a result, several, or a mapping name → result; a tensor of points (n, 2) or (n, K, 2) will do in the place
        of one.
    bounds : (low, high) of both variables.
    axes : where to draw; fresh axes by default.

    Raises
    ------
    SettingError
        If f has not two variables, or a result kept no path.

    Examples
    --------
    >>> path = torch.tensor([[-1.0, 1.0], [0.0, 0.5], [0.0, 0.0]])
    >>> axes = plot_path(lambda x: x @ x, {"by hand": path}, [(-2, 2), (-2, 2)])
    >>> axes.get_xlabel()
    'x₁'
    """
    from pishro.optim import plots  # noqa: PLC0415 - matplotlib is loaded only when there is a picture to draw

    if not isinstance(results, Mapping):
        several = results if isinstance(results, list | tuple) else [results]
        results = {_label(r, k): r for k, r in enumerate(several)}
    paths: dict[str, Tensor] = {}
    for name, result in results.items():
        path = result if isinstance(result, Tensor) else path_of(result)
        has_members = path.ndim == 3
        members = path.unbind(1) if has_members else [path]
        paths.update({f"{name}, member {k + 1}" if has_members else name: member for k, member in enumerate(members)})
    for name, path in paths.items():
        if path.ndim != 2 or path.shape[1] != 2 or not len(path):
            raise SettingError(
                f"Expected a path of points in two variables (n, 2), received {tuple(path.shape)} for {name!r}."
            )
    return plots.draw_paths(f, paths, bounds, axes)


def _label(result: Any, k: int) -> str:
    return str(getattr(result, "method", f"run {k + 1}"))
