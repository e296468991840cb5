"""Names → activations; the one place where a string becomes an activation."""

__all__ = ["ACTIVATIONS", "activation"]

from collections.abc import Mapping
from typing import Any

from pishro.errors import SettingError, unknown_name
from pishro.nn.activations.activation import Activation
from pishro.nn.activations.linear import Linear
from pishro.nn.activations.rectified import Absolute, LeakyReLU, ReLU
from pishro.nn.activations.sigmoidal import Sigmoid, Tanh, Tansig

ACTIVATIONS: dict[str, type[Activation]] = {
    a.name: a for a in (Linear, Sigmoid, Tansig, Tanh, ReLU, LeakyReLU, Absolute)
}
"""Every activation by name."""


def activation(name: "str | Activation | Mapping[str, Any]") -> Activation:
    """The activation of that name (an `Activation` passes through).

    Parameters
    ----------
    name : the name; or what `Activation.to_json` wrote.

    Raises
    ------
    SettingError
        If there is none of that name; the nearest are offered.

    Examples
    --------
    >>> activation("tanh").name
    'tanh'
    """
    if isinstance(name, Activation):
        return name
    settings = dict(name) if isinstance(name, Mapping) else {"name": name}
    kind = settings.pop("name")
    if kind not in ACTIVATIONS:
        raise SettingError(unknown_name("activation", kind, ACTIVATIONS))
    return ACTIVATIONS[kind](**settings)
