"""How long one prediction takes outside pishro, how long a million inside, and how large the files are.

One row of an 8-10-1 network: exported C inside its own program, the exported NumPy file, and onnxruntime, which is
handed its eight columns as eight arrays. Then a batch of 10⁶ rows: `Model.predict` from a frame, which scales in
float64 and computes in the network's own precision, beside onnxruntime with arrays that are ready and the same number
of threads, in float32 and in float64; they take turns, and medians are reported. At last the files of a network of
1,000 weights.
"""

__all__ = ["main"]

import argparse
import importlib.util
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl
import torch

import pishro
from benchmarks.results import write
from pishro.serialization.export.running import FLAGS, compiler

ASKED = {"C, float64": 1.0, "C, float32": 1.0, "NumPy file": 25.0}
"""Microseconds a row."""

ROWS = 1_000_000
CALLS = 1_000_000

TIMED = """#include <stdio.h>
#include <time.h>
#include "m.h"

int main(void)
{
    double row[8] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8}, out[1], sum = 0;
    const clock_t began = clock();
    for (int i = 0; i < %d; i++) {
        row[0] = i * 1e-6;
        m_predict(row, out);
        sum += out[0];
    }
    printf("%%.9g %%g\\n", (double)(clock() - began) / CLOCKS_PER_SEC, sum);
    return 0;
}
"""


def table(rows: int, seed: int) -> pl.DataFrame:
    x = np.random.default_rng(seed).normal(size=(rows, 8))
    return pl.DataFrame({f"x{i}": np.ascontiguousarray(x[:, i]) for i in range(8)})


def fitted(hidden: int, members: int) -> pishro.Model:
    frame = table(400, 0)
    target = frame.select(y=pl.col("x0").sin() + pl.col("x1") * pl.col("x2"))["y"]
    return pishro.fit(frame.with_columns(target), "y", members=members, hidden=hidden, max_seconds=5)


def one_row(model: pishro.Model, folder: Path, repeats: int) -> list[dict[str, object]]:
    """Microseconds a call of each export."""
    works = {f"C, {precision}": in_c(model, folder, precision) for precision in ("float64", "float32")}
    works["NumPy file"] = in_numpy(model, folder)
    for precision in ("float32", "float64"):
        works[f"onnxruntime, {precision}"] = in_onnx(model, folder, precision)
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repeats):
        for name, work in works.items():
            found[name].append(work())
    return [
        {"what": "one row", "model": "8-10-1", "with": name, "threads": 1, "µs": statistics.median(times)}
        | {"asked µs": ASKED.get(name), "ratio": None}
        for name, times in found.items()
    ]


def in_c(model: pishro.Model, folder: Path, precision: Any) -> Callable[[], float]:
    with_ = compiler()
    if with_ is None:
        raise SystemExit("This benchmark needs a C compiler.")
    place = folder / precision
    place.mkdir()
    model.export(place / "m.c", precision=precision)
    (place / "main.c").write_text(TIMED % CALLS, encoding="utf-8")
    subprocess.run([with_, *FLAGS, "m.c", "main.c", "-o", "run", "-lm"], cwd=place, check=True)

    def work() -> float:
        said = subprocess.run([place / "run"], capture_output=True, text=True, check=True).stdout
        return float(said.split()[0]) / CALLS * 1e6

    return work


def in_numpy(model: pishro.Model, folder: Path) -> Callable[[], float]:
    model.export(folder / "m.py")
    exported, row = module(folder / "m.py"), np.full((1, 8), 0.3)
    return lambda: a_call(lambda: exported.predict(row))


def in_onnx(model: pishro.Model, folder: Path, precision: Any) -> Callable[[], float]:
    ready = session(model, folder, precision, 1)
    feed = {f"x{i}": np.full((1, 1), 0.3, precision) for i in range(8)}
    return lambda: a_call(lambda: ready.run(None, feed))


def a_call(work: Callable[[], Any], count: int = 5000) -> float:
    began = time.perf_counter()
    for _ in range(count):
        work()
    return (time.perf_counter() - began) / count * 1e6


def module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("exported", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is no Python file.")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def session(model: pishro.Model, folder: Path, precision: Any, threads: int) -> Any:
    import onnxruntime

    model.export(folder / "m.onnx", precision=precision)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(folder / "m.onnx", options, providers=["CPUExecutionProvider"])


def batch(model: pishro.Model, name: str, folder: Path, threads: int, repeats: int) -> list[dict[str, object]]:
    """Microseconds a row in a batch of 10⁶."""
    torch.set_num_threads(threads)
    frame = table(ROWS, 1)
    works: dict[str, Callable[[], Any]] = {"Model.predict": lambda: model.predict(frame)}
    for precision in ("float32", "float64"):
        ready = session(model, folder, precision, threads)
        feed = {column: frame[column].to_numpy().astype(precision)[:, None] for column in frame.columns}
        works[f"onnxruntime, {precision}"] = lambda ready=ready, feed=feed: ready.run(None, feed)
    times: dict[str, list[float]] = {key: [] for key in works}
    for _ in range(repeats):
        for key, work in works.items():
            times[key].append(a_call(work, 1) / ROWS)
    own = times["Model.predict"]
    return [
        {"what": "10⁶ rows", "model": name, "with": key, "threads": threads, "µs": statistics.median(found)}
        | {"asked µs": None, "ratio": statistics.median(f / o for f, o in zip(found, own, strict=True))}
        for key, found in times.items()
    ]


def sizes(folder: Path) -> list[str]:
    """What the files of a single network of 1,001 weights take."""
    model = fitted(100, 1)
    lines = []
    for name, posterior, asked in (("without", False, 50e3), ("with", True, 10e6)):
        path = folder / f"{name}.safetensors"
        model.save(path, posterior=posterior)
        size = path.stat().st_size
        verdict = "reached" if size < asked else "not reached"
        lines.append(
            f"Model file of {model.network.layout.size} weights {name} its posterior: {size:,} bytes "
            f"(asked: below {asked:,.0f}; {verdict})."
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=11)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small, ensemble = fitted(10, 1), fitted(10, 8)
        rows = one_row(small, folder, options.repeats)
        for threads in (1, 2):
            for label, model in (("8-10-1", small), ("8 members of 8-10-1", ensemble)):
                rows += batch(model, label, folder, threads, options.repeats)
        notes = sizes(folder)
    worst = min(r["ratio"] for r in rows if r["threads"] == 2 and isinstance(r["ratio"], float))
    verdict = "reached" if worst >= 1 else "not reached"
    notes += [
        "ratio: time of that way over that of Model.predict, medians of neighbors in time; above 1 it is slower.",
        f"10⁶ rows on 2 threads: smallest ratio {worst:.2f} (asked: 1; {verdict}).",
        "Other programs that run beside torch's threads make it wait for them: on a busy machine look at 1 thread.",
    ]
    write("latency", rows, notes, ["onnx", "onnxruntime", "polars"])


if __name__ == "__main__":
    main()
