"""A function that has no inverse, inverted: a mixture density network on x = y + 0.3 sin 2πy (Bishop 1994).

For x around ½ three values of y are possible. Squared error averages them and is wrong everywhere; a mixture of Normals
keeps them apart. Run it, and look at the picture:

    python examples/inverse_sine.py inverse_sine.png
"""

import dataclasses
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import torch

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
    return float(model.distribution(4 * x - 2).affine(0.5, 0.25).log_density(y).mean())


def draw(mixture: Fit, normal: Fit, path: str) -> None:
    x, y = table(300, seed=2)
    grid = torch.linspace(-0.02, 1.02, 200, dtype=torch.float64)
    height = torch.linspace(-0.05, 1.05, 200, dtype=torch.float64)
    given = mixture.distribution(4 * grid[:, None] - 2).affine(0.5, 0.25)
    density = torch.stack([given.log_density(h.expand(len(grid), 1)) for h in height]).exp().numpy()
    figure, axes = plt.subplots(figsize=(6, 4.2), layout="constrained")
    axes.pcolormesh(grid, height, np.sqrt(density), cmap="Blues", shading="gouraud", rasterized=True)
    axes.plot(x, y, ".", color="black", markersize=2, alpha=0.6, label="data")
    mean = normal.distribution(4 * grid[:, None] - 2).affine(0.5, 0.25).mean()
    axes.plot(grid, mean, color="tab:orange", label="mean of one Normal")
    axes.set(xlabel="x", ylabel="y", ylim=(-0.05, 1.05), title="p(y | x) of a mixture of three Normals")
    axes.legend(loc="upper left")
    figure.savefig(path, dpi=80)
    plt.close(figure)


def main(path: str) -> dict[str, float]:
    mixture, normal = fit(GaussianMixture(3)), fit(HeteroscedasticNormal())
    scores = {"mixture": log_likelihood(mixture), "normal": log_likelihood(normal)}
    draw(mixture, normal, path)
    print(f"log-likelihood of fresh rows: mixture {scores['mixture']:.3f}, one Normal {scores['normal']:.3f} nats")
    return scores


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "inverse_sine.png")
