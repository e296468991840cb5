"""Starting points as a user gives them: checked, and brought to (K, P)."""

__all__ = ["as_start"]

import torch
from torch import Tensor

from pishro.errors import DataError, SettingError, ShapeError


def as_start(x0: object) -> Tensor:
    """x0 as a new tensor (K, P), K = 1 for a single point; whole numbers and lists become float64.

    Raises
    ------
    ShapeError
        If it is not (P,) or (K, P), or empty.
    SettingError
        If it is complex or not numeric.
    DataError
        If an entry is NaN or infinite.

    Examples
    --------
    >>> as_start([1, 2])
    tensor([[1., 2.]], dtype=torch.float64)
    """
    try:
        x = x0.detach() if isinstance(x0, Tensor) else torch.as_tensor(x0)
    except (TypeError, ValueError, RuntimeError) as error:
        raise SettingError(f"Expected x0 to be a tensor or a list of numbers, received {x0!r}.") from error
    if x.is_complex():
        raise SettingError("Expected a real x0, received complex numbers; use real and imaginary parts as variables.")
    if not isinstance(x0, Tensor) and not hasattr(x0, "dtype"):
        x = torch.as_tensor(x0, dtype=torch.float64)
    if not x.is_floating_point():
        x = x.to(torch.float64)
    if x.ndim not in (1, 2) or x.numel() == 0:
        raise ShapeError(
            f"Expected x0 of shape (P,), or (K, P) for K starting points, received {tuple(x.shape)}; "
            "a single variable is a vector of length 1."
        )
    if not bool(torch.isfinite(x).all()):
        raise DataError("Expected finite starting points, received NaN or infinity in x0.")
    return x.clone().reshape(-1, x.shape[-1])
