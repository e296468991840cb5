"""Run every benchmark, one after the other: `python -m benchmarks DATA`, where DATA holds `uci-regression` and more."""

import argparse
import subprocess
import sys
from pathlib import Path

COMMANDS = (
    ("levenberg_marquardt",),
    ("large_lm",),
    ("streaming",),
    ("fit_time", "uci-regression"),
    ("uci", "uci-regression"),
    ("likelihoods", "uci-regression"),
    ("nist", "nist-strd"),
    ("nlp", "nlp"),
    ("hock_schittkowski", "nlp"),
    ("rosenbrock",),
    ("step",),
    ("convolution",),
    ("latency",),
    ("mnist_conv", "mnist"),
    ("estimators",),
    ("accuracy", ""),
    ("diagnosis", "uci-regression"),
    ("matrix_free",),
    ("programs", ""),
)
"""A benchmark's module and, where it reads data, the folder below DATA."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of the data sets")
    options = parser.parse_args()
    failed = []
    for module, *folders in COMMANDS:
        print(f"\n## {module}\n", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{module}", *[str(options.data / folder) for folder in folders]]
        if subprocess.run(command, check=False).returncode:
            failed.append(module)
    if failed:
        print(f"These benchmarks ended with an error: {', '.join(failed)}.", file=sys.stderr)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
