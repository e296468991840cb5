"""Constrained problems of Hock and Schittkowski and of CUTEst, beside SciPy's SLSQP and trust-constr.

f, ∇f and c at the start are first held against the reference file. A problem counts as solved where the KKT residuals
come down to 1e-6: they are computed for every contender by the same code from its x alone, with the multipliers of
least squares. Every contender gets the same functions and derivatives by automatic differentiation; trust-constr, which
asks for them, gets second derivatives too. Its `gtol` says nothing of the barrier, so it is set to zero and the
barrier's own tolerances decide; it runs twice, with bounds kept at every step (logarithms need it) and not, and the
better run counts.
"""

__all__ = ["main", "residuals"]

import argparse
import functools
import json
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from tests.problems.constrained import Constrained
from tests.problems.hock_schittkowski import PROBLEMS
from torch import Tensor

from benchmarks.results import write

TOLERANCE = 1e-6

NOT_IN_REFERENCE = {"HS117"}
"""The file's matrix, like CUTEst's, has 4 in the place of Colville's 0.4; HS86 does not show it at its start."""


class Found(NamedTuple):
    x: Tensor
    evaluations: int
    reason: str


def pishro(method: str) -> Callable[[Constrained], Found]:
    def run(problem: Constrained) -> Found:
        from pishro import optim

        constraints = []
        if problem.equality is not None:
            constraints.append(optim.Equality(problem.equality))
        if problem.inequality is not None:
            constraints.append(optim.Inequality(problem.inequality))
        result = optim.minimize(problem.f, problem.start, method, bounds=problem.bounds, constraints=constraints)
        return Found(result.x, result.evaluations, f"{result.reason.name}, {result.verdict.kind.value}")

    return run


def _array(function: Callable[[Tensor], Tensor]) -> Callable[[Any], Any]:
    return lambda x: function(torch.from_numpy(x)).numpy()


