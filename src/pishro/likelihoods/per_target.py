"""T targets, each with p raw outputs of its own, independent of each other given the raw output.

The raw outputs stand parameter by parameter: all T locations first, then all T scales, and so on. A likelihood of this
kind says, for one target, how p raw outputs make a distribution, and what the slopes of its cost and the root of its
p × p Fisher information are; here they are laid out for all targets, and what was not observed is left out.
"""

__all__ = ["PerTarget", "check_columns"]

import abc

import torch
from torch import Tensor

from pishro.errors import DataError, ShapeError
from pishro.likelihoods.contract import Likelihood, observed
from pishro.likelihoods.predictive import Distribution

Factor = dict[tuple[int, int], Tensor]
"""Root of the p × p curvature of each target: entry (i, j) → (…, N, T); an absent entry is zero."""


class PerTarget(Likelihood):
    """Any likelihood whose targets are independent given the raw output."""

    @property
    @abc.abstractmethod
    def parameters(self) -> int:
        """p, the number of raw outputs of each target."""

    @abc.abstractmethod
    def distribution(self, raw: Tensor) -> Distribution:
        """Distribution of the T targets given the raw output (…, N, p T)."""

    @abc.abstractmethod
    def slopes(self, raw: Tensor, y: Tensor) -> tuple[Tensor, ...]:
        """Derivative of the cost of each target by each of its p raw outputs, p × (…, N, T)."""

    @abc.abstractmethod
    def factor(self, raw: Tensor) -> Factor:
        """Root of the Fisher information of each target."""

    @abc.abstractmethod
    def start_of(self, values: Tensor) -> list[float]:
        """The p raw outputs that fit the observed values (n,) of one target."""

    @abc.abstractmethod
    def perfect(self, raw: Tensor, y: Tensor) -> Tensor:
        """The raw output with each location moved to y (N, T), for the deviance."""

    def domain(self, values: Tensor) -> str | None:
        """What is wrong with the observed, finite values (n,) of one target; None if nothing is."""
        return None

    def outputs(self, y: Tensor) -> int:
        """p for each column of y (N, T)."""
        return self.parameters * y.shape[-1]

    def shape_outputs(self, outputs: int) -> range:
        """All but the first parameter of each target, which is its location."""
        return range(outputs // self.parameters, outputs)

    def check(self, y: Tensor) -> None:
        """Every observed value must lie in the domain, and each of several columns must be observed somewhere."""
        for column in check_columns(y):
            trouble = self.domain(column)
            if trouble is not None:
                raise DataError(trouble)

    def start(self, y: Tensor) -> Tensor:
        """Each target's own fit, laid out parameter by parameter."""
        fits = torch.tensor([self.start_of(column) for column in check_columns(y)], dtype=y.dtype)
        return fits.T.flatten()

    def nll(self, raw: Tensor, y: Tensor) -> Tensor:
        """−ln p(y) of each row, summed over the observed targets."""
        known, seen = observed(y)
        cost = -self.distribution(raw).log_density_each(known)
        return (cost if seen is None else cost * seen).sum(-1)

    def gradient(self, raw: Tensor, y: Tensor) -> Tensor:
        """The slopes side by side."""
        known, seen = observed(y)
        slopes = self.slopes(raw, known)
        return torch.cat(slopes if seen is None else [s * seen for s in slopes], -1)

    def curvature_root(self, raw: Tensor, y: Tensor) -> Tensor | None:
        """The targets' roots on the diagonal of one root, (…, N, C, C)."""
        p, targets = self.parameters, raw.shape[-1] // self.parameters
        root = raw.new_zeros(*raw.shape[:-1], p, targets, p, targets)
        _, seen = observed(y)
        for (i, j), entry in self.factor(raw).items():
            value = entry if seen is None else entry * seen
            root[..., i, :, j, :].diagonal(dim1=-2, dim2=-1).copy_(value)
        return root.reshape(*raw.shape, raw.shape[-1])

    def deviance(self, raw: Tensor, y: Tensor) -> Tensor:
        """2 (nll − nll with the location at y)."""
        known, _ = observed(y)
        return 2 * (self.nll(raw, y) - self.nll(self.perfect(raw, known), y))


def check_columns(y: Tensor) -> list[Tensor]:
    """The observed values of each column of y (N, T), all finite.

    Raises
    ------
    ShapeError
        If y is not (N, T).
    DataError
        If a value is infinite, a column has no value, or a single column has gaps.
    """
    if y.ndim != 2:
        raise ShapeError(f"Expected targets of shape (N, T), received {tuple(y.shape)}; one target is (N, 1).")
    if torch.isinf(y).any():
        raise DataError("Expected finite target values, received infinity; drop those rows.")
    missing = torch.isnan(y)
    if y.shape[1] == 1 and missing.any():
        raise DataError("Expected finite target values, received NaN; drop those rows.")
    if missing.all(0).any():
        column = int(missing.all(0).nonzero()[0])
        raise DataError(f"Expected at least one value of each target, received only NaN in column {column}; drop it.")
    return [column[~torch.isnan(column)] for column in y.T]
