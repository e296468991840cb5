"""Rows to learn from and rows to test on."""

__all__ = ["folds", "holdout", "last_rows", "others"]

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
import torch

from pishro.errors import DataError, SettingError

Indices = torch.Tensor
Values = Sequence[Any] | torch.Tensor | pl.Series | np.ndarray[Any, Any]


def _numbered(values: Values, rows: int, name: str) -> torch.Tensor:
    """Values (N,) as 0, 1, … in the order of first appearance."""
    if len(values) != rows:
        raise DataError(
            f"One of {name} for each of the {rows} rows was expected, but {len(values)} came; pass as many."
        )
    plain = values.tolist() if isinstance(values, torch.Tensor | np.ndarray) else list(values)
    numbers: dict[Any, int] = {}
    return torch.tensor([numbers.setdefault(v, len(numbers)) for v in plain])


def _stratified(codes: torch.Tensor, wanted: int, generator: torch.Generator) -> torch.Tensor:
    """Mask (N,) of `wanted` test rows, shared among the classes by largest remainder."""
    rows = len(codes)
    counts = torch.bincount(codes)
    exact = counts * (wanted / rows)
    # A class of two or more keeps a row to learn from; a class of one is learned, not tested.
    share = torch.minimum(exact.floor().long(), counts - 1)
    order = torch.argsort(exact - share, descending=True, stable=True)
    for c in order.tolist() * 2:
        if share.sum() >= wanted:
            break
        share[c] += int(share[c] < counts[c] - 1)
    test = torch.zeros(rows, dtype=torch.bool)
    shuffled = torch.randperm(rows, generator=generator)
    for c in range(len(counts)):
        members = shuffled[codes[shuffled] == c]
        test[members[: int(share[c])]] = True
    return test


def _grouped(codes: torch.Tensor, wanted: int, generator: torch.Generator) -> torch.Tensor:
    """Mask (N,) of test rows: whole groups, in random order, as long as they bring the count nearer to `wanted`."""
    counts = torch.bincount(codes)
    if len(counts) < 2:
        raise DataError("At least 2 groups are needed to hold one out, but all rows belong to 1; split by rows.")
    chosen: list[int] = []
    total = 0
    for g in torch.randperm(len(counts), generator=generator).tolist():
        size = int(counts[g])
        if len(chosen) < len(counts) - 1 and (not chosen or abs(total + size - wanted) < abs(total - wanted)):
            chosen.append(g)
            total += size
    return torch.isin(codes, torch.tensor(chosen))


def holdout(
    n: int,
    fraction: float,
    generator: torch.Generator,
    groups: Values | None = None,
    labels: Values | None = None,
) -> tuple[Indices, Indices]:
    """Split N rows at random into a training and a test part.

    Parameters
    ----------
    n : number of rows N, at least 2.
    fraction : share of the test part, in (0, 1); each part gets at least one row.
    generator : source of the randomness.
    groups : a value for each row (N,); rows of one value stay together, so the share is met approximately.
    labels : class of each row (N,); each class has its share in the test part, and a class of two or more rows keeps
        at least one to learn from.

    Returns
    -------
    train, test : row numbers, ascending, int64.

    Raises
    ------
    SettingError : a fraction outside (0, 1), or groups together with labels.
    DataError : fewer than 2 rows or groups, or values not as many as rows.

    Examples
    --------
    >>> train, test = holdout(10, 0.2, torch.Generator().manual_seed(0))
    >>> len(train), len(test)
    (8, 2)
    """
    wanted = _wanted(n, fraction)
    if groups is not None and labels is not None:
        raise SettingError("Either groups or labels were expected, but both came; groups matter more, drop the labels.")
    if groups is not None:
        test = _grouped(_numbered(groups, n, "groups"), wanted, generator)
    elif labels is not None:
        test = _stratified(_numbered(labels, n, "labels"), wanted, generator)
    else:
        test = torch.zeros(n, dtype=torch.bool)
        test[torch.randperm(n, generator=generator)[:wanted]] = True
    return torch.nonzero(~test).squeeze(1), torch.nonzero(test).squeeze(1)


def folds(n: int, count: int, generator: torch.Generator) -> list[tuple[Indices, Indices]]:
    """Parts of N rows, at random and of even size: each once left out, with all the others beside it, ascending.

    Examples
    --------
    >>> [(len(train), len(left_out)) for train, left_out in folds(10, 3, torch.Generator().manual_seed(0))]
    [(6, 4), (7, 3), (7, 3)]
    """
    order = torch.randperm(n, generator=generator)
    return [(others(part, n), part.sort().values) for part in order.tensor_split(count)]


def others(index: Indices, n: int) -> Indices:
    """The numbers of the N rows that are not in `index`, ascending."""
    everything = torch.ones(n, dtype=torch.bool)
    everything[index] = False
    return everything.nonzero().squeeze(-1)


def last_rows(n: int, fraction: float) -> tuple[Indices, Indices]:
    """Split N rows in order of time: the last ones are the test part.

    Parameters, Returns and Raises are those of `holdout`, without randomness.

    Examples
    --------
    >>> last_rows(5, 0.4)
    (tensor([0, 1, 2]), tensor([3, 4]))
    """
    rows = torch.arange(n)
    wanted = _wanted(n, fraction)
    return rows[: n - wanted], rows[n - wanted :]


def _wanted(n: int, fraction: float) -> int:
    """Rows of the test part; each part gets at least one."""
    if not 0.0 < fraction < 1.0:
        raise SettingError(f"A test fraction between 0 and 1 was expected, but {fraction!r} came; 0.2 is usual.")
    if n < 2:
        raise DataError(f"At least 2 rows are needed for a split, but there are {n}; bring more data.")
    return min(n - 1, max(1, round(n * fraction)))
