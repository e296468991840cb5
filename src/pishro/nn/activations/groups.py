"""Different activations for different groups of a layer's units, such as 12 tanh units beside 8 ReLU units."""

__all__ = ["Groups"]

import dataclasses
from typing import Any, final

import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.nn.activations.activation import Activation
from pishro.nn.layer import Parameters, Shapes


@final
@dataclasses.dataclass(frozen=True)
class Groups(Activation):
    """The first units have the first activation, and so on.

    Weights start with the mean of the groups' gains, so that the layer's output keeps its size as a whole.

    Parameters
    ----------
    parts : each activation and its number of units.
    """

    parts: tuple[tuple[Activation, int], ...]
    name = "groups"

    def __post_init__(self) -> None:
        names = [f.name for f, _ in self.parts]
        if len(set(names)) < len(names):
            raise SettingError(f"Expected each activation once among the groups, received {', '.join(names)}.")
        if not self.parts or any(units < 1 for _, units in self.parts):
            raise SettingError("Expected groups of at least 1 unit each, such as {'tanh': 12, 'relu': 8}.")
        total = sum(units for _, units in self.parts)
        object.__setattr__(self, "gain", sum(f.gain * units for f, units in self.parts) / total)

    def check(self, units: int) -> None:
        """The groups must make up the layer."""
        total = sum(count for _, count in self.parts)
        if total != units:
            raise SettingError(f"Expected groups that make up {units} units, received {total} ({self.describe()}).")

    def shapes(self, units: int) -> Shapes:
        """What the groups train, each name behind its group's."""
        return [(f"{f.name}.{name}", shape) for f, count in self.parts for name, shape in f.shapes(count)]

    def init(self, params: Parameters) -> None:
        """Each group's own start."""
        for (f, _), own in zip(self.parts, self._own(params), strict=True):
            f.init(own)

    def start_bias(self, bias: Tensor) -> None:
        """Each group's own start."""
        for (f, _), own in zip(self.parts, bias.split(self._sizes()), strict=True):
            f.start_bias(own)

    def undo(self, y: Tensor) -> Tensor:
        """Each group's own."""
        return torch.cat([f.undo(own) for (f, _), own in zip(self.parts, y.split(self._sizes()), strict=True)])

    def forward(self, params: Parameters, z: Tensor, axis: int = -1) -> tuple[Tensor, list[Any]]:
        """The groups' outputs side by side."""
        own_pieces = [piece.clone() for piece in z.split(self._sizes(), axis)]  # each may be overwritten
        pieces = zip(self.parts, self._own(params), own_pieces, strict=True)
        made = [f.forward(own, piece, axis) for (f, _), own, piece in pieces]
        return torch.cat([y for y, _ in made], axis), [kept for _, kept in made]

    def backward(
        self, params: Parameters, kept: list[Any], dy: Tensor, grads: Parameters | None, axis: int = -1
    ) -> Tensor:
        """Each group by itself."""
        into = [None] * len(self.parts) if grads is None else self._own(grads)
        pieces = zip(self.parts, self._own(params), kept, dy.split(self._sizes(), axis), into, strict=True)
        return torch.cat([f.backward(own, k, d, g, axis) for (f, _), own, k, d, g in pieces], axis)

    def jacobian(self, params: Parameters, kept: list[Any], dy: Tensor, blocks: Parameters, axis: int = -1) -> Tensor:
        """Each group by itself."""
        pieces = zip(self.parts, self._own(params), kept, dy.split(self._sizes(), axis), self._own(blocks), strict=True)
        return torch.cat([f.jacobian(own, k, d, b, axis) for (f, _), own, k, d, b in pieces], axis)

    def jvp(self, params: Parameters, kept: list[Any], dparams: Parameters, dz: Tensor, axis: int = -1) -> Tensor:
        """Each group by itself."""
        pieces = zip(
            self.parts, self._own(params), kept, self._own(dparams), dz.split(self._sizes(), axis), strict=True
        )
        return torch.cat([f.jvp(own, k, dp, d, axis) for (f, _), own, k, dp, d in pieces], axis)

    def describe(self) -> str:
        """The groups, such as "12 tanh + 8 relu"."""
        return " + ".join(f"{units} {f.describe()}" for f, units in self.parts)

    def label(self, units: int) -> str:
        """The groups; their units add up to the layer's."""
        return self.describe()

    def to_json(self) -> Any:
        """The groups in order."""
        return {"name": self.name, "parts": [[f.to_json(), units] for f, units in self.parts]}

    def _sizes(self) -> list[int]:
        return [units for _, units in self.parts]

    def _own(self, params: Parameters) -> list[Parameters]:
        prefixes = [f"{f.name}." for f, _ in self.parts]
        return [{n[len(p) :]: v for n, v in params.items() if n.startswith(p)} for p in prefixes]
