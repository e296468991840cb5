"""Flat rows as the visible units of a Boltzmann machine read them: which units, and which scaling."""

__all__ = ["visible_rows"]

import warnings

from sklearn.exceptions import DataConversionWarning
from torch import Tensor

from pishro.errors import SettingError, unknown_name
from pishro.models import RowScaling

VISIBLE = ("auto", "bernoulli", "gaussian")


def visible_rows(x: Tensor, visible: str) -> tuple[str, RowScaling]:
    """The kind of visible units for rows x (N, D), and their scaling.

    Parameters
    ----------
    x : rows.
    visible : "bernoulli" for values between 0 and 1, to which others are scaled with a warning; "gaussian" for numbers,
        whose columns are standardized; "auto" is Bernoulli where all values lie between 0 and 1.

    Raises
    ------
    SettingError
        For another kind.
    """
    if visible not in VISIBLE:
        raise SettingError(unknown_name("kind of visible unit", visible, VISIBLE))
    low, high = float(x.min()), float(x.max())
    inside = low >= 0 and high <= 1
    if visible == "gaussian" or (visible == "auto" and not inside):
        return "gaussian", RowScaling.standard(x, [0])
    if inside:
        return "bernoulli", RowScaling.between(0.0, 1.0)
    warnings.warn(
        f"Bernoulli units are of values between 0 and 1; the values of X, from {low:g} to {high:g}, were scaled to "
        "that range, and what comes back is scaled to X's again.",
        DataConversionWarning,
        stacklevel=4,
    )
    return "bernoulli", RowScaling.between(low, high)
