"""Accuracy on tables and the UCI regression sets, beside gradient boosting and other networks, all at their defaults.

Every learner gets the same rows and the same columns: those that pishro's schema keeps, without the ones that leak the
target (`LEAKS`). UCI sets use the standard splits; tables 5 seeded splits, 80 % for the learner (which holds out as
much of it as it likes) and 20 % for the score; adult its official test part. A fit is a process of its own, on all
cores that it may use (`taskset` and OMP_NUM_THREADS count), and is kept in `results/accuracy_runs.json`, so that an
interrupted run goes on where it was.

    python -m benchmarks.accuracy DATA                      # what is missing, then the tables
    python -m benchmarks.accuracy DATA --sets yacht ames --learners pishro catboost --splits 2

The peers are the extra `bench` and pytabkit, which has its own requirements: install both in an environment apart.
"""

__all__ = ["main"]

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np

from benchmarks.results import FOLDER, Row, write
from pishro.atomic import replacing

UCI = ("yacht", "energy", "concrete", "wine-quality-red", "power-plant")
UCI_GOALS = {"yacht": 0.33, "energy": 0.35, "concrete": 4.20, "wine-quality-red": 0.60, "power-plant": 3.60}
TABLES = {
    "adult": ("adult-train.csv", "income"),
    "ames": ("ames.csv", "SalePrice"),
    "abalone": ("abalone.csv", "rings"),
    "bank": ("bank-additional-full.csv", "y"),
    "bike-hour": ("bike-hour.csv", "cnt"),
    "california": ("california-housing.csv", "median_house_value"),
    "credit-g": ("credit-g.csv", "class"),
    "diamonds": ("diamonds.csv", "price"),
    "letter": ("letter.csv", "class"),
    "phoneme": ("phoneme.csv", "Class"),
    "telco-churn": ("telco-churn.csv", "Churn"),
    "titanic": ("titanic.csv", "Survived"),
}
LEAKS = {"bank": ["duration"], "bike-hour": ["casual", "registered"]}
"""Known only when the target is: the call's length, and the two counts whose sum the target is."""

LEARNERS = ("pishro", "catboost", "xgboost", "lightgbm", "realmlp", "sklearn-mlp")
SLOW = "realmlp"
"""Takes up to twenty minutes a table, so that it is run on fewer splits."""

SPLITS = 5
UCI_SPLITS = 20
MINUTES = 40
RUNS = FOLDER / "accuracy_runs.json"


# One fit, in its own process ----------------------------------------------------------------------------------------


def parts(data: Path, name: str, split: int):
    """Training frame and target, test frame and target, task; pandas, columns as pishro's schema reads them."""
    import pandas as pd
    from sklearn.model_selection import train_test_split

    from pishro.data import infer_schema, read_table, usable_rows

    if name in UCI:
        from benchmarks.uci import splits, table

        x, y = table(data / "uci-regression" / name)
        train, test = splits(len(x), UCI_SPLITS)[split]
        frame = pd.DataFrame(x, columns=[f"x{j}" for j in range(x.shape[1])])
        return frame.iloc[train], y[train], frame.iloc[test], y[test], "regression"
    file, target = TABLES[name]
    whole = read_table(data / "tabular" / file).drop(LEAKS.get(name, []))
    schema = infer_schema(whole, target)
    whole = usable_rows(whole, schema)
    kept = [column.name for column in schema.columns]

    def pandas(rows):
        frame = rows.select(kept).to_pandas()
        for column in schema.columns:
            if column.kind == "numeric":
                frame[column.name] = pd.to_numeric(frame[column.name], errors="coerce").astype(float)
            elif column.kind == "date":
                frame[column.name] = pd.to_datetime(frame[column.name], errors="coerce")
            else:
                text = frame[column.name].map(str, na_action="ignore").astype(object)
                frame[column.name] = text.where(text.notna(), np.nan).astype("category")
        return frame

    frame, y = pandas(whole), whole[target].to_numpy()
    classes = schema.task == "classification"
    y = y.astype(str) if classes else y.astype(float)
    if name == "adult":
        rest = usable_rows(read_table(data / "tabular" / "adult-test.csv"), schema)
        return frame, y, pandas(rest), rest[target].to_numpy().astype(str), schema.task
    train, test = train_test_split(
        np.arange(len(y)), test_size=0.2, random_state=split, stratify=y if classes else None
    )
    return frame.iloc[train], y[train], frame.iloc[test], y[test], schema.task


