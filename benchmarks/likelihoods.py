"""Does a likelihood chosen on the training rows alone predict new rows better than the plain Normal?

On each split of the UCI sets, every candidate is fitted to the training rows, and the one with the largest evidence is
chosen; only then are the test rows looked at. Default settings otherwise.

Where a target takes few values (wine: six grades) a density, and with it the evidence, may rise without limit by narrow
peaks on them, and says nothing. There the score is ln P(y − ½ < Y < y + ½) with the gap between the values as unit; the
candidates are fitted to four fifths of the training rows and judged by it on the rest. The best is chosen if it beats
the Normal by more than the standard error of the difference, else the Normal, and fitted again to all training rows.
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


def fitted(name: str, x: Array, y: Array) -> FeedForwardRegressor:
    return FeedForwardRegressor(likelihood=name, random_state=0).fit(x, y)


def log_likelihoods(model: FeedForwardRegressor, x: Array, y: Array, step: float | None) -> Array:
    """Ln p of each test row."""
    distribution, target = model.predict_distribution(x), torch.from_numpy(y)[:, None]
    if step is None:
        return distribution.log_density(target).numpy()
    inside = distribution.cdf(target + step / 2) - distribution.cdf(target - step / 2)
    return inside.clamp_min(torch.finfo(inside.dtype).tiny).log().squeeze(1).numpy()


def by_validation(x: Array, y: Array, step: float) -> tuple[str, dict[str, float]]:
    """The best candidate on a fifth of the rows, unless its lead over the Normal is within a standard error."""
    cut = round(0.8 * len(x))
    judged = {n: log_likelihoods(fitted(n, x[:cut], y[:cut]), x[cut:], y[cut:], step) for n in CANDIDATES}
    best = max(judged, key=lambda n: judged[n].mean())
    lead = judged[best] - judged["normal"]
    chosen = best if lead.mean() > lead.std() / len(lead) ** 0.5 else "normal"
    return chosen, {n: float(v.mean()) for n, v in judged.items()}


def compare(x: Array, y: Array, train: Array, test: Array) -> tuple[str, dict[str, float], float, float]:
    """The chosen likelihood, what it was chosen by, and the test scores of the Normal and of the chosen one."""
    step = gap(y)
    if step is None:
        models = {n: fitted(n, x[train], y[train]) for n in CANDIDATES}
        judged = {n: statistics.fmean(m.model_.record.evidence) / len(train) for n, m in models.items()}
        chosen = max(judged, key=lambda n: judged[n])
    else:
        chosen, judged = by_validation(x[train], y[train], step)
        models = {n: fitted(n, x[train], y[train]) for n in {"normal", chosen}}
    scores = {n: float(log_likelihoods(models[n], x[test], y[test], step).mean()) for n in ("normal", chosen)}
    return chosen, judged, scores["normal"], scores[chosen]


def measure(folder: Path, name: str, count: int) -> Row:
    x, y = table(folder / name)
    found = []
    for train, test in splits(len(x), count):
        found.append(compare(x, y, train, test))
        chosen, judged, normal, best = found[-1]
        shown = ", ".join(f"{n} {v:.3f}" for n, v in judged.items())
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
