"""The pictures of docs/costs.md: a small network fitted with each likelihood, and what it then says of the target.

    python docs/pictures/costs.py                   # writes docs/images/costs/*.svg, in a minute
    python docs/pictures/costs.py poisson           # one of them

On the left the rows, the predicted median and the central 50 % and 90 %; on the right the predicted density at two
inputs. Everything goes through `pishro.fit`, with rows drawn from a seeded generator. The pictures
of two examples are made too, in the same style.
"""

import dataclasses
import runpy
import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from picture_style import BLUE, CLASSES, GREEN, INK, ORANGE, PAPER, PURPLE, STYLE, alpha_map, save, slim
from torch import Tensor

import pishro
from pishro.likelihoods import LIKELIHOODS, Binned, Distribution, MultiLabel, Quantile
from pishro.nn import Dense, Network
from pishro.training import train

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images" / "costs"
ROWS = 300
GRID = torch.linspace(-2, 2, 101, dtype=torch.float64)


class Draws:
    """Numbers from one seeded generator, as many as there are rows."""

    def __init__(self, seed: int) -> None:
        self.generator = torch.Generator().manual_seed(seed)

    def uniform(self, low: float = 0.0, high: float = 1.0) -> Tensor:
        """Between the two."""
        return low + (high - low) * torch.rand(ROWS, generator=self.generator, dtype=torch.float64)

    def normal(self) -> Tensor:
        """Mean 0, variance 1."""
        return torch.randn(ROWS, generator=self.generator, dtype=torch.float64)

    def gamma(self, shape: float) -> Tensor:
        """Mean 1."""
        return torch._standard_gamma(torch.full((ROWS,), shape, dtype=torch.float64), self.generator) / shape

    def poisson(self, mean: Tensor) -> Tensor:
        """Counts of those means."""
        return torch.poisson(mean, generator=self.generator)


def curve(x: Tensor) -> Tensor:
    """The function behind most of the pictures."""
    return torch.sin(2 * x) + 0.4 * x


def normal(x: Tensor, d: Draws) -> Tensor:
    """Noise of one size."""
    return curve(x) + 0.3 * d.normal()


def heteroscedastic(x: Tensor, d: Draws) -> Tensor:
    """Noise that grows with x."""
    return curve(x) + (0.06 + 0.5 * torch.sigmoid(2.5 * x)) * d.normal()


def laplace(x: Tensor, d: Draws) -> Tensor:
    """Peaked noise with long tails."""
    return curve(x) + 0.25 * (d.uniform(-1).sign() * -d.uniform(1e-9).log())


def student_t(x: Tensor, d: Draws) -> Tensor:
    """A few errors are enormous."""
    return curve(x) + 0.2 * d.normal() / d.gamma(0.75).sqrt()  # ν = 1.5


def huber(x: Tensor, d: Draws) -> Tensor:
    """Some rows on the right are wrong."""
    wrong = (d.uniform() < 0.12) & (x > 0)
    return curve(x) + 0.25 * d.normal() + wrong * d.uniform(2, 5)


def log_normal(x: Tensor, d: Draws) -> Tensor:
    """Positive, errors are factors."""
    return torch.exp(0.9 * curve(x) + (0.25 + 0.2 * torch.sigmoid(2 * x)) * d.normal())


def gamma(x: Tensor, d: Draws) -> Tensor:
    """Positive, one relative error."""
    return torch.exp(0.9 * curve(x)) * d.gamma(3.0)


def counts(x: Tensor, d: Draws) -> Tensor:
    """Counts of independent events."""
    return d.poisson(torch.exp(1 + curve(x)))


def clumped_counts(x: Tensor, d: Draws) -> Tensor:
    """Counts that clump."""
    return d.poisson(torch.exp(1 + curve(x)) * d.gamma(2.0))


def skewed(x: Tensor, d: Draws) -> Tensor:
    """Skewed noise; the lines are the quantiles learned."""
    return curve(x) + (0.2 + 0.25 * (x + 2)) * (d.gamma(1.2) - 0.8)