def learner(kind: str, task: str, seed: int, categories: list[str]):
    """An estimator at its default settings."""
    regression = task == "regression"
    if kind == "pishro":
        from pishro import FeedForwardClassifier, FeedForwardRegressor

        return (FeedForwardRegressor if regression else FeedForwardClassifier)(random_state=seed)
    if kind == "catboost":
        from catboost import CatBoostClassifier, CatBoostRegressor

        made = CatBoostRegressor if regression else CatBoostClassifier
        return made(random_seed=seed, verbose=0, allow_writing_files=False, cat_features=categories)
    if kind == "xgboost":
        from xgboost import XGBClassifier, XGBRegressor

        return (XGBRegressor if regression else XGBClassifier)(random_state=seed, enable_categorical=True)
    if kind == "lightgbm":
        from lightgbm import LGBMClassifier, LGBMRegressor

        return (LGBMRegressor if regression else LGBMClassifier)(random_state=seed, verbose=-1)
    if kind == "realmlp":
        from pytabkit import RealMLP_TD_Classifier, RealMLP_TD_Regressor

        made = RealMLP_TD_Regressor if regression else RealMLP_TD_Classifier
        return made(random_state=seed, device="cpu", verbosity=0)
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    columns = make_column_transformer(
        (numbers, make_column_selector(dtype_include="number")),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_include="category")),
    )
    return make_pipeline(columns, (MLPRegressor if regression else MLPClassifier)(random_state=seed))


def fit_once(data: Path, name: str, split: int, kind: str) -> dict[str, object]:
    """Score and seconds of one fit; the scaled target of a regression network is unscaled again by its own means."""
    warnings.simplefilter("ignore")
    x, y, x_test, y_test, task = parts(data, name, split)
    if kind != "pishro":
        x, x_test = _dates_as_numbers(x, x_test)
    categories = [c for c in x.columns if isinstance(x[c].dtype, type(x[c].astype("category").dtype))]
    if kind == "catboost":  # wants text in these columns, and no missing cell among it
        x, x_test = (f.assign(**{c: f[c].astype(object).fillna("missing") for c in categories}) for f in (x, x_test))
    if kind == "realmlp":  # refuses missing numbers; the others bring their own way or have it in their pipeline
        medians = x.select_dtypes("number").median()
        x, x_test = x.fillna(medians), x_test.fillna(medians)
    labels = None
    if task == "classification":
        labels, y = np.unique(y, return_inverse=True)
    estimator = learner(kind, task, split, categories)
    if kind == "sklearn-mlp" and task == "regression":  # without which it would be judged by the unit of the target
        from sklearn.compose import TransformedTargetRegressor
        from sklearn.preprocessing import StandardScaler

        estimator = TransformedTargetRegressor(estimator, transformer=StandardScaler())
    began = time.perf_counter()
    estimator.fit(x, y)
    took = {"seconds": time.perf_counter() - began, "cores": cores()}
    predicted = np.asarray(estimator.predict(x_test)).reshape(-1)
    if labels is not None:
        return {"error": float(np.mean(labels[predicted.astype(int)] != y_test)), **took}
    result = {"error": float(np.sqrt(np.mean((predicted - y_test) ** 2))), **took}
    if name in UCI:
        once = ~_seen(x_test, x)
        result["error without repeats"] = float(np.sqrt(np.mean((predicted - y_test)[once] ** 2)))
        if kind == "pishro":
            import torch

            density = estimator.predict_distribution(x_test).log_density(torch.from_numpy(y_test)[:, None])
            result["log-likelihood"] = float(density.mean())
    return result


