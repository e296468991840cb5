"""Rows without a table: values between 0 and 1, as a Bernoulli cost wants them, or any numbers."""

__all__ = ["bounded_rows"]

import warnings

from sklearn.exceptions import DataConversionWarning
from torch import Tensor

from pishro.errors import SettingError, unknown_name
from pishro.models import RowScaling


def bounded_rows(x: Tensor, kind: str, kinds: tuple[str, str], what: str) -> tuple[str, RowScaling]:
    """The kind that rows x are taken for, and the scaling that goes with it.

    Parameters
    ----------
    x : rows (N, D), standardized by column where they are any numbers, or images (N, C, H, W), by channel.
    kind : one of `kinds`, or "auto", which is the first where all values lie between 0 and 1.
    kinds : name of what is between 0 and 1, to which other values are scaled with a warning, and name of any numbers.
    what : what is chosen, such as "kind of visible unit".

    Raises
    ------
    SettingError
        For another kind.
    """
    bounded, free = kinds
    if kind not in ("auto", *kinds):
        raise SettingError(unknown_name(what, kind, ("auto", *kinds)))
    low, high = float(x.min()), float(x.max())
    inside = low >= 0 and high <= 1
    if kind == free or (kind == "auto" and not inside):
        return free, RowScaling.standard(x, [0] if x.ndim == 2 else [0, 2, 3])
    if inside:
        return bounded, RowScaling.between(0.0, 1.0)
    warnings.warn(
        f"{bounded!r} is for values between 0 and 1; the values of X, from {low:g} to {high:g}, were scaled to that "
        "range, and what comes back is scaled to X's again.",
        DataConversionWarning,
        stacklevel=4,
    )
    return bounded, RowScaling.between(low, high)