def two_branches(x: Tensor, d: Draws) -> Tensor:
    """Two branches."""
    side = torch.where(d.uniform() < torch.sigmoid(x), 1.0, -1.0)
    return side * torch.sigmoid(2.5 * (x + 0.8)) * 1.6 + 0.3 * x + 0.15 * d.normal()


def any_shape(x: Tensor, d: Draws) -> Tensor:
    """From a uniform distribution to two peaks."""
    level = d.uniform(-1)
    return 1.5 * level.sign() * level.abs() ** (1 / (1 + torch.exp(2 * x))) + 0.1 * d.normal()


def two_classes(x: Tensor, d: Draws) -> Tensor:
    """Two classes."""
    return (d.uniform() < torch.sigmoid(3 * curve(x) - 0.5)).double()


def three_classes(x: Tensor, d: Draws) -> Tensor:
    """Three classes without order."""
    scores = torch.stack([3 * torch.sin(2 * x), 0.5 + 0 * x, 2 * x - 1], -1).softmax(-1)
    return (d.uniform().unsqueeze(-1) > scores.cumsum(-1)).sum(-1).double()


def grades(x: Tensor, d: Draws) -> Tensor:
    """Four grades in order."""
    u = d.uniform(1e-9, 1 - 1e-9)
    latent = 2.5 * curve(x) + (u / (1 - u)).log()
    return 1 + torch.bucketize(latent, torch.tensor([-2.5, 0.0, 2.5], dtype=torch.float64)).double()


def labels(x: Tensor, d: Draws) -> Tensor:
    """Three labels, each by itself."""
    odds = torch.stack([4 * torch.sin(2 * x), 3 * x - 2, 2 - 3 * x.square()], -1)
    draws = torch.stack([d.uniform() for _ in range(3)], -1)
    return (draws < odds.sigmoid()).double()


@dataclasses.dataclass(frozen=True)
class Case:
    """One picture.

    Attributes
    ----------
    draw : (x, numbers) → the target of each row; its docstring is the title.
    limits : of the vertical axis; None for all rows.
    at : the two inputs whose density is drawn.
    beside : the name of a likelihood that is fitted to the same rows for comparison, and what is drawn of it.
    """

    draw: Callable[[Tensor, Draws], Tensor]
    limits: tuple[float, float] | None = None
    at: tuple[float, float] = (-1.0, 1.2)
    beside: tuple[str, str] | None = None

    @property
    def title(self) -> str:
        """What the picture shows."""
        said = self.draw.__doc__ or ""
        return said[:1].lower() + said[1:].rstrip(".")


CASES = {
    "normal": Case(normal),
    "heteroscedastic-normal": Case(heteroscedastic, beside=("normal", "90 %")),
    "laplace": Case(laplace),
    "student-t": Case(student_t, limits=(-3.6, 3.6), beside=("normal", "90 %")),
    "huber": Case(huber, beside=("normal", "mean")),
    "log-normal": Case(log_normal),
    "gamma": Case(gamma),
    "poisson": Case(counts),
    "negative-binomial": Case(clumped_counts, beside=("poisson", "90 %")),
    "quantile": Case(skewed),
    "gaussian-mixture": Case(two_branches, at=(-1.6, 0.8)),
    "binned": Case(any_shape, at=(-1.6, 1.0)),
    "bernoulli": Case(two_classes),
    "multi-label": Case(labels),
    "categorical": Case(three_classes),
    "ordinal": Case(grades),
}
SHADED, CLASSED = ("gaussian-mixture", "binned"), ("bernoulli", "categorical", "ordinal")
EXAMPLES = ("inverse_sine", "heteroscedastic")


def fitted(name: str, x: Tensor, y: Tensor) -> pishro.Model:
    """A small ensemble; a name is enough for each likelihood but the binned, which needs its edges."""
    kind = Binned.of((y - y.mean()) / y.std(correction=0), bins=16) if name == "binned" else name
    return pishro.fit(
        {"x": x.numpy(), "y": y.numpy()}, "y", likelihood=kind, hidden=8, members=4, test=0.1
    )  # scored on 30 rows


def predicted(model: pishro.Model, x: Tensor) -> Distribution:
    """What the model says of y at inputs (N,)."""
    return model.predict_distribution({"x": x.numpy()})


