"""Levenberg-Marquardt where the Jacobian is large: what an iteration costs beside its matrix product and its Cholesky.

The Jacobian is made in slices of rows and never held whole. 20,000 rows × 1,001 weights: its product JᵀJ alone and one
Cholesky factorization of that size are measured in the same process, turn by turn with the iterations, and the ratio of
the medians is reported. 10⁶ rows × 301 weights: 20 iterations, their time and their memory. Each case runs in a process
of its own; its peak memory is that of the system's books (VmHWM), less what the imports had taken.
"""

__all__ = ["main"]

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from benchmarks.results import markdown, write
from pishro import nn, optim
from pishro.likelihoods import Normal
from pishro.objectives import Batch, Objective
from pishro.optim.loop import Run

ROOT = Path(__file__).parents[1]
INPUTS = 8
ITERATION, MANY_ROWS, SMALL = (20_000, 100), (1_000_000, 30), (2000, 10)
"""Rows and hidden units of the cases, and of one that only shows that they run."""

MOST_RATIO, MOST_MEMORY, MOST_MEMORY_LARGE = 1.35, 400.0, 1500.0


def peak() -> float:
    """Most memory that this process has had, in MB (10⁶ bytes)."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024 / 1e6


def problem(rows: int, units: int) -> tuple[Objective, torch.Tensor]:
    """Noisy rows of a smooth function, and a start."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(rows, INPUTS, generator=generator, dtype=torch.float64)
    y = torch.sin(x[:, 0] * x[:, 1]) + x[:, 2] ** 2 * x[:, 3] / 3 + 0.5 * x[:, 4:].sum(1)
    y += 0.1 * torch.randn(rows, generator=generator, dtype=torch.float64)
    net = nn.Network.chain(INPUTS, nn.Dense(units, "tanh"), nn.Dense(1))
    return Objective(net, Normal(), Batch(x, y[:, None])), net.init(seed=0, members=1)


def iterations(rows: int, units: int, count: int, between: Callable[[], None]) -> dict[str, Any]:
    """Seconds of each iteration, and the trials that it took; `between` runs between them, outside the clock."""
    objective, theta = problem(rows, units)
    run = Run(objective, theta, optim.LevenbergMarquardt(), optim.Stop(gradient=0.0, step=0.0, iterations=count))
    seconds, trials = [], []
    for _ in range(count):
        before, began = run.books.evaluations[0], time.perf_counter()
        run.iterate()
        seconds.append(time.perf_counter() - began)
        trials.append(run.books.evaluations[0] - before)
        between()
    return {
        "rows": rows,
        "seconds": seconds,
        "trials": trials,
        "cost": float(run.state.point.value),
        "parameters": theta.shape[1],
    }


def run_iteration(rows: int, units: int) -> dict[str, Any]:
    """Iterations in turn with JᵀJ and a Cholesky factorization of made-up numbers of that size."""
    base = peak()
    objective, theta = problem(rows, units)
    objective.at(theta)
    size = theta.shape[1]
    alone = iterations(rows, units, 2, lambda: None)
    above = peak() - base
    # from here on the whole J is there to be multiplied, which our own iterations do without
    jacobian = torch.randn(rows, size, dtype=torch.float64)
    matrix = jacobian.T @ jacobian
    product, cholesky = [], []

    def between() -> None:
        product.append(timed(lambda: torch.mm(jacobian.T, jacobian, out=matrix)))
        cholesky.append(timed(lambda: torch.linalg.cholesky_ex(matrix)))

    result = iterations(rows, units, 12, between)
    return {**result, "product": product, "cholesky": cholesky, "memory": above, "cost after two": alone["cost"]}


def run_many_rows(rows: int, units: int) -> dict[str, Any]:
    """20 iterations, and nothing else."""
    base, began = peak(), time.perf_counter()
    result = iterations(rows, units, 20, lambda: None)
    return {**result, "memory": peak() - base, "whole memory": peak(), "wall": time.perf_counter() - began}


def timed(work: Callable[[], Any]) -> float:
    """Seconds of one call."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


CASES: dict[str, tuple[Callable[[int, int], dict[str, Any]], tuple[int, int]]] = {
    "iteration": (run_iteration, ITERATION),
    "many rows": (run_many_rows, MANY_ROWS),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the cases, or one for a parent process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", choices=CASES, help="run this one alone and print what it measured")
    parser.add_argument("--small", action="store_true", help="sizes for seconds, whose numbers mean nothing")
    options = parser.parse_args(arguments)
    if options.case:
        run, size = CASES[options.case]
        print(json.dumps(run(*(SMALL if options.small else size))))
        return
    small = ("--small",) * options.small
    one = {threads: in_own_process("iteration", threads, *small) for threads in (2, 1)}
    many = in_own_process("many rows", 2, *small)
    rows, notes = [], []
    for threads, found in one.items():
        # an iteration whose first trial was refused makes another Cholesky: the ordinary one is compared
        plain = [s for s, n in zip(found["seconds"], found["trials"], strict=True) if n == min(found["trials"])]
        step, product, cholesky = (statistics.median(v) for v in (plain, found["product"], found["cholesky"]))
        ratio = step / (product + cholesky)
        rows.append(
            {
                "rows": found["rows"],
                "weights": found["parameters"],
                "threads": threads,
                "seconds an iteration": step,
                "JᵀJ, seconds": product,
                "Cholesky, seconds": cholesky,
                "ratio": ratio,
                "memory above the imports, MB": found["memory"],
            }
        )
        notes.append(
            f"{threads} threads: an iteration costs {ratio:.2f} of its product and its Cholesky (asked: {MOST_RATIO}; "
            f"{verdict(ratio <= MOST_RATIO)}), median of {len(plain)}; its peak memory is {found['memory']:.0f} MB "
            f"above the imports' (asked: {MOST_MEMORY:.0f}; {verdict(found['memory'] < MOST_MEMORY)})."
        )
    rows.append(
        {
            "rows": many["rows"],
            "weights": many["parameters"],
            "threads": 2,
            "seconds an iteration": statistics.median(many["seconds"]),
            "memory above the imports, MB": many["memory"],
        }
    )
    notes.append(
        f"{many['rows']} rows: 20 iterations in {many['wall']:.0f} s, with the making of the rows; "
        f"{many['whole memory']:.0f} MB in all (asked: {MOST_MEMORY_LARGE:.0f}; "
        f"{verdict(many['whole memory'] < MOST_MEMORY_LARGE)}); the whole Jacobian would take "
        f"{8e-6 * many['rows'] * many['parameters']:.0f} MB."
    )
    if options.small:
        print("\n".join([markdown(rows), "", *notes]))
    else:
        write("large_lm", rows, notes)


def in_own_process(case: str, threads: int, *options: str) -> dict[str, Any]:
    """What a process of its own measures."""
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
    command = [sys.executable, "-m", "benchmarks.large_lm", "--case", case, *options]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def verdict(reached: bool) -> str:
    """Whether a goal was reached, in words."""
    return "reached" if reached else "not reached"


if __name__ == "__main__":
    main()
