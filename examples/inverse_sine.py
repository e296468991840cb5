"""A function that has no inverse, inverted: a mixture density network on x = y + 0.3 sin 2πy (Bishop 1994).

For x around ½ three values of y are possible. Squared error averages them and is wrong everywhere; a mixture of Normals
keeps them apart. Run it, and look at the picture:

    python examples/inverse_sine.py inverse_sine.png

The score is the mean ln p(y | x) of fresh rows. What no model can beat is known here: y is uniform and x uniform within
±0.05 of g(y) = y + 0.3 sin 2πy, so that p(y | x) = 10/p(x) wherever |x − g(y)| < 0.05.
"""

import dataclasses
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import torch
from matplotlib.colors import LinearSegmentedColormap, to_rgb

from pishro import optim
from pishro.likelihoods import GaussianMixture, HeteroscedasticNormal, Likelihood
from pishro.nn import Dense, Network
from pishro.training import train


@dataclasses.dataclass(frozen=True)
class Fit:
    """A trained network with its likelihood."""

    network: Network
    likelihood: Likelihood
    theta: torch.Tensor

    def distribution(self, x: torch.Tensor):
        raw = self.network(self.theta, x)
        return self.likelihood.predictive(raw, torch.zeros_like(raw), torch.ones(len(raw), dtype=raw.dtype))


def table(rows: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """y uniform between 0 and 1, x = y + 0.3 sin 2πy + noise: (x, y), each (rows, 1)."""
    generator = torch.Generator().manual_seed(seed)
    y = torch.rand(rows, 1, generator=generator, dtype=torch.float64)
    noise = 0.1 * (torch.rand(rows, 1, generator=generator, dtype=torch.float64) - 0.5)
    return y + 0.3 * torch.sin(2 * torch.pi * y) + noise, y


def fit(likelihood: Likelihood, hidden: int = 12) -> Fit:
    x, y = table(1000, seed=0)
    network = Network.chain(1, Dense(hidden, "tanh"), Dense(likelihood.outputs(y)))
    theta, _ = train(network, likelihood, 4 * x - 2, 4 * y - 2, members=2, stop=optim.Stop(iterations=150))
    return Fit(network, likelihood, theta)


def log_likelihood(model: Fit) -> float:
    """Mean ln p(y | x) of fresh rows, in the units of y."""
    x, y = table(5000, seed=1)
    return float(distribution(model, x).log_density(y).mean())


def best_log_likelihood() -> float:
    """The same for the distribution that the rows were drawn from."""
    x, _ = table(5000, seed=1)
    y = torch.linspace(0, 1, 20_001, dtype=torch.float64)
    possible = ((x - y - 0.3 * torch.sin(2 * torch.pi * y)).abs() < 0.05).double()
    return float(-possible.mean(1).log().mean())


def distribution(model: Fit, x: torch.Tensor):
    """What the model says of y at x (N, 1)."""
    return model.distribution(4 * x - 2).affine(0.5, 0.25)


def density(model: Fit, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """p(y | x) on a grid: (len(y), len(x))."""
    given = distribution(model, x[:, None])
    return torch.stack([given.log_density(level.expand(len(x), 1)) for level in y]).exp()


def draw(mixture: Fit, normal: Fit, path: str) -> None:
    """The rows over the mixture's density on the left, both densities at x = ½ on the right."""
    x, y = table(300, seed=2)
    grid = torch.linspace(-0.05, 1.05, 160, dtype=torch.float64)
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(6.6, 3.4), sharey=True, width_ratios=(2.6, 1), layout="constrained"
    )
    blue = to_rgb("C0")
    shading = LinearSegmentedColormap.from_list("shading", [(*blue, 0.0), (*blue, 1.0)])
    height = density(mixture, grid, grid).sqrt()  # the root, so that thin places are seen too
    left.imshow(height, extent=(-0.05, 1.05, -0.05, 1.05), origin="lower", aspect="auto", cmap=shading, vmax=4)
    left.plot(x, y, ".", color=plt.rcParams["text.color"], markersize=2.6, alpha=0.6, label="rows", markeredgewidth=0)
    left.plot(grid, distribution(normal, grid[:, None]).mean(), color="C1", label="mean of one Normal")
    left.axvline(0.5, color="C2", linewidth=1.2, linestyle=(0, (1, 2)))
    left.set(xlabel="x", ylabel="y", title="p(y | x): a mixture of three Normals", xlim=(-0.05, 1.05))
    left.legend(loc="upper left", fontsize=8)
    at = torch.tensor([0.5], dtype=torch.float64)
    for model, color, label in ((mixture, "C0", "mixture"), (normal, "C1", "one Normal")):
        right.plot(density(model, at, grid), grid, color=color, label=label)
    right.set(title="at x = ½", xticks=[], xlim=(0, None), ylim=(-0.05, 1.05))
    right.legend(loc="lower right", fontsize=8)
    figure.savefig(path)
    plt.close(figure)


def main(path: str) -> dict[str, float]:
    mixture, normal = fit(GaussianMixture(3)), fit(HeteroscedasticNormal())
    scores = {"mixture": log_likelihood(mixture), "normal": log_likelihood(normal)}
    draw(mixture, normal, path)
    scores["possible"] = best_log_likelihood()
    print(
        f"log-likelihood of fresh rows in nats: mixture {scores['mixture']:.2f}, one Normal {scores['normal']:.2f}; "
        f"possible {scores['possible']:.2f}"
    )
    return scores


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "inverse_sine.png")
