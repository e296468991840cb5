"""Figures of an autoencoder: rows over what came back, the code, and how large the errors are."""

__all__ = ["code_axes", "column_axes", "error_axes", "image_axes", "reconstruction_panels"]

import numpy as np
from matplotlib.axes import Axes

from pishro.models import Reconstructions, plot_reconstructions
from pishro.report.catalog import Catalog
from pishro.report.drawing import framed, label
from pishro.report.facts import ReportFacts
from pishro.report.figures import dots, residual_histogram
from pishro.report.input_figures import relevance_bars
from pishro.report.panels import FEWEST, Panel, panel
from pishro.report.wording import number

_BARS = 20
_FARTHEST_QUANTILE = 0.995  # of the errors that the histogram shows; one far row would leave it a single bar


def reconstruction_panels(facts: ReportFacts, catalog: Catalog) -> list[Panel]:
    """Images, evenly chosen and the worst, or the columns of a table; then the code and the errors."""
    found = facts.reconstruction
    if found is None or len(found.errors) < FEWEST:
        return []
    panels = []
    if len(found.row) == 3:
        some, worst = image_axes(found), image_axes(found, worst=True)
        panels.append(panel(some, "images", catalog.say("figure.images", n=len(found.some[0])), catalog))
        panels.append(panel(worst, "worst-images", catalog.say("figure.worst_images", n=len(found.worst[0])), catalog))
    elif found.explained:
        shown, columns = min(len(found.explained), _BARS), len(found.explained)
        key = "figure.explained" if shown == columns else "figure.explained_some"
        caption = catalog.say(key, shown=shown, columns=f"{columns:,}")
        panels.append(panel(column_axes(facts, catalog), "explained", caption, catalog))
    if found.code.shape[1] == 2:
        key = "figure.code" if found.units == 2 else "figure.code_first"
        panels.append(panel(code_axes(found, catalog), "code", catalog.say(key, units=found.units), catalog))
    panels.append(panel(error_axes(found, catalog), "errors", _error_caption(found, catalog), catalog))
    return panels


def image_axes(found: Reconstructions, axes: Axes | None = None, *, worst: bool = False) -> Axes:
    """Images in a line, and what came back for them below; of several channels their mean."""
    above, below = (found.worst if worst else found.some).mean(2)
    height, width = above.shape[1:]
    axes = framed(axes, min(3.0, max(0.9, 2 * 4.7 / len(above) * height / width)))
    axes = plot_reconstructions(above, below, axes)
    axes.set_title("")
    return axes


def column_axes(facts: ReportFacts, catalog: Catalog, axes: Axes | None = None) -> Axes:
    """Share of each column's variance that comes back, the smallest first."""
    if facts.reconstruction is None:
        raise TypeError("Expected the facts of an autoencoder.")
    names = [name for name, _, _ in facts.columns]
    shares = {names[j]: max(0.0, share) for j, share in list(facts.reconstruction.explained.items())[:_BARS]}
    return relevance_bars(shares, catalog.say("axis.explained"), axes=axes)


def code_axes(found: Reconstructions, catalog: Catalog, axes: Axes | None = None) -> Axes:
    """The first two units of the code as points."""
    axes = framed(axes, 3.7)
    dots(axes, found.code[:, 0], found.code[:, 1])
    label(axes, catalog.say("axis.code", n=1), catalog.say("axis.code", n=2))
    return axes


def error_axes(found: Reconstructions, catalog: Catalog, axes: Axes | None = None) -> Axes:
    """Histogram of the rows' squared errors."""
    limits = (0.0, float(np.quantile(found.errors, _FARTHEST_QUANTILE)))
    return residual_histogram(
        found.errors, limits, catalog.say("axis.squared_error"), catalog.say("axis.rows"), axes=axes
    )


def _error_caption(found: Reconstructions, catalog: Catalog) -> str:
    beyond = int((found.errors > np.quantile(found.errors, _FARTHEST_QUANTILE)).sum())
    middle, high = (number(float(np.quantile(found.errors, q))) for q in (0.5, 0.95))
    caption = catalog.say("figure.errors", middle=middle, high=high)
    return f"{caption} {catalog.say('figure.beyond', rows=catalog.count('row', beyond))}" if beyond else caption
