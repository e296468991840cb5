"""What an estimator is handed, as pishro reads it: X as a frame or as plain numbers, y, and the weights of the rows.

scikit-learn checks names and number of the columns, shapes and lengths, in its own words. What stands in the cells
(text, missing values, dates) it would refuse, so that is left to pishro's schema and encoders.
"""

__all__ = ["as_array", "checked_rows", "named_frame", "plain_numbers", "training_frame", "training_weight"]

from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl
import torch
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_array, validate_data

from pishro.data import frame_from
from pishro.errors import DataError

Floats = npt.NDArray[np.float64]


def checked_rows(estimator: BaseEstimator, X: Any, *, reset: bool = False) -> Any:
    """X (N, D) as a frame of whatever library, or as an array; checked against the fit, or remembered if `reset`."""
    if nw.dependencies.is_into_dataframe(X):
        return validate_data(estimator, X, reset=reset, skip_check_array=True)
    return validate_data(estimator, as_array(X), reset=reset, dtype=None, ensure_all_finite=False)


def as_array(values: Any) -> Any:
    """Tensors and lists as NumPy arrays, anything else as it is."""
    if isinstance(values, torch.Tensor):
        return values.detach().cpu().to(torch.float32 if values.dtype == torch.bfloat16 else values.dtype).numpy()
    if isinstance(values, list | tuple):
        array = np.asarray(values)
        # NumPy would write numbers beside words as text.
        return np.array(values, dtype=object) if array.dtype.kind in "US" else array
    return values


def named_frame(estimator: BaseEstimator, rows: Any) -> pl.DataFrame:
    """Checked rows as a frame whose columns have the names of the fit; an array's are x0, x1, …"""
    if not isinstance(rows, np.ndarray) and not hasattr(estimator, "feature_names_in_"):
        rows = nw.from_native(rows, eager_only=True)
        rows = rows.rename(dict(zip(rows.columns, _names(estimator), strict=True))).to_native()
    frame = frame_from(rows)
    return frame.rename(dict(zip(frame.columns, _names(estimator), strict=True)))


def _names(estimator: BaseEstimator) -> list[str]:
    if hasattr(estimator, "feature_names_in_"):
        return [str(name) for name in estimator.feature_names_in_]
    return [f"x{j}" for j in range(estimator.n_features_in_)]


def plain_numbers(rows: Any) -> Floats | None:
    """Checked rows as numbers (N, D), None where they hold anything else."""
    values = rows if isinstance(rows, np.ndarray) else nw.from_native(rows, eager_only=True).to_numpy()
    return values.astype(np.float64, copy=False) if values.dtype.kind in "fiub" else None


def training_frame(estimator: BaseEstimator, X: Any, y: Any) -> pl.DataFrame:
    """X (N, D) as a frame, its names and width remembered on the estimator."""
    name = type(estimator).__name__
    if y is None:
        raise DataError(f"{name} requires y to be passed, but the target y is None; call fit(X, y).")
    frame = named_frame(estimator, checked_rows(estimator, X, reset=True))
    if len(frame) < 2:
        raise DataError(f"{name} needs at least 2 rows to learn from, but received 1 sample; bring more data.")
    return frame


def training_weight(sample_weight: Any, rows: int) -> Floats | None:
    """Weights (N,) of the rows; None where none were given.

    Raises
    ------
    DataError : not one for each row, a negative one, or all are zero.
    """
    if sample_weight is None:
        return None
    weight: Floats = check_array(as_array(sample_weight), ensure_2d=False, dtype=np.float64, input_name="sample_weight")
    if weight.shape != (rows,):
        raise DataError(f"sample_weight should hold one number for each of {rows} rows, received shape {weight.shape}.")
    if (weight < 0).any():
        raise DataError(f"Negative values in sample_weight: {(weight < 0).sum()}; a weight of 0 leaves a row out.")
    if not weight.any():
        raise DataError("All rows have a weight of zero; give at least one a positive weight.")
    return weight