def cores() -> int:
    """Cores that a fit in this process may use."""
    return min(len(os.sched_getaffinity(0)), int(os.environ.get("OMP_NUM_THREADS", "1000")))


def _dates_as_numbers(*frames):
    return [f.assign(**{c: f[c].astype("int64") / 864e11 for c in f.select_dtypes("datetime").columns}) for f in frames]


def _seen(rows, among) -> np.ndarray:
    """Which rows also stand in the training part."""
    known = set(map(tuple, among.to_numpy().tolist()))
    return np.array([tuple(row) in known for row in rows.to_numpy().tolist()])


# All fits, and what they say ----------------------------------------------------------------------------------------


def run(data: Path, name: str, split: int, kind: str) -> dict[str, object]:
    """`fit_once` in a process of its own; a failure is a result too."""
    command = [sys.executable, "-m", "benchmarks.accuracy", str(data), "--one", name, str(split), kind]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60 * MINUTES, check=False)
    except subprocess.TimeoutExpired:
        return {"failed": f"more than {MINUTES} minutes"}
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1][:200] if done.stderr.strip() else "no message"}
    return json.loads(done.stdout.strip().splitlines()[-1])


def found(runs: dict[str, dict], name: str, kind: str) -> dict[str, dict]:
    """What a learner reached on a set, by split; without what failed."""
    parts = {tuple(key.split("/")): run for key, run in runs.items()}
    return {split: run for (set_, split, who), run in parts.items() if (set_, who) == (name, kind) and "error" in run}


def mean(runs: dict[str, dict], key: str) -> float | None:
    values = [run[key] for run in runs.values() if key in run]
    return statistics.fmean(values) if values else None


def shared(runs: dict[str, dict], name: str, kinds: list[str]) -> dict[str, dict[str, dict]]:
    """The fits of each learner on a set, by split; of a table those splits that all of them have."""
    each = {kind: found(runs, name, kind) for kind in kinds}
    if name in TABLES:
        common = set.intersection(*[set(splits) for splits in each.values() if splits] or [set()])
        each = {kind: {s: run for s, run in splits.items() if s in common} for kind, splits in each.items()}
    return each


def table(runs: dict[str, dict], names: list[str], kinds: list[str]) -> list[Row]:
    """One row a set: the error of each learner, and its seconds.

    Of a table on the splits that all learners have but `SLOW`, which has some of them, and stands with its own means.
    """
    rows = []
    for name in names:
        each = shared(runs, name, [kind for kind in kinds if kind != SLOW])
        row: dict[str, object] = {"set": name, "splits": max(map(len, each.values()), default=0)}
        if SLOW in kinds:
            each = {kind: each[kind] if kind in each else found(runs, name, kind) for kind in kinds}
            row[f"splits {SLOW}"] = len(each[SLOW])
        row |= {kind: mean(splits, "error") for kind, splits in each.items()}
        row |= {f"s {kind}": mean(splits, "seconds") for kind, splits in each.items()}
        if name in UCI:
            row["log-likelihood"] = mean(each.get("pishro", {}), "log-likelihood")
            row["without repeated rows"] = mean(each.get("pishro", {}), "error without repeats")
        rows.append(row)
    return rows


def rank(runs: dict[str, dict], names: list[str], kinds: list[str]) -> str:
    """Mean rank of pishro over the tables: 1, and 1 for each peer with a lower mean error, half of it for an equal one.

    Each peer is compared on the splits that both have, so that a slow one with few does not take the others' away.
    """
    peers, places, most = [kind for kind in kinds if kind != "pishro"], {}, 0
    for name in names:
        pairs = {peer: shared(runs, name, ["pishro", peer]) for peer in peers}
        if name in TABLES and all(each["pishro"] for each in pairs.values()):
            errors = [(mean(each["pishro"], "error"), mean(each[peer], "error")) for peer, each in pairs.items()]
            places[name] = 1 + sum((theirs < own) + (theirs == own) / 2 for own, theirs in errors)
            most = max(most, *[len(each["pishro"]) for each in pairs.values()])
    if not places:
        return ""
    last = [name for name, place in places.items() if place == len(kinds)]
    return (
        f"Mean rank of pishro among {len(kinds)} ({', '.join(kinds)}) over {len(places)} tables, at most {most} splits "
        f"each: {statistics.fmean(places.values()):.2f} (asked: at most 2.0); worst on: {', '.join(last) or 'none'}."
    )


