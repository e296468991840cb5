"""Trainings that are killed again and again, and go on: do they end as the uninterrupted one, to the last bit?

Each training runs in a process of its own that is killed by SIGKILL at a random moment and begun anew with its
checkpoint, until it has been killed --kills times and then ends. Compared are θ, the noise precision, the posterior and
every curve of the record.
"""

__all__ = ["main"]

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.results import Row, write
from pishro.likelihoods import Normal
from pishro.nn import Dense, Dropout, Network
from pishro.objectives import Batch
from pishro.optim import Stop
from pishro.training import Checkpoints, MiniBatchPlan, Plan, TrainedMembers, train_members, train_mini_batches

KINDS = ("Levenberg-Marquardt with evidence", "mini-batches")


def rows() -> Batch:
    """A noisy function of three inputs."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2000, 3, generator=generator, dtype=torch.float64)
    noise = torch.randn(2000, 1, generator=generator, dtype=torch.float64)
    return Batch(x, (2 * x[:, :1]).sin() + x[:, 1:2].square() + noise / 10)


def fit(kind: str, checkpoint: Checkpoints | None) -> TrainedMembers:
    """One of the two trainings."""
    if kind == KINDS[0]:
        net = Network.chain(3, Dense(12, "tanh"), Dense(1))
        return train_members(net, Normal(), rows(), Plan(4, 0, Stop(iterations=150), checkpoint=checkpoint))
    net = Network.chain(3, Dense(12, "tanh"), Dropout(0.1), Dense(1))
    plan = MiniBatchPlan(4, 0, epochs=60, size=16, patience=60, checkpoint=checkpoint)
    return train_mini_batches(net, Normal(), rows(), plan)


def facts(trained: TrainedMembers) -> dict[str, Tensor]:
    """Everything that must be the same."""
    history = trained.record.history
    curves = {"cost": history.cost, "validation": history.validation, "norm": history.gradient_norm}
    curves |= {f"update {name}": curve for name, curve in history.layer_updates.items()}
    found = {name: torch.tensor(curve, dtype=torch.float64) for name, curve in curves.items()}
    found |= {"theta": trained.theta, "beta": trained.beta}
    return found if trained.posterior is None else {**found, "posterior": trained.posterior.packed()}


def child(kind: str, folder: Path) -> None:
    """Begin or go on, and leave the result."""
    torch.set_num_threads(1)
    print("ready", flush=True)
    found = facts(fit(kind, Checkpoints(folder / "checkpoint", seconds=0, resume=True)))
    torch.save(found, folder / "part")
    (folder / "part").rename(folder / "result")


def killed(kind: str, kills: int, whole: dict[str, Tensor], seconds: float) -> Row:
    """One training, killed so many times."""
    chance, done, runs = random.Random(0), 0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        while not (folder / "result").exists():
            command = [sys.executable, "-m", "benchmarks.resume", "--child", kind, "--folder", name]
            run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            if run.stdout is None:
                raise TypeError("A pipe was asked for.")
            run.stdout.readline()
            runs += 1
            try:
                run.wait(chance.uniform(0.01, 2 * seconds / kills) if done < kills else None)
            except subprocess.TimeoutExpired:
                run.kill()
                done += 1
            run.communicate()
            if run.returncode not in (0, -signal.SIGKILL):
                sys.exit(f"{kind}: a run ended with {run.returncode}.")
        found = torch.load(folder / "result", weights_only=True)
    differ = [key for key in whole if key not in found or not torch.equal(whole[key], found[key])]
    return {"training": kind, "kills": done, "processes": runs, "what differs": ", ".join(differ) or "nothing"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--child", choices=KINDS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child, options.folder)
        return
    torch.set_num_threads(1)
    table: list[Row] = []
    for kind in KINDS:
        began = time.perf_counter()
        whole = facts(fit(kind, None))
        table.append(killed(kind, options.kills, whole, time.perf_counter() - began))
        print(table[-1], flush=True)
    write("resume", table, [f"SIGKILL at random moments; asked: {options.kills} kills and no difference."])


if __name__ == "__main__":
    main()
