"""Pictures: an activation with its derivative, and a network with its layers, units, shapes and parameters.

They are drawn on a matplotlib figure of their own, or on axes that are given; `axes.figure.savefig(path)` writes one.
"""

__all__ = ["plot_activation", "plot_network"]

import math
from collections.abc import Mapping
from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from torch import Tensor

from pishro.errors import SettingError
from pishro.nn.activations import Activation, Elementwise, Parametric, Threshold, activation
from pishro.nn.network import Network
from pishro.nn.summary import layer_facts

VALUE, SLOPE, SHADE, INK = "#0072B2", "#D55E00", "#DDDDDD", "#333333"
"""Blue and vermillion of Okabe and Ito (2008), which color-blind readers can tell apart; gray behind, ink in front."""


def plot_activation(name: "str | Activation | Mapping[str, Any]", span: float = 8.0, axes: Axes | None = None) -> Axes:
    """The value f(z) and the derivative f'(z); where the unit is saturated the ground is gray.

    Parameters
    ----------
    name : an activation that acts on each unit by itself, by name or as an `Activation`.
    span : z runs from −span to span.
    axes : where to draw; None for a figure of its own.

    Examples
    --------
    >>> axes = plot_activation("tanh")
    >>> axes.get_title()
    'tanh'
    """
    f = activation(name)
    z = torch.linspace(-span, span, 1201, dtype=torch.float64)
    value, slope = _curves(f, z)
    axes = axes or Figure(figsize=(5, 3.4), layout="constrained").subplots()
    low, high = f.saturates if isinstance(f, Elementwise) else (-math.inf, math.inf)
    for edge in ((-span, low), (high, span)):
        if edge[0] < edge[1]:
            label = None if "saturated" in axes.get_legend_handles_labels()[1] else "saturated"
            axes.axvspan(*edge, color=SHADE, alpha=0.6, linewidth=0, label=label)
    # steps are drawn as gaps, not as steep lines
    for curve, color, style, label in ((value, VALUE, "-", "value f(z)"), (slope, SLOPE, "--", "derivative f'(z)")):
        drawn = curve.clone()
        drawn[1:][curve.diff().abs() > 0.2] = float("nan")
        axes.plot(z.tolist(), drawn.tolist(), color=color, linestyle=style, label=label)
    axes.axhline(0, color=INK, linewidth=0.6)
    axes.axvline(0, color=INK, linewidth=0.6)
    axes.set_xlim(-span, span)
    axes.set_xlabel("sum z")
    axes.set_title(f.describe())
    axes.legend(frameon=False, loc="best", fontsize="small")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return axes


def _curves(f: Activation, z: Tensor) -> tuple[Tensor, Tensor]:
    if isinstance(f, Parametric):
        params = {"slope": torch.full((1,), f.slope, dtype=z.dtype)}
    elif isinstance(f, Elementwise):
        params = {}
    else:
        raise SettingError(
            f"{f.describe()!r} mixes the units of a layer and is no curve; expected an activation of single units."
        )
    y, kept = f.forward(params, z.unsqueeze(-1))
    if isinstance(f, Threshold) and not f.straight_through:
        return y.squeeze(-1), torch.zeros_like(z)  # zero wherever it exists, which is why training refuses it
    return y.squeeze(-1), f.backward(params, kept, torch.ones_like(y), None).squeeze(-1)


def plot_network(network: Network, axes: Axes | None = None) -> Axes:
    """The layers as boxes from left to right, each with its units, shape and parameters; arrows say what reads what.

    Parameters
    ----------
    network : any network.
    axes : where to draw; None for a figure of its own.

    Examples
    --------
    >>> from pishro.nn import Dense
    >>> axes = plot_network(Network.chain(8, Dense(20, "tanh"), Dense(1)))
    >>> len(axes.patches) >= 3      # the input and two layers
    True
    """
    places = _places(network)
    columns = 1 + max(column for column, _ in places.values())
    rows = 1 + max(row for _, row in places.values())
    axes = axes or Figure(figsize=(1.1 + 1.9 * columns, 0.8 + 1.25 * rows), layout="constrained").subplots()
    texts = {name: f"{name}\ninput {_shape(shape)}" for name, shape in network.inputs.items()}
    for fact in layer_facts(network.plan):
        lines = [fact.name, fact.description, f"→ {_shape(fact.shape_out)}"]
        if fact.shares:
            lines.append(f"shares {fact.shares}")
        elif fact.parameters:
            lines.append(f"{fact.parameters:,} parameters")
        texts[fact.name] = "\n".join(lines)
    for name, (x, y) in places.items():
        color = "#EEEEEE" if name in network.inputs else "#D6E6F2"
        box = FancyBboxPatch((x - 0.4, -y - 0.36), 0.8, 0.72, "round,pad=0,rounding_size=0.06", fc=color, ec=INK)
        axes.add_patch(box)
        axes.text(x, -y, texts[name], ha="center", va="center", fontsize=8, color=INK)
    edges = [(places[source], places[node.name]) for node in network.nodes for source in node.sources]
    for start, stop in edges:
        _arrow(axes, start, stop)
    axes.set_xlim(-0.55, columns - 0.45)
    axes.set_ylim(-rows + 0.4, 0.95 if any(_skips(*edge) for edge in edges) else 0.55)
    axes.set_axis_off()
    axes.set_title(f"{network.layout.size:,} parameters", fontsize=9, color=INK)
    return axes


def _arrow(axes: Axes, start: tuple[int, int], stop: tuple[int, int]) -> None:
    (x0, y0), (x1, y1) = start, stop
    ends: tuple[tuple[float, float], tuple[float, float]]
    ends, bend = ((x0 + 0.4, -y0), (x1 - 0.4, -y1)), "arc3"
    if _skips(start, stop):  # bent over the boxes between, equally high for any distance
        ends, bend = ((x0, -y0 + 0.36), (x1, -y1 + 0.36)), f"arc3,rad={-0.55 / (x1 - x0):.3f}"
    arrow = {"arrowstyle": "-|>", "color": INK, "connectionstyle": bend, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", xy=ends[1], xytext=ends[0], arrowprops=arrow)


def _skips(start: tuple[int, int], stop: tuple[int, int]) -> bool:
    # along one row and over at least one column
    return start[1] == stop[1] and stop[0] - start[0] > 1


def _places(network: Network) -> dict[str, tuple[int, int]]:
    # column: the longest way from an input; row: in the order in which the column fills
    columns = dict.fromkeys(network.inputs, 0)
    for node in network.nodes:
        columns[node.name] = 1 + max(columns[s] for s in node.sources)
    filled: dict[int, int] = {}
    places = {}
    for name, column in columns.items():
        places[name] = (column, filled.get(column, 0))
        filled[column] = filled.get(column, 0) + 1
    return places


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))
