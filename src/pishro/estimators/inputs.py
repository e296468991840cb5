"""What an estimator is handed, as pishro reads it: X as a frame or as plain numbers, y, and the weights of the rows.

scikit-learn checks names and number of the columns, shapes and lengths, in its own words. What stands in the cells
(text, missing values, dates) it would refuse, so that is left to pishro's schema and encoders.
"""

__all__ = [
    "checked_rows",
    "coded_labels",
    "named_frame",
    "plain_numbers",
    "seed_from",
    "training_frame",
    "training_weight",
    "without_torch",
]

from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl
import torch
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_array, check_consistent_length, column_or_1d, validate_data
from torch import Tensor

from pishro.data import frame_from
from pishro.errors import DataError

Floats = npt.NDArray[np.float64]


def checked_rows(estimator: BaseEstimator, X: Any, *, reset: bool = False) -> Any:
    """X (N, D) as a frame of whatever library, or as an array; checked against the fit, or remembered if `reset`."""
    if not isinstance(X, np.ndarray) and nw.dependencies.is_into_dataframe(X):
        return validate_data(estimator, X, reset=reset, skip_check_array=True)
    if isinstance(X, list | tuple) and np.asarray(X).dtype.kind in "US":
        X = np.array(X, dtype=object)  # so that numbers beside words stay numbers
    return validate_data(estimator, without_torch(X), reset=reset, dtype=None, ensure_all_finite=False)


def without_torch(values: Any) -> Any:
    """A tensor as a NumPy array; anything else as it is."""
    if not isinstance(values, torch.Tensor):
        return values
    return values.detach().cpu().to(torch.float32 if values.dtype == torch.bfloat16 else values.dtype).numpy()


def named_frame(estimator: BaseEstimator, rows: Any) -> pl.DataFrame:
    """Checked rows as a frame whose columns have the names of the fit, x0, x1, … where it had none."""
    if hasattr(estimator, "feature_names_in_"):
        names = [str(name) for name in estimator.feature_names_in_]
    else:
        names = [f"x{j}" for j in range(estimator.n_features_in_)]
    table = nw.from_native(frame_from(rows) if isinstance(rows, np.ndarray) else rows, eager_only=True)
    if table.columns != names:
        table = table.rename(dict(zip(table.columns, names, strict=True)))
    return frame_from(table.to_native())


def plain_numbers(rows: Any) -> Floats | None:
    """Checked rows as numbers (N, D), None where they hold anything else."""
    values = np.asarray(rows)
    return values.astype(np.float64, copy=False) if values.dtype.kind in "fiub" else None


def coded_labels(x: Tensor, y: Any) -> tuple[npt.NDArray[Any], Tensor]:
    """The labels among y (N,), sorted, and the number of each row's label (N,).

    Raises
    ------
    DataError
        If there is one label only.
    """
    labels = column_or_1d(without_torch(y), warn=True)
    check_consistent_length(x, labels)
    check_classification_targets(labels)
    classes, codes = np.unique(labels, return_inverse=True)
    if len(classes) < 2:
        raise DataError(f"Expected at least 2 classes, received 1 class: {classes.tolist()[0]!r}.")
    return classes, torch.from_numpy(codes.astype(np.int64))


def seed_from(random_state: Any) -> int:
    """A seed from an integer or a generator; None is 0, so that a fit can be repeated."""
    if random_state is None or isinstance(random_state, int | np.integer):
        return int(random_state or 0)
    return int(check_random_state(random_state).randint(2**31 - 1))


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
    weight: Floats = check_array(
        without_torch(sample_weight), ensure_2d=False, dtype=np.float64, input_name="sample_weight"
    )
    if weight.shape != (rows,):
        raise DataError(f"sample_weight should hold one number for each of {rows} rows, received shape {weight.shape}.")
    if (weight < 0).any():
        raise DataError(f"Negative values in sample_weight: {(weight < 0).sum()}; a weight of 0 leaves a row out.")
    if not weight.any():
        raise DataError("All rows have a weight of zero; give at least one a positive weight.")
    return weight
