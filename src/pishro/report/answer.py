"""The answer that a report begins with: the headline score, the baseline beside it, and what follows."""

__all__ = [
    "Answer",
    "Comparison",
    "ScoreCell",
    "ScoreRow",
    "Tile",
    "baseline_name",
    "compare",
    "give_answer",
    "short_name",
]

import dataclasses
import math

from pishro.models.evaluation import Metric
from pishro.report.catalog import Catalog
from pishro.report.facts import ReportFacts
from pishro.report.wording import decimals, interval, is_share, measured, number, short

EXACT = 1e-4
"""Share of the trivial baseline's error below which a fit counts as exact: four digits are more than tables hold."""

MOST_FOLD = 100
"""Times the baseline's error up to which a difference is told in percent; beyond, the two numbers say it better."""


@dataclasses.dataclass(frozen=True)
class Comparison:
    """The model's headline number against the best baseline's.

    Attributes
    ----------
    grade : "clear", "likely", "tie" or "worse"; "none" where there is no baseline.
    baseline : key of the best baseline, "" where there is none.
    metric : the best baseline's number.
    """

    grade: str
    baseline: str = ""
    metric: Metric | None = None


@dataclasses.dataclass(frozen=True)
class ScoreCell:
    """A value and its interval, ready to be shown."""

    value: str
    interval: str


@dataclasses.dataclass(frozen=True)
class ScoreRow:
    """A metric with its cells: the model's first, then one for each baseline (None where it was not measured)."""

    name: str
    direction: str
    cells: tuple[ScoreCell | None, ...]


@dataclasses.dataclass(frozen=True)
class Tile:
    """A number that is shown large, with the line above and the line below it."""

    label: str
    value: str
    detail: str


@dataclasses.dataclass(frozen=True)
class Answer:
    """What is said first, on the page as in the terminal.

    Attributes
    ----------
    verdict : a few words, such as "better than every baseline".
    paragraph : the whole answer in sentences.
    tiles : the numbers behind it.
    columns : head of the table of scores, this model first.
    table : one row a metric.
    comparison : the model against the best baseline.
    coverage : "good", "narrow", "wide", or "" where no coverage was measured.
    """

    verdict: str
    paragraph: tuple[str, ...]
    tiles: tuple[Tile, ...]
    columns: tuple[str, ...]
    table: tuple[ScoreRow, ...]
    comparison: Comparison
    coverage: str


def baseline_name(key: str, catalog: Catalog) -> str:
    """A baseline as it is called in a sentence."""
    return short_name(catalog, "baseline", key)


def short_name(catalog: Catalog, group: str, key: str) -> str:
    """A metric or a baseline by its name in the catalog; a foreign one is cut to 40 characters."""
    return catalog.name(group, key if f"{group}.{key}" in catalog.phrases else short(key, 40))


def shown(metric: Metric, places: int, catalog: Catalog) -> str:
    """The value of a metric with its unit."""
    unit = metric.unit and catalog.name("unit", short(metric.unit, 20))
    return catalog.numerals(measured(metric, places, unit=unit, undefined=catalog.say("undefined")))


def interval_words(metric: Metric, places: int, catalog: Catalog) -> str:
    """The interval of a metric in words, or "" where it is not known."""
    ends = interval(metric, places)
    return catalog.say("interval", low=ends[0], high=ends[1]) if ends else ""


def _better(a: Metric, b: Metric) -> bool:
    return a.value > b.value if a.better == "higher" else a.value < b.value


def _both_exact(head: Metric, best: Metric, facts: ReportFacts) -> bool:
    """Whether both errors are nothing beside the worst baseline's: then their ratio says nothing."""
    if head.better != "lower" or min(head.value, best.value) < 0:
        return False
    worst = max(m.value for _, metrics in facts.scores.baselines for m in metrics if m.name == head.name)
    return max(head.value, best.value) < EXACT * worst


def compare(facts: ReportFacts) -> Comparison:
    """Grade the model's headline number against the best baseline's.

    "clear": better and the intervals are apart. "likely": better, the intervals overlap, but the baseline lies outside
    the model's interval. "tie": the baseline lies inside it. "worse": worse, and outside.
    """
    if not facts.scores.metrics:
        return Comparison("none")
    head = facts.scores.metrics[0]
    best: tuple[str, Metric] | None = None
    for name, metrics in facts.scores.baselines:
        for metric in metrics:
            if metric.name != head.name or not math.isfinite(metric.value):
                continue
            if best is None or _better(metric, best[1]):
                best = (name, metric)
    if best is None or not math.isfinite(head.value):
        return Comparison("none")
    name, metric = best
    known = math.isfinite(head.low) and math.isfinite(head.high)
    if not known or head.low <= metric.value <= head.high or _both_exact(head, metric, facts):
        return Comparison("tie", name, metric)
    if not _better(head, metric):
        return Comparison("worse", name, metric)
    apart = metric.low > head.high if head.better != "higher" else metric.high < head.low
    return Comparison("clear" if apart else "likely", name, metric)


