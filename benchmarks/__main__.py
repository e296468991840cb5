"""Run every benchmark, one after the other: `python -m benchmarks DATA`, where DATA holds `uci-regression` and more.

With `--quick` only those that end within ten minutes together. The documentation's pages of numbers are written at the
end.
"""

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
    ("report_pages", ""),
    ("matrix_free",),
    ("programs", ""),
    ("resume",),
    ("robustness",),
    ("gpu",),
)
"""A benchmark's module and, where it reads data, the folder below DATA."""

QUICK = ("levenberg_marquardt", "fit_time", "nist", "nlp", "rosenbrock", "step", "convolution")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of the data sets")
    parser.add_argument("--quick", action="store_true", help="only those that take a minute or two")
    options = parser.parse_args()
    failed = []
    for module, *folders in COMMANDS:
        if options.quick and module not in QUICK:
            continue
        print(f"\n## {module}\n", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{module}", *[str(options.data / folder) for folder in folders]]
        if subprocess.run(command, check=False).returncode:
            failed.append(module)
    subprocess.run([sys.executable, str(Path(__file__).parents[1] / "docs" / "benchmark_pages.py")], check=True)
    if failed:
        print(f"These benchmarks ended with an error: {', '.join(failed)}.", file=sys.stderr)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
