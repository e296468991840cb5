"""Images and sequences as an estimator is handed them, as rows (N, channels, *grid) in float32.

What comes has its channels last, as image files and time series have them, or none where there is one channel:

    images     (N, H, W)    (N, H, W, C)     or flat (N, H·W·C) with `image_shape` (H, W) or (H, W, C)
    sequences  (N, L)       (N, L, C)        or flat with `image_shape` (L,) or (L, C)
"""

__all__ = ["checked_numbers", "image_rows"]

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data
from torch import Tensor

from pishro.errors import DataError, SettingError, ShapeError, unknown_name
from pishro.estimators.inputs import without_torch

KINDS = ("auto", "images", "sequences")


def checked_numbers(estimator: BaseEstimator, X: Any, *, reset: bool) -> npt.NDArray[np.float32]:
    """X (N, …) as finite numbers; checked against the fit, or its shape remembered if `reset`.

    Raises
    ------
    DataError
        If rows differ in shape, or hold NaN or infinity; the message names the first.
    ShapeError
        If they are images of another size than those of the fit.
    """
    if isinstance(X, list | tuple) or (isinstance(X, np.ndarray) and X.dtype == object and X.ndim == 1):
        _refuse_unequal([without_torch(row) for row in X])
    X = without_torch(X)
    if not reset and len(getattr(X, "shape", ())) > 2:  # before scikit-learn, which counts the images' rows as features
        _same_shape(np.shape(X)[1:], estimator._row_given)
    values: npt.NDArray[np.float32] = validate_data(
        estimator, X, reset=reset, dtype=np.float32, allow_nd=True, ensure_all_finite=False
    )
    finite = np.isfinite(values.reshape(len(values), -1)).all(1)
    if not finite.all():
        row = int(finite.argmin())
        what = "NaN" if np.isnan(values[row]).any() else "infinity"
        raise DataError(
            f"Input X contains {what}, first in row {row} of {(~finite).sum()} such rows; fill the gaps, or leave "
            "these rows out. What float32 cannot hold counts as infinity."
        )
    if reset:
        estimator._row_given = values.shape[1:]
    else:
        _same_shape(values.shape[1:], estimator._row_given)
    return values


def image_rows(values: npt.NDArray[np.float32], kind: str, image_shape: "Sequence[int] | None") -> Tensor:
    """Checked numbers as rows (N, channels, height, width) or (N, channels, length).

    Parameters
    ----------
    values : as the head of the file says.
    kind : "images", "sequences" or "auto"; the latter takes rows of one axis for sequences, unless they have an
        `image_shape`, and all others for images.
    image_shape : of a flat row.
    """
    if kind not in KINDS:
        raise SettingError(unknown_name("kind of input", kind, KINDS))
    shape = values.shape[1:] if image_shape is None else tuple(image_shape)
    if math.prod(shape) != math.prod(values.shape[1:]):
        raise ShapeError(
            f"Expected rows of {math.prod(shape)} numbers for image_shape {shape}, received {values.shape[1:]} with "
            f"{math.prod(values.shape[1:])}."
        )
    axes = 1 if kind == "sequences" or (kind == "auto" and len(shape) == 1) else 2
    if len(shape) == axes:
        shape = (*shape, 1)
    if len(shape) != axes + 1:
        expected = "(N, L) or (N, L, C)" if axes == 1 else "(N, H, W) or (N, H, W, C), or image_shape for flat rows"
        raise ShapeError(
            f"Expected {expected} for {'sequences' if axes == 1 else 'images'}, received X of shape {values.shape}."
        )
    return torch.from_numpy(values).reshape(len(values), *shape).movedim(-1, 1).contiguous()


def _same_shape(received: tuple[int, ...], expected: tuple[int, ...]) -> None:
    if received != expected:
        raise ShapeError(
            f"Expected rows of shape {expected} as in the fit, received {received}; bring them to that size."
        )


def _refuse_unequal(rows: list[Any]) -> None:
    shapes = [np.shape(row) for row in rows]
    for number, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise DataError(
                f"Expected images of one size, but image {number} has the shape {shape} and image 0 {shapes[0]}; crop "
                "or resize them to one size."
            )
