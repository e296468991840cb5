"""NIST's certified non-linear regressions (StRD), from both starting points, beside SciPy and optimistix.

A set counts as solved where every parameter agrees with the certified one to 6 digits. Models are plain functions of
the parameters; every contender gets exact derivatives by automatic differentiation and its tightest tolerances.
"""

__all__ = ["Regression", "digits", "main", "read"]

import argparse
import csv
import dataclasses
import json
import math
import re
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from benchmarks.nist_models import MODELS
from benchmarks.results import write

DIGITS, DEVIATION_DIGITS = 6, 4
MOST_DIGITS = 11.0
"""NIST certifies eleven digits."""


@dataclasses.dataclass(frozen=True)
class Regression:
    """One of NIST's sets: predictors, response, two starts, certified parameters and standard deviations."""

    name: str
    level: str
    x: Tensor
    y: Tensor
    starts: tuple[Tensor, Tensor]
    certified: Tensor
    deviations: Tensor

    def residual(self, b: Tensor) -> Tensor:
        return MODELS[self.name](torch, b, self.x) - self.y


def read(folder: Path) -> list[Regression]:
    """Every set of the folder, easiest level first."""
    with (folder / "summary.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    levels = ["Lower", "Average", "Higher"]
    return sorted((_regression(folder, row) for row in rows), key=lambda r: (levels.index(r.level), r.name))


def _regression(folder: Path, row: dict[str, str]) -> Regression:
    name = row["dataset"]
    columns = {"start1": [], "start2": [], "cert": [], "sd": []}
    for key, number in re.findall(r"(start1|start2|cert|sd)=([^,;]+)", row["params"]):
        columns[key].append(float(number))
    start1, start2, certified, deviations = (torch.tensor(c, dtype=torch.float64) for c in columns.values())
    lines = (folder / f"{name}.dat").read_text().splitlines()
    numbers = [[float(word) for word in line.split()] for line in lines[60:] if line.strip()]
    table = torch.tensor(numbers, dtype=torch.float64)
    y, x = table[:, 0], table[:, 1] if table.shape[1] == 2 else table[:, 1:].T
    return Regression(
        name, row["level"], x, y.log() if name == "Nelson" else y, (start1, start2), certified, deviations
    )


def digits(got: Tensor, expected: Tensor) -> float:
    """Digits to which the worst entry agrees (the log relative error of the literature)."""
    error = ((got - expected) / expected).abs().amax()
    if not bool(torch.isfinite(error)):
        return 0.0
    return min(MOST_DIGITS, max(0.0, -math.log10(max(float(error), 1e-16))))


def run_pishro(regression: Regression, start: Tensor) -> tuple[Tensor, Tensor, int]:
    from pishro import optim

    fit = optim.least_squares(regression.residual, start)
    return fit.x, fit.standard_deviations, fit.evaluations


def run_scipy(regression: Regression, start: Tensor) -> tuple[Tensor, Tensor, int]:
    from scipy.optimize import least_squares

    jacobian = torch.func.jacfwd(regression.residual)
    fit = least_squares(
        lambda b: regression.residual(torch.from_numpy(b)).numpy(),
        start.numpy(),
        jac=lambda b: jacobian(torch.from_numpy(b)).numpy(),
        method="lm",
        ftol=1e-15,
        xtol=1e-15,
        gtol=1e-15,
        max_nfev=10_000,
    )
    J = torch.from_numpy(fit.jac)
    spread = torch.linalg.pinv(J.T @ J).diagonal().sqrt() * math.sqrt(2 * fit.cost / (J.shape[0] - J.shape[1]))
    return torch.from_numpy(fit.x), spread, fit.nfev


CONTENDERS = {"pishro": run_pishro, "SciPy lm": run_scipy}


def run_optimistix(python: str, data: Path) -> dict[tuple[str, int], dict[str, Any]]:
    """Every fit of optimistix, in the environment that has it."""
    command = [python, "-m", "benchmarks.nist_optimistix"]
    problems = [
        {"name": r.name, "x": r.x.tolist(), "y": r.y.tolist(), "starts": [s.tolist() for s in r.starts]}
        for r in read(data)
    ]
    done = subprocess.run(command, input=json.dumps(problems), capture_output=True, text=True, check=True)
    return {(fit["name"], fit["start"]): fit for fit in json.loads(done.stdout.splitlines()[-1])}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with the .dat files and summary.csv")
    parser.add_argument("--repeats", type=int, default=3, help="runs of which the median time is reported")
    parser.add_argument("--optimistix", metavar="PYTHON", help="an interpreter whose environment has optimistix")
    options = parser.parse_args()
    regressions = read(options.data)
    peers = run_optimistix(options.optimistix, options.data) if options.optimistix else {}
    rows = [_row(regression, which, peers, options.repeats) for regression in regressions for which in range(2)]
    notes = []
    for name in (*CONTENDERS, *(["optimistix LM"] if peers else [])):
        first, second = (sum(row[f"{name}: digits"] >= DIGITS for row in rows[k::2]) for k in range(2))
        notes.append(f"{name}: {first} of {len(regressions)} from start 1, {second} from start 2, to {DIGITS} digits.")
    fitted = [row for row in rows if row["pishro: digits"] >= DIGITS]
    exact = sum(row["pishro: digits of deviations"] >= DEVIATION_DIGITS for row in fitted)
    notes.append(f"pishro's standard deviations to {DEVIATION_DIGITS} digits: {exact} of {len(fitted)} solved fits.")
    write("nist", rows, notes)


def _row(regression: Regression, which: int, peers: dict[tuple[str, int], Any], repeats: int) -> dict[str, Any]:
    row: dict[str, Any] = {"set": regression.name, "level": regression.level, "start": which + 1}
    for name, run in CONTENDERS.items():
        (x, spread, evaluations), seconds = _timed(run, regression, regression.starts[which], repeats)
        row[f"{name}: digits"] = digits(x, regression.certified)
        row[f"{name}: digits of deviations"] = digits(spread, regression.deviations)
        row[f"{name}: evaluations"], row[f"{name}: ms"] = evaluations, 1e3 * seconds
    if peers:
        fit = peers[regression.name, which + 1]
        row["optimistix LM: digits"] = digits(torch.tensor(fit["x"], dtype=torch.float64), regression.certified)
        row["optimistix LM: steps"], row["optimistix LM: ms"] = fit["steps"], fit["ms"]
    return row


def _timed(run: Any, regression: Regression, start: Tensor, repeats: int) -> tuple[tuple[Tensor, Tensor, int], float]:
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        found = run(regression, start)
        times.append(time.perf_counter() - began)
    return found, statistics.median(times)


if __name__ == "__main__":
    main()
