"""A cost of your own: any function (raw, y) → cost of each row, with derivatives by autograd.

The curvature is the Hessian by the raw output, C × C a row, whose negative eigenvalues are set to zero: where the cost
is convex it is the Hessian itself, elsewhere the nearest positive semi-definite matrix (Higham 1988).

A cost is not a distribution. What is predicted are the raw outputs, or what `point` makes of them; densities, intervals
and model files are refused with the remedy.

References
----------
Higham, N. J. (1988). Computing a nearest symmetric positive semidefinite matrix. Linear Algebra Appl. 103, 103-118.
"""

__all__ = ["PointPrediction", "UserCost"]

import dataclasses
from collections.abc import Callable
from typing import Any, final

import torch
from torch import Generator, Tensor

from pishro.errors import DataError, SettingError, ShapeError
from pishro.likelihoods.contract import Likelihood
from pishro.likelihoods.predictive import Predictive


def _itself(raw: Tensor) -> Tensor:
    return raw


@final
@dataclasses.dataclass(frozen=True)
class UserCost(Likelihood):
    """The cost that a function computes.

    Parameters
    ----------
    function : (raw (…, N, C), y) → cost of each row (…, N), from torch operations; a row's cost may depend on that row
        alone.
    raw_outputs : C; None for as many as y has columns.
    point : raw (…, N, C) → prediction (…, N, T); the raw output itself if not given.

    Examples
    --------
    >>> cost = UserCost(lambda raw, y: torch.cosh(raw - y).log().sum(-1))
    >>> cost.gradient(torch.zeros(1, 1), torch.tensor([[1.0]]))
    tensor([[-0.7616]])
    """

    function: Callable[[Tensor, Tensor], Tensor]
    raw_outputs: int | None = None
    point: Callable[[Tensor], Tensor] = _itself
    name = "user"

    def outputs(self, y: Tensor) -> int:
        """As given, or one for each column of y."""
        return self.raw_outputs if self.raw_outputs is not None else y.shape[-1]

    def check(self, y: Tensor) -> None:
        """The function must give one finite cost a row."""
        raw = torch.zeros(len(y), self.outputs(y), dtype=torch.float64)
        cost = self.function(raw, y)
        if cost.shape != raw.shape[:-1]:
            raise ShapeError(
                f"Expected one cost for each of {len(y)} rows, received shape {tuple(cost.shape)}; "
                "sum over the last axis."
            )
        if not torch.isfinite(cost).all():
            raise DataError("Expected a finite cost where the raw output is 0, received NaN or infinity.")

    def start(self, y: Tensor) -> Tensor:
        """Zero."""
        return torch.zeros(self.outputs(y), dtype=torch.float64)

    def nll(self, raw: Tensor, y: Tensor) -> Tensor:
        """What the function says."""
        return self.function(raw, y)

    def gradient(self, raw: Tensor, y: Tensor) -> Tensor:
        """By autograd."""
        return self._slopes(raw, y, twice=False)[1].detach()

    def curvature_root(self, raw: Tensor, y: Tensor) -> Tensor:
        """V √max(λ, 0) of the Hessian V diag(λ) Vᵀ, (…, N, C, C)."""
        free, slopes = self._slopes(raw, y, twice=True)
        hessian = raw.new_zeros(*raw.shape, raw.shape[-1])
        if slopes.requires_grad:  # the gradient of a piecewise linear cost is a constant
            for c in range(raw.shape[-1]):
                with torch.enable_grad():  # whoever asks may have switched it off
                    slope = slopes[..., c].sum()
                (row,) = torch.autograd.grad(slope, free, retain_graph=True, allow_unused=True, materialize_grads=True)
                hessian[..., c, :] = row
        values, vectors = torch.linalg.eigh((hessian + hessian.mT) / 2)
        root: Tensor = vectors * values.clamp_min(0).sqrt().unsqueeze(-2)
        return root

    def _slopes(self, raw: Tensor, y: Tensor, *, twice: bool) -> tuple[Tensor, Tensor]:
        with torch.enable_grad():
            free = raw.detach().requires_grad_()
            slopes: Tensor
            (slopes,) = torch.autograd.grad(self.function(free, y).sum(), free, create_graph=twice)
        return free, slopes

    def distribution(self, raw: Tensor) -> "PointPrediction":
        """A point."""
        return PointPrediction(self.point(raw))

    def predictive(self, raw: Tensor, variance: Tensor, beta: Tensor) -> "PointPrediction":
        """The mean of the members' predictions."""
        return PointPrediction(self.point(raw).mean(0))

    def to_json(self) -> dict[str, Any]:
        """Refused: a function is code, and a model file holds none."""
        raise SettingError(
            "A model with a cost of your own cannot be written to a file, as files hold no code; keep θ and the "
            "network's `to_json`, and the function in your program."
        )


@final
@dataclasses.dataclass(frozen=True)
class PointPrediction(Predictive):
    """A prediction without a distribution, (…, N, T)."""

    value: Tensor

    def mean(self) -> Tensor:
        """The prediction."""
        return self.value

    def log_density(self, y: Tensor) -> Tensor:
        """Refused."""
        raise self._refusal()

    def sample(self, count: int, generator: Generator) -> Tensor:
        """Refused."""
        raise self._refusal()

    def score(self, y: Tensor) -> Tensor:
        """The absolute error of each row, which is the CRPS of a point."""
        return (self.value - y).abs().nansum(-1)

    @staticmethod
    def _refusal() -> SettingError:
        return SettingError("A user-defined cost predicts points and no distribution; use a likelihood with a density.")
