"""Write docs/accuracy.md and docs/performance.md from benchmarks/results/*.json; nothing in them is typed by hand.

    python docs/benchmark_pages.py

What a benchmark measures is the first line of its module's docstring, how it is run the first indented line there.
"""

__all__ = ["PAGES", "main", "page"]

import ast
import html
import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGES = {
    "accuracy.md": (
        "Accuracy",
        "How near the predictions come, on data that the training did not see, with default settings.",
        ("uci", "accuracy", "likelihoods", "mnist_plain", "mnist_conv", "mnist_annealed", "diagnosis"),
    ),
    "performance.md": (
        "Speed and correctness",
        "Times are ratios against a peer in the same run wherever there is one, medians of repeated runs.",
        (
            *("levenberg_marquardt", "step", "convolution", "large_lm", "fit_time", "latency", "mnist_epoch", "gpu"),
            *("streaming", "matrix_free", "resume", "robustness", "report_pages"),
            *("nist", "nlp", "hock_schittkowski", "rosenbrock", "programs"),
        ),
    ),
}
MOST_ROWS = 12
"""Rows of a table that is shown open; a longer one is folded."""


def page(title: str, lead: str, names: tuple[str, ...]) -> str:
    """A page of the results that there are."""
    lines = [f"# {title}", "", lead, "", "*Written by `docs/benchmark_pages.py` from measured results.*", ""]
    for name in names:
        path = ROOT / "benchmarks" / "results" / f"{name}.json"
        if path.exists():
            lines += _section(name, json.loads(path.read_text(encoding="utf-8")))
    return "\n".join(lines)


def _section(name: str, result: dict[str, Any]) -> list[str]:
    told, command = _described(name)
    machine = result["machine"]
    versions = ", ".join(f"{program} {version}" for program, version in result["versions"].items())
    lines = [f"## {told.rstrip('.')}", "", *[f"- {note}" for note in result.get("notes", [])], ""]
    rows = result["rows"]
    table = _table(rows)
    if len(rows) > MOST_ROWS:
        lines += [f"<details markdown><summary>{len(rows)} rows</summary>", "", *table, "", "</details>"]
    else:
        lines += table
    lines += [
        "",
        f"`{command}` · {result['date']} · {machine['processor']}, {machine['cores']} cores, {machine['system']}, "
        f"Python {machine['python']} · {versions}",
        "",
    ]
    return lines


def _described(name: str) -> tuple[str, str]:
    module = ROOT / "benchmarks" / f"{name}.py"
    if not module.exists():  # one of several results of a module: mnist_plain of mnist
        module = module.with_stem(name.partition("_")[0])
    source = module.read_text(encoding="utf-8")
    told = ast.get_docstring(ast.parse(source)) or name
    command = re.search(r"^ *(python -m \S+.*?)(?:  +.*)?$", told, flags=re.MULTILINE)
    first = re.split(r"(?<=[.:;]) |\n\n", " ".join(told.partition("\n\n")[0].split()))[0]
    return first.rstrip(":;"), command[1] if command else f"python -m benchmarks.{name}"


def _table(rows: list[dict[str, Any]]) -> list[str]:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    head = "| " + " | ".join(columns) + " |"
    return [
        head,
        "|" + "---|" * len(columns),
        *["| " + " | ".join(_cell(row.get(c)) for c in columns) + " |" for row in rows],
    ]


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    return html.escape(str(value)).replace("|", "\\|").replace("\n", " ")


def main() -> None:
    """Write both pages."""
    for name, content in PAGES.items():
        (ROOT / "docs" / name).write_text(page(*content), encoding="utf-8")


if __name__ == "__main__":
    main()
