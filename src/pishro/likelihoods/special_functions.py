"""Special functions: torch's own with their types, and from SciPy, for predictions only, those that torch lacks."""

__all__ = ["from_scipy", "lower_gamma", "normal_cdf", "normal_quantile", "upper_gamma"]

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


def from_scipy(function: Callable[..., Any], *arguments: Tensor) -> Tensor:
    """A function of arrays, applied to tensors of one device and dtype.

    Examples
    --------
    >>> import scipy.special
    >>> from_scipy(scipy.special.gamma, torch.tensor([4.0]))
    tensor([6.])
    """
    values = function(*[a.detach().cpu().numpy() for a in arguments])
    return torch.as_tensor(values).to(arguments[0])


def normal_cdf(z: Tensor) -> Tensor:
    """Φ(z)."""
    value: Tensor = torch.special.ndtr(z)
    return value


def normal_quantile(level: Tensor) -> Tensor:
    """Φ⁻¹(level)."""
    value: Tensor = torch.special.ndtri(level)
    return value


def lower_gamma(shape: Tensor, x: Tensor) -> Tensor:
    """The regularized lower incomplete gamma function P(shape, x)."""
    value: Tensor = torch.special.gammainc(*torch.broadcast_tensors(shape, x))
    return value


def upper_gamma(shape: Tensor, x: Tensor) -> Tensor:
    """The regularized upper incomplete gamma function Q(shape, x)."""
    value: Tensor = torch.special.gammaincc(*torch.broadcast_tensors(shape, x))
    return value
