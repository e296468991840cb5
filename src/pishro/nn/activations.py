"""Activation functions f(z): value, and derivative from what the forward path keeps.

Each activation says what its derivative needs, the output y = f(z) or the input z, so that the forward path keeps one
tensor and not two.
"""

__all__ = ["Activation", "Linear", "ReLU", "Sigmoid", "Tanh", "Tansig", "activation"]

import abc
from typing import ClassVar, final

import torch
from torch import Tensor

from pishro.errors import SettingError, unknown_name


class Activation(abc.ABC):
    """A scalar function applied to each unit's pre-activation z.

    Attributes
    ----------
    name : the name used in settings and files.
    gain : factor on the initial weights' standard deviation 1/√d that keeps the signal's size from layer to layer
        (1 for functions of slope 1 at zero; √2 for ReLU: He et al. 2015).
    """

    name: ClassVar[str]
    gain: ClassVar[float] = 1.0

    @abc.abstractmethod
    def __call__(self, z: Tensor) -> Tensor:
        """f(z), same shape."""

    @abc.abstractmethod
    def derivative(self, y: Tensor) -> Tensor:
        """f'(z) written in terms of the output y = f(z), same shape."""


@final
class Linear(Activation):
    """f(z) = z."""

    name = "linear"

    def __call__(self, z: Tensor) -> Tensor:
        """Value z."""
        return z

    def derivative(self, y: Tensor) -> Tensor:
        """One everywhere."""
        return torch.ones_like(y)


@final
class Tanh(Activation):
    """f(z) = tanh z, f' = 1 − f²."""

    name = "tanh"

    def __call__(self, z: Tensor) -> Tensor:
        """Value tanh z."""
        return torch.tanh(z)

    def derivative(self, y: Tensor) -> Tensor:
        """1 − y²."""
        return 1 - y.square()


@final
class Tansig(Activation):
    """f(z) = 2σ(z) − 1 = tanh(z/2), f' = (1 − f²)/2.

    MATLAB's function of the same name is tanh(n), not this one; use "tanh" to repeat a MATLAB network.
    """

    name = "tansig"
    gain = 2.0

    def __call__(self, z: Tensor) -> Tensor:
        """Value tanh(z/2)."""
        return torch.tanh(z / 2)

    def derivative(self, y: Tensor) -> Tensor:
        """(1 − y²)/2."""
        return (1 - y.square()) / 2


@final
class Sigmoid(Activation):
    """f(z) = 1/(1 + e^{−z}), f' = f(1 − f); stable for |z| large."""

    name = "sigmoid"
    gain = 4.0

    def __call__(self, z: Tensor) -> Tensor:
        """Value σ(z)."""
        return torch.sigmoid(z)

    def derivative(self, y: Tensor) -> Tensor:
        """y(1 − y)."""
        return y * (1 - y)


@final
class ReLU(Activation):
    """f(z) = max(0, z); the derivative at 0 is taken as 0."""

    name = "relu"
    gain = 2.0**0.5

    def __call__(self, z: Tensor) -> Tensor:
        """Value max(0, z)."""
        return torch.relu(z)

    def derivative(self, y: Tensor) -> Tensor:
        """1 where the unit is active, else 0."""
        return (y > 0).to(y.dtype)


_CATALOG: dict[str, type[Activation]] = {a.name: a for a in (Linear, Tanh, Tansig, Sigmoid, ReLU)}


def activation(name: "str | Activation") -> Activation:
    """The activation of that name (an `Activation` passes through).

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
    if name not in _CATALOG:
        raise SettingError(unknown_name("activation", name, _CATALOG))
    return _CATALOG[name]()