def draw_numbers(name: str, case: Case, x: Tensor, y: Tensor) -> Figure:
    """Rows and bands on the left, the density at two inputs on the right."""
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(6.6, 2.7), sharey=True, width_ratios=(3.2, 1), layout="constrained"
    )
    model = fitted(name, x, y)
    given = predicted(model, GRID)
    low, high = case.limits or limits(given, y)
    if name in SHADED:
        shade(left, given, low, high)
    elif name == "quantile":
        for level in Quantile().levels:
            left.plot(GRID, given.quantile(level), color=BLUE, linewidth=1.6 if level == 0.5 else 0.9)
    else:
        for level, alpha in ((0.9, 0.25), (0.5, 0.28)):
            ends = (end.squeeze(-1) for end in given.interval(level))
            step = "mid" if given.discrete else None
            left.fill_between(
                GRID, *ends, step=step, color=BLUE, alpha=alpha, linewidth=0, label=f"{level:.0%}".replace("%", " %")
            )
        style = "steps-mid" if given.discrete else "default"
        left.plot(GRID, given.median(), color=BLUE, linewidth=1.6, drawstyle=style, label="median")
    if case.beside is not None:
        draw_beside(left, *case.beside, x, y)
    left.plot(x, y, ".", color=INK, markersize=3.2, alpha=0.6, markeredgewidth=0)
    for place, color in zip(case.at, (PURPLE, GREEN), strict=True):
        left.axvline(place, color=color, linewidth=1.2, linestyle=(0, (1, 2)))
        draw_density(right, predicted(model, torch.tensor([place], dtype=torch.float64)), low, high, color)
    left.set(title=f"{name}: {case.title}", xlabel="x", ylabel="y", xlim=(-2.03, 2.03), ylim=(low, high))
    right.set(title="probability" if given.discrete else "density", xticks=[], xlim=(0, None))
    right.spines["bottom"].set_visible(False)
    if case.beside is not None or name == "normal":
        left.legend(loc="upper left", fontsize=8)
    print(f"{name}: {str(model.score).splitlines()[0]}")
    return figure


def limits(given: Distribution, y: Tensor) -> tuple[float, float]:
    """Of the vertical axis: all rows and the band, with a margin."""
    ends = torch.cat([y, *(end.flatten() for end in given.interval(0.9))])
    low, high = float(ends.min()), float(ends.max())
    return low - 0.05 * (high - low), high + 0.05 * (high - low)


def draw_beside(axes: Axes, name: str, what: str, x: Tensor, y: Tensor) -> None:
    """What another likelihood says of the same rows, dashed."""
    given = predicted(fitted(name, x, y), GRID)
    lines = [given.mean()] if what == "mean" else list(given.interval(0.9))
    label = f"{name}: {what}"
    for line in lines:
        axes.plot(GRID, line, color=ORANGE, linewidth=1.2, linestyle="--", label=label)
        label = None


def draw_density(axes: Axes, given: Distribution, low: float, high: float, color: str) -> None:
    """The density, or the probabilities of counts, at one input, lying on its side."""
    levels = torch.arange(0, int(high) + 1).double() if given.discrete else torch.linspace(low, high, 400).double()
    density = density_at(given, levels).squeeze(0)
    if given.discrete:
        axes.barh(levels, density, height=0.8, color=color, alpha=0.55, linewidth=0)
    else:
        axes.plot(density, levels, color=color, linewidth=1.3)


def density_at(given: Distribution, levels: Tensor) -> Tensor:
    """Density (N, L) at the same levels (L,) for each of N rows."""
    rows = len(given.mean())
    return torch.stack([given.log_density(v.expand(rows, 1)) for v in levels], -1).exp()


def shade(axes: Axes, given: Distribution, low: float, high: float) -> None:
    """The whole density; its root, so that thin places are seen too."""
    levels = torch.linspace(low, high, 120).double()
    density = density_at(given, levels).sqrt().T.numpy()
    top = np.quantile(density, 0.995)
    axes.imshow(
        np.minimum(density / top, 1),
        extent=(float(GRID[0]), float(GRID[-1]), low, high),
        origin="lower",
        aspect="auto",
        cmap=alpha_map(BLUE),
        interpolation="bilinear",
    )


