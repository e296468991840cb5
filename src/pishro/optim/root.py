"""Roots by Newton's method: F(x) = 0 for as many equations as unknowns.

    one unknown   x ← x − F/F′
    several       x ← x − (∂F/∂x)⁻¹ F

A full step that does not lower ‖F‖ is shortened by a line search on ½‖F‖², whose Gauss-Newton direction is Newton's. A
search that ends where ½‖F‖² has a minimum but F no root says so. Where the Jacobian is singular, the step of least norm
is taken.

References
----------
Dennis, J. E. and Schnabel, R. B. (1983). Numerical Methods for Unconstrained Optimization and Nonlinear Equations,
chapter 6. Prentice-Hall.
"""

__all__ = ["RootResult", "root"]

import dataclasses
from collections.abc import Callable

import torch
from torch import Tensor

from pishro.errors import ShapeError
from pishro.optim.catalog import as_method
from pishro.optim.method import Method
from pishro.optim.minimize import solve
from pishro.optim.residual import ResidualProblem
from pishro.optim.result import Result
from pishro.optim.starts import as_start
from pishro.optim.stopping import Reason, Stop

Function = Callable[[Tensor], Tensor]


@dataclasses.dataclass(frozen=True)
class RootResult(Result):
    """Where a search for a root ended; `value` is ½‖F‖².

    Attributes
    ----------
    residual : F(x), shaped like x.
    """

    residual: Tensor

    @property
    def found(self) -> bool:
        """Whether x is a root."""
        return self.reason is Reason.GOAL


def root(
    F: Function,
    x0: object,
    method: str | Method = "newton-root",
    stop: Stop | None = None,
    *,
    jacobian: Function | None = None,
    tolerance: float = 1e-10,
) -> RootResult | list[RootResult]:
    """Find x with F(x) = 0.

    Parameters
    ----------
    F : x → as many values as x has entries; a number x → a number for one unknown.
    x0 : where to start: a number, (P,), or (K, P).
    method : Newton with a line search, or any method for least squares, such as "levenberg-marquardt".
    stop : further stop rules; 200 iterations if not given.
    jacobian : ∂F/∂x (P, P); automatic differentiation if not given.
    tolerance : largest ‖F(x)‖ of a root.

    Returns
    -------
    RootResult
        For one starting point; a list of them for several.

    Raises
    ------
    ShapeError
        If F has not as many values as x has entries.

    Examples
    --------
    >>> result = root(lambda x: x**2 - 2, 1.0)
    >>> round(float(result.x), 8), result.found
    (1.41421356, True)
    """
    given = torch.as_tensor(x0)
    scalar = given.ndim == 0
    start = as_start(given.reshape(1) if scalar and isinstance(x0, Tensor) else [x0] if scalar else x0)
    function = (lambda x: F(x[0]).reshape(1)) if scalar else F
    derivative = (lambda x: jacobian(x[0]).reshape(1, 1)) if scalar and jacobian is not None else jacobian
    problem = ResidualProblem(function, derivative)
    with torch.no_grad():
        count = problem.residuals(start).shape[-1]
    if count != start.shape[-1]:
        raise ShapeError(
            f"Expected F(x) of shape ({start.shape[-1]},), as x, received ({count},); "
            "more or fewer equations than unknowns are for least_squares."
        )
    stop = stop or Stop(gradient=0.0, step=0.0, iterations=200)
    rules = dataclasses.replace(stop, goal=max(stop.goal, tolerance**2 / 2))
    results = [
        _root_result(problem, result, rules, scalar) for result in solve(problem, start, as_method(method), rules)
    ]
    return results[0] if given.ndim < 2 else results


def _root_result(problem: ResidualProblem, result: Result, rules: Stop, scalar: bool) -> RootResult:
    with torch.no_grad():
        residual = problem.residuals(result.x.unsqueeze(0))[0]
    reason = result.reason
    if result.value <= rules.goal:
        reason = Reason.GOAL
    elif reason in (Reason.GRADIENT, Reason.STEP, Reason.CHANGE, Reason.NO_DESCENT):
        reason = Reason.NO_ROOT
    record = {field.name: getattr(result, field.name) for field in dataclasses.fields(Result)}
    x, residual = (result.x[0], residual[0]) if scalar else (result.x, residual)
    return RootResult(**{**record, "x": x, "reason": reason}, residual=residual)
