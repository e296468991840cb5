"""Which figures a report shows, and what is said below each."""

__all__ = ["Panel", "prediction_panels", "score_panel", "training_panels"]

import dataclasses
import math

import numpy as np
from matplotlib.figure import Figure

from pishro.report.answer import baseline_name
from pishro.report.class_figures import (
    area_under,
    calibration_of,
    confusion,
    confusion_counts,
    reliability,
    roc,
    roc_of,
)
from pishro.report.drawing import FARTHEST, finite, inline_svg
from pishro.report.facts import ReportFacts
from pishro.report.figures import BARS, POINTS, agreement, curve, residual_histogram, residual_scatter, score_intervals
from pishro.report.sentences import Catalog
from pishro.report.wording import is_share, name_in_sentence, number, short

# Fewer rows than this make a figure of noise.
_FEWEST = 5


@dataclasses.dataclass(frozen=True)
class Panel:
    """A drawing and the words below it.

    Attributes
    ----------
    svg : the drawing, safe to be put into a page.
    caption : what it shows.
    """

    svg: str
    caption: str


def _panel(figure: Figure, key: str, caption: str) -> Panel:
    return Panel(inline_svg(figure, key, caption), caption)


def score_panel(facts: ReportFacts, catalog: Catalog) -> Panel | None:
    """The headline number of the model and of each baseline; None where there is nothing to compare."""
    if not facts.scores.metrics:
        return None
    head = facts.scores.metrics[0]
    entries = [(catalog.say("table.model"), head)]
    for key, metrics in facts.scores.baselines:
        entries += [(baseline_name(key, catalog), m) for m in metrics if m.name == head.name]
    entries = [(entry, m) for entry, m in entries if math.isfinite(m.value)]
    if len(entries) < 2 or not math.isfinite(head.value):
        return None
    arrow = catalog.say(f"table.{head.better}") if head.better in {"lower", "higher"} else ""
    shown_unit = "%" if is_share(head) else short(head.unit, 20)
    unit = f" ({shown_unit})" if shown_unit else ""
    name = short(head.name, 40)
    axis = f"{name}{unit}, {arrow}" if arrow else f"{name}{unit}"
    return _panel(score_intervals(entries, axis), "scores", catalog.say("figure.scores", metric=name))


def training_panels(facts: ReportFacts, catalog: Catalog) -> list[Panel]:
    """The curves of the training that were recorded."""
    history = facts.record.history
    curves = {
        "cost" if history.effective else "mini_batch_cost": history.cost,
        "validation": history.validation,
        "gradient": history.gradient_norm,
        "damping": history.damping,
        "effective": history.effective,
    }
    panels = []
    for key, values in curves.items():
        known = [v for v in values if abs(v) < FARTHEST]
        if not known:
            continue
        parameters = facts.record.parameters
        near = key == "effective" and 0 < parameters <= 2 * max(known)
        reference = (float(parameters), catalog.say("axis.parameters", n=f"{parameters:,}")) if near else None
        steps = catalog.say("axis.epoch" if history.validation else "axis.iteration")
        figure = curve(values, steps, catalog.say(f"axis.{key}"), reference=reference)
        caption = catalog.say(
            f"figure.{key}", first=number(known[0]), last=number(known[-1]), parameters=f"{parameters:,}"
        )
        running = history.running
        if key == "cost" and running and running[0] != running[-1]:
            caption += " " + catalog.say("figure.running", first=running[0], last=running[-1])
        panels.append(_panel(figure, key, caption))
    return panels


def prediction_panels(facts: ReportFacts, catalog: Catalog) -> list[Panel]:
    """The figures of the held-out rows; none where the rows are too few."""
    if len(facts.evaluation.actual) < _FEWEST:
        return []
    if facts.task == "regression":
        return _regression(facts, catalog)
    return _classification(facts, catalog)


def _unit(facts: ReportFacts) -> str:
    """Unit of the target: that of an error measured in it."""
    for metric in facts.scores.metrics:
        if metric.name in {"RMSE", "MAE"} and metric.unit:
            return f" ({short(metric.unit, 20)})"
    return ""


