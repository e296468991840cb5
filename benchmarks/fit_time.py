"""Wall time of `pishro fit` on the energy table: imports, training, judging, model file and report together."""

__all__ = ["main"]

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.results import write
from benchmarks.uci import table

AT_MOST_SECONDS = 12.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with one sub-folder a set")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    x, y = table(options.data / "energy")
    with tempfile.TemporaryDirectory() as folder:
        csv = Path(folder, "energy.csv")
        header = ",".join([f"x{i + 1}" for i in range(x.shape[1])] + ["y"])
        np.savetxt(csv, np.column_stack([x, y]), delimiter=",", header=header, comments="", fmt="%.10g")
        command = [
            sys.executable,
            "-m",
            "pishro",
            "fit",
            str(csv),
            "--target",
            "y",
            "-o",
            str(Path(folder, "y.safetensors")),
        ]
        seconds = []
        for _ in range(options.repeats):
            began = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            seconds.append(time.perf_counter() - began)
    median = statistics.median(seconds)
    word = "reached" if median < AT_MOST_SECONDS else "not reached"
    rows = [{"what": "pishro fit energy.csv --target y", "rows": len(x), "columns": x.shape[1], "seconds": median}]
    write("fit_time", rows, [f"Asked: under {AT_MOST_SECONDS:.0f} s; {word}."])


if __name__ == "__main__":
    main()
