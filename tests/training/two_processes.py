"""What each of two processes does in `test_distributed`: python two_processes.py JOB FOLDER."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import torch

from pishro import nn, optim
from pishro.errors import ProcessError
from pishro.likelihoods import Normal
from pishro.objectives import Batch, Objective
from pishro.training import MiniBatchPlan, Plan, Progress, joined, train_members, train_mini_batches

NETWORK = nn.Network.chain(2, nn.Dense(6, "tanh"), nn.Dense(1))


def rows() -> Batch:
    """201 rows: the two shares differ by one."""
    x = torch.randn(201, 2, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    return Batch(x, torch.sin(2 * x[:, :1]) * x[:, 1:])


def evidence() -> dict[str, torch.Tensor]:
    """Levenberg-Marquardt with evidence."""
    trained = train_members(NETWORK, Normal(), rows(), Plan(2, 0, optim.Stop(iterations=15)))
    return {"theta": trained.theta, "beta": trained.beta}


def mini_batches(epochs: int = 60, progress: Callable[[Progress], None] | None = None) -> dict[str, torch.Tensor]:
    """AdamW."""
    plan = MiniBatchPlan(members=2, epochs=epochs, size=32, rate=2e-2, patience=10**6)
    trained = train_mini_batches(NETWORK, Normal(), rows(), plan, progress)
    return {"theta": trained.theta, "validation": torch.tensor(trained.record.history.validation)}


def work(folder: Path) -> None:
    """Train both ways, and keep what came out."""
    with joined() as processes:
        shared = Objective(NETWORK, Normal(), processes.share(rows()), shared=processes.add)
        theta = NETWORK.init(0, members=2)
        data = shared.data_term(theta)
        term = {"cost": data.cost, "gradient": data.gradient, "curvature": data.curvature, "value": shared.value(theta)}
        found = {"term": term, "evidence": evidence(), "mini-batches": mini_batches()}
        torch.save(found, folder / f"{processes.rank}.pt")


def die() -> None:
    """The second process ends in the middle; the first one says so."""
    with joined(patience=10.0) as processes:

        def watch(event: Progress) -> None:
            if event.iteration == 3 and not processes.first:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            mini_batches(10**6, watch)
        except ProcessError as error:
            sys.stderr.write(f"{error}\n")
            os._exit(2)


if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[1] == "work":
        work(Path(sys.argv[2]))
    else:
        die()
