"""Two small trainings, by Levenberg-Marquardt with evidence and by mini-batches, for tests that end them halfway.

As a program: the kind, a checkpoint, and where the result goes; the training goes on where the checkpoint is there.
"""

import sys
from pathlib import Path

import torch
from torch import Tensor

from pishro.likelihoods import Normal
from pishro.nn import Dense, Dropout, Network
from pishro.objectives import Batch
from pishro.optim import Stop
from pishro.training import Checkpoints, MiniBatchPlan, Plan, TrainedMembers, Watch, train_members, train_mini_batches

KINDS = ("evidence", "mini-batches")


def rows(seed: int = 0) -> Batch:
    """A noisy function of three inputs."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(200, 3, generator=generator, dtype=torch.float64)
    noise = torch.randn(200, 1, generator=generator, dtype=torch.float64)
    return Batch(x, (2 * x[:, :1]).sin() + x[:, 1:2].square() + noise / 10)


def fit(
    kind: str, checkpoint: Checkpoints | None = None, watch: Watch | None = None, *, seed: int = 0, data: int = 0
) -> TrainedMembers:
    """One of the two trainings."""
    if kind == "evidence":
        net = Network.chain(3, Dense(8, "tanh"), Dense(1))
        plan = Plan(3, seed, Stop(iterations=60), checkpoint=checkpoint)
        return train_members(net, Normal(), rows(data), plan, watch)
    net = Network.chain(3, Dense(8, "tanh"), Dropout(0.1), Dense(1))
    mini = MiniBatchPlan(3, seed, epochs=60, size=8, checkpoint=checkpoint)
    return train_mini_batches(net, Normal(), rows(data), mini, watch)


def facts(trained: TrainedMembers) -> dict[str, Tensor]:
    """Everything that must be the same."""
    history = trained.record.history
    curves = {"cost": history.cost, "validation": history.validation, "norm": history.gradient_norm}
    curves |= {f"update {k}": v for k, v in history.layer_updates.items()}
    curves |= {f"gradient {k}": v for k, v in history.layer_gradients.items()}
    found = {name: torch.tensor(curve, dtype=torch.float64) for name, curve in curves.items()}
    found |= {"theta": trained.theta, "beta": trained.beta}
    return found if trained.posterior is None else {**found, "posterior": trained.posterior.packed()}


if __name__ == "__main__":
    kind, file, result = sys.argv[1:]
    torch.set_num_threads(1)
    print("ready", flush=True)
    trained = fit(kind, Checkpoints(Path(file), seconds=0, resume=True))
    torch.save(facts(trained), f"{result}.part")
    Path(f"{result}.part").rename(result)
