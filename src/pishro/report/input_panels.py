"""Figures of the inputs, and what is said below each: relevance, and the effect of the most relevant columns."""

__all__ = ["effect_axes", "input_panels", "relevance_axes"]

import numpy as np
from matplotlib.axes import Axes

from pishro.models import PartialDependence
from pishro.report.catalog import Catalog
from pishro.report.drawing import LINES
from pishro.report.facts import ReportFacts
from pishro.report.input_figures import effect, relevance_bars
from pishro.report.panels import Panel, panel
from pishro.report.wording import short

_MOST = 12
"""Columns whose relevance is drawn; the rest are shorter still."""


def input_panels(facts: ReportFacts, catalog: Catalog) -> list[Panel]:
    """Relevance of the columns, then the effect of each that matters; none where the rows were not at hand."""
    shares = facts.exhibits.relevance
    if not any(shares.values()):
        return []
    columns = len(shares)
    some = catalog.say("figure.relevance_some", shown=_MOST, columns=f"{columns:,}")
    caption = some if columns > _MOST else catalog.say("figure.relevance")
    panels = [panel(relevance_axes(facts, catalog), "relevance", caption, catalog)]
    for place, found in enumerate(facts.exhibits.effects):
        axes = effect_axes(facts, catalog, found.column)
        panels.append(panel(axes, f"effect-{place}", _effect_caption(found, facts, catalog), catalog))
    return panels


def relevance_axes(facts: ReportFacts, catalog: Catalog, axes: Axes | None = None) -> Axes:
    """How much each of the most relevant columns matters."""
    shares = dict(list(facts.exhibits.relevance.items())[:_MOST])
    return relevance_bars(shares, catalog.say("axis.relevance"), axes=axes)


def effect_axes(facts: ReportFacts, catalog: Catalog, column: str, axes: Axes | None = None) -> Axes:
    """The averaged prediction as a function of one of the most relevant columns."""
    found = next(e for e in facts.exhibits.effects if e.column == column)
    target = catalog.foreign(short(facts.target, 34))
    if not found.classes:
        curves = [("", found.mean, found.low, found.high)]
        label = catalog.say("axis.averaged", target=target)
    else:
        drawn = _drawn(found)
        curves = [(short(found.classes[i], 20), found.mean[:, i], found.low[:, i], found.high[:, i]) for i in drawn]
        label = catalog.say("axis.class_averaged")
        if len(drawn) == 1:
            label = catalog.say("axis.class_probability", name=catalog.quoted(found.classes[drawn[0]], 20))
    return effect(found.values, curves, short(column, 34), label, axes=axes)


def _drawn(found: PartialDependence) -> list[int]:
    """The second of two classes, or those whose probability changes most."""
    if len(found.classes) == 2:
        return [1]
    return sorted(np.argsort(-np.ptp(found.mean, axis=0), kind="stable")[: len(LINES) - 1].tolist())


def _effect_caption(found: PartialDependence, facts: ReportFacts, catalog: Catalog) -> str:
    column = catalog.quoted(found.column, 40)
    if not found.classes:
        return catalog.say("figure.effect", column=column, level=f"{100 * found.level:g} %")
    names = catalog.say("enumeration").join(catalog.quoted(found.classes[i], 30) for i in _drawn(found))
    return catalog.say("figure.effect_classes", column=column, classes=names)
