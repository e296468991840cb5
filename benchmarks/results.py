"""Where a benchmark's rows go: a table on the terminal, and JSON with the machine that it was measured on."""

__all__ = ["Row", "write"]

import datetime
import importlib.metadata
import json
import os
import platform
from collections.abc import Iterable, Mapping
from pathlib import Path

from pishro.atomic import replacing

FOLDER = Path(__file__).parent / "results"
PACKAGES = ("pishro", "torch", "numpy", "scipy", "scikit-learn")

Row = Mapping[str, object]


def write(name: str, rows: Iterable[Row], notes: Iterable[str] = (), packages: Iterable[str] = ()) -> Path:
    """Print the rows as a Markdown table and keep them in `benchmarks/results/NAME.json`.

    `packages` names the peers whose versions belong beside the numbers; a package that is absent is left out.
    """
    table = [dict(row) for row in rows]
    lines = list(notes)
    record = {
        "name": name,
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "versions": versions((*PACKAGES, *packages)),
        "rows": table,
        "notes": lines,
    }
    path = FOLDER / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print("\n".join([markdown(table), "", *lines]))
    return path


def markdown(rows: list[dict[str, object]]) -> str:
    """Rows as a Markdown table; the columns are those of the first row."""
    columns = list(rows[0]) if rows else []
    body = [[_cell(row.get(column)) for column in columns] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(columns, *body, strict=True)]
    head, *rest = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in (columns, *body)
    ]
    return "\n".join([head, "|" + "|".join("-" * (width + 2) for width in widths) + "|", *rest])


def machine() -> dict[str, object]:
    """Processor, cores and system: what a time depends on."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        named = [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        model = named[0].split(":", 1)[1].strip() if named else model
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Installed versions by name."""
    found = {}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
