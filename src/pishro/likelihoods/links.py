"""The log link, with tame ends: how a raw output becomes a positive parameter.

A scale, a rate or a shape is exp(ℓ) of its raw output, which makes it positive and its Fisher information nearly
constant. Far out the exponential would overflow long before training notices, so that beyond |raw| = 30 the logarithm
itself grows like a logarithm:

    ℓ(raw) = raw                                        |raw| ≤ 30
    ℓ(raw) = ±(30 + ln(1 + |raw| − 30))                 beyond

It is odd, strictly increasing and once continuously differentiable; exp ℓ stays within e^±37 for |raw| ≤ 10³, and a
gradient leads back from everywhere. Inside ±30, a range of 26 decades, it is the plain log link.
"""

__all__ = ["inverse_log_link", "log_link", "log_link_slope"]

from torch import Tensor

LIMIT = 30.0
"""e^30 = 10¹³: beyond any scale of standardized data, and its fourth power still fits in float64."""


def log_link(raw: Tensor) -> Tensor:
    """ℓ(raw), the logarithm of the positive parameter; any shape.

    Examples
    --------
    >>> import torch
    >>> log_link(torch.tensor([-2.0, 0.5]))
    tensor([-2.0000,  0.5000])
    """
    excess = (raw.abs() - LIMIT).clamp_min(0)
    return raw.clamp(-LIMIT, LIMIT) + raw.sign() * excess.log1p()


def log_link_slope(raw: Tensor) -> Tensor:
    """dℓ/draw: 1 inside ±30."""
    return 1 / (1 + (raw.abs() - LIMIT).clamp_min(0))


def inverse_log_link(value: Tensor) -> Tensor:
    """The raw output of a positive parameter; zero counts as e^−37.

    Parameters
    ----------
    value : not negative, any shape.
    """
    log = value.log().clamp(-LIMIT - 7, LIMIT + 7)
    excess = (log.abs() - LIMIT).clamp_min(0)
    return log.clamp(-LIMIT, LIMIT) + log.sign() * excess.expm1()