def draw_classes(name: str, case: Case, x: Tensor, y: Tensor) -> Figure:
    """Probabilities stacked to one; the rows lie in the band of their own class."""
    figure, axes = plt.subplots(figsize=(6.6, 2.5), layout="constrained")
    model = fitted(name, x, y)
    probabilities = model.predict_proba({"x": GRID.numpy()})
    upper = probabilities.cumsum(1)
    lower = upper - probabilities
    shades = [0.25, 0.42, 0.6, 0.8] if name == "ordinal" else [0.5] * 4
    for k, label in enumerate(model.schema.classes):
        color = BLUE if name == "ordinal" else CLASSES[k]
        axes.fill_between(GRID, lower[:, k], upper[:, k], color=color, alpha=shades[k], linewidth=0)
        own = y == label
        place = torch.rand(int(own.sum()), generator=torch.Generator().manual_seed(k), dtype=torch.float64)
        bottom, top = (np.interp(x[own], GRID, edge[:, k]) for edge in (lower, upper))
        axes.plot(x[own], bottom + place.numpy() * (top - bottom), ".", color=INK, markersize=3, markeredgewidth=0)
        widest = int(probabilities[8:-8, k].argmax()) + 8
        middle = float(lower[widest, k] + upper[widest, k]) / 2
        axes.annotate(
            f"{label:g}",
            (float(GRID[widest]), middle),
            ha="center",
            va="center",
            bbox={"boxstyle": "round", "facecolor": PAPER, "edgecolor": "none", "alpha": 0.85},
        )
    axes.set(title=f"{name}: {case.title}", xlabel="x", ylabel="probability", xlim=(-2, 2), ylim=(0, 1))
    print(f"{name}: {str(model.score).splitlines()[0]}")
    return figure


def draw_labels(case: Case, x: Tensor, y: Tensor) -> Figure:
    """One probability a label, and above it the rows that carry the label."""
    figure, axes = plt.subplots(figsize=(6.6, 2.5), layout="constrained")
    network = Network.chain(1, Dense(8, "tanh"), Dense(3))
    theta, _ = train(network, MultiLabel(), x.unsqueeze(1), y, members=4)
    probability = MultiLabel().mean(network(theta, GRID.unsqueeze(1))).mean(0)
    for k, color in enumerate(CLASSES[:3]):
        axes.plot(GRID, probability[:, k], color=color, label=f"label {k + 1}")
        own = x[y[:, k] == 1]
        axes.plot(own, torch.full_like(own, 1.06 + 0.06 * k), "|", color=color, markersize=4, alpha=0.8)
    axes.set(
        title=f"multi-label: {case.title}", xlabel="x", ylabel="probability", xlim=(-2.03, 2.03), yticks=(0, 0.5, 1)
    )
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, fontsize=8)
    return figure


def picture(name: str) -> Figure:
    """The picture of one likelihood."""
    draws, case = Draws(seed=list(CASES).index(name)), CASES[name]
    x = draws.uniform(-2, 2)
    y = case.draw(x, draws)
    if name == "multi-label":
        return draw_labels(case, x, y)
    return draw_classes(name, case, x, y) if name in CLASSED else draw_numbers(name, case, x, y)


def example(name: str) -> None:
    """The picture that an example draws."""
    path = IMAGES / f"{name}.svg"
    runpy.run_path(str(ROOT / "examples" / f"{name}.py"))["main"](str(path))
    path.write_text(slim(path.read_text(encoding="utf-8")), encoding="utf-8")


def main(names: list[str]) -> None:
    """Write the pictures of those names, or all."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with plt.rc_context(STYLE):
        for name in names or (*LIKELIHOODS, *EXAMPLES):
            if name in EXAMPLES:
                example(name)
                continue
            figure = picture(name)
            save(figure, IMAGES / f"{name}.svg")
            plt.close(figure)


if __name__ == "__main__":
    main(sys.argv[1:])
