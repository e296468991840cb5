"""False alarms of the diagnosis over 30 healthy runs on different data, and its share of the training time on energy.

A healthy run is a fit with default settings, two members and 4 to 6 hidden units, on rows whose noise is what the cost
says it is: 20 regressions and 10 classifications of drawn shapes. DATA is a folder with `energy`.
"""

__all__ = ["main"]

import argparse
import statistics
import time
from pathlib import Path

import numpy as np
import polars as pl

import pishro
from benchmarks.results import Row, write
from benchmarks.uci import table
from pishro import fitting

RUNS, REGRESSIONS = 30, 20
MOST_ALARMS, MOST_SHARE = 2, 0.10


def drawn(run: int) -> pl.DataFrame:
    """Rows of one drawn function: a sum of waves of 2 to 5 inputs, some of them skewed or of few levels."""
    random = np.random.default_rng(run)
    rows, inputs = int(random.integers(250, 700)), int(random.integers(2, 6))
    x = random.normal(size=(rows, inputs))
    x[:, 0] = random.integers(0, 4, rows) if run % 3 == 0 else x[:, 0]
    x[:, 1] = np.exp(x[:, 1] / 2) if run % 4 == 0 else x[:, 1]
    signal = sum(random.normal() * np.sin(random.uniform(0.3, 1.2) * c + random.normal()) for c in x.T)
    signal = np.asarray(signal / np.std(signal))
    if run < REGRESSIONS:
        y = 10 * random.normal() + signal + random.uniform(0.1, 0.8) * random.normal(size=rows)
        labels = pl.Series("y", y)
    else:
        yes = random.random(rows) < 1 / (1 + np.exp(-2 * signal))
        labels = pl.Series("y", np.where(yes, "yes", "no"))
    return pl.DataFrame({f"x{j}": column for j, column in enumerate(x.T)}).with_columns(labels)


def healthy(run: int) -> Row:
    model = pishro.fit(drawn(run), "y", members=2, hidden=4 + run % 3, seed=run)
    assert model.diagnosis is not None and model.certificate is not None
    faults = [f.name for f in model.diagnosis.faults]
    kind = "regression" if run < REGRESSIONS else "classification"
    print(f"{run + 1}/{RUNS} {kind}: {faults or 'nothing'}; {model.certificate.kind}", flush=True)
    return {"run": run, "kind": kind, "false alarms": ", ".join(faults) or None, "verdict": model.certificate.kind}


def share_of_time(folder: Path, repeats: int) -> Row:
    """Seconds of diagnosis and certificate beside those of the training that they were made for."""
    x, y = table(folder / "energy")
    frame = pl.DataFrame({f"x{j}": c for j, c in enumerate(x.T)}).with_columns(pl.Series("y", y))
    seconds, training = [], []
    for seed in range(repeats):
        fitted = fitting.fit_table(frame, "y", fitting.FitSettings(seed=seed))
        began = time.perf_counter()
        fitting.examined(fitted)
        seconds.append(time.perf_counter() - began)
        training.append(fitted.model.record.seconds)
    share = statistics.median(s / t for s, t in zip(seconds, training, strict=True))
    return {
        "run": "energy, defaults",
        "kind": f"{repeats} fits",
        "seconds": statistics.median(seconds),
        "training seconds": statistics.median(training),
        "share": share,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with the sub-folder `energy`")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    rows = [healthy(run) for run in range(RUNS)]
    alarms = sum(row["false alarms"] is not None for row in rows)
    timed = share_of_time(options.data, options.repeats)
    notes = [
        f"{alarms} of {RUNS} healthy runs raise an alarm (asked: at most {MOST_ALARMS}; "
        f"{'reached' if alarms <= MOST_ALARMS else 'not reached'}).",
        f"Diagnosis and certificate take {timed['share']:.1%} of the training time on energy (asked: under "
        f"{MOST_SHARE:.0%}; {'reached' if timed['share'] < MOST_SHARE else 'not reached'}): {timed['seconds']:.2f} s "
        f"beside {timed['training seconds']:.1f} s, medians of {options.repeats} fits.",
    ]
    write("diagnosis", rows, notes)


if __name__ == "__main__":
    main()
