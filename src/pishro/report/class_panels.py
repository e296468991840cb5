"""Figures of predicted classes, and what is said below each."""

__all__ = ["class_panels", "confusion_axes", "precision_recall_axes", "reliability_axes", "roc_axes"]

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from pishro.report.catalog import Catalog
from pishro.report.class_figures import (
    area_under,
    average_precision,
    calibration_of,
    confusion,
    confusion_counts,
    precision_recall_of,
    rates,
    reliability,
    roc_of,
)
from pishro.report.drawing import LINES
from pishro.report.facts import ReportFacts
from pishro.report.panels import FEWEST, Panel, panel
from pishro.report.wording import number, short

_Floats = NDArray[np.float64]
_Rates = Callable[[_Floats, NDArray[np.bool_]], tuple[_Floats, _Floats]]
_Found = list[tuple[int, _Floats, _Floats, float]]
"""Class, abscissae and ordinates, and the area below."""


def class_panels(facts: ReportFacts, catalog: Catalog) -> list[Panel]:
    """Confusion matrix, calibration, and the rates at every threshold."""
    e = facts.evaluation
    if not e.classes or len(e.actual) < FEWEST:
        return []
    panels = [panel(confusion_axes(facts, catalog), "confusion", _confusion_caption(facts, catalog), catalog)]
    if len(_probabilities(facts)[1]) < FEWEST:
        return panels
    two = len(e.classes) == 2
    name = catalog.quoted(e.classes[1], 40) if two else ""
    caption = catalog.say("figure.reliability", name=name) if two else catalog.say("figure.reliability_top")
    panels.append(panel(reliability_axes(facts, catalog), "reliability", caption, catalog))
    found = _one_against_rest(facts, roc_of, area_under)
    if found:
        panels.append(panel(roc_axes(facts, catalog), "roc", _rates_caption("roc", found, facts, catalog), catalog))
        found = _one_against_rest(facts, precision_recall_of, average_precision)
        caption = _rates_caption("pr", found, facts, catalog)
        panels.append(panel(precision_recall_axes(facts, catalog), "precision-recall", caption, catalog))
    return panels


def confusion_axes(facts: ReportFacts, catalog: Catalog, axes: Axes | None = None) -> Axes:
    """Rows by actual and predicted class."""
    counts, names, _ = _counts(facts, catalog)
    return confusion(counts, names, catalog.say("axis.class_predicted"), catalog.say("axis.class_actual"), axes=axes)


def reliability_axes(facts: ReportFacts, catalog: Catalog, axes: Axes | None = None) -> Axes:
    """Observed frequency against probability: of the second of two classes, of the predicted one of several."""
    table, actual = _probabilities(facts)
    if table.shape[1] == 2:
        kept = calibration_of(table[:, 1], actual == 1)
    else:
        top = table.argmax(axis=1)
        kept = calibration_of(table[np.arange(len(top)), top], top == actual)
    return reliability(kept, catalog.say("axis.probability"), catalog.say("axis.frequency"), axes=axes)


def roc_axes(facts: ReportFacts, catalog: Catalog, axes: Axes | None = None) -> Axes:
    """Receiver operating characteristic, with the diagonal of a guess."""
    curves = _named(_one_against_rest(facts, roc_of, area_under), facts)
    labels = catalog.say("axis.false_positive"), catalog.say("axis.true_positive")
    return rates(curves, *labels, chance=True, axes=axes)


def precision_recall_axes(facts: ReportFacts, catalog: Catalog, axes: Axes | None = None) -> Axes:
    """Precision against recall."""
    curves = _named(_one_against_rest(facts, precision_recall_of, average_precision), facts)
    return rates(curves, catalog.say("axis.recall"), catalog.say("axis.precision"), axes=axes)


def _probabilities(facts: ReportFacts) -> tuple[_Floats, NDArray[np.int64]]:
    """Class probabilities (N, C) and class indices (N,) of the held-out rows that have both."""
    e = facts.evaluation
    table = np.asarray(e.probabilities, dtype=np.float64)
    if table.shape != (len(e.actual), len(e.classes)):
        return np.zeros((0, len(e.classes))), np.zeros(0, dtype=np.int64)
    keep = np.isfinite(table).all(axis=1)
    return table[keep], np.asarray(e.actual, dtype=np.int64)[keep]


def _one_against_rest(facts: ReportFacts, of: _Rates, area: Callable[[_Floats, _Floats], float]) -> _Found:
    """Curves of the second of two classes, or of the several that are told apart worst."""
    table, actual = _probabilities(facts)
    chosen = [1] if table.shape[1] == 2 else range(table.shape[1])
    found = []
    for i in chosen:
        positive = actual == i
        if positive.any() and not positive.all():
            across, up = of(table[:, i], positive)
            found.append((i, across, up, area(across, up)))
    return sorted(found, key=lambda curve: curve[3])[: len(LINES)]


def _named(found: _Found, facts: ReportFacts) -> list[tuple[str, _Floats, _Floats]]:
    return [(short(facts.evaluation.classes[i], 20), across, up) for i, across, up, _ in found]


def _rates_caption(key: str, found: _Found, facts: ReportFacts, catalog: Catalog) -> str:
    classes = facts.evaluation.classes
    areas = [
        catalog.say("figure.class_area", name=catalog.quoted(classes[i], 30), area=number(area))
        for i, _, _, area in found
    ]
    if len(classes) > 2:
        return catalog.say(f"figure.{key}_several", areas=catalog.say("enumeration").join(areas))
    base = float(np.mean(_probabilities(facts)[1] == 1))
    name = catalog.quoted(classes[1], 40)
    return catalog.say(f"figure.{key}", name=name, area=number(found[0][3]), base=number(base, 2))


def _counts(facts: ReportFacts, catalog: Catalog) -> tuple[NDArray[np.int64], list[str], int]:
    e = facts.evaluation
    return confusion_counts(e.actual, e.predicted, e.classes, catalog.say("axis.others"))


def _confusion_caption(facts: ReportFacts, catalog: Catalog) -> str:
    counts, names, merged = _counts(facts, catalog)
    caption = catalog.say("figure.confusion")
    if merged:
        caption += " " + catalog.say("figure.confusion_others", n=merged)
    wrong = counts * (1 - np.eye(len(names), dtype=np.int64))
    pairs = []
    for flat in np.argsort(-wrong, axis=None, kind="stable")[:3]:
        i, j = divmod(int(flat), len(names))
        if wrong[i, j] > 0 and len(names) > 2:
            actual, predicted = catalog.quoted(names[i], 30), catalog.quoted(names[j], 30)
            pairs.append(catalog.say("figure.confusion_pair", actual=actual, predicted=predicted, n=int(wrong[i, j])))
    if pairs:
        caption += " " + catalog.say("figure.confusion_pairs", pairs=catalog.say("enumeration").join(pairs))
    return caption
