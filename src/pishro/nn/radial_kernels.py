"""Radial functions φ(u) of the squared, scaled distance u = Σ_d ((x_d − c_d)/s_d)².

Written in u, and not in the distance r = √u, no value and no derivative needs a root of zero.

References
----------
Hardy (1971), Multiquadric equations of topography, J. Geophysical Research 76.
Duchon (1977), Splines minimizing rotation-invariant semi-norms in Sobolev spaces (thin plates).
Broomhead, Lowe (1988), Multivariable functional interpolation and adaptive networks, Complex Systems 2.
"""

__all__ = ["Gaussian", "InverseMultiquadric", "Multiquadric", "RadialKernel", "ThinPlate", "radial_kernel"]

import abc
import dataclasses
from typing import ClassVar, final

import torch
from torch import Tensor

from pishro.errors import SettingError, unknown_name


class RadialKernel(abc.ABC):
    """A function φ(u) of the squared, scaled distance u ≥ 0.

    Attributes
    ----------
    name : the name used in settings and files.
    """

    name: ClassVar[str]

    @abc.abstractmethod
    def __call__(self, u: Tensor) -> Tensor:
        """φ(u), same shape."""

    @abc.abstractmethod
    def derivative(self, u: Tensor, phi: Tensor) -> Tensor:
        """dφ/du written in u and φ(u), whichever is cheaper."""

    def to_json(self) -> str:
        """The name."""
        return self.name


@final
@dataclasses.dataclass(frozen=True)
class Gaussian(RadialKernel):
    """φ = exp(−u/2) = exp(−‖x − c‖²/(2 s²)), φ' = −φ/2; local: it vanishes far from the center."""

    name = "gaussian"

    def __call__(self, u: Tensor) -> Tensor:
        """Value exp(−u/2)."""
        return torch.exp(u * -0.5)

    def derivative(self, u: Tensor, phi: Tensor) -> Tensor:
        """−φ/2."""
        return phi * -0.5


@final
@dataclasses.dataclass(frozen=True)
class Multiquadric(RadialKernel):
    """φ = √(1 + u), φ' = 1/(2φ); grows like the distance."""

    name = "multiquadric"

    def __call__(self, u: Tensor) -> Tensor:
        """Value √(1 + u)."""
        return torch.sqrt(1 + u)

    def derivative(self, u: Tensor, phi: Tensor) -> Tensor:
        """1/(2φ)."""
        return 0.5 / phi


@final
@dataclasses.dataclass(frozen=True)
class InverseMultiquadric(RadialKernel):
    """φ = 1/√(1 + u), φ' = −φ³/2; local, with longer tails than the Gaussian."""

    name = "inverse_multiquadric"

    def __call__(self, u: Tensor) -> Tensor:
        """Value 1/√(1 + u)."""
        return torch.rsqrt(1 + u)

    def derivative(self, u: Tensor, phi: Tensor) -> Tensor:
        """−φ³/2."""
        return phi * phi * phi * -0.5


@final
@dataclasses.dataclass(frozen=True)
class ThinPlate(RadialKernel):
    """φ = r² ln r = ½ u ln u, zero at the center, φ' = ½ (1 + ln u); the bending of a thin plate for D = 2."""

    name = "thin_plate"

    def __call__(self, u: Tensor) -> Tensor:
        """Value ½ u ln u."""
        return torch.xlogy(u, u) * 0.5

    def derivative(self, u: Tensor, phi: Tensor) -> Tensor:
        """½ (1 + ln u); at the center a large finite number, because it meets du = 0 there."""
        return (torch.log(u.clamp(min=torch.finfo(u.dtype).tiny)) + 1) * 0.5


_CATALOG: dict[str, type[RadialKernel]] = {k.name: k for k in (Gaussian, Multiquadric, InverseMultiquadric, ThinPlate)}


def radial_kernel(name: "str | RadialKernel") -> RadialKernel:
    """The radial function of that name (a `RadialKernel` passes through).

    Raises
    ------
    SettingError
        If there is none of that name; the nearest are offered.

    Examples
    --------
    >>> radial_kernel("thin_plate").name
    'thin_plate'
    """
    if isinstance(name, RadialKernel):
        return name
    if name not in _CATALOG:
        raise SettingError(unknown_name("radial function", name, _CATALOG))
    return _CATALOG[name]()
