"""MNIST by the deep families: `python -m benchmarks.mnist DATA --rows belief dropout …`, seeds 0 to 2.

DATA holds the four files of the set as they are distributed (idx, gzipped). Without `--test` a row trains on the first
50,000 training images and scores on the last 10,000, on which all settings were chosen; with it, on all 60,000 and the
test images, once, at the end. Rows, with what is asked of them:

    epoch         CD-1 epoch of 784-500, batch 100, beside scikit-learn: 4 times as fast
    annealed      AIS beside the exact ln Z of 20 hidden units: within 0.1 nat
    density       RBM 784-500, mean ln p of the images by AIS: −95 or more
    plain         784-256-128-10 ReLU, 10 epochs: 98.2 % or more; an epoch beside torch eager and scikit-learn
    dropout       MLP with dropout, no pre-training: 1.25 % or less
    belief        DBN 784-500-500-2000, discriminative fine-tuning: 1.25 % or less
    autoencoder   784-1000-500-250-30: squared error per image 4.0 or less, beside PCA and random weights

The convolutional network has a benchmark of its own, `benchmarks.mnist_conv`.
"""

__all__ = ["main"]

import argparse
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.mnist_boltzmann import Row, annealed_beside_exact, density, epoch_beside_scikit_learn
from benchmarks.mnist_conv import digits
from benchmarks.mnist_deep import Images, autoencoder, belief, dropout, plain
from benchmarks.results import write

Measure = Callable[[Images, int, int | None], list[Row]]

ROWS: dict[str, Measure] = {
    "epoch": lambda images, seed, epochs: epoch_beside_scikit_learn(images.x),
    "annealed": lambda images, seed, epochs: [annealed_beside_exact(images.x, seed, epochs or 5)],
    "density": lambda images, seed, epochs: [density(images.x, images.x_held, seed, epochs)],
    "plain": plain,
    "dropout": dropout,
    "belief": belief,
    "autoencoder": autoencoder,
}

ONCE = ("epoch",)
"""Rows that a seed does not change."""

PRECISION = "Factors of matrix products in bfloat16 (torch's float32_matmul_precision medium), all else in float32."
"""With `--matmul medium`, for rows that train networks; never for AIS, whose products of β need all their digits."""

UNSCORED = ("epoch", "annealed")
"""Rows that read training images only."""


def read(folder: Path, test: bool, most: int | None) -> Images:
    x, y = part(folder, "train")
    held = part(folder, "t10k") if test else (x[-10_000:], y[-10_000:])
    if not test:
        x, y = x[:-10_000], y[:-10_000]
    return Images(x[:most], y[:most], *held)


def part(folder: Path, name: str) -> tuple[Tensor, Tensor]:
    images, labels = digits(folder, name)
    return torch.tensor(images).flatten(1).float() / 255, torch.tensor(labels).long()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of the four files")
    parser.add_argument("--rows", nargs="+", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, help="instead of each row's own")
    parser.add_argument("--images", type=int, help="at most so many training images")
    parser.add_argument("--test", action="store_true", help="score on the test images")
    parser.add_argument("--matmul", choices=["highest", "medium"], default="highest", help="see `PRECISION`")
    parser.add_argument("--dry", action="store_true", help="print only, keep no results")
    options = parser.parse_args()
    torch.set_float32_matmul_precision(options.matmul)
    images = read(options.data, options.test, options.images)
    kind = "test images" if options.test else "last 10,000 training images"
    for name in options.rows:
        rows: list[Row] = []
        for seed in options.seeds[:1] if name in ONCE else options.seeds:
            found = ROWS[name](images, seed, options.epochs)
            print(*found, sep="\n", flush=True)
            rows += found
        if not options.dry:
            notes = [f"{torch.get_num_threads()} threads, {len(images.x)} training images."]
            scored = name not in UNSCORED
            notes += [f"Scored on the {kind}."] if scored else []
            notes += [PRECISION] if options.matmul == "medium" else []
            write(f"mnist_{name}_inner" if scored and not options.test else f"mnist_{name}", rows, notes)


if __name__ == "__main__":
    main()
