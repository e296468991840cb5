"""Does a likelihood chosen on validation rows predict new rows better than the plain Normal?

`likelihood=[…]` chooses by rows of the training part that it leaves out (`pishro.models.comparing_costs`); beside it
the Normal is fitted, and only these two see the test rows. Default settings otherwise. Wine's target takes six values,
so that it is scored by the probability of the interval around each, as in the choice.
"""

__all__ = ["main"]

import argparse
import statistics
from collections import Counter
from pathlib import Path

import torch

from benchmarks.results import Row, write
from benchmarks.uci import Array, splits, table
from pishro import FeedForwardRegressor
from pishro.models.comparing_costs import gap_between_values, held_out_score

CANDIDATES = ("normal", "student-t", "laplace", "heteroscedastic-normal", "gaussian-mixture")


def compare(x: Array, y: Array, train: Array, test: Array) -> tuple[str, str, float, float]:
    """The chosen likelihood, why, and the mean test log-likelihoods of the Normal and of the chosen one."""
    actual = torch.from_numpy(y)[:, None]
    gap = gap_between_values(actual)
    models = [FeedForwardRegressor(likelihood=wanted, random_state=0) for wanted in ("normal", list(CANDIDATES))]
    scores = []
    for model in models:
        distribution = model.fit(x[train], y[train]).predict_distribution(x[test])
        scores.append(float(held_out_score(distribution, actual[test], gap).mean()))
    fitted = models[1].model_
    return fitted.likelihood.name, fitted.record.recipe.rpartition("The cost was chosen")[2], *scores


def measure(folder: Path, name: str, count: int) -> Row:
    x, y = table(folder / name)
    found = []
    for train, test in splits(len(x), count):
        found.append(compare(x, y, train, test))
        chosen, told, normal, best = found[-1]
        print(f"{name} {len(found)}/{count}: {told} Test: normal {normal:.3f}, {chosen} {best:.3f}", flush=True)
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
