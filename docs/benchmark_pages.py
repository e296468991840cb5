"""Write docs/accuracy.md and docs/performance.md from benchmarks/results/*.json; nothing in them is typed by hand.

    python docs/benchmark_pages.py

A page begins with what was asked and reached in each benchmark. What a benchmark measures is the first sentence of its
module's docstring, how it is run the first command there.
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
        {
            "uci": "UCI regression sets",
            "accuracy": "Beside gradient boosting and other networks",
            "likelihoods": "A chosen likelihood beside the Normal",
            "mnist_plain": "MNIST: a plain network",
            "mnist_conv": "MNIST: a convolutional network",
            "mnist_dropout": "MNIST: dropout",
            "mnist_belief": "MNIST: a deep belief network",
            "mnist_autoencoder": "MNIST: a deep autoencoder",
            "mnist_density": "MNIST: density of a Boltzmann machine",
            "mnist_annealed": "MNIST: annealed ln Z beside the exact one",
            "diagnosis": "False alarms of the diagnosis",
        },
    ),
    "performance.md": (
        "Speed and correctness",
        "Times are ratios against a peer in the same run wherever there is one, medians of repeated runs.",
        {
            "levenberg_marquardt": "Levenberg-Marquardt",
            "step": "A mini-batch step",
            "convolution": "A convolutional network",
            "large_lm": "Levenberg-Marquardt with a large Jacobian",
            "fit_time": "A whole `pishro fit`",
            "latency": "Predicting one row and a million",
            "mnist_epoch": "An epoch of contrastive divergence",
            "gpu": "On a GPU",
            "streaming": "A file of 1 GB",
            "matrix_free": "A million parameters",
            "resume": "Killed trainings that go on",
            "robustness": "Killed fits and damaged files",
            "report_pages": "The report in a browser",
            "nist": "NIST's certified regressions",
            "nlp": "Unconstrained problems",
            "hock_schittkowski": "Constrained problems",
            "rosenbrock": "Rosenbrock's function",
            "programs": "Linear and quadratic programs",
        },
    ),
}
MOST_ROWS = 3
"""Rows of a table that is shown open; a longer one is folded."""

VERDICT = re.compile(r"asked: \d|Asked: |reached|solved|digits|under|break a limit")
"""What a note says that belongs in the summary: a number beside what was asked, or problems counted."""

Result = dict[str, Any]


def page(title: str, lead: str, titles: dict[str, str]) -> str:
    """A page of the results that there are, by the name of their file."""
    results = {}
    for name in titles:
        path = ROOT / "benchmarks" / "results" / f"{name}.json"
        if path.exists():
            results[name] = json.loads(path.read_text(encoding="utf-8"))
    shared = set.intersection(*[{*_machine(result)} for result in results.values()])
    lines = [f"# {title}", "", lead, "", "*Written by `docs/benchmark_pages.py` from measured results:*"]
    lines += [f"*{', '.join(x for x in _machine(next(iter(results.values()))) if x in shared)}.*", ""]
    lines += ["| measured | asked and reached |", "|---|---|"]
    for name, result in results.items():
        said = [_note(note) for note in result["notes"] if VERDICT.search(note)]
        lines.append(f"| [{titles[name]}](#{_anchor(titles[name])}) | {'<br>'.join(said) or 'see its table'} |")
    for name, result in results.items():
        lines += ["", *_section(name, titles[name], result, shared)]
    return "\n".join([*lines, ""])


def _section(name: str, title: str, result: Result, shared: set[str]) -> list[str]:
    told, command = _described(name)
    beside = [f"- {_note(note)}" for note in result["notes"] if not VERDICT.search(note)]
    lines = [f"## {title}", "", told, "", *beside, *[""] * bool(beside)]
    rows = result["rows"]
    if len(rows) > MOST_ROWS:
        lines += [f"<details markdown><summary>{len(rows)} rows</summary>", "", *_table(rows), "", "</details>"]
    else:
        lines += _table(rows)
    own = [x for x in _machine(result) if x not in shared]
    return [*lines, "", " · ".join([f"`{command}`", result["date"], *own])]


def _machine(result: Result) -> list[str]:
    """What a number depends on: the machine and the versions of programs."""
    machine = result["machine"]
    versions = [f"{program} {version}" for program, version in result["versions"].items()]
    return [
        machine["processor"],
        f"{machine['cores']} cores",
        machine["system"],
        f"Python {machine['python']}",
        *versions,
    ]


def _note(note: str) -> str:
    return html.escape(re.sub(r"\b1 threads\b", "1 thread", note), quote=False)


def _anchor(title: str) -> str:
    """As Python-Markdown makes it of a heading."""
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", title).strip().lower())


def _described(name: str) -> tuple[str, str]:
    """What is measured, and the command that measures it."""
    module, rows = ROOT / "benchmarks" / f"{name}.py", ""
    if not module.exists():  # one of several results of a module: mnist_plain of mnist
        family, _, rows = name.partition("_")
        module = module.with_stem(family)
    docstring = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or name
    if rows:
        line = re.search(rf"^ +{rows} +(.*): (.*)$", docstring, flags=re.MULTILINE)
        told = f"{line[1]} (asked: {line[2]})." if line else ""
        return told, f"python -m benchmarks.{module.stem} DATA --rows {rows}"
    command = re.search(r"^ *`?(python -m [^`\n]*?)(?:`|  |$)", docstring, flags=re.MULTILINE)
    first = re.split(r"(?<=[.?]) ", " ".join(docstring.partition("\n\n")[0].split()))[0]
    return re.sub(r": `.*`", "", first), command[1] if command else f"python -m benchmarks.{name}"


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
