"""What to do next: short rules, each from a fact that the reader can check."""

__all__ = ["give_advice"]

from pishro.optim import Reason
from pishro.report.answer import Answer, baseline_name
from pishro.report.catalog import Catalog
from pishro.report.facts import ReportFacts
from pishro.report.wording import number

# Below so many held-out rows the 95 % interval of an accuracy of 0.9 is wider than ±6 points (binomial).
_FEW_ROWS = 100


def _never_predicted(facts: ReportFacts) -> list[str]:
    """Classes that occur among the held-out rows and are never predicted."""
    if not facts.evaluation.classes:
        return []
    actual = {int(i) for i in facts.evaluation.actual}
    missing = sorted(actual - {int(i) for i in facts.evaluation.predicted})
    return [facts.evaluation.classes[i] for i in missing]


def _about_size(facts: ReportFacts, catalog: Catalog) -> list[str]:
    record = facts.record
    if not record.effective or record.parameters < 1 or not record.iterations:
        return []
    mean = sum(record.effective) / len(record.effective)
    share = mean / record.parameters
    values = {"effective": number(mean, 3), "parameters": f"{record.parameters:,}"}
    if share > 0.9:
        return [catalog.say("advice.larger", **values)]
    if share < 0.2 and record.parameters > 50:
        return [catalog.say("advice.smaller", **values)]
    return []


def give_advice(facts: ReportFacts, answer: Answer, catalog: Catalog) -> list[str]:
    """Sentences that say what to do next, the most important first; never empty."""
    said = []
    comparison = answer.comparison
    baseline = baseline_name(comparison.baseline, catalog)
    if comparison.grade in {"tie", "worse"}:
        key = "advice.use_baseline" if facts.reconstruction is None else "advice.use_baseline_rows"
        said.append(catalog.say(key, baseline=baseline, target=catalog.quoted(facts.target)))
    if comparison.grade == "likely":
        said.append(catalog.say("advice.settle", baseline=baseline))
    hurried = facts.record.reasons.count(Reason.SECONDS.sentence)
    if 2 * hurried > len(facts.record.reasons):
        said.insert(0, catalog.say("advice.longer", iterations=catalog.count("iteration", facts.record.iterations)))
    faults = facts.diagnosis.faults if facts.diagnosis is not None else ()
    found = {fact.name for fact in faults}
    said += [
        catalog.say("advice.finding", title=catalog.say(f"title.{fact.name}"), remedy=catalog.remedy(fact))
        for fact in faults
    ]
    if answer.coverage in {"narrow", "wide"} and not found & {"coverage", "spread"}:
        said.append(catalog.say(f"advice.{answer.coverage}"))
    missing = _never_predicted(facts)
    if missing and "never-predicted" not in found:
        shown = [catalog.quoted(m, 30) for m in missing[:5]] + ["…"] * (len(missing) > 5)
        names = catalog.say("enumeration").join(shown)
        said.append(catalog.say("advice.never", classes=names))
    if facts.scores.rows < _FEW_ROWS:
        said.append(catalog.say("advice.more_held_out", rows=catalog.count("held_out", facts.scores.rows)))
    if not said:
        said.append(catalog.say("advice.good"))
    said += _about_size(facts, catalog)
    if facts.left_out:
        said.append(catalog.say("advice.left_out"))
    return list(dict.fromkeys(said))
