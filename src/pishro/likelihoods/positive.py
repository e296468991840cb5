"""Domains of positive numbers and of counts: what is wrong with a column, in one sentence."""

__all__ = ["not_counts", "not_positive", "shape_information"]

import torch
from torch import Tensor


def not_positive(values: Tensor) -> str | None:
    """Why values (n,) cannot come from a distribution of positive numbers; None if they can.

    Examples
    --------
    >>> not_positive(torch.tensor([1.0, 0.0]))
    'Expected positive target values, received 0; use a likelihood of all numbers, or shift the target.'
    """
    least = float(values.min())
    if least > 0:
        return None
    return f"Expected positive target values, received {least:g}; use a likelihood of all numbers, or shift the target."


def not_counts(values: Tensor) -> str | None:
    """Why values (n,) cannot be counts 0, 1, 2, …; None if they can.

    Examples
    --------
    >>> not_counts(torch.tensor([1.0, 2.5]))
    'Expected counts (whole numbers from 0), received 2.5; for a rate, use the counts with their exposure.'
    """
    if (values < 0).any():
        return (
            f"Expected counts (whole numbers from 0), received the negative {float(values.min()):g}; "
            "correct or drop those rows."
        )
    fractional = values[values != values.round()]
    if len(fractional):
        return (
            f"Expected counts (whole numbers from 0), received {float(fractional[0]):g}; "
            "for a rate, use the counts with their exposure."
        )
    return None


def shape_information(shape: Tensor) -> Tensor:
    """k² ψ'(k) − k, the Fisher information of the logarithm of a Gamma's shape k: from 1 at 0 to ½ at infinity."""
    large = shape > 1e3  # the difference loses its digits there; the series is exact to 10⁻⁹
    moderate = torch.where(large, 1.0, shape)
    near = moderate.square() * torch.special.polygamma(1, moderate) - moderate
    return torch.where(large, 0.5 + 1 / (6 * shape), near)
