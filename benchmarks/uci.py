"""UCI regression sets, the standard 20 splits, default settings: RMSE, log-likelihood, coverage and seconds per fit.

The splits are those of Hernández-Lobato and Adams (2015) as far as they can be repeated; DATA is a folder with one
sub-folder a set (`data.txt`, `index_features.txt`, `index_target.txt`). `--inner` cuts the training part of each split
once more, 9 to 1, and scores there: settings are chosen on that, never on the test parts.
"""

__all__ = ["main"]

import argparse
import statistics
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from benchmarks.results import Row, write
from pishro import FeedForwardRegressor

Array = npt.NDArray[np.float64]

AT_MOST_RMSE = {"yacht": 0.40, "energy": 0.46, "concrete": 4.70}
AT_LEAST_LOG_LIKELIHOOD = {"yacht": -0.25, "energy": -0.70, "concrete": -2.95}
COVERAGE = (0.92, 0.98)


def table(folder: Path) -> tuple[Array, Array]:
    """Features (N, D) and target (N,) of one set."""
    data = np.loadtxt(folder / "data.txt")
    features = np.loadtxt(folder / "index_features.txt", dtype=int, ndmin=1)
    return data[:, features], data[:, int(np.loadtxt(folder / "index_target.txt"))]


def splits(rows: int, count: int) -> list[tuple[Array, Array]]:
    """Training and test rows of the standard splits."""
    random = np.random.RandomState(1)
    cut = round(0.9 * rows)
    orders = [random.choice(rows, rows, replace=False) for _ in range(count)]
    return [(order[:cut], order[cut:]) for order in orders]


def score(x: Array, y: Array, train: Array, test: Array, seed: int) -> dict[str, Array | float]:
    began = time.perf_counter()
    model = FeedForwardRegressor(random_state=seed).fit(x[train], y[train])
    seconds = time.perf_counter() - began
    distribution = model.predict_distribution(x[test])
    low, high = model.predict_interval(x[test], 0.95)
    return {
        "rmse": float(np.sqrt(np.mean((model.predict(x[test]) - y[test]) ** 2))),
        "log_likelihood": float(distribution.log_density(torch.from_numpy(y[test])[:, None]).mean()),
        "inside": (low <= y[test]) & (y[test] <= high),
        "seconds": seconds,
    }


def measure(folder: Path, name: str, count: int, seed: int, inner: bool) -> tuple[Row, Array]:
    x, y = table(folder / name)
    results = []
    for train, test in splits(len(x), count):
        if inner:
            cut = round(0.9 * len(train))
            train, test = train[:cut], train[cut:]
        results.append(score(x, y, train, test, seed))
        print(f"{name} {len(results)}/{count}: " + _line(results[-1]), flush=True)
    inside = np.concatenate([r["inside"] for r in results])
    row = {
        "set": name,
        "splits": count,
        "RMSE": _mean(results, "rmse"),
        "± (standard error)": _error(results, "rmse"),
        "log-likelihood": _mean(results, "log_likelihood"),
        "± ": _error(results, "log_likelihood"),
        "coverage of 95 %": float(inside.mean()),
        "seconds a fit": statistics.median(r["seconds"] for r in results),
    }
    return row, inside


def _mean(results: list[dict], key: str) -> float:
    return statistics.fmean(r[key] for r in results)


def _error(results: list[dict], key: str) -> float | None:
    if len(results) < 2:
        return None
    return statistics.stdev(r[key] for r in results) / len(results) ** 0.5


def _line(result: dict) -> str:
    return f"RMSE {result['rmse']:.4g}, log-likelihood {result['log_likelihood']:.3f}, {result['seconds']:.1f} s"


def verdicts(rows: list[Row], insides: dict[str, Array]) -> list[str]:
    """One sentence for each number that was asked for."""
    lines = []
    for row in rows:
        name = row["set"]
        if name not in AT_MOST_RMSE:
            continue
        good = row["RMSE"] <= AT_MOST_RMSE[name], row["log-likelihood"] >= AT_LEAST_LOG_LIKELIHOOD[name]
        words = ["reached" if g else "not reached" for g in good]
        lines.append(
            f"{name}: RMSE at most {AT_MOST_RMSE[name]} {words[0]}; "
            f"log-likelihood at least {AT_LEAST_LOG_LIKELIHOOD[name]} {words[1]}."
        )
    named = [insides[name] for name in AT_MOST_RMSE if name in insides]
    if len(named) == len(AT_MOST_RMSE):
        share = float(np.concatenate(named).mean())
        word = "reached" if COVERAGE[0] <= share <= COVERAGE[1] else "not reached"
        lines.append(f"95 % intervals of the three sets together cover {share:.1%} (asked: 92 % to 98 %; {word}).")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with one sub-folder a set")
    parser.add_argument("--sets", nargs="+", default=["yacht", "energy", "concrete", "wine-quality-red", "power-plant"])
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--inner", action="store_true", help="score on a part of the training rows")
    options = parser.parse_args()
    measured = {name: measure(options.data, name, options.splits, options.seed, options.inner) for name in options.sets}
    rows = [row for row, _ in measured.values()]
    write(
        "uci_inner" if options.inner else "uci",
        rows,
        verdicts(rows, {name: inside for name, (_, inside) in measured.items()}),
    )


if __name__ == "__main__":
    main()
