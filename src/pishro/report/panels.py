"""Which figures a report shows of the scores and of the training, and what is said below each.

A figure is made in two steps, here and in the files beside this one: a function from the facts of a run to axes, which
`pishro.plot` offers too, and a panel, which puts the drawing and its words into a page.
"""

__all__ = ["FEWEST", "Panel", "panel", "recorded", "score_axes", "score_panel", "training_axes", "training_panels"]

import dataclasses
import math

import numpy as np
from matplotlib.axes import Axes

from pishro.models import Metric
from pishro.report.answer import baseline_name, short_name
from pishro.report.catalog import Catalog
from pishro.report.drawing import FARTHEST, inline_svg
from pishro.report.facts import ReportFacts
from pishro.report.figures import curve, score_intervals
from pishro.report.wording import is_share, number, short

FEWEST = 5
"""Fewer rows than this make a figure of noise."""

_CURVES = ("cost", "validation", "gradient", "damping", "effective")


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


def panel(axes: Axes, key: str, caption: str, catalog: Catalog) -> Panel:
    """The drawing on some axes with its caption; `key` is unique in the page."""
    return Panel(inline_svg(axes, key, caption, catalog.numerals), caption)


def score_panel(facts: ReportFacts, catalog: Catalog) -> Panel | None:
    """The headline number of the model and of each baseline; None where there is nothing to compare."""
    if len(_headline(facts, catalog)) < 2:
        return None
    name = short_name(catalog, "metric", facts.scores.metrics[0].name)
    return panel(score_axes(facts, catalog), "scores", catalog.say("figure.scores", metric=name), catalog)


def score_axes(facts: ReportFacts, catalog: Catalog, axes: Axes | None = None) -> Axes:
    """The headline number of the model and of each baseline, with intervals."""
    head = facts.scores.metrics[0]
    arrow = catalog.say(f"table.{head.better}") if head.better in {"lower", "higher"} else ""
    shown_unit = "%" if is_share(head) else short(head.unit, 20)
    unit = f" ({shown_unit})" if shown_unit else ""
    name = short_name(catalog, "metric", head.name)
    axis = f"{name}{unit}{catalog.say('enumeration')}{arrow}" if arrow else f"{name}{unit}"
    return score_intervals(_headline(facts, catalog), axis, axes=axes)


def _headline(facts: ReportFacts, catalog: Catalog) -> list[tuple[str, Metric]]:
    if not facts.scores.metrics or not math.isfinite(facts.scores.metrics[0].value):
        return []
    head = facts.scores.metrics[0]
    entries = [(catalog.say("table.model"), head)]
    for key, metrics in facts.scores.baselines:
        entries += [(baseline_name(key, catalog), m) for m in metrics if m.name == head.name]
    return [(entry, m) for entry, m in entries if math.isfinite(m.value)]


def training_panels(facts: ReportFacts, catalog: Catalog) -> list[Panel]:
    """The curves of the training that were recorded."""
    return [
        panel(training_axes(facts, catalog, name), name, _curve_caption(facts, catalog, name), catalog)
        for name in recorded(facts)
    ]


def recorded(facts: ReportFacts) -> list[str]:
    """Names of the curves that the training left."""
    return [name for name in _CURVES if _drawable(facts, name)]


def _drawable(facts: ReportFacts, name: str) -> list[float]:
    return [v for v in _values(facts, name) if abs(v) < FARTHEST]


def training_axes(facts: ReportFacts, catalog: Catalog, name: str, axes: Axes | None = None) -> Axes:
    """One of the recorded curves of the training."""
    values, parameters = _values(facts, name), facts.record.parameters
    known = _drawable(facts, name)
    near = name == "effective" and 0 < parameters <= 2 * max(known)
    reference = (float(parameters), catalog.say("axis.parameters", n=f"{parameters:,}")) if near else None
    steps = catalog.say("axis.epoch" if facts.record.history.validation else "axis.iteration")
    label = catalog.say(f"axis.{_key(facts, name)}")
    return curve(values, steps, label, reference=reference, chosen=_chosen(facts, values), axes=axes)


def _values(facts: ReportFacts, name: str) -> list[float]:
    history = facts.record.history
    return {
        "cost": history.cost,
        "validation": history.validation,
        "gradient": history.gradient_norm,
        "damping": history.damping,
        "effective": _estimated(history.effective),
    }[name]


def _estimated(effective: list[float]) -> list[float]:
    """γ without the iterations before its first estimate, in which all parameters counted."""
    first = next((k for k, value in enumerate(effective) if value != effective[0]), 0)
    return [math.nan] * first + effective[first:]


def _key(facts: ReportFacts, name: str) -> str:
    """What the cost is: regularized over all rows, with noise to estimate or without, or the mean of mini-batches."""
    if name != "cost":
        return name
    if not facts.record.history.effective:
        return "mini_batch_cost"
    return "cost" if facts.task == "regression" else "class_cost"


def _chosen(facts: ReportFacts, values: list[float]) -> int | None:
    """The entry whose parameters were kept: of the least validation cost, else the last; None where it is not here."""
    validation = facts.record.history.validation
    if not validation or not np.isfinite(validation).any():
        return len(values) - 1 if values else None
    return int(np.nanargmin(validation)) if len(values) == len(validation) else None


def _curve_caption(facts: ReportFacts, catalog: Catalog, name: str) -> str:
    known, effective = _drawable(facts, name), facts.record.effective
    last = sum(effective) / len(effective) if name == "effective" and effective else known[-1]
    caption = catalog.say(
        f"figure.{_key(facts, name)}",
        first=number(known[0]),
        last=number(last),
        parameters=f"{facts.record.parameters:,}",
    )
    running = facts.record.history.running
    if name == "cost":
        if facts.record.history.effective and running and running[0] != running[-1]:
            caption += " " + catalog.say("figure.running", first=running[0], last=running[-1])
        caption += " " + catalog.say("figure.chosen")
    return caption
