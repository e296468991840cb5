"""What a user passes as matrices, vectors and bounds: lists, NumPy, torch and SciPy's sparse become one kind."""

__all__ = ["as_bounds", "as_matrix", "as_vector", "stack_rows"]

from typing import Any

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from pishro.errors import SettingError, ShapeError
from pishro.optim.programs.form import Array

Rows = tuple[sp.csr_array, Array, Array]
"""A, its lower ends and its upper ends."""


def as_vector(name: str, values: Any) -> Array:
    """A copy as float64, (n,)."""
    vector = np.array(_plain(name, values), dtype=np.float64)
    if vector.ndim != 1:
        raise ShapeError(f"Expected {name} with one axis, received shape {vector.shape}.")
    return vector


def as_matrix(name: str, values: Any) -> sp.csr_array:
    """A sparse copy as float64; what is sparse is never made dense."""
    values = _plain(name, values)
    if not sp.issparse(values):
        values = np.asarray(values, dtype=np.float64)
        if values.ndim != 2:
            raise ShapeError(f"Expected {name} with two axes, received shape {values.shape}.")
    matrix = sp.csr_array(values, dtype=np.float64, copy=True)
    matrix.sum_duplicates()
    return matrix


def as_bounds(bounds: Any, n: int) -> tuple[Array, Array]:
    """Lower and upper limits, (n,) each, from None, one pair or n pairs; None in a pair stands for no limit."""
    if bounds is None:
        return np.full(n, -np.inf), np.full(n, np.inf)
    pairs = list(_plain("bounds", bounds))
    if len(pairs) == 2 and all(end is None or np.ndim(end) == 0 for end in pairs):
        pairs = [pairs] * n
    if len(pairs) != n or any(pair is None or np.size(pair) != 2 for pair in pairs):
        raise ShapeError(
            f"Expected bounds as one pair (lower, upper) or as {n} pairs, one for each variable, "
            f"received {len(pairs)} entries."
        )
    lower = [-np.inf if low is None else low for low, _ in pairs]
    upper = [np.inf if high is None else high for _, high in pairs]
    return np.array(lower, dtype=np.float64), np.array(upper, dtype=np.float64)


def stack_rows(n: int, A_ub: Any, b_ub: Any, A_eq: Any, b_eq: Any) -> Rows:
    """A_ub x ≤ b_ub above A_eq x = b_eq, of n variables."""
    above, most = _block(n, "ub", A_ub, b_ub)
    equal, exact = _block(n, "eq", A_eq, b_eq)
    A = sp.csr_array(sp.vstack([above, equal]))
    return A, np.concatenate([np.full(len(most), -np.inf), exact]), np.concatenate([most, exact])


def _block(n: int, kind: str, A: Any, b: Any) -> tuple[sp.csr_array, Array]:
    if (A is None) != (b is None):
        given, missing = ("A", "b") if b is None else ("b", "A")
        raise SettingError(
            f"Expected A_{kind} and b_{kind} together, received {given}_{kind} without {missing}_{kind}."
        )
    if A is None:
        return sp.csr_array((0, n)), np.zeros(0)
    matrix, right = as_matrix(f"A_{kind}", A), as_vector(f"b_{kind}", b)
    if matrix.shape != (len(right), n):
        raise ShapeError(
            f"Expected A_{kind} of shape ({len(right)}, {n}), rows as b_{kind} and columns as variables, "
            f"received {matrix.shape}."
        )
    return matrix, right


def _plain(name: str, values: Any) -> Any:
    if not isinstance(values, Tensor):
        return values
    values = values.detach().cpu()
    if values.layout == torch.strided:
        return values.numpy()
    if values.ndim != 2:
        raise ShapeError(f"Expected a sparse {name} with two axes, received shape {tuple(values.shape)}.")
    entries = values.to_sparse_coo().coalesce()
    return sp.coo_array((entries.values().numpy(), entries.indices().numpy()), shape=tuple(values.shape))
