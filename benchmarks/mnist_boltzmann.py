"""Rows of `benchmarks.mnist` on restricted Boltzmann machines: time of an epoch, ln Z, density of the test images."""

__all__ = ["annealed_beside_exact", "density", "epoch_beside_scikit_learn"]

import statistics
import time

import numpy as np
import torch
from torch import Tensor

from pishro.models.boltzmann import (
    BernoulliUnits,
    BoltzmannPlan,
    PersistentChains,
    annealed_log_partition,
    exact_log_partition,
    starting_machine,
    train_machine,
)

Row = dict[str, object]

HIDDEN = 500
REPEATS = 5


def epoch_beside_scikit_learn(images: Tensor) -> list[Row]:
    """One epoch of CD-1, 784-500, batches of 100, by turns; ratios of neighbors in time, medians.

    `BernoulliRBM` runs in the precision of its rows; double is what it is usually given. It keeps persistent chains,
    whose update has the same matrix products as CD-1.
    """
    from sklearn.neural_network import BernoulliRBM

    def ours(half: bool) -> float:
        start = starting_machine(images, BernoulliUnits(), BernoulliUnits(), HIDDEN, seed=0)
        return train_machine(start, images, BoltzmannPlan(epochs=1, half=half))[1].seconds

    def theirs(rows: np.ndarray) -> float:
        peer = BernoulliRBM(HIDDEN, learning_rate=0.05, batch_size=100, n_iter=1, random_state=0)
        began = time.perf_counter()
        peer.fit(rows)
        return time.perf_counter() - began

    single, double = images.numpy(), images.double().numpy()
    times = [(ours(False), ours(True), theirs(single), theirs(double)) for _ in range(REPEATS)]
    mine, half, one, two = (statistics.median(column) for column in zip(*times, strict=True))
    return [
        {
            "row": f"CD-1 epoch, 784-{HIDDEN}, batch 100, {name}",
            "seconds": seconds,
            "scikit-learn, float32": one,
            "scikit-learn, float64": two,
            "float32 / this": statistics.median(t[2] / t[place] for t in times),
            "float64 / this": statistics.median(t[3] / t[place] for t in times),
            "asked": 4.0,
        }
        for place, (name, seconds) in enumerate((("float32", mine), ("bfloat16 products", half)))
    ]


def annealed_beside_exact(images: Tensor, seed: int, epochs: int = 5) -> Row:
    """AIS of 10,000 temperatures and 100 chains on a machine of 20 hidden units, whose ln Z is also summed."""
    rows = binary(images, seed)
    start = starting_machine(rows, BernoulliUnits(), BernoulliUnits(), 20, seed)
    machine, _ = train_machine(start, rows, BoltzmannPlan(epochs=epochs, negative=PersistentChains(), seed=seed))
    found, exact = annealed_log_partition(machine, rows.mean(0), seed=seed), exact_log_partition(machine)
    return {
        "row": "AIS beside exact ln Z, 20 hidden units",
        "seed": seed,
        "AIS": found.value,
        "low": found.low,
        "high": found.high,
        "exact": exact,
        "difference": found.value - exact,
        "asked": 0.1,
    }


def density(train: Tensor, test: Tensor, seed: int, epochs: int | None) -> Row:
    """Average ln p of binary images under a machine of 500 hidden units, by AIS.

    Persistent chains without momentum, the rate falling to zero from the first update on. On the last 10,000 training
    images, after 6 epochs on the others: −107.4 nats at a rate of 0.05 (products in float32: −107.7), −98.2 at 0.15.
    """
    rows, others = binary(train, seed), binary(test, 1000)  # the test images are the same for all seeds
    plan = BoltzmannPlan(
        epochs=epochs or 100,
        rate=0.15,
        fall=1.0,
        negative=PersistentChains(),
        momentum=(0.0, 0.0),
        decay=1e-5,
        seed=seed,
    )
    start = starting_machine(rows, BernoulliUnits(), BernoulliUnits(), HIDDEN, seed)
    machine, record = train_machine(start, rows, plan)
    found = annealed_log_partition(machine, rows.mean(0), seed=seed)
    energy = float(machine.free_energy(others).double().mean())
    return {
        "row": f"RBM 784-{HIDDEN}, mean ln p by AIS",
        "seed": seed,
        "epochs": record.epochs,
        "ln p": -energy - found.value,
        "with the upper bound of ln Z": -energy - found.high,
        "minutes": record.seconds / 60,
        "asked": -95.0,
        "published": -86.3,
    }


def binary(images: Tensor, seed: int) -> Tensor:
    """Pixels drawn with their intensity as probability, once."""
    noise = torch.rand(images.shape, generator=torch.Generator().manual_seed(seed))
    return (noise < images).float()
