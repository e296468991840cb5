"""From a matplotlib figure to an inline SVG whose colors follow the page.

Figures are drawn in a few agreed colors. On the way to the page each of them becomes a CSS variable, so one drawing
reads on a light and on a dark page. The data colors are those of Okabe and Ito, which color-blind readers can tell
apart.

References
----------
Okabe, M., and Ito, K. (2008). Color Universal Design: how to make figures and presentations that are friendly to
colorblind people.
"""

__all__ = [
    "BLUE",
    "FARTHEST",
    "GREEN",
    "GRID",
    "INK",
    "LINES",
    "MUTED",
    "PURPLE",
    "SURFACE",
    "VERMILLION",
    "finite",
    "framed",
    "inline_svg",
    "label",
    "legend",
]

import io
import re
import warnings
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter
from numpy.typing import NDArray

from pishro.report.wording import short

BLUE = "#0072b2"
VERMILLION = "#d55e00"
GREEN = "#009e73"
PURPLE = "#aa4499"
# Colors that no palette of the page has, so that none is taken for another; as they stand they read on white.
INK = "#1b1b1c"
MUTED = "#5f6063"
GRID = "#e3e4e7"
SURFACE = "#fefefe"
_ROLES = {
    BLUE: "var(--blue)",
    VERMILLION: "var(--vermillion)",
    GREEN: "var(--green)",
    PURPLE: "var(--purple)",
    INK: "currentColor",
    MUTED: "var(--muted)",
    GRID: "var(--grid)",
    SURFACE: "var(--surface)",
}
LINES = ((BLUE, "-"), (VERMILLION, "--"), (GREEN, "-."), (PURPLE, ":"))
"""Color and dashes of curves that share one pair of axes."""

_COLOR = re.compile("|".join(_ROLES), re.IGNORECASE)
_REFERENCE = re.compile(r"#([\w-]+)")
_XML_NAMESPACE = re.compile(r"\{[^}]*\}")
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_NUMBER = re.compile(r"\s*[-−+]?\d[\d.,]*(?:·10)?[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]*\s?%?")
# Inches: half of a page.
_WIDTH = 4.7
# Inches around the labels.
_PAD = 0.04
# What has diverged beyond this would overflow the arithmetic of an axis.
FARTHEST = 1e100


