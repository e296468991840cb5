"""Noise that depends on the input: intervals that are narrow where the data are quiet and wide where they are not.

The data resemble the motorcycle accelerations of Silverman (1985), the usual test of this kind: flat and quiet at
first, then a crash, then a noisy rebound. A Normal with one variance for all is too wide before the crash and too
narrow after.

    python examples/heteroscedastic.py heteroscedastic.png
"""

import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import torch

from pishro import optim
from pishro.likelihoods import EqualMixture, HeteroscedasticNormal, Likelihood, Normal
from pishro.nn import Dense, Network
from pishro.objectives import Batch
from pishro.training import Plan, TrainedMembers, train_members

LEVEL = 0.9


def mean(time: torch.Tensor) -> torch.Tensor:
    """Acceleration of the head, in g, over milliseconds since the impact."""
    crash = -115 * torch.exp(-(((time - 21) / 5.5) ** 2))
    return crash + 55 * torch.exp(-(((time - 32) / 6.0) ** 2))


def spread(time: torch.Tensor) -> torch.Tensor:
    """Standard deviation of the noise, in g."""
    return 1.5 + 21 * torch.sigmoid((time - 16) / 1.2) * (1 - 0.45 * torch.sigmoid((time - 42) / 3))


def table(rows: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    time = 3 + 54 * torch.rand(rows, 1, generator=generator, dtype=torch.float64)
    return time, mean(time) + spread(time) * torch.randn(rows, 1, generator=generator, dtype=torch.float64)


class Model:
    """A small ensemble with the posterior of its parameters, on standardized inputs and targets."""

    def __init__(self, likelihood: Likelihood, time: torch.Tensor, y: torch.Tensor) -> None:
        self.likelihood, self.shift, self.scale = likelihood, float(y.mean()), float(y.std())
        target = (y - self.shift) / self.scale
        self.network = Network.chain(1, Dense(8, "tanh"), Dense(likelihood.outputs(target)))
        plan = Plan(members=4, stop=optim.Stop(iterations=150))
        self.trained: TrainedMembers = train_members(self.network, likelihood, Batch(self._input(time), target), plan)

    def distribution(self, time: torch.Tensor) -> EqualMixture:
        x, trained = self._input(time), self.trained
        variance = trained.posterior.variance(self.network, trained.theta, x)
        given = self.likelihood.predictive(self.network(trained.theta, x), variance, trained.beta)
        return given.affine(self.shift, self.scale)

    @staticmethod
    def _input(time: torch.Tensor) -> torch.Tensor:
        return (time - 30) / 15


def coverage(model: Model) -> dict[str, float]:
    """Share of fresh rows inside the 90 % interval, before the crash and after."""
    time, y = table(10_000, seed=1)
    low, high = model.distribution(time).interval(LEVEL)
    inside = ((y >= low) & (y <= high)).double()
    return {
        "all": float(inside.mean()),
        "quiet": float(inside[time < 14].mean()),
        "noisy": float(inside[time >= 20].mean()),
        "log-likelihood": float(model.distribution(time).log_density(y).mean()),
    }


def draw(models: dict[str, Model], time: torch.Tensor, y: torch.Tensor, path: str) -> None:
    grid = torch.linspace(3, 57, 300, dtype=torch.float64)[:, None]
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True, layout="constrained")
    for axes, (name, model) in zip(panels, models.items(), strict=True):
        given = model.distribution(grid)
        low, high = given.interval(LEVEL)
        axes.fill_between(grid.squeeze(), low.squeeze(), high.squeeze(), alpha=0.25, label="90 % interval")
        axes.plot(grid, given.mean(), label="mean")
        axes.plot(time, y, ".", color="black", markersize=3)
        axes.set(title=name, xlabel="ms")
    panels[0].set_ylabel("acceleration in g")
    panels[0].legend(loc="lower right")
    figure.savefig(path, dpi=80)
    plt.close(figure)


def main(path: str) -> dict[str, dict[str, float]]:
    time, y = table(400, seed=0)
    models = {
        "one variance for all": Model(Normal(), time, y),
        "variance learned": Model(HeteroscedasticNormal(), time, y),
    }
    scores = {name: coverage(model) for name, model in models.items()}
    draw(models, time, y, path)
    for name, score in scores.items():
        print(
            f"{name}: 90 % interval holds {score['all']:.1%} of fresh rows, {score['quiet']:.1%} of the quiet ones, "
            f"{score['noisy']:.1%} of the noisy ones; log-likelihood {score['log-likelihood']:.3f} nats"
        )
    return scores


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "heteroscedastic.png")
