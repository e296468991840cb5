"""Rows of `benchmarks.mnist` on deep networks: with and without pre-training, and the deep autoencoder.

Settings are usual ones, hardly searched; what was compared, was compared on the last 10,000 training images.
"""

__all__ = ["Images", "autoencoder", "belief", "dropout", "plain"]

import dataclasses
import statistics
import time
import warnings

import torch
from torch import Tensor

from pishro.likelihoods import Categorical, Intensities, Likelihood
from pishro.models.belief import pretrain, unrolled_autoencoder, unrolled_network
from pishro.models.boltzmann import BernoulliUnits, BoltzmannPlan, GaussianUnits
from pishro.nn import Dense, Dropout, Network
from pishro.objectives import Batch
from pishro.optim import AdamW
from pishro.training import MiniBatchPlan, TrainedMembers, train_mini_batches

Row = dict[str, object]

VALIDATION = 0.02
"""Share of the training images that tells which epoch's weights to keep."""


@dataclasses.dataclass(frozen=True)
class Images:
    """Training images (N, 784) between 0 and 1 and labels (N,); and those to score on."""

    x: Tensor
    y: Tensor
    x_held: Tensor
    y_held: Tensor


def belief(images: Images, seed: int, epochs: int | None) -> list[Row]:
    """784-500-500-2000-10: three machines by CD-1, then the backward path through all, with dropout.

    Errors on the last 10,000 training images after training on the others (`--matmul medium`), AdamW at 1e-3: with a
    fifth of the hidden units left out 1.38 % (20 epochs), with a tenth of the pixels and 0.3 of the units 1.33 %
    (25 epochs); at 3e-4 with a fifth of the pixels and 0.3 of the units 2.32 % (20 epochs of batches of 256), so more
    dropout needs more steps than there is time for; plain momentum without dropout 1.58 %.
    """
    began = time.perf_counter()
    plan = BoltzmannPlan(epochs=min(epochs or 20, 20), rate=0.05, seed=seed)
    stack, _ = pretrain(images.x, (500, 500, 2000), plan, BernoulliUnits())
    before = time.perf_counter() - began
    network, theta = unrolled_network(stack, 10, dropout=0.3, seed=seed, masked=0.1)
    trained = fit(network, Categorical(10), images, steps(epochs or 40, seed, 1e-3, theta))
    return [
        scored("DBN 784-500-500-2000, fine-tuned", network, trained, images)
        | {"pre-training minutes": before / 60, "asked": 0.0125, "published": 0.0125}
    ]


def dropout(images: Images, seed: int, epochs: int | None) -> list[Row]:
    """784-1024-1024-10 of ReLU from random weights, half of the hidden units and a fifth of the pixels left out."""
    layers = [Dropout(0.2), Dense(1024, "relu"), Dropout(0.5), Dense(1024, "relu"), Dropout(0.5), Dense(10)]
    network = Network.chain(784, *layers)
    trained = fit(network, Categorical(10), images, steps(epochs or 60, seed, 1e-3))
    row = scored("MLP 784-1024-1024 with dropout, no pre-training", network, trained, images)
    return [row | {"pre-training minutes": 0.0, "asked": 0.0125, "published": 0.0105}]


def plain(images: Images, seed: int, epochs: int | None) -> list[Row]:
    """784-256-128-10 of ReLU, mini-batches of 128, 10 epochs; an epoch beside torch eager and scikit-learn."""
    network = Network.chain(784, Dense(256, "relu"), Dense(128, "relu"), Dense(10))
    trained = fit(network, Categorical(10), images, steps(epochs or 10, seed, 2e-3))
    row = scored("784-256-128-10 ReLU", network, trained, images)
    own = {"pre-training minutes": 0.0, "asked": 0.018}
    repeats = 1 if epochs == 1 else 3
    peers = [(one_epoch(network, images), torch_epoch(images), scikit_epoch(images)) for _ in range(repeats)]
    ours, eager, scikit = (statistics.median(column) for column in zip(*peers, strict=True))
    return [row | own | {"epoch s": ours, "torch eager s": eager, "scikit-learn s": scikit}]