def framed(axes: Axes | None = None, height: float = 3.1) -> Axes:
    """Axes in the report's style: those given, or those of a new figure of so many inches."""
    if axes is None:
        figure = Figure(figsize=(_WIDTH, height))
        figure.patch.set_alpha(0.0)
        axes = figure.add_subplot()
    axes.patch.set_alpha(0.0)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(MUTED)
        axes.spines[side].set_linewidth(0.6)
    axes.tick_params(which="both", color=MUTED, labelcolor=INK, labelsize=9, width=0.6, length=3)
    axes.grid(visible=True, color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    return axes


def label(axes: Axes, x: str, y: str) -> None:
    """Name both axes; a dollar sign in a name stays a dollar sign."""
    axes.set_xlabel(x, color=INK, fontsize=10, parse_math=False)
    axes.set_ylabel(y, color=INK, fontsize=10, parse_math=False)


def legend(axes: Axes) -> None:
    """Name the curves; a dollar sign in a name stays a dollar sign."""
    box = axes.legend(frameon=False, fontsize=8.5, labelcolor=INK, handlelength=2.4)
    for text in box.get_texts():
        text.set_parse_math(False)


def finite(*columns: list[float]) -> list[NDArray[np.float64]]:
    """Columns as arrays, cut to the rows where all of them can be drawn: finite, and not beyond `FARTHEST`."""
    arrays = [np.asarray(c, dtype=np.float64) for c in columns]
    keep = np.logical_and.reduce([np.abs(a) < FARTHEST for a in arrays])
    return [a[keep] for a in arrays]


def _attributes(element: ElementTree.Element, key: str, used: set[str]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for raw, value in element.attrib.items():
        name = _XML_NAMESPACE.sub("", raw)
        if name == "id":
            if value in used:
                kept["id"] = f"{key}-{value}"
            continue
        if name in {"href", "clip-path"}:
            value = _REFERENCE.sub(rf"#{key}-\1", value)
        elif name in {"style", "fill", "stroke"}:
            value = _COLOR.sub(lambda m: _ROLES[m.group().lower()], value)
        if name in {"d", "x", "y", "transform"}:
            value = _LONG_NUMBER.sub(lambda m: f"{float(m.group()):.2f}", value)
        kept[name] = value
    return kept


def _references(root: ElementTree.Element) -> set[str]:
    used: set[str] = set()
    for element in root.iter():
        for raw, value in element.attrib.items():
            if _XML_NAMESPACE.sub("", raw) in {"href", "clip-path"}:
                used.update(_REFERENCE.findall(value))
    return used


def _share(group: ElementTree.Element) -> None:
    """Say once what all dots or bars of a group have in common; it is most of a drawing's size."""
    children = list(group)
    if len(children) < 2 or any(child.tag not in {"use", "path"} for child in children):
        return
    for name in ("style", "clip-path"):
        values = {child.attrib.get(name) for child in children}
        if len(values) == 1 and None not in values and name not in group.attrib:
            group.attrib[name] = values.pop() or ""
            for child in children:
                del child.attrib[name]


def _lay_out(axes: Axes, figure: Figure) -> None:
    """Make room for the labels of the only axes; matplotlib's general layout takes half of a report's time."""
    outer, inner = axes.get_tightbbox(), axes.get_window_extent()
    if outer is None:
        return
    width, height = figure.bbox.width, figure.bbox.height
    pad = figure.dpi * _PAD
    left, bottom = inner.x0 - outer.x0 + pad, inner.y0 - outer.y0 + pad
    right, top = outer.x1 - inner.x1 + pad, outer.y1 - inner.y1 + pad
    axes.set_position(
        (left / width, bottom / height, max(0.1, 1 - (left + right) / width), max(0.1, 1 - (bottom + top) / height))
    )


def _names(axes: Axes) -> set[str]:
    """Labels of ticks and curves that stand for levels and not for numbers."""
    # what `set_xticks` with labels leaves
    named = [
        axis
        for axis in (axes.xaxis, axes.yaxis)
        if isinstance(axis.get_major_locator(), FixedLocator) and isinstance(axis.get_major_formatter(), FuncFormatter)
    ]
    box = axes.get_legend()
    texts = [text for axis in named for text in axis.get_ticklabels()] + ([] if box is None else box.get_texts())
    return {text.get_text() for text in texts}


def inline_svg(axes: Axes, key: str, alternative: str, numerals: Callable[[str], str] | None = None) -> str:
    """Draw the figure of some axes as an SVG element for an HTML page.

    Parameters
    ----------
    axes : what to draw.
    key : prefix of the ids within the drawing; unique in the page.
    alternative : what a reader hears who does not see the figure.
    numerals : writes numbers as the page's language does; those that are names of data stay as they are.
    """
    page, figure = io.BytesIO(), axes.get_figure(root=True)
    if figure is None:
        raise TypeError("Expected axes that belong to a figure.")
    nothing: dict[str, Any] = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": key}), warnings.catch_warnings():
        # The browser draws the text with its own fonts, so a glyph that matplotlib's font lacks is no loss.
        warnings.filterwarnings("ignore", message=r"(?s)Glyph .* missing from", category=UserWarning)
        for _ in range(2):  # the new size may have other ticks, with longer labels
            _lay_out(axes, figure)
        # `savefig` would draw everything twice.
        canvas: Any = FigureCanvasSVG(figure)  # its methods carry no types
        canvas.print_svg(page, metadata=nothing)
    root = ElementTree.fromstring(page.getvalue())
    used, names = _references(root), _names(axes)
    for element in root.iter():
        text = element.text or ""
        if numerals is not None and text not in names and _NUMBER.fullmatch(text):
            element.text = numerals(text.strip())
        attributes = _attributes(element, key, used)
        element.attrib.clear()
        element.attrib.update(attributes)
        element.tag = _XML_NAMESPACE.sub("", element.tag)
        for child in list(element):
            # matplotlib's style sheet would apply to the whole page; the page has its two lines.
            if child.tag.endswith("}style") or child.tag.endswith("}metadata"):
                element.remove(child)
    for group in root.iter("g"):
        _share(group)
    box = root.attrib["viewBox"]
    root.attrib.clear()
    root.attrib.update({"viewBox": box, "role": "img", "aria-label": short(alternative, 400)})
    return ElementTree.tostring(root, encoding="unicode")
