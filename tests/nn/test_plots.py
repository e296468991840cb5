"""Pictures of activations and networks."""

import io
import subprocess
import sys

import pytest
from matplotlib.figure import Figure

from pishro.errors import SettingError
from pishro.nn import Dense, Network, plot_activation, plot_network
from pishro.nn.activations import ACTIVATIONS, Threshold


@pytest.mark.parametrize("name", [n for n in ACTIVATIONS if n != "softmax"])
def test_activation_shows_value_and_derivative(name: str) -> None:
    axes = plot_activation(name)
    curves = {line.get_label() for line in axes.get_lines()}
    assert {"value f(z)", "derivative f'(z)"} <= curves
    axes.figure.savefig(io.BytesIO())


def test_axes_may_be_given_and_settings_are_named() -> None:
    axes = Figure().subplots()
    assert plot_activation(Threshold(straight_through=True), axes=axes) is axes
    assert axes.get_title() == "straight-through threshold"
    with pytest.raises(SettingError, match="mixes the units"):
        plot_activation("softmax")


def test_network_shows_layers_shapes_and_parameters() -> None:
    net = Network.graph({"x": 8}, {"h": Dense(8, "tanh"), "again": "h", "y": Dense(1)})
    axes = plot_network(net)
    texts = [t.get_text() for t in axes.texts if t.get_text()]
    assert texts == [
        "x\ninput 8",
        "h\n8 tanh\n→ 8\n72 parameters",
        "again\n8 tanh\n→ 8\nshares h",
        "y\n1 linear\n→ 1\n9 parameters",
    ]
    assert axes.get_title() == "81 parameters"
    axes.figure.savefig(io.BytesIO())


def test_matplotlib_is_imported_only_for_pictures() -> None:
    code = "import sys, pishro.nn; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