def slsqp(problem: Constrained) -> Found:
    from scipy.optimize import minimize

    constraints = []
    if problem.equality is not None:
        constraints.append(_row("eq", problem.equality))
    if problem.inequality is not None:
        inward = problem.inequality
        constraints.append(_row("ineq", lambda x: -inward(x)))
    result = minimize(
        lambda x: float(problem.f(torch.from_numpy(x))),
        problem.start.numpy(),
        jac=_array(torch.func.grad(problem.f)),
        method="SLSQP",
        bounds=problem.bounds,
        constraints=constraints,
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    return Found(torch.from_numpy(result.x), result.nfev, result.message)


def _row(kind: str, function: Callable[[Tensor], Tensor]) -> dict[str, Any]:
    return {"type": kind, "fun": _array(function), "jac": _array(torch.func.jacrev(function))}


def trust_constr(problem: Constrained) -> Found:
    runs = [_trust_constr(problem, keep) for keep in ((False, True) if problem.bounds else (False,))]
    return min(runs, key=lambda found: residuals(problem, found.x))


def _trust_constr(problem: Constrained, keep: bool) -> Found:
    from scipy.optimize import Bounds, NonlinearConstraint, minimize

    bounds, start, constraints = None, problem.start.numpy(), []
    if problem.bounds is not None:
        low = np.array([-np.inf if low is None else low for low, _ in problem.bounds])
        high = np.array([np.inf if high is None else high for _, high in problem.bounds])
        bounds, start = Bounds(low, high, keep_feasible=keep), np.clip(start, low, high)
    for function, low in ((problem.equality, 0.0), (problem.inequality, -np.inf)):
        if function is not None:
            second = functools.partial(_curvature, function)
            jacobian = _array(torch.func.jacrev(function))
            constraints.append(NonlinearConstraint(_array(function), low, 0.0, jac=jacobian, hess=second))
    result = minimize(
        lambda x: float(problem.f(torch.from_numpy(x))),
        start,
        jac=_array(torch.func.grad(problem.f)),
        hess=_array(torch.func.hessian(problem.f)),
        method="trust-constr",
        bounds=bounds,
        constraints=constraints,
        options={"gtol": 0.0, "xtol": 1e-12, "barrier_tol": 1e-12, "maxiter": 1000},
    )
    return Found(torch.from_numpy(result.x), result.nfev, result.message)


def _curvature(function: Callable[[Tensor], Tensor], x: Any, v: Any) -> Any:
    weights = torch.from_numpy(v)
    return torch.func.hessian(lambda z: weights @ function(z))(torch.from_numpy(x)).numpy()


CONTENDERS: dict[str, Callable[[Constrained], Found]] = {
    "pishro BFGS": pishro("bfgs"),
    "pishro trust region": pishro("trust-region"),
    "SciPy SLSQP": slsqp,
    "SciPy trust-constr": trust_constr,
}


def residuals(problem: Constrained, x: Tensor) -> float:
    """Largest of violation and relative stationarity at x, with the best multipliers of what is active there."""
    from scipy.optimize import lsq_linear

    if not bool(torch.isfinite(x).all()):
        return float("inf")
    gradient = torch.func.grad(problem.f)(x)
    rows, lower, violation = [], [], [0.0]
    for function, least in ((problem.equality, -np.inf), (problem.inequality, 0.0)):
        if function is not None:
            value, jacobian = function(x), torch.func.jacrev(function)(x)
            violation += (value.abs() if least < 0 else value.clamp_min(0)).tolist()
            active = value >= (-np.inf if least < 0 else -TOLERANCE)
            rows += list(jacobian[active])
            lower += [least] * int(active.sum())
    for i, (low, high) in enumerate(problem.bounds or []):
        for bound, side in ((low, -1.0), (high, 1.0)):
            if bound is not None:
                outside = side * (float(x[i]) - bound)
                violation.append(max(0.0, outside))
                if outside >= -TOLERANCE:
                    rows.append(side * torch.eye(len(x), dtype=x.dtype)[i])
                    lower.append(0.0)
    scale = float(gradient.abs().amax().clamp_min(1.0))
    left = gradient.abs().amax()
    if rows:
        A = torch.stack([row / row.norm().clamp_min(1e-300) for row in rows]).T
        if not bool(torch.isfinite(A).all() and torch.isfinite(gradient).all()):
            return float("inf")
        fit = lsq_linear(A.numpy(), -gradient.numpy(), (lower, np.inf), method="bvls", tol=1e-14)
        left = (gradient + A @ torch.from_numpy(fit.x)).abs().amax()
    return max(float(left) / scale, *violation)


def check(problem: Constrained, reference: dict[str, Any]) -> float:
    """Largest relative difference of f, ∇f and c at the start from the file's."""
    x = problem.start
    pairs = [(problem.f(x), reference["f_x0"]), (torch.func.grad(problem.f)(x), reference["g_x0"])]
    if problem.c is not None and problem.name not in NOT_IN_REFERENCE:
        pairs.append((problem.values(x)[: len(reference["c_x0"])], reference["c_x0"]))
    differences = []
    for ours, theirs in pairs:
        expected = torch.tensor(theirs, dtype=torch.float64)
        differences.append(float((ours - expected).norm() / expected.norm().clamp_min(1.0)))
    return max(differences)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with reference.json")
    options = parser.parse_args()
    reference = json.loads((options.data / "reference.json").read_text())
    warnings.simplefilter("ignore")  # SciPy warns of starts outside the bounds, and more
    rows: list[dict[str, Any]] = []
    solved, known, seconds = (dict.fromkeys(CONTENDERS, 0.0) for _ in range(3))
    for problem in PROBLEMS:
        size = len(problem.values(problem.start))
        row: dict[str, Any] = {"problem": problem.name, "n": len(problem.x0), "m": size}
        row["difference from the file"] = check(problem, reference[problem.name])
        for name, run in CONTENDERS.items():
            began = time.perf_counter()
            found = run(problem)
            seconds[name] += time.perf_counter() - began
            left = residuals(problem, found.x)
            solved[name] += left <= TOLERANCE
            known[name] += left <= TOLERANCE and problem.at_known_minimum(float(problem.f(found.x)))
            row[name] = float(problem.f(found.x))
            row[f"{name}: KKT"] = left
            row[f"{name}: evaluations"] = found.evaluations
            row[f"{name}: reason"] = found.reason
        rows.append(row)
    notes = [
        f"{n}: {solved[n]:.0f} of {len(PROBLEMS)} solved to KKT residuals of {TOLERANCE:g}, "
        f"{known[n]:.0f} of them at a known minimum, {seconds[n]:.1f} s."
        for n in CONTENDERS
    ]
    write("hock_schittkowski", rows, notes)


if __name__ == "__main__":
    main()