def _gain(head: Metric, other: Metric, catalog: Catalog) -> str:
    """How far apart two numbers are, in the way that their kind is usually told."""
    difference = abs(head.value - other.value)
    if is_share(head):
        points = number(100 * difference, 2)
        return catalog.say("point.one" if points == "1" else "point.other", n=points)
    if head.better == "lower" and 0 <= head.value <= MOST_FOLD * other.value:
        return catalog.numerals(f"{number(100 * difference / other.value, 2)} %")
    return catalog.numerals(number(difference, 2))


def _coverage_metric(facts: ReportFacts) -> Metric | None:
    for metric in facts.scores.metrics:
        if metric.better == "0.95" and math.isfinite(metric.value):
            return metric
    return None


def _coverage_grade(metric: Metric | None) -> str:
    if metric is None:
        return ""
    if metric.low <= 0.95 <= metric.high or abs(metric.value - 0.95) <= 0.01:
        return "good"
    return "narrow" if metric.value < 0.95 else "wide"


def _purpose(facts: ReportFacts, catalog: Catalog) -> str:
    """What the network is for."""
    columns, found = catalog.count("column", len(facts.columns)), facts.reconstruction
    if found is None:
        return catalog.say("answer.predicts", target=catalog.quoted(facts.target), columns=columns)
    units = catalog.count("code_unit", found.units)
    if len(found.row) == 1:
        return catalog.say("answer.gives_back_rows", columns=columns, units=units)
    return catalog.say("answer.gives_back_images", height=found.row[1], width=found.row[2], units=units)


def _paragraph(facts: ReportFacts, comparison: Comparison, catalog: Catalog) -> list[str]:
    said = [_purpose(facts, catalog)]
    if not facts.scores.metrics:
        return said
    head = facts.scores.metrics[0]
    places = decimals(head)
    value = shown(head, places, catalog)
    known = interval_words(head, places, catalog)
    rows = catalog.count("row", facts.scores.rows)
    key = "answer.headline" if known else "answer.headline_bare"
    said.append(
        catalog.say(key, rows=rows, metric=short_name(catalog, "metric", head.name), value=value, interval=known)
    )
    if comparison.metric is None:
        said.append(catalog.say("answer.no_baseline"))
        return said
    said.append(
        catalog.say(
            f"answer.{comparison.grade}",
            gain=_gain(head, comparison.metric, catalog),
            baseline=baseline_name(comparison.baseline, catalog),
            value=shown(comparison.metric, places, catalog),
        )
    )
    return said


def _tiles(facts: ReportFacts, comparison: Comparison, catalog: Catalog) -> list[Tile]:
    tiles = []

    def detail(metric: Metric, places: int) -> str:
        known = interval_words(metric, places, catalog)
        return catalog.say("tile.interval", interval=known) if known else ""

    if facts.scores.metrics:
        head = facts.scores.metrics[0]
        places = decimals(head)
        label = short_name(catalog, "metric", head.name)
        tiles.append(Tile(label, shown(head, places, catalog), detail(head, places)))
        if comparison.metric is not None:
            label = catalog.say("tile.baseline", baseline=baseline_name(comparison.baseline, catalog))
            other = comparison.metric
            tiles.append(Tile(label, shown(other, places, catalog), detail(other, places)))
    coverage = _coverage_metric(facts)
    if coverage is not None:
        value = shown(coverage, decimals(coverage), catalog)
        tiles.append(Tile(catalog.say("tile.coverage"), value, detail(coverage, decimals(coverage))))
    train, test = facts.rows
    tiles.append(
        Tile(catalog.say("tile.rows"), catalog.numerals(f"{test:,}"), catalog.say("tile.of_rows", n=f"{train:,}"))
    )
    return tiles


def _table(facts: ReportFacts, catalog: Catalog) -> list[ScoreRow]:
    rows = []
    baselines = [{m.name: m for m in metrics} for _, metrics in facts.scores.baselines]
    for metric in facts.scores.metrics:
        places = decimals(metric)
        cells = [
            None if other is None else ScoreCell(shown(other, places, catalog), interval_words(other, places, catalog))
            for other in (metric, *(b.get(metric.name) for b in baselines))
        ]
        direction = {"lower": "↓", "higher": "↑"}.get(metric.better, "")
        rows.append(ScoreRow(short_name(catalog, "metric", metric.name), direction, tuple(cells)))
    return rows


def give_answer(facts: ReportFacts, catalog: Catalog) -> Answer:
    """The answer of a run, in the words of a catalog."""
    comparison = compare(facts)
    coverage = _coverage_metric(facts)
    grade = _coverage_grade(coverage)
    paragraph = _paragraph(facts, comparison, catalog)
    if coverage is not None:
        value = shown(coverage, decimals(coverage), catalog)
        paragraph.append(catalog.say(f"answer.coverage_{grade}", value=value))
    names = [catalog.say("table.model"), *(baseline_name(name, catalog) for name, _ in facts.scores.baselines)]
    return Answer(
        verdict=catalog.say(f"verdict.{comparison.grade}"),
        paragraph=tuple(paragraph),
        tiles=tuple(_tiles(facts, comparison, catalog)),
        columns=tuple(names),
        table=tuple(_table(facts, catalog)),
        comparison=comparison,
        coverage=grade,
    )