def verdicts(runs: dict[str, dict], names: list[str], kinds: list[str]) -> list[str]:
    """Ranks over the tables, and what was asked of the UCI sets."""
    lines, rows = [], table(runs, names, kinds)
    if "pishro" in kinds and len(kinds) > 1:
        among = [[kind for kind in kinds if kind != SLOW], kinds] if SLOW in kinds else [kinds]
        lines = [line for line in (rank(runs, names, some) for some in among) if line]
    for row in rows:
        goal = UCI_GOALS.get(row["set"])
        if goal is not None and row.get("pishro") is not None:
            lines.append(f"{row['set']}: RMSE {row['pishro']:.3f}, asked {goal}: {_word(row['pishro'] <= goal)}.")
    both = [r for r in rows if r["set"] in UCI and r.get("s pishro") and r.get(f"s {SLOW}")]
    if both:
        share = sum(r["s pishro"] for r in both) / sum(r[f"s {SLOW}"] for r in both)
        lines.append(
            f"Seconds a fit over the UCI sets: {share:.2f} of RealMLP-TD's (asked: 0.33; {_word(share < 1 / 3)})."
        )
    return [*lines, *timed_apart(runs, names, kinds)]


def timed_apart(runs: dict[str, dict], names: list[str], kinds: list[str]) -> list[str]:
    """Whose seconds do not stand for all cores of this machine, so that nobody compares them."""
    lines = []
    for kind in kinds:
        for group, sets in (("the UCI sets", UCI), ("the tables", TABLES)):
            fits = [run for name in names if name in sets for run in found(runs, name, kind).values()]
            apart = [run for run in fits if run.get("cores") != os.cpu_count()]
            if apart:
                few = sum("cores" in run for run in apart)
                lines.append(
                    f"Seconds of {kind} on {group}: {few} of {len(fits)} fits had fewer cores, {len(apart) - few} are "
                    "from another machine or beside other work."
                )
    return lines


def _word(reached: bool) -> str:
    return "reached" if reached else "not reached"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder that holds uci-regression and tabular")
    parser.add_argument("--sets", nargs="+", default=[*UCI, *TABLES])
    parser.add_argument("--learners", nargs="+", default=list(LEARNERS))
    parser.add_argument("--splits", type=int, default=SPLITS, help="of each table; of a UCI set at most as many")
    parser.add_argument("--again", action="store_true", help="measure pishro's fits anew, the peers' stay")
    parser.add_argument("--one", nargs=3, metavar=("SET", "SPLIT", "LEARNER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        name, split, kind = options.one
        print(json.dumps(fit_once(options.data, name, int(split), kind)))
        return
    runs = json.loads(RUNS.read_text(encoding="utf-8")) if RUNS.exists() else {}
    for split in range(options.splits):
        for name in options.sets:
            if name == "adult" and split:
                continue  # one official test part
            for kind in options.learners:
                key = f"{name}/{split}/{kind}"
                if key in runs and not (options.again and kind == "pishro"):
                    continue
                runs[key] = run(options.data, name, split, kind)
                print(key, runs[key], flush=True)
                with replacing(RUNS) as temporary:
                    temporary.write_text(json.dumps(runs, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    rows = table(runs, options.sets, options.learners)
    lines = verdicts(runs, options.sets, options.learners)
    write("accuracy", rows, lines, ("catboost", "xgboost", "lightgbm", "pytabkit"))


if __name__ == "__main__":
    main()
