"""A Newton-type method on a million parameters: Hessian-free steps, their time, and the memory at its highest.

10,000 rows of 784 pixels-like inputs in ten classes, 784-1000-200-10, float32. The P × P matrix would take 4 TB.
"""

__all__ = ["main"]

import resource
import time

import torch

from benchmarks.results import Row, write
from pishro import optim
from pishro.likelihoods import Categorical, NormalPrior
from pishro.nn import Dense, Network
from pishro.objectives import Batch, Objective

ROWS, INPUTS, CLASSES, ITERATIONS = 10_000, 784, 10, 5
LIMIT_GB = 2.0


def resident() -> float:
    """Highest resident memory of this process so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def main() -> None:
    generator = torch.Generator().manual_seed(0)
    centers = torch.randn(CLASSES, INPUTS, generator=generator)
    y = torch.randint(CLASSES, (ROWS,), generator=generator)
    x = 0.2 * centers[y] + torch.randn(ROWS, INPUTS, generator=generator)
    network = Network.chain(INPUTS, Dense(1000, "tanh"), Dense(200, "tanh"), Dense(CLASSES))
    before = resident()
    groups, names = network.layout.groups()
    prior = NormalPrior(groups, torch.full((1, len(names)), 1e-2))
    objective = Objective(network, Categorical(CLASSES), Batch(x, y), prior)
    theta = network.init(seed=0, members=1, dtype=torch.float32)
    rows: list[Row] = []
    began = time.perf_counter()

    def watch(iteration: optim.Iteration) -> None:
        rows.append(
            {
                "iteration": iteration.number,
                "cost per row": float(iteration.value[0]) / ROWS,
                "seconds": time.perf_counter() - began,
                "highest memory, GB": resident(),
            }
        )

    optim.optimize(objective, theta, optim.HessianFree(), optim.Stop(iterations=ITERATIONS), watch)
    size = network.layout.size
    verdict = "under" if resident() < LIMIT_GB else "NOT under"
    write(
        "matrix_free",
        rows,
        [
            f"{size:,} parameters, {ROWS:,} rows; memory before the run {before:.2f} GB.",
            f"Highest memory {resident():.2f} GB, {verdict} {LIMIT_GB} GB.",
        ],
    )


if __name__ == "__main__":
    main()
