"""Does a likelihood chosen on validation rows predict new rows better than the plain Normal?

On each split of the UCI sets, every candidate is fitted to four fifths of the training rows and judged by its mean
log-likelihood on the remaining fifth. The best is chosen if it beats the Normal by more than the standard error of the
difference, else the Normal; the chosen one is fitted again to all training rows, and so is the Normal, and only these
two see the test rows. Default settings otherwise.

Where a target takes few values (wine: six grades), a density may rise without limit by narrow peaks on them, and says
nothing. There the score is ln P(y − ½ < Y < y + ½) with the gap between the values as unit, for every candidate.
"""

__all__ = ["main"]

import argparse
import statistics
from collections import Counter
from pathlib import Path

import numpy as np
import torch

from benchmarks.results import Row, write
from benchmarks.uci import Array, splits, table
from pishro import FeedForwardRegressor

CANDIDATES = ("normal", "student-t", "laplace", "heteroscedastic-normal", "gaussian-mixture")

FEW = 0.02
"""Distinct values over rows below which a target counts as discrete."""


def gap(y: Array) -> float | None:
    """Distance between the values of a target that takes few of them; None for a continuous one."""
    values = np.unique(y)
    return float(np.diff(values).min()) if len(values) < FEW * len(y) else None


def log_likelihoods(name: str, train: tuple[Array, Array], test: tuple[Array, Array], step: float | None) -> Array:
    """Ln p of each test row."""
    model = FeedForwardRegressor(likelihood=name, random_state=0).fit(*train)
    distribution, y = model.predict_distribution(test[0]), torch.from_numpy(test[1])[:, None]
    if step is None:
        return distribution.log_density(y).numpy()
    inside = distribution.cdf(y + step / 2) - distribution.cdf(y - step / 2)
    return inside.clamp_min(torch.finfo(inside.dtype).tiny).log().squeeze(1).numpy()


def choose(judged: dict[str, Array]) -> str:
    """The best candidate, unless its lead over the Normal is within a standard error."""
    best = max(judged, key=lambda n: judged[n].mean())
    lead = judged[best] - judged["normal"]
    return best if lead.mean() > lead.std() / len(lead) ** 0.5 else "normal"


def compare(x: Array, y: Array, train: Array, test: Array) -> tuple[str, dict[str, Array], float, float]:
    """The chosen likelihood, the validation scores, and the test scores of the Normal and of the chosen one."""
    cut = round(0.8 * len(train))
    inner, kept, step = train[:cut], train[cut:], gap(y)
    judged = {n: log_likelihoods(n, (x[inner], y[inner]), (x[kept], y[kept]), step) for n in CANDIDATES}
    chosen = choose(judged)
    scores = {
        n: float(log_likelihoods(n, (x[train], y[train]), (x[test], y[test]), step).mean()) for n in {"normal", chosen}
    }
    return chosen, judged, scores["normal"], scores[chosen]


def measure(folder: Path, name: str, count: int) -> Row:
    x, y = table(folder / name)
    found = []
    for train, test in splits(len(x), count):
        found.append(compare(x, y, train, test))
        chosen, judged, normal, best = found[-1]
        shown = ", ".join(f"{n} {v.mean():.3f}" for n, v in judged.items())
        print(f"{name} {len(found)}/{count}: {shown}; test: normal {normal:.3f}, {chosen} {best:.3f}", flush=True)
    gains = [best - normal for _, _, normal, best in found]
    return {
        "set": name,
        "splits": count,
        "Normal": statistics.fmean(normal for _, _, normal, _ in found),
        "chosen": statistics.fmean(best for *_, best in found),
        "gain": statistics.fmean(gains),
        "± (standard error)": statistics.stdev(gains) / count**0.5 if count > 1 else None,
        "chosen likelihoods": ", ".join(f"{n} {c}" for n, c in Counter(c for c, *_ in found).most_common()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with one sub-folder a set")
    parser.add_argument("--sets", nargs="+", default=["wine-quality-red", "energy", "concrete"])
    parser.add_argument("--splits", type=int, default=5)
    options = parser.parse_args()
    rows = [measure(options.data, name, options.splits) for name in options.sets]
    reached = [f"{r['set']}: {'reached' if r['chosen'] >= r['Normal'] else 'not reached'}" for r in rows]
    write("likelihoods", rows, [f"Asked: the chosen likelihood at least equals the Normal. {'; '.join(reached)}."])


if __name__ == "__main__":
    main()
