"""Where weights start: chosen so that a signal keeps its size from layer to layer, forward and backward.

Each reads the weight's fans: on how many inputs a unit's sum runs (fan in), and into how many sums an input goes (fan
out); for a kernel both include its positions. What a layer's activation does to the signal's size is its `gain`.

References
----------
LeCun, Bottou, Orr & Müller 1998, *Efficient BackProp*; Glorot & Bengio 2010; He, Zhang, Ren & Sun 2015; Saxe,
McClelland & Ganguli 2014 (orthogonal); Nguyen & Widrow 1990.
"""

__all__ = [
    "Fans",
    "Glorot",
    "He",
    "Initializer",
    "LeCun",
    "NguyenWidrow",
    "Orthogonal",
    "Start",
    "Uniform",
    "initializer",
]

import abc
import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar, final

import torch
from torch import Generator, Tensor

from pishro.errors import SettingError, unknown_name
from pishro.nn.activations import Activation
from pishro.nn.layer import Parameters, plain


@final
@dataclasses.dataclass(frozen=True)
class Fans:
    """How many inputs a sum runs on, and into how many sums an input goes."""

    fan_in: int
    fan_out: int


class Initializer(abc.ABC):
    """A distribution of initial weights; frozen."""

    name: ClassVar[str]

    @abc.abstractmethod
    def weight(self, weight: Tensor, fans: Fans, gain: float, generator: Generator) -> None:
        """Fill the weight of one member; its last axis is the units', the others are summed over."""

    def bias(self, bias: Tensor, weight: Tensor, generator: Generator) -> None:
        """Fill the bias (units,) anew, for a weight that is filled; by default it stays as the activation asked."""
        del bias, weight, generator

    def to_json(self) -> Any:
        """The name, or the name with those settings that are not the usual ones."""
        settings = plain(self)
        return {"name": self.name} | settings if settings else self.name


def _normal(weight: Tensor, scale: float, generator: Generator) -> None:
    weight.copy_(torch.randn(weight.shape, generator=generator, dtype=weight.dtype) * scale)


def _uniform(weight: Tensor, bound: float, generator: Generator) -> None:
    weight.copy_((2 * torch.rand(weight.shape, generator=generator, dtype=weight.dtype) - 1) * bound)


@final
@dataclasses.dataclass(frozen=True)
class LeCun(Initializer):
    """Normal with standard deviation gain/√fan_in: a sum of independent inputs keeps their variance."""

    name = "lecun"

    def weight(self, weight: Tensor, fans: Fans, gain: float, generator: Generator) -> None:
        """Fill the weight."""
        _normal(weight, gain / fans.fan_in**0.5, generator)


@final
@dataclasses.dataclass(frozen=True)
class He(Initializer):
    """Normal with variance 2/fan_in, whatever the activation: half of a ReLU layer's units are off."""

    name = "he"

    def weight(self, weight: Tensor, fans: Fans, gain: float, generator: Generator) -> None:
        """Fill the weight."""
        _normal(weight, (2 / fans.fan_in) ** 0.5, generator)


@final
@dataclasses.dataclass(frozen=True)
class Glorot(Initializer):
    """Uniform with variance 2 gain²/(fan_in + fan_out): between what the forward and the backward path ask for."""

    name = "glorot"

    def weight(self, weight: Tensor, fans: Fans, gain: float, generator: Generator) -> None:
        """Fill the weight."""
        _uniform(weight, gain * (6 / (fans.fan_in + fans.fan_out)) ** 0.5, generator)


@final
@dataclasses.dataclass(frozen=True)
class Orthogonal(Initializer):
    """Orthonormal columns (or rows, where there are fewer), times the gain: no direction grows or fades with depth."""

    name = "orthogonal"

    def weight(self, weight: Tensor, fans: Fans, gain: float, generator: Generator) -> None:
        """Fill the weight."""
        rows, columns = weight[..., 0].numel(), weight.shape[-1]
        tall = torch.randn(max(rows, columns), min(rows, columns), generator=generator, dtype=weight.dtype)
        q, r = torch.linalg.qr(tall)
        # the signs make q uniform among all orthogonal matrices (Mezzadri 2007)
        q = q * r.diagonal().sign()
        weight.copy_((gain * (q if rows >= columns else q.mT)).reshape(weight.shape))


@final
@dataclasses.dataclass(frozen=True)
class NguyenWidrow(Initializer):
    """Steep parts of the units spread evenly over inputs within ±1.

    Each unit's weights have length 0.7 units^{1/inputs}, in a random direction, and its bias is uniform between plus
    and minus that length. Written for tanh; for another activation the length is multiplied by its gain.
    """

    name = "nguyen-widrow"

    def weight(self, weight: Tensor, fans: Fans, gain: float, generator: Generator) -> None:
        """Fill the weight."""
        _uniform(weight, 1.0, generator)
        length = gain * 0.7 * weight.shape[-1] ** (1 / fans.fan_in)
        inputs = tuple(range(weight.ndim - 1))
        weight.mul_(length / weight.square().sum(inputs, keepdim=True).sqrt())

    def bias(self, bias: Tensor, weight: Tensor, generator: Generator) -> None:
        """Fill the bias evenly over where the unit's sum runs."""
        length = float(weight[..., 0].square().sum().sqrt())
        _uniform(bias, length, generator)


@final
@dataclasses.dataclass(frozen=True)
class Uniform(Initializer):
    """Uniform between −bound and bound, whatever the fans.

    Parameters
    ----------
    bound : above 0.
    """

    bound: float = 0.1
    name = "uniform"

    def __post_init__(self) -> None:
        if not self.bound > 0:
            raise SettingError(f"Expected a bound above 0, received {self.bound}.")

    def weight(self, weight: Tensor, fans: Fans, gain: float, generator: Generator) -> None:
        """Fill the weight."""
        _uniform(weight, self.bound, generator)


_CATALOG: dict[str, type[Initializer]] = {i.name: i for i in (LeCun, He, Glorot, Orthogonal, NguyenWidrow, Uniform)}


def initializer(name: "str | Initializer | Mapping[str, Any]") -> Initializer:
    """The initializer of that name (an `Initializer` passes through).

    Raises
    ------
    SettingError
        If there is none of that name; the nearest are offered.

    Examples
    --------
    >>> initializer("glorot")
    Glorot()
    """
    if isinstance(name, Initializer):
        return name
    settings = dict(name) if isinstance(name, Mapping) else {"name": name}
    kind = settings.pop("name")
    if kind not in _CATALOG:
        raise SettingError(unknown_name("initializer", kind, _CATALOG))
    return _CATALOG[kind](**settings)


@final
@dataclasses.dataclass(frozen=True)
class Start:
    """How a layer with weight, bias and activation starts.

    Attributes
    ----------
    weight : the initializer; None for LeCun's with the activation's gain, which for ReLU is He's.
    bias : where biases start; None for what the initializer, or else the activation, asks.
    """

    weight: Initializer | None = None
    bias: float | None = None

    def fill(self, params: Parameters, fans: Fans, activation: Activation, generator: Generator) -> None:
        """Fill "weight", "bias" and what the activation trains, of one member."""
        weight, bias, chosen = params["weight"], params["bias"], self.weight or LeCun()
        chosen.weight(weight, fans, activation.gain, generator)
        activation.start_bias(bias)
        chosen.bias(bias, weight, generator)
        if self.bias is not None:
            bias.fill_(self.bias)
        activation.init(params)
