"""Figures of predicted numbers, and what is said below each."""

__all__ = [
    "agreement_axes",
    "coverage_axes",
    "histogram_axes",
    "regression_panels",
    "residual_axes",
    "residual_panels",
    "train_axes",
]

import math

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from pishro.report.catalog import Catalog
from pishro.report.class_figures import share_interval
from pishro.report.drawing import finite
from pishro.report.facts import ReportFacts
from pishro.report.figures import (
    BARS,
    POINTS,
    agreement,
    coverage_curve,
    residual_histogram,
    residual_scatter,
    residual_strips,
)
from pishro.report.panels import FEWEST, Panel, panel
from pishro.report.wording import number, short

_Array = NDArray[np.float64]


def regression_panels(facts: ReportFacts, catalog: Catalog) -> list[Panel]:
    """Predicted against actual on either side of the split, the residuals, and what intervals hold."""
    columns = _held_out(facts)
    actual, predicted = columns[:2]
    if len(actual) < FEWEST:
        return []
    thinned = ""
    if len(actual) > POINTS:
        thinned = " " + catalog.say("figure.thinned", shown=f"{POINTS:,}", rows=f"{len(actual):,}")
    panels = [
        panel(agreement_axes(facts, catalog), "agreement", _agreement_caption(columns, catalog) + thinned, catalog)
    ]
    if len(facts.exhibits.train[0]) >= FEWEST:
        correlation = _correlation(facts.exhibits.train_correlation, catalog)
        caption = catalog.say("figure.train_agreement", correlation=correlation)
        panels.append(panel(train_axes(facts, catalog), "train-agreement", caption, catalog))
    trend = " " + catalog.say("figure.trend") if len(actual) >= 100 and np.ptp(predicted) > 0 else ""
    panels.append(
        panel(residual_axes(facts, catalog), "residuals", catalog.say("figure.residuals") + trend + thinned, catalog)
    )
    panels.append(
        panel(histogram_axes(facts, catalog), "histogram", _histogram_caption(actual - predicted, catalog), catalog)
    )
    if facts.exhibits.coverage:
        caption = catalog.say("figure.coverage", rows=catalog.count("row", _counted(facts)))
        panels.append(panel(coverage_axes(facts, catalog), "coverage", caption, catalog))
    return panels


def residual_panels(facts: ReportFacts, catalog: Catalog) -> list[Panel]:
    """Residuals against the most relevant inputs."""
    panels = []
    for place, column in enumerate(facts.exhibits.inputs):
        if len(_against(facts, column)[1]) >= FEWEST:
            caption = catalog.say("figure.residuals_against", column=catalog.quoted(column, 40))
            panels.append(panel(residual_axes(facts, catalog, column), f"against-{place}", caption, catalog))
    return panels


def agreement_axes(facts: ReportFacts, catalog: Catalog, axes: Axes | None = None) -> Axes:
    """Predicted against actual on held-out rows, with intervals."""
    return agreement(_held_out(facts), *_agreement_labels(facts, catalog), axes=axes)


def train_axes(facts: ReportFacts, catalog: Catalog, axes: Axes | None = None) -> Axes:
    """Predicted against actual on training rows."""
    return agreement(tuple(finite(*facts.exhibits.train)), *_agreement_labels(facts, catalog), axes=axes)


def residual_axes(facts: ReportFacts, catalog: Catalog, column: str | None = None, axes: Axes | None = None) -> Axes:
    """Residuals against predictions, or against one of the inputs that were kept."""
    label = catalog.say("axis.residual", target=_target(facts, catalog))
    if column is None:
        actual, predicted = _held_out(facts)[:2]
        across = catalog.say("axis.predicted", target=_target(facts, catalog))
        return residual_scatter(predicted, actual - predicted, across, label, axes=axes)
    cells, residuals = _against(facts, column)
    if isinstance(cells, list):
        return residual_strips(cells, residuals, short(column, 34), label, axes=axes)
    return residual_scatter(cells, residuals, short(column, 34), label, axes=axes)


def histogram_axes(facts: ReportFacts, catalog: Catalog, axes: Axes | None = None) -> Axes:
    """Histogram of the residuals."""
    actual, predicted = _held_out(facts)[:2]
    residuals = actual - predicted
    label = catalog.say("axis.residual", target=_target(facts, catalog))
    return residual_histogram(residuals, _limits(residuals), label, catalog.say("axis.rows"), axes=axes)


