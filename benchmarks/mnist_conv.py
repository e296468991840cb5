"""MNIST by a convolutional network: error on the 10,000 test images after at most 15 epochs, seeds 0 to 2.

DATA holds the four files of the set as they are distributed (idx, gzipped). Training images are moved at random; the
network is the estimator's default for their size. `--inner` trains on the first 50,000 training images and scores on
the last 10,000: settings are chosen on those, and the test images are read only without it.

Published for single convolutional networks of this kind: 0.95 % (LeNet-5; LeCun et al. 1998), 0.8 % with distorted
training images (the same), 0.6 % and with elastic distortion 0.4 % (Simard et al. 2003).
"""

__all__ = ["main"]

import argparse
import gzip
import statistics
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from benchmarks.results import write
from pishro import ConvClassifier

AT_MOST = 0.0065
EPOCHS = 15
AUGMENT = {"shift": 2.0, "rotate": 10.0, "elastic": 0.7}
"""Half of Simard's elastic field, for shift and rotation are added to it; taken at once, and not tuned."""

Array = npt.NDArray[np.uint8]


def idx(path: Path) -> Array:
    """An array in the format of the set: two zeros, a type, the number of axes, the axes' lengths, the entries."""
    data = gzip.decompress(path.read_bytes())
    axes = data[3]
    shape = np.frombuffer(data, ">u4", axes, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(shape)


def digits(folder: Path, part: str) -> tuple[Array, Array]:
    """Images (N, 28, 28) and labels (N,) of the part "train" or "t10k"."""
    return idx(folder / f"{part}-images-idx3-ubyte.gz"), idx(folder / f"{part}-labels-idx1-ubyte.gz")


def measure(train: tuple[Array, Array], test: tuple[Array, Array], seed: int, epochs: int) -> dict[str, float]:
    began = time.perf_counter()
    model = ConvClassifier(augment=AUGMENT, epochs=epochs, validation=0.05, random_state=seed).fit(*train)
    seconds = time.perf_counter() - began
    record = model.model_.trained.record
    return {
        "seed": seed,
        "images": len(train[0]),
        "parameters": record.parameters,
        "epochs": record.iterations,
        "error": float(np.mean(model.predict(test[0]) != test[1])),
        "minutes": seconds / 60,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of the four files")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--rows", type=int, help="at most so many training images")
    parser.add_argument("--inner", action="store_true", help="score on the last 10,000 training images")
    options = parser.parse_args()
    images, labels = digits(options.data, "train")
    if options.inner:
        train, test = (images[:-10_000], labels[:-10_000]), (images[-10_000:], labels[-10_000:])
    else:
        train, test = (images, labels), digits(options.data, "t10k")
    train = train[0][: options.rows], train[1][: options.rows]
    rows = []
    for seed in options.seeds:
        rows.append(measure(train, test, seed, options.epochs))
        print(rows[-1], flush=True)
    mean = statistics.fmean(row["error"] for row in rows)
    part = "last 10,000 training images" if options.inner else "test images"
    verdict = "reached" if mean <= AT_MOST else "not reached"
    note = f"Mean error on the {part}: {mean:.2%} (asked of the test images: {AT_MOST:.2%}; {verdict})."
    write("mnist_conv_inner" if options.inner else "mnist_conv", rows, [f"{torch.get_num_threads()} threads.", note])


if __name__ == "__main__":
    main()
