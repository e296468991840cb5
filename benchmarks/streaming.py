"""A file of 1 GB, CSV and Parquet: is it trained on in bounded memory, and how long does it take?

The file is made in a temporary folder and removed. Each fit runs in a process of its own; its peak memory is that of
the system's books (VmHWM), less what the imports had taken.
"""

__all__ = ["main"]

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.large_lm import peak, verdict
from benchmarks.results import write

COLUMNS, PART = 10, 2**18
MOST_MEMORY = 400.0


def make(path: Path, megabytes: float) -> int:
    """A CSV of nine inputs and a target of about that size; the number of its rows."""
    generator, rows = np.random.default_rng(0), 0
    with path.open("wb") as file:
        while file.tell() < megabytes * 1e6:
            x = generator.standard_normal((PART, COLUMNS - 1))
            y = np.sin(2 * x[:, 0]) * x[:, 1] + x[:, 2] ** 2 + 0.1 * generator.standard_normal(PART)
            frame = pl.DataFrame({f"x{j}": x[:, j] for j in range(COLUMNS - 1)} | {"y": y})
            frame.write_csv(file, include_header=rows == 0, float_precision=6)
            rows += PART
    return rows


def fit(path: Path, seconds: float) -> dict[str, Any]:
    """Fit a file in parts."""
    import pishro
    import pishro.fitting
    import pishro.models.fit_stream

    base, began = peak(), time.perf_counter()
    model = pishro.fit(path, "y", stream=True, members=1, max_seconds=seconds)
    wall, scores = time.perf_counter() - began, model.score
    return {
        "seconds": wall,
        "training": model.record.seconds,
        "memory": peak() - base,
        "imports": base,
        "R²": scores["R²"].value if scores is not None else None,
    }


def main() -> None:
    """Make the files and fit each, or fit one for a parent process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=1000.0)
    parser.add_argument("--seconds", type=float, default=30.0, help="most seconds of training")
    parser.add_argument("--file", type=Path, help="fit this one alone and print what it took")
    options = parser.parse_args()
    if options.file:
        print(json.dumps(fit(options.file, options.seconds)))
        return
    rows, notes = [], []
    with tempfile.TemporaryDirectory() as folder:
        text, binary = Path(folder) / "big.csv", Path(folder) / "big.parquet"
        count = make(text, options.megabytes)
        pl.scan_csv(text).sink_parquet(binary)
        for path in (text, binary):
            command = [sys.executable, "-m", "benchmarks.streaming", "--file", str(path)]
            command += ["--seconds", str(options.seconds)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(done.stderr)
            found = json.loads(done.stdout.splitlines()[-1])
            size = path.stat().st_size / 1e6
            rows.append(
                {
                    "file": path.name,
                    "MB": size,
                    "rows": count,
                    "seconds": found["seconds"],
                    "of them training": found["training"],
                    "memory above the imports, MB": found["memory"],
                    "R² held out": found["R²"],
                }
            )
            notes.append(
                f"{path.name}: peak memory {found['memory']:.0f} MB above the imports' {found['imports']:.0f} (asked: "
                f"{MOST_MEMORY:.0f}; {verdict(found['memory'] <= MOST_MEMORY)})."
            )
    write("streaming", rows, notes, ["polars"])


if __name__ == "__main__":
    main()
