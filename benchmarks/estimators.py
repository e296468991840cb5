"""What an estimator costs before and behind the training: importing it, and predicting a single row.

    python -m benchmarks.estimators [--repeats 5]

The contenders of a row take turns (see `benchmarks.step`); a time is a median, a ratio the median of the ratios within
a turn. pishro's regressor predicts by the mean of 8 networks, scikit-learn's by one network of the same shape. A
classifier's prediction holds the uncertainty of the parameters as well. An import is a new process each time.
"""

__all__ = ["main"]

import argparse
import statistics
import subprocess
import sys
import time
import warnings

import pandas as pd
import torch
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.neural_network import MLPClassifier, MLPRegressor

from benchmarks.results import write
from benchmarks.step import ratio, take_turns
from pishro import FeedForwardClassifier, FeedForwardRegressor

IMPORTS = (
    "import pishro",
    "from pishro import nn",
    "from pishro import fit",
    "from pishro import FeedForwardRegressor",
    "import torch",
    "import torch, sklearn.base",
)
MOST_IMPORT_SECONDS, MOST_MILLISECONDS = 2.5, 1.0


def import_seconds(statement: str, repeats: int) -> float:
    """Least wall time of a new process, less that of one which imports nothing."""

    def once(code: str) -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return time.perf_counter() - began

    return min(once(statement) for _ in range(repeats)) - min(once("pass") for _ in range(repeats))


def one_row(name: str, ours: object, theirs: object, row: object) -> dict[str, object]:
    """A row of the table: milliseconds of a prediction."""
    times = take_turns({"ours": lambda: ours.predict(row), "theirs": lambda: theirs.predict(row)})
    return {
        "predict one row": name,
        "pishro ms": 1e3 * statistics.median(times["ours"]),
        "scikit-learn ms": 1e3 * statistics.median(times["theirs"]),
        "ratio": ratio(times["ours"], times["theirs"]),
    }


def latencies() -> list[dict[str, object]]:
    """Predictions of one row, of the kinds in which rows come."""
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    settings = {"hidden": (12, 12), "members": 8, "max_seconds": 5}
    ours = FeedForwardRegressor(**settings).fit(X, y)
    theirs = MLPRegressor(hidden_layer_sizes=(12, 12)).fit(X, y)
    plain, plain_theirs = (
        FeedForwardRegressor(**settings).fit(X.to_numpy(), y),
        MLPRegressor(hidden_layer_sizes=(12, 12)).fit(X.to_numpy(), y),
    )
    rows = [
        one_row("regressor, array", plain, plain_theirs, X.to_numpy()[:1]),
        one_row("regressor, pandas", ours, theirs, X[:1]),
    ]
    X, y = load_breast_cancer(return_X_y=True)
    for hidden in (4, (8, 8)):
        classifier = FeedForwardClassifier(hidden=hidden, members=8, max_seconds=5).fit(X, y)
        name = f"classifier of {classifier.model_.network.layout.size} parameters, array"
        rows.append(one_row(name, classifier, MLPClassifier((8, 8)).fit(X, y), X[:1]))
    mixed = pd.DataFrame(X[:, :10]).rename(columns=str).assign(kind=["u", "v", "w"] * 189 + ["u", "v"])
    regressor = FeedForwardRegressor(hidden=8, members=8, max_seconds=5).fit(mixed, X[:, 11])
    times = take_turns({"ours": lambda: regressor.predict(mixed[:1])})
    milliseconds = 1e3 * statistics.median(times["ours"])
    rows.append({"predict one row": "regressor, pandas with a column of words", "pishro ms": milliseconds})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # scikit-learn warns that its network is not converged
    torch.set_num_threads(1)
    write("estimators", latencies(), [f"Asked: under {MOST_MILLISECONDS:g} ms."])
    seconds = [{"statement": s, "seconds": import_seconds(s, options.repeats)} for s in IMPORTS]
    write("imports", seconds, [f"Asked: `import pishro` under {MOST_IMPORT_SECONDS:g} s."])


if __name__ == "__main__":
    main()
