"""Bounds as a user gives them: a set, a pair (lower, upper), or SciPy's pairs, one for each variable."""

__all__ = ["as_region"]

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from pishro.errors import SettingError, ShapeError
from pishro.optim.constrained.box import Box
from pishro.optim.constrained.region import Region


def as_region(bounds: Any, x: Tensor) -> Region | None:
    """The set that the bounds stand for, fit for x (K, P); None for no bounds.

    Tuples of two inside are the bounds of one variable each, as in SciPy; None stands for no bound. A pair of numbers,
    lists, arrays or tensors is (lower, upper) for all variables, and so is an object with `lb` and `ub`.

    Raises
    ------
    SettingError
        If they mean nothing, or nothing lies between them.
    ShapeError
        If they are not as many as the variables.

    Examples
    --------
    >>> x = torch.zeros(1, 2)
    >>> as_region((0, None), x).upper, as_region([(0, 1), (None, 5)], x).lower.tolist()
    (inf, [0.0, -inf])
    """
    if bounds is None:
        return None
    region = bounds if isinstance(bounds, Region) else _box(bounds, x.shape[-1])
    region.check(x)
    return region


def _box(bounds: Any, variables: int) -> Box:
    if hasattr(bounds, "lb") and hasattr(bounds, "ub"):
        return Box(_ends(bounds.lb, -math.inf), _ends(bounds.ub, math.inf))
    if not isinstance(bounds, Sequence) or isinstance(bounds, str):
        raise SettingError(
            f"Expected bounds as (lower, upper), as a pair for each variable or as a set such as Box, received "
            f"{type(bounds).__name__}."
        )
    if bounds and all(isinstance(pair, tuple) and len(pair) == 2 for pair in bounds):
        if len(bounds) != variables:
            raise ShapeError(f"Expected {variables} pairs of bounds, one for each variable, received {len(bounds)}.")
        return Box(_ends([low for low, _ in bounds], -math.inf), _ends([high for _, high in bounds], math.inf))
    if len(bounds) != 2:
        raise SettingError(
            f"Expected bounds as (lower, upper) or as tuples (low, high), one for each variable, received {bounds!r}."
        )
    return Box(_ends(bounds[0], -math.inf), _ends(bounds[1], math.inf))


def _ends(given: Any, missing: float) -> Tensor | float:
    if given is None:
        return missing
    if isinstance(given, Sequence):
        given = [missing if entry is None else entry for entry in given]
    try:
        ends = torch.as_tensor(given, dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError) as error:
        raise SettingError(f"Expected bounds that are numbers, received {given!r}.") from error
    return float(ends) if ends.ndim == 0 else ends
