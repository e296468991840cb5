"""Unconstrained problems of Moré, Garbow and Hillstrom and of CUTEst, beside SciPy's BFGS and trust-exact.

f and ∇f at the start are first held against the reference file. A problem counts as solved where f comes down to a
known local minimum. Every contender gets the same function and derivatives by automatic differentiation.
"""

__all__ = ["main"]

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from tests.problems.more_garbow_hillstrom import PROBLEMS, Known

from benchmarks.results import write

IN_REFERENCE = {
    "BROWNDEN": "BROWNDENE",
    "BROYDN3D": "BROYDN3DLS",
    "GULF": "GULFNE",
    "MEYER3": "MEYER3NE",
    "POWELLBS": "POWELLBSLS",
}
"""Names in the file where they differ; those that end in NE list residuals and not f."""

NOT_IN_REFERENCE = {"BROYDNBD", "OSBORNEB"}
"""The file departs from the paper: it leaves out a constant and exchanges squares and cubes, or has other data."""

Found = tuple[float, int, str]
"""f, evaluations and the reason."""


def pishro(method: str) -> Callable[[Known], Found | None]:
    def run(problem: Known) -> Found | None:
        from pishro import optim

        stop = optim.Stop(iterations=2000)
        if method == "levenberg-marquardt":
            if problem.residual is None:
                return None
            fit = optim.least_squares(problem.residual, problem.start, method)
            return 2 * fit.value, fit.evaluations, fit.reason.name
        result = optim.minimize(problem, problem.start, method, stop=stop)
        return result.value, result.evaluations, result.reason.name

    return run


def scipy(method: str) -> Callable[[Known], Found | None]:
    def run(problem: Known) -> Found | None:
        from scipy.optimize import minimize

        gradient, hessian = torch.func.grad(problem), torch.func.hessian(problem)
        result = minimize(
            lambda x: float(problem(torch.from_numpy(x))),
            problem.start.numpy(),
            jac=lambda x: gradient(torch.from_numpy(x)).numpy(),
            hess=None if method == "BFGS" else lambda x: hessian(torch.from_numpy(x)).numpy(),
            method=method,
            options={"gtol": 1e-8, "maxiter": 2000},
        )
        return float(result.fun), result.nfev, result.message

    return run


CONTENDERS = {
    "pishro BFGS": pishro("bfgs"),
    "SciPy BFGS": scipy("BFGS"),
    "pishro trust region": pishro("trust-region"),
    "SciPy trust-exact": scipy("trust-exact"),
    "pishro Newton": pishro("newton"),
    "pishro LM": pishro("levenberg-marquardt"),
}


def check(problem: Known, reference: dict[str, Any]) -> float:
    """Largest relative difference of f, ∇f or the residuals and ‖J‖ from the file's."""
    x = problem.start
    if "f_x0" in reference:
        f, g = problem(x), torch.func.grad(problem)(x)
        expected = torch.tensor(reference["g_x0"], dtype=torch.float64)
        return max(
            float((f - reference["f_x0"]).abs() / abs(reference["f_x0"])), float((g - expected).norm() / g.norm())
        )
    r, norm = problem.residual(x), torch.func.jacrev(problem.residual)(x).norm()
    expected = torch.tensor(reference["c_x0"], dtype=torch.float64)
    return max(float((r - expected).norm() / r.norm()), float((norm - reference["J_x0_fro"]).abs() / norm))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with reference.json")
    options = parser.parse_args()
    reference = json.loads((options.data / "reference.json").read_text())
    rows: list[dict[str, Any]] = []
    solved, asked, seconds = (dict.fromkeys(CONTENDERS, 0.0) for _ in range(3))
    for problem in PROBLEMS:
        row: dict[str, Any] = {"problem": problem.name, "n": len(problem.x0)}
        if problem.name not in NOT_IN_REFERENCE:
            row["difference from the file"] = check(problem, reference[IN_REFERENCE.get(problem.name, problem.name)])
        else:
            row["difference from the file"] = None
        for name, run in CONTENDERS.items():
            began = time.perf_counter()
            found = run(problem)
            seconds[name] += time.perf_counter() - began
            if found is None:
                row[name] = row[f"{name}: evaluations"] = None
                continue
            asked[name] += 1
            solved[name] += problem.solved(found[0])
            row[name] = found[0] if problem.solved(found[0]) else f"not solved: {found[0]:.4g}"
            row[f"{name}: evaluations"] = found[1]
        rows.append(row)
    notes = [f"{n}: {solved[n]:.0f} of {asked[n]:.0f} solved, {seconds[n]:.1f} s." for n in CONTENDERS]
    write("nlp", rows, notes)


if __name__ == "__main__":
    main()