def autoencoder(images: Images, seed: int, epochs: int | None) -> list[Row]:
    """784-1000-500-250-30 and back, pre-trained and from random weights, beside 30 principal components."""
    began = time.perf_counter()
    plan = BoltzmannPlan(epochs=min(epochs or 20, 20), rate=0.05, seed=seed)
    stack, _ = pretrain(images.x, (1000, 500, 250, 30), plan, BernoulliUnits(), top=GaussianUnits())
    before = time.perf_counter() - began
    network, theta = unrolled_autoencoder(stack)
    rows: list[Row] = []
    for name, start, minutes in (("pre-trained", theta, before / 60), ("from random weights", None, 0.0)):
        same = Images(images.x, images.x, images.x_held, images.x_held)
        trained = fit(network, Intensities(), same, steps(epochs or 60, seed, 1e-3, start, decay=0.0))
        error = squared(network, trained, images.x_held)
        rows.append(
            {"row": f"autoencoder 784-1000-500-250-30, {name}", "seed": seed, "squared error": error}
            | {"epochs": trained.record.iterations, "minutes": trained.record.seconds / 60}
            | {"pre-training minutes": minutes, "asked": 4.0, "published": 3.0}
        )
    rows.append({"row": "30 principal components", "squared error": principal(images), "published": 13.87})
    return rows


def steps(epochs: int, seed: int, rate: float, start: Tensor | None = None, decay: float = 1e-2) -> MiniBatchPlan:
    """AdamW to the last epoch; the rate rises for a twentieth of the run and falls along half a cosine."""
    return MiniBatchPlan(
        members=1,
        seed=seed,
        epochs=epochs,
        size=128,
        rule=AdamW(rate, decay=decay),
        patience=epochs,
        validation=VALIDATION,
        start=start,
    )


def fit(network: Network, likelihood: Likelihood, images: Images, plan: MiniBatchPlan) -> TrainedMembers:
    return train_mini_batches(network, likelihood, Batch(images.x, images.y), plan)


@torch.no_grad()
def scored(name: str, network: Network, trained: TrainedMembers, images: Images) -> Row:
    guesses = torch.cat([network(trained.theta[0], part).argmax(1) for part in images.x_held.split(2000)])
    record = trained.record
    return {
        "row": name,
        "seed": record.seed,
        "epochs": record.iterations,
        "error": float((guesses != images.y_held).double().mean()),
        "minutes": record.seconds / 60,
    }


@torch.no_grad()
def squared(network: Network, trained: TrainedMembers, x: Tensor) -> float:
    """Mean over the images of the squared error, summed over the pixels."""
    parts = [(network(trained.theta[0], part).sigmoid() - part).square().sum(1) for part in x.split(2000)]
    return float(torch.cat(parts).mean())


def principal(images: Images) -> float:
    mean = images.x.mean(0)
    centered = images.x - mean
    _, vectors = torch.linalg.eigh((centered.t() @ centered).double())
    basis = vectors[:, -30:].float()
    held = images.x_held - mean
    return float((held - held @ basis @ basis.t()).square().sum(1).mean())


def one_epoch(network: Network, images: Images) -> float:
    plan = dataclasses.replace(steps(1, 0, 2e-3), validation=1 / len(images.x))
    return fit(network, Categorical(10), images, plan).record.seconds


def torch_epoch(images: Images) -> float:
    """The same network, rule and batches in torch's usual loop."""
    layers = [torch.nn.Linear(784, 256), torch.nn.ReLU(), torch.nn.Linear(256, 128), torch.nn.ReLU()]
    module = torch.nn.Sequential(*layers, torch.nn.Linear(128, 10))
    rule = torch.optim.AdamW(module.parameters(), 2e-3)
    began = time.perf_counter()
    for rows in torch.randperm(len(images.x)).split(128):
        rule.zero_grad()
        torch.nn.functional.cross_entropy(module(images.x[rows]), images.y[rows]).backward()
        rule.step()
    return time.perf_counter() - began


def scikit_epoch(images: Images) -> float:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    peer = MLPClassifier((256, 128), batch_size=128, max_iter=1, tol=0.0)
    x, y = images.x.numpy(), images.y.numpy()
    began = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        peer.fit(x, y)
    return time.perf_counter() - began
