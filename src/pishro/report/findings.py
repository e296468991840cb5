"""The diagnosis and the certificate as a report shows them: words beside numbers, thresholds and remedies."""

__all__ = ["Finding", "certificate_sentences", "diagnosis_sentence", "findings_of"]

import dataclasses

from pishro.diagnosis import Certificate, Diagnosis, Fact
from pishro.report.catalog import Catalog


@dataclasses.dataclass(frozen=True)
class Finding:
    """A fact, ready to be shown.

    Attributes
    ----------
    severity : "alarm", "warning" or "note".
    word : the severity in words, so that no color is needed to know it.
    title : what it is about.
    sentence : the fact with its numbers.
    measured : the number that was judged; "" for a note.
    threshold : what it was held against, and where that comes from; "" where nothing was.
    remedy : what to do; "" for a note.
    """

    severity: str
    word: str
    title: str
    sentence: str
    measured: str
    threshold: str
    remedy: str


def findings_of(diagnosis: Diagnosis, catalog: Catalog) -> list[Finding]:
    """All facts, the gravest first."""
    return [_finding(fact, catalog) for fact in diagnosis]


def _finding(fact: Fact, catalog: Catalog) -> Finding:
    judged = [v for v in fact.values.values() if not isinstance(v, str)]
    measured = threshold = ""
    if fact.threshold is not None:
        source = catalog.retold(fact.source, 200)
        threshold = catalog.say("table.held_against", threshold=f"{fact.threshold:.3g}", source=source)
        measured = catalog.say("table.measured", value=f"{float(judged[0]):.3g}") if judged else ""
    return Finding(
        severity=fact.severity,
        word=catalog.say(f"severity.{fact.severity}"),
        title=catalog.say(f"title.{fact.name}"),
        sentence=catalog.sentence(fact),
        measured=measured,
        threshold=threshold,
        remedy=catalog.remedy(fact),
    )


def diagnosis_sentence(diagnosis: Diagnosis, catalog: Catalog) -> str:
    """How many of the checks found something."""
    faults, checks = len(diagnosis.faults), len(diagnosis.checked)
    key = "healthy" if not faults else "one" if faults == 1 else "several"
    return catalog.say(f"diagnosis.{key}", faults=faults, checks=checks)


def certificate_sentences(certificate: Certificate, catalog: Catalog) -> list[str]:
    """The certificate in words, its verdict first."""
    values = certificate.values | {"kkt": catalog.retold(certificate.kkt, 400)}
    keys = [certificate.verdict, *(key for key in certificate.keys if key != certificate.verdict)]
    return [catalog.say(key, **values) for key in keys]
