"""The report as one HTML file that needs nothing else: no script, no font, no other host."""

__all__ = ["render_report", "write_report"]

import functools
import os
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from pishro.atomic import replacing
from pishro.report.advice import give_advice
from pishro.report.answer import give_answer
from pishro.report.catalog import Catalog
from pishro.report.class_panels import class_panels
from pishro.report.facts import ReportFacts
from pishro.report.findings import certificate_sentences, diagnosis_sentence, findings_of
from pishro.report.input_panels import input_panels
from pishro.report.panels import Panel, score_panel, training_panels
from pishro.report.reconstruction_panels import reconstruction_panels
from pishro.report.regression_panels import regression_panels, residual_panels
from pishro.report.sentences import ENGLISH
from pishro.report.wording import number, printable, short

# A table of more columns than this is folded, and one of more than the second number is cut.
_FOLD, _CUT = 25, 500
_PANELS = {
    "regression": regression_panels,
    "classification": class_panels,
    "reconstruction": reconstruction_panels,
}


def render_report(facts: ReportFacts, catalog: Catalog = ENGLISH) -> str:
    """The report of a run as an HTML page.

    Parameters
    ----------
    facts : what the report says.
    catalog : the language it says it in.
    """
    return _template().render(_context(facts, catalog))


def write_report(facts: ReportFacts, path: str | os.PathLike[str], catalog: Catalog = ENGLISH) -> Path:
    """Write the report of a run to a file, whole or not at all; returns the path.

    Parameters
    ----------
    facts : what the report says.
    path : where the file goes; one that exists is replaced.
    catalog : the language it says it in.
    """
    page = render_report(facts, catalog)
    with replacing(Path(path)) as temporary:
        Path(temporary).write_text(page, encoding="utf-8")
    return Path(path)


@functools.cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("pishro.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = printable
    environment.filters["short"] = short
    environment.filters["drawing"] = _drawing
    return environment.get_template("report.html")


def _drawing(panel: Panel) -> Markup:
    # The one place that goes around autoescape: the SVG was serialized by ElementTree, which escapes every name in it.
    return Markup(panel.svg)


def _context(facts: ReportFacts, catalog: Catalog) -> dict[str, Any]:
    answer = give_answer(facts, catalog)
    return {
        "facts": facts,
        "catalog": catalog,
        "say": catalog.say,
        "title": catalog.say("title", name=catalog.foreign(facts.name)),
        "eyebrow": _eyebrow(facts, catalog),
        "answer": answer,
        "arrows": catalog.say("table.arrows"),
        "score_figure": score_panel(facts, catalog),
        "advice": give_advice(facts, answer, catalog),
        "rows_sentence": _rows_sentence(facts, catalog),
        "columns": _cut(facts.columns, catalog),
        "left_out": _cut(facts.left_out, catalog),
        "fold": _FOLD,
        "layers": [_layer(line, catalog) for line in facts.network_lines],
        "training_sentences": _training_sentences(facts, catalog),
        "reasons": _reasons(facts, catalog),
        "training_figures": training_panels(facts, catalog),
        "prediction_figures": _PANELS[facts.task](facts, catalog),
        "input_figures": [*input_panels(facts, catalog), *_residuals_by_input(facts, catalog)],
        **_findings(facts, catalog),
        "repeat_lead": catalog.say("repeat.lead", seed=facts.record.seed),
        "versions": {**facts.record.versions, **facts.versions},
        "sections": _sections(facts),
    }


def _sections(facts: ReportFacts) -> list[str]:
    """What the page consists of: only a prediction has inputs that matter more or less."""
    rows = ["reconstructions"] if facts.task == "reconstruction" else ["predictions", "inputs"]
    certificate = ["certificate"] if facts.certificate is not None else []
    return ["answer", "next", "data", "network", "training", *rows, "diagnosis", *certificate, "repeat"]


def _eyebrow(facts: ReportFacts, catalog: Catalog) -> str:
    if facts.task == "reconstruction":
        return catalog.say("eyebrow.reconstruction")
    return catalog.say("eyebrow", task=catalog.name("task", facts.task), target=catalog.quoted(facts.target))


def _residuals_by_input(facts: ReportFacts, catalog: Catalog) -> list[Panel]:
    return residual_panels(facts, catalog) if facts.task == "regression" else []


def _findings(facts: ReportFacts, catalog: Catalog) -> dict[str, Any]:
    """Diagnosis and certificate, where they were made."""
    diagnosis, certificate = facts.diagnosis, facts.certificate
    found = [] if diagnosis is None else findings_of(diagnosis, catalog)
    return {
        "diagnosis_lead": catalog.say("diagnosis.none")
        if diagnosis is None
        else diagnosis_sentence(diagnosis, catalog),
        "faults": [f for f in found if f.severity != "note"],
        "observed": [f for f in found if f.severity == "note"],
        "certificate": [] if certificate is None else certificate_sentences(certificate, catalog),
    }


def _rows_sentence(facts: ReportFacts, catalog: Catalog) -> str:
    train, test = facts.rows
    if not facts.columns:
        return catalog.say(
            "data.rows_only", train=catalog.count("training_row", train), test=catalog.count("held_out", test)
        )
    columns = catalog.count("column", len(facts.columns))
    if facts.left_out:
        columns += catalog.say("enumeration") + catalog.count("left_out_column", len(facts.left_out))
    return catalog.say(
        "data.rows",
        train=catalog.count("training_row", train),
        test=catalog.count("held_out", test),
        columns=columns,
    )


def _cut(rows: list[Any], catalog: Catalog) -> dict[str, Any]:
    """The rows of a table that are listed, and a sentence for those that are not."""
    hidden = len(rows) - _CUT
    more = catalog.say("table.more", columns=f"{hidden:,}") if hidden > 0 else ""
    return {"rows": rows[:_CUT], "more": more, "count": len(rows)}


def _layer(line: str, catalog: Catalog) -> tuple[str, str]:
    """Name and description of a layer: "dense1: 8 → 12 tanh" is split at its colon."""
    name, colon, rest = line.partition(":")
    return (name.strip(), catalog.retold(short(rest.strip(), 120))) if colon else ("", catalog.retold(short(line, 120)))


def _training_sentences(facts: ReportFacts, catalog: Catalog) -> list[str]:
    record = facts.record
    parameters = catalog.count("parameter", record.parameters)
    said = [
        catalog.say(
            "training.size",
            networks=catalog.count("network", record.members),
            parameters=parameters,
            rows=catalog.count("training_row", record.rows),
            iterations=catalog.count("epoch" if record.history.validation else "iteration", record.iterations),
            seconds=catalog.say("seconds", seconds=number(record.seconds, 2)),
            threads=catalog.count("thread", record.threads),
        )
    ]
    if record.effective and record.iterations:
        mean = sum(record.effective) / len(record.effective)
        said.append(catalog.say("training.effective", effective=number(mean), parameters=f"{record.parameters:,}"))
    if record.noise:
        low, high = number(min(record.noise), 2), number(max(record.noise), 2)
        said.append(
            catalog.say("training.noise", noise=low if low == high else catalog.say("range", low=low, high=high))
        )
    return said


def _reasons(facts: ReportFacts, catalog: Catalog) -> list[str]:
    """Each stop reason once, with the number of networks that stopped for it."""
    reasons = facts.record.reasons
    if len(reasons) < 2:
        return [catalog.retold(reason) for reason in reasons]
    return [
        catalog.say(
            "training.reason", reason=catalog.retold(reason), members=catalog.count("network", reasons.count(reason))
        )
        for reason in dict.fromkeys(reasons)
    ]
