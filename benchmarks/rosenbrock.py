"""BFGS on Rosenbrock's function of two variables beside SciPy's, with the same derivatives: what the loop itself costs.

Both call the same torch functions; SciPy's wrapper turns its arrays into tensors without a copy. The two take turns,
and the ratio is the median of the ratios within a turn.
"""

__all__ = ["main"]

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from scipy.optimize import minimize
from torch import Tensor

from benchmarks.results import write
from pishro import optim

ASKED = 1.5
TOLERANCE = 1e-8


def f(x: Tensor) -> Tensor:
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


def gradient(x: Tensor) -> Tensor:
    a, b = x
    t = b - a * a
    return torch.stack((-400 * a * t - 2 * (1 - a), 200 * t))


def seconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=101)
    options = parser.parse_args()
    torch.set_num_threads(1)
    start = torch.tensor([-1.2, 1.0], dtype=torch.float64)
    problem = optim.FunctionProblem(f, gradient)

    def ours() -> optim.Result:
        return optim.minimize(problem, start, "bfgs", stop=optim.Stop(gradient=TOLERANCE))

    def theirs() -> object:
        return minimize(
            lambda x: float(f(torch.from_numpy(x))),
            start.numpy(),
            jac=lambda x: gradient(torch.from_numpy(x)).numpy(),
            method="BFGS",
            options={"gtol": TOLERANCE},
        )

    turns = [(seconds(ours), seconds(theirs)) for _ in range(options.turns)]
    a, b = ours(), theirs()
    rows = [
        {
            "solver": "pishro",
            "ms": 1e3 * statistics.median(t for t, _ in turns),
            "iterations": a.iterations,
            "evaluations": a.evaluations,
            "f": a.value,
        },
        {
            "solver": "SciPy",
            "ms": 1e3 * statistics.median(t for _, t in turns),
            "iterations": b.nit,
            "evaluations": b.nfev,
            "f": float(b.fun),
        },
    ]
    ratio = statistics.median(t / s for t, s in turns)
    verdict = "reached" if ratio <= ASKED else "not reached"
    write("rosenbrock", rows, [f"{ratio:.2f} times SciPy's time (asked: {ASKED}; {verdict})."])


if __name__ == "__main__":
    main()