def _regression(facts: ReportFacts, catalog: Catalog) -> list[Panel]:
    e = facts.evaluation
    columns = tuple(finite(e.actual, e.predicted, *([e.lower, e.upper] if e.lower and e.upper else [])))
    actual, predicted = columns[:2]
    if len(actual) < _FEWEST:
        return []
    target = short(facts.target, 34) + _unit(facts)
    thinned = ""
    if len(actual) > POINTS:
        thinned = " " + catalog.say("figure.thinned", shown=f"{POINTS:,}", rows=f"{len(actual):,}")
    residuals = actual - predicted
    residual_axis = catalog.say("axis.residual", target=target)
    predicted_axis = catalog.say("axis.predicted", target=target)

    if np.ptp(actual) > 0 and np.ptp(predicted) > 0:
        r = number(float(np.corrcoef(actual, predicted)[0, 1]))
        correlation = catalog.say("figure.agreement_r", r=r)
    else:
        correlation = catalog.say("figure.agreement_no_r")
    caption = catalog.say("figure.agreement", correlation=correlation)
    if len(columns) == 4:
        outside = int(np.sum((actual < columns[2]) | (actual > columns[3])))
        rows = catalog.count("row", len(actual))
        some = len(actual) > BARS
        which = catalog.say("figure.some_bars", shown=BARS) if some else catalog.say("figure.every_bar")
        caption += " " + catalog.say("figure.bars", outside=f"{outside:,}", rows=rows, which=which)
    first = agreement(columns, catalog.say("axis.actual", target=target), predicted_axis)

    trend = " " + catalog.say("figure.trend") if len(actual) >= 100 and np.ptp(predicted) > 0 else ""
    second = residual_scatter(predicted, residuals, predicted_axis, residual_axis)

    low, high = (float(v) for v in _histogram_limits(residuals))
    beyond = int(np.sum((residuals < low) | (residuals > high)))
    spread = catalog.say(
        "figure.histogram", mean=number(float(residuals.mean()), 2), deviation=number(float(residuals.std()))
    )
    if beyond:
        spread += " " + catalog.say("figure.beyond", rows=catalog.count("row", beyond))
    third = residual_histogram(residuals, (low, high), residual_axis, catalog.say("axis.rows"))
    return [
        _panel(first, "agreement", caption + thinned),
        _panel(second, "residuals", catalog.say("figure.residuals") + trend + thinned),
        _panel(third, "histogram", spread),
    ]


def _histogram_limits(residuals: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[float, float]:
    """The whole range, or three times the central 95 % where a few far values would squeeze the rest."""
    low, high = float(residuals.min()), float(residuals.max())
    inner_low, inner_high = np.quantile(residuals, [0.025, 0.975])
    width = float(inner_high - inner_low)
    if width == 0:
        return low, high
    return max(low, float(inner_low) - width), min(high, float(inner_high) + width)


def _classification(facts: ReportFacts, catalog: Catalog) -> list[Panel]:
    e = facts.evaluation
    if not e.classes:
        return []
    counts, names, merged = confusion_counts(e.actual, e.predicted, e.classes, catalog.say("axis.others"))
    figure = confusion(counts, names, catalog.say("axis.class_predicted"), catalog.say("axis.class_actual"))
    panels = [_panel(figure, "confusion", _confusion_caption(counts, names, merged, catalog))]
    table = np.asarray(e.probabilities, dtype=np.float64)
    if table.shape != (len(e.actual), len(e.classes)):
        return panels
    keep = np.isfinite(table).all(axis=1)
    table = table[keep]
    actual = np.asarray(e.actual, dtype=np.int64)[keep]
    if len(actual) < _FEWEST:
        return panels
    axes = (catalog.say("axis.probability"), catalog.say("axis.frequency"))
    if len(e.classes) != 2:
        top = table.argmax(axis=1)
        kept = calibration_of(table[np.arange(len(top)), top], top == actual)
        return [*panels, _panel(reliability(kept, *axes), "reliability", catalog.say("figure.reliability_top"))]
    positive = actual == 1
    name = name_in_sentence(e.classes[1], 40)
    kept = calibration_of(table[:, 1], positive)
    panels.append(_panel(reliability(kept, *axes), "reliability", catalog.say("figure.reliability", name=name)))
    if positive.any() and not positive.all():
        false, true = roc_of(table[:, 1], positive)
        caption = catalog.say("figure.roc", name=name, area=number(area_under(false, true)))
        drawn = roc(false, true, catalog.say("axis.false_positive"), catalog.say("axis.true_positive"))
        panels.append(_panel(drawn, "roc", caption))
    return panels


def _confusion_caption(
    counts: np.ndarray[tuple[int, ...], np.dtype[np.int64]], names: list[str], merged: int, catalog: Catalog
) -> str:
    caption = catalog.say("figure.confusion")
    if merged:
        caption += " " + catalog.say("figure.confusion_others", n=merged)
    wrong = counts * (1 - np.eye(len(names), dtype=np.int64))
    pairs = []
    for flat in np.argsort(-wrong, axis=None, kind="stable")[:3]:
        i, j = divmod(int(flat), len(names))
        if wrong[i, j] > 0 and len(names) > 2:
            actual, predicted = name_in_sentence(names[i], 30), name_in_sentence(names[j], 30)
            pairs.append(catalog.say("figure.confusion_pair", actual=actual, predicted=predicted, n=int(wrong[i, j])))
    if pairs:
        caption += " " + catalog.say("figure.confusion_pairs", pairs=", ".join(pairs))
    return caption
