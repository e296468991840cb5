"""Names → activations; the one place where a string becomes an activation."""

__all__ = ["ACTIVATIONS", "activation"]

from collections.abc import Mapping
from typing import Any

from pishro.errors import SettingError, unknown_name
from pishro.nn.activations.activation import Activation
from pishro.nn.activations.bounded import Bounded
from pishro.nn.activations.groups import Groups
from pishro.nn.activations.linear import Linear
from pishro.nn.activations.logarithm import Logarithm
from pishro.nn.activations.parametric import Parametric
from pishro.nn.activations.rectified import Absolute, LeakyReLU, ReLU
from pishro.nn.activations.sigmoidal import Sigmoid, Tanh, Tansig
from pishro.nn.activations.smooth_rectified import ELU, GELU, SiLU, Softplus
from pishro.nn.activations.softmax import Softmax
from pishro.nn.activations.threshold import Threshold

_KINDS: tuple[type[Activation], ...] = (
    *(Linear, Threshold, Sigmoid, Tansig, Tanh),
    *(ReLU, LeakyReLU, Absolute, Parametric),
    *(Softplus, ELU, GELU, SiLU, Softmax, Logarithm, Bounded),
)

ACTIVATIONS: dict[str, type[Activation]] = {kind.name: kind for kind in _KINDS}
"""Every activation by name."""


def activation(name: "str | Activation | Mapping[str, Any]") -> Activation:
    """The activation of that name (an `Activation` passes through).

    Parameters
    ----------
    name : the name; or how many units have which, by name; or what `Activation.to_json` wrote.

    Raises
    ------
    SettingError
        If there is none of that name; the nearest are offered.

    Examples
    --------
    >>> activation("tanh")
    Tanh()
    >>> activation({"tanh": 12, "relu": 8}).describe()
    '12 tanh + 8 relu'
    """
    if isinstance(name, Activation):
        return name
    if isinstance(name, str):
        name = {"name": name}
    if "name" not in name:
        return Groups(tuple((activation(part), units) for part, units in name.items()))
    kind, settings = name["name"], {key: value for key, value in name.items() if key != "name"}
    if kind == Groups.name:
        return Groups(tuple((activation(part), units) for part, units in settings["parts"]))
    if kind not in ACTIVATIONS:
        raise SettingError(unknown_name("activation", kind, ACTIVATIONS))
    return ACTIVATIONS[kind](**settings)
