"""Linear programs of Netlib and convex quadratic ones of Maros and Mészáros, against their official optima.

`python -m benchmarks.programs DATA`, where DATA holds `netlib-lp` (MPS files) and `maros-meszaros-qp` (MATLAB files),
each with `reference.csv`. Beside ours stands what Clarabel alone answered at its defaults, as that file records.
"""

__all__ = ["main"]

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import scipy.io
import scipy.sparse as sp

from benchmarks.results import Row, write
from pishro.optim import ProgramForm, RowProgram, read_mps

ASKED = {"netlib-lp": 1e-8, "maros-meszaros-qp": 1e-5}
"""Largest difference from the official optimum, relative to 1 + |optimum|."""

OPTIMUM = {"netlib-lp": "opt_netlib_readme", "maros-meszaros-qp": "opt_bpmpd_00README"}


def programs(folder: Path) -> Iterator[tuple[str, RowProgram, float, str]]:
    """Name, program, official optimum, and the word and value of the peer."""
    with (folder / "reference.csv").open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            name, optimum = line["problem"], float(line[OPTIMUM[folder.name]])
            mps = folder / f"{name}.mps"
            program = read_mps(mps) if mps.exists() else quadratic(folder / f"{name}.mat")
            peer = f"{line['clarabel_status']} {line['obj_clarabel']}" if "obj_clarabel" in line else ""
            yield name, program, optimum, peer


def quadratic(file: Path) -> RowProgram:
    """min ½ xᵀPx + qᵀx + r, l ≤ A x ≤ u, where the bounds of the variables are rows of A."""
    data = scipy.io.loadmat(file)
    q, lower, upper = (data[key].ravel().astype(float) for key in ("q", "l", "u"))
    free = np.full(len(q), np.inf)
    A, P = (sp.csr_array(data[key]).astype(float) for key in ("A", "P"))
    form = ProgramForm(q, A, lower, upper, -free, free, P, float(data["r"].item()))
    names = tuple(f"x{j}" for j in range(len(q))), tuple(f"r{i}" for i in range(len(lower)))
    return RowProgram(form, *names, file.stem)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of the two sets")
    options = parser.parse_args()
    rows: list[Row] = []
    notes = []
    for name, asked in ASKED.items():
        reached = total = 0
        for problem, program, optimum, peer in programs(options.data / name):
            result = program.solve()
            difference = abs(result.value - optimum) / (1 + abs(optimum))
            total += 1
            reached += result.solved and difference <= asked
            rows.append(
                {
                    "set": name,
                    "problem": problem,
                    "variables": program.form.A.shape[1],
                    "rows": program.form.A.shape[0],
                    "status": result.status.value,
                    "value": f"{result.value:.10g}",
                    "difference": difference,
                    "largest residual": result.kkt.residual,
                    "by": result.solver,
                    "ms": 1e3 * result.seconds,
                    "Clarabel alone": peer or None,
                }
            )
        notes.append(f"{name}: {reached} of {total} solved, and to {asked:g} of the official optimum.")
    write("programs", rows, notes, ("clarabel",))


if __name__ == "__main__":
    main()