def coverage_axes(facts: ReportFacts, catalog: Catalog, axes: Axes | None = None) -> Axes:
    """The share of held-out values in intervals of each level."""
    levels, shares = (np.asarray(column, dtype=np.float64) for column in zip(*facts.exhibits.coverage, strict=True))
    ends = share_interval(shares, np.full(len(shares), float(_counted(facts))))
    return coverage_curve(levels, shares, ends, catalog.say("axis.level"), catalog.say("axis.inside"), axes=axes)


def _held_out(facts: ReportFacts) -> tuple[_Array, ...]:
    """Actual and predicted numbers, with the ends of the intervals where they are known."""
    e = facts.evaluation
    return tuple(finite(e.actual, e.predicted, *([e.lower, e.upper] if e.lower and e.upper else [])))


def _counted(facts: ReportFacts) -> int:
    return len(facts.exhibits.held) or facts.scores.rows


def _against(facts: ReportFacts, column: str) -> tuple[_Array | list[str], _Array]:
    """Cells of an input with the residuals of their rows, cut to those that can be drawn."""
    e, at = facts.evaluation, np.array(facts.exhibits.held, dtype=np.int64)
    residuals = (np.asarray(e.actual) - np.asarray(e.predicted))[at]
    cells = facts.exhibits.inputs[column]
    if cells and isinstance(cells[0], str):
        kept = np.flatnonzero(np.isfinite(residuals))
        return [str(cells[i]) for i in kept], residuals[kept]
    numbers, residuals = finite([float(c) for c in cells], residuals.tolist())
    return numbers, residuals


def _target(facts: ReportFacts, catalog: Catalog) -> str:
    """The target with its unit: that of an error measured in it."""
    units = [m.unit for m in facts.scores.metrics if m.name in {"RMSE", "MAE"} and m.unit]
    return catalog.foreign(short(facts.target, 34) + (f" ({short(units[0], 20)})" if units else ""))


def _agreement_labels(facts: ReportFacts, catalog: Catalog) -> tuple[str, str]:
    target = _target(facts, catalog)
    return catalog.say("axis.actual", target=target), catalog.say("axis.predicted", target=target)


def _agreement_caption(columns: tuple[_Array, ...], catalog: Catalog) -> str:
    actual, predicted = columns[:2]
    varied = np.ptp(actual) > 0 and np.ptp(predicted) > 0
    r = float(np.corrcoef(actual, predicted)[0, 1]) if varied else math.nan
    caption = catalog.say("figure.agreement", correlation=_correlation(r, catalog))
    if len(columns) < 4:
        return caption
    outside = int(np.sum((actual < columns[2]) | (actual > columns[3])))
    some = len(actual) > BARS
    which = catalog.say("figure.some_bars", shown=BARS) if some else catalog.say("figure.every_bar")
    rows = catalog.count("row", len(actual))
    return f"{caption} {catalog.say('figure.bars', outside=f'{outside:,}', rows=rows, which=which)}"


def _correlation(r: float, catalog: Catalog) -> str:
    if math.isnan(r):
        return catalog.say("figure.agreement_no_r")
    return catalog.say("figure.agreement_r", r=number(r))


def _histogram_caption(residuals: _Array, catalog: Catalog) -> str:
    low, high = _limits(residuals)
    beyond = int(np.sum((residuals < low) | (residuals > high)))
    mean, deviation = number(float(residuals.mean()), 2), number(float(residuals.std()))
    said = catalog.say("figure.histogram", mean=mean, deviation=deviation)
    return f"{said} {catalog.say('figure.beyond', rows=catalog.count('row', beyond))}" if beyond else said


def _limits(residuals: _Array) -> tuple[float, float]:
    """The whole range, or three times the central 95 % where a few far values would squeeze the rest."""
    low, high = float(residuals.min()), float(residuals.max())
    inner_low, inner_high = np.quantile(residuals, [0.025, 0.975])
    width = float(inner_high - inner_low)
    if width == 0:
        return low, high
    return max(low, float(inner_low) - width), min(high, float(inner_high) + width)
