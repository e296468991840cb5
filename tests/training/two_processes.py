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
from pishro.objectives import Batch, Objective, StoredRows
from pishro.training import (
    Checkpoints,
    MiniBatchPlan,
    Plan,
    Progress,
    joined,
    train_members,
    train_mini_batches,
    train_stored_rows,
)

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


def streamed(folder: Path, rank: int, count: int) -> dict[str, torch.Tensor]:
    """AdamW on rows in files: the first process has 140, the second 61, and each thinks of steps of its own."""
    whole, place = rows(), folder / f"rows-{rank}"
    mine = whole if count == 1 else whole.rows(0, 140) if rank == 0 else whole.rows(140, 201)
    place.mkdir()
    stored = StoredRows.write(place, [(mine.x, mine.y)])
    steps = 400 - 100 * rank
    plan = MiniBatchPlan(members=2, epochs=500, steps=steps, size=32, rate=2e-2, patience=10**6)
    trained = train_stored_rows(NETWORK, Normal(), stored, rows(), plan)
    return {"theta": trained.theta, "validation": torch.tensor(trained.record.history.validation)}


def kept(folder: Path, progress: Callable[[Progress], None] | None = None, name: str = "kept") -> torch.Tensor:
    """AdamW with checkpoints, and a layer that draws."""
    net = nn.Network.chain(2, nn.Dense(6, "tanh"), nn.Dropout(0.2), nn.Dense(1))
    checkpoint = Checkpoints(folder / f"{name}.checkpoint", seconds=0.05, resume=True)
    plan = MiniBatchPlan(members=2, epochs=60, size=32, rate=1e-2, patience=10**6, checkpoint=checkpoint)
    return train_mini_batches(net, Normal(), rows(), plan, progress).theta


def work(folder: Path) -> None:
    """Train in each way, and keep what came out."""
    with joined() as processes:
        shared = Objective(NETWORK, Normal(), processes.share(rows()), shared=processes.add)
        theta = NETWORK.init(0, members=2)
        data = shared.data_term(theta)
        term = {"cost": data.cost, "gradient": data.gradient, "curvature": data.curvature, "value": shared.value(theta)}
        found = {"term": term, "evidence": evidence(), "mini-batches": mini_batches()}
        found["streamed"] = streamed(folder, processes.rank, processes.count)
        torch.save(found, folder / f"{processes.rank}.pt")


def die(folder: Path) -> None:
    """The second process ends in the middle; the first one says so."""
    with joined(patience=10.0) as processes:

        def watch(event: Progress) -> None:
            if event.iteration == 20 and not processes.first:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            kept(folder, watch)
        except ProcessError as error:
            sys.stderr.write(f"{error}\n")
            os._exit(2)


def go_on(folder: Path) -> None:
    """Go on from where the processes that died stood, and train again without a break."""
    with joined() as processes:
        seen: list[int] = []
        continued = kept(folder, lambda event: seen.append(event.iteration))
        whole = kept(folder, name="whole")
        torch.save({"continued": continued, "whole": whole, "first": seen[0]}, folder / f"{processes.rank}.pt")


if __name__ == "__main__":
    torch.set_num_threads(1)
    {"work": work, "die": die, "go on": go_on}[sys.argv[1]](Path(sys.argv[2]))
