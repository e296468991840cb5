"""One look for every picture of the documentation, in a light and in a dark page.

A picture is drawn in the light colors and written as SVG with a style sheet that replaces each of them where the reader
prefers dark pages. It paints its own background, so that it is readable whatever the page around it does. The hues
follow Okabe and Ito (2008), which people with any color vision can tell apart.
"""

__all__ = ["BLUE", "CLASSES", "GREEN", "INK", "ORANGE", "PAPER", "PURPLE", "STYLE", "alpha_map", "save", "slim"]

import io
import re
from pathlib import Path

from matplotlib import cycler
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure

PAPER, INK, FAINT = "#ffffff", "#24292f", "#8c959f"
BLUE, ORANGE, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#b0578d"
CLASSES = (BLUE, ORANGE, GREEN, PURPLE)

DARK = {
    PAPER: "#0d1117",
    INK: "#d1d7e0",
    FAINT: "#848d97",
    BLUE: "#56b4e9",
    ORANGE: "#f0883e",
    GREEN: "#2bc79a",
    PURPLE: "#d98cb9",
    "#000000": "#d1d7e0",  # the last of `optim.compare`'s lines
}
"""What each color becomes on dark paper."""

STYLE = {
    "figure.facecolor": PAPER,
    "axes.facecolor": "none",
    "savefig.facecolor": PAPER,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.prop_cycle": cycler(color=CLASSES),
    "font.size": 9,
    "font.family": "sans-serif",
    "font.sans-serif": ["Helvetica", "Arial", "DejaVu Sans"],
    "legend.frameon": False,
    "savefig.dpi": 50,  # of the shading, which is smooth
    "svg.fonttype": "none",
    "svg.hashsalt": "pishro",
}


def alpha_map(color: str) -> LinearSegmentedColormap:
    """From transparent to a color: shading that fits light and dark paper."""
    rgb = to_rgb(color)
    return LinearSegmentedColormap.from_list("alpha", [(*rgb, 0.0), (*rgb, 1.0)])


def save(figure: Figure, path: Path) -> None:
    """Write an SVG that follows the reader's preference for light or dark."""
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    path.write_text(slim(drawn.getvalue()), encoding="utf-8")


def slim(svg: str) -> str:
    """The same picture with a style sheet of dark colors, coordinates to a tenth of a point, and each style once."""
    rules = [
        f'[style*="{kind}: {light}"]{{{kind}:{dark}!important}}'
        for light, dark in DARK.items()
        for kind in ("fill", "stroke")
    ]
    sheet = "<style>@media (prefers-color-scheme: dark){" + "".join(rules) + "}</style>"
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"(\d+\.\d)\d+", r"\1", svg)
    svg = re.sub(r'(?:\s*<use [^>]*style="([^"]*)"/>)(?:\s*<use [^>]*style="\1"/>)+', _share_style, svg)
    svg = re.sub(r"\s*\n\s*", "\n", svg)
    return re.sub(r"(<svg[^>]*>)", rf"\1{sheet}", svg, count=1)


def _share_style(points: re.Match[str]) -> str:
    style = f' style="{points[1]}"'
    return f"<g{style}>{points[0].replace(style, '')}</g>"
