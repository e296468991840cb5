"""Why deep sigmoid networks would not train: eight layers that learn digits, from five starting points.

The slope of a sigmoid is at most ¼ and its outputs are all positive, so that what the cost sends back through eight
layers of them is smaller in each than in the one above: from random weights, even of a size chosen for sigmoids, the
lowest layers receive a hundredth of what the highest do, and nothing is learned for a dozen epochs.
Pre-training layer by layer (Hinton, Osindero and Teh 2006) was the first way out; today's are units that do not
saturate with weights that keep the signal's size (He et al. 2015), skip connections, and layers that normalize. The
same steps of momentum descent on all five. Run it, and look at the picture:

    python examples/vanishing_gradient.py vanishing_gradient.png

Each line above is the gradient of one layer over the training, dark the lowest; below is the error on digits that were
kept from the training, which for a network that always guesses the commonest digit is 90 %.
"""

import dataclasses
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits

from pishro import optim
from pishro.likelihoods import Categorical
from pishro.models.belief import pretrain, unrolled_network
from pishro.models.boltzmann import BernoulliUnits, BoltzmannPlan
from pishro.nn import Dense, LayerNorm, Network, Sum
from pishro.objectives import Batch
from pishro.training import MiniBatchPlan, train_mini_batches

LAYERS, UNITS = 8, 50


@dataclasses.dataclass(frozen=True)
class Attempt:
    """A network, where it starts, and how its training went."""

    name: str
    network: Network
    start: torch.Tensor | None = None
    gradients: tuple[list[float], ...] = ()
    costs: tuple[float, ...] = ()
    error: float = 1.0


def digits() -> tuple[Batch, Batch]:
    """Three quarters of the digits to learn from, and the rest, in an order drawn once."""
    x, y = (torch.from_numpy(part) for part in load_digits(return_X_y=True))
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))
    rows = Batch((x[order] / 16).float(), y[order])
    return rows.rows(0, 1350), rows.rows(1350, len(x))


def sigmoids() -> Network:
    return Network.chain(64, *[Dense(UNITS, "sigmoid") for _ in range(LAYERS)], Dense(10))


def rectified() -> Network:
    return Network.chain(64, *[Dense(UNITS, "relu", "he") for _ in range(LAYERS)], Dense(10))


def skipping() -> Network:
    """Each layer but the first adds to what it reads."""
    layers = {"dense1": Dense(UNITS, "sigmoid")}
    before = "dense1"
    for i in range(2, LAYERS + 1):
        layers[f"dense{i}"] = (Dense(UNITS, "sigmoid"), before)
        layers[f"sum{i}"] = (Sum(), f"dense{i}", before)
        before = f"sum{i}"
    return Network.graph({"x": 64}, layers | {f"dense{LAYERS + 1}": (Dense(10), before)})


def normalized() -> Network:
    return Network.chain(
        64, *[layer for _ in range(LAYERS) for layer in (Dense(UNITS, "sigmoid"), LayerNorm())], Dense(10)
    )


def pretrained(rows: Batch, epochs: int) -> Attempt:
    stack, _ = pretrain(rows.x, (UNITS,) * LAYERS, BoltzmannPlan(epochs=epochs, size=15), BernoulliUnits())
    network, theta = unrolled_network(stack, 10)
    return Attempt("sigmoid, pre-trained", network, theta)


def trained(attempt: Attempt, rows: Batch, others: Batch, epochs: int) -> Attempt:
    """Momentum on mini-batches of 32, the same for all."""
    plan = MiniBatchPlan(
        members=1,
        epochs=epochs,
        size=32,
        rule=optim.Momentum(rate=0.02, mu=0.9),
        patience=epochs,
        start=attempt.start,
    )
    fitted = train_mini_batches(attempt.network, Categorical(10), rows, plan)
    history = fitted.record.history
    guesses = attempt.network(fitted.theta[0], others.x).argmax(1)
    return dataclasses.replace(
        attempt,
        gradients=tuple(history.layer_gradients[f"dense{i}"] for i in range(1, LAYERS + 1)),
        costs=tuple(history.validation),
        error=float((guesses != others.y).double().mean()),
    )


def draw(attempts: list[Attempt], path: str) -> None:
    """The gradients of each attempt's layers side by side, and all costs below."""
    figure = plt.figure(figsize=(11, 6.2), layout="constrained")
    grid = figure.add_gridspec(2, len(attempts), height_ratios=(1.15, 1))
    shades = plt.colormaps["viridis"]
    first = None
    for column, attempt in enumerate(attempts):
        axes = figure.add_subplot(grid[0, column], sharey=first)
        for i, gradient in enumerate(attempt.gradients):
            epochs = range(1, len(gradient) + 1)
            color = shades(0.9 * i / (LAYERS - 1))
            axes.semilogy(epochs, gradient, color=color, linewidth=1.2, label=f"layer {i + 1}")
        axes.set_title(attempt.name.replace(", ", ",\n").replace(" and ", "\nand "), fontsize=10)
        if first is None:
            first = axes
            axes.set_ylabel("gradient, root mean square")
        else:
            axes.tick_params(labelleft=False)
    axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    below = figure.add_subplot(grid[1, :])
    for number, attempt in enumerate(attempts):
        label = f"{attempt.name}: {attempt.error:.1%} errors"
        below.plot(range(1, len(attempt.costs) + 1), attempt.costs, color=f"C{number}", label=label)
    below.set(xlabel="epoch", ylabel="cost of rows kept from the gradient, nats", ylim=(0, 2.6))
    below.legend(fontsize=9, loc="upper right", frameon=False)
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def main(path: str, epochs: int = 60, before: int = 30) -> dict[str, float]:
    rows, others = digits()
    attempts = [
        Attempt("sigmoid, random weights", sigmoids()),
        pretrained(rows, before),
        Attempt("ReLU and He's weights", rectified()),
        Attempt("sigmoid, skip connections", skipping()),
        Attempt("sigmoid, layer norm", normalized()),
    ]
    attempts = [trained(attempt, rows, others, epochs) for attempt in attempts]
    draw(attempts, path)
    for attempt in attempts:
        lowest, highest = attempt.gradients[0][0], attempt.gradients[-1][0]
        print(
            f"{attempt.name}: {attempt.error:.1%} errors; after the first epoch the gradient of layer 1 is "
            f"{lowest / highest:.1e} of that of layer {LAYERS}"
        )
    return {attempt.name: attempt.error for attempt in attempts}


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "vanishing_gradient.png")
