"""The cost of θ = network × likelihood × prior × data; it knows no optimizer.

    f(θ) = β Σ_n w_n nll(f̂(x_n; θ), y_n) + ½ Σ_i α_i θ_i²

and its generalized Gauss-Newton matrix β JᵀΛJ + diag(α). The data's part is kept at β = 1 beside the sum, so a change
of α or β (evidence) costs no new pass over the data. The Jacobian is made in slices of rows and never held whole.
"""

__all__ = ["DataTerm", "Objective", "ObjectivePoint"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.likelihoods import Likelihood, NormalPrior
from pishro.nn import Network, Trace
from pishro.objectives.batch import Batch
from pishro.operators import DenseOperator, add_gram_lower, mirror_lower
from pishro.optim import GaussNewtonPoint, Need, Point

SLICE_ENTRIES = 2**21
"""Jacobian entries made at once, 16 MB of float64: measured fastest between 2¹⁹ (overhead) and 2²⁴ (out of cache)."""


@dataclasses.dataclass(frozen=True)
class DataTerm:
    """The data's part at β = 1: cost (K,), gradient (K, P) and JᵀΛJ (K, P, P)."""

    cost: Tensor
    gradient: Tensor
    curvature: Tensor

    def select(self, index: Tensor) -> "DataTerm":
        """The members in `index`."""
        return DataTerm(self.cost[index], self.gradient[index], self.curvature[index])

    def update(self, index: Tensor, new: "DataTerm") -> None:
        """Overwrite the members in `index`."""
        self.cost[index], self.gradient[index], self.curvature[index] = new.cost, new.gradient, new.curvature


@final
@dataclasses.dataclass(frozen=True)
class ObjectivePoint(GaussNewtonPoint):
    """A point that remembers the data's part; its Gauss-Newton matrix is written out.

    Attributes
    ----------
    data : the data's part at β = 1.
    """

    data: DataTerm

    @property
    def precision(self) -> DenseOperator:
        """The posterior's precision A (K, P, P)."""
        if not isinstance(self.gauss_newton, DenseOperator):
            raise TypeError(f"Expected a dense operator, received {type(self.gauss_newton).__name__}.")
        return self.gauss_newton

    def select(self, index: Tensor) -> "ObjectivePoint":
        """The members in `index`."""
        operator = self.precision.select(index)
        return ObjectivePoint(self.x[index], self.value[index], self.gradient[index], operator, self.data.select(index))

    def update(self, index: Tensor, new: Point) -> None:
        """Overwrite the members in `index`."""
        super().update(index, new)
        if isinstance(new, ObjectivePoint):
            self.data.update(index, new.data)


@final
@dataclasses.dataclass(frozen=True)
class Objective:
    """The regularized cost of K members on the same rows.

    Attributes
    ----------
    network, likelihood, batch : what is fitted to what.
    prior : precisions α of the parameters, one row a member; None for no regularization.
    beta : noise precision of each member (K,); None for 1.
    """

    network: Network
    likelihood: Likelihood
    batch: Batch
    prior: NormalPrior | None = None
    beta: Tensor | None = None
    _workspace: dict[str, Tensor] = dataclasses.field(default_factory=dict, repr=False, compare=False)
    _seen: list[tuple[Tensor, Trace]] = dataclasses.field(default_factory=list, repr=False, compare=False)

    def value(self, x: Tensor) -> Tensor:
        """f(θ) for θ (K, P): (K,)."""
        return self._total(x, self.cost(x))

    def cost(self, theta: Tensor) -> Tensor:
        """Σ_n w_n nll of each member, (K,), at β = 1."""
        trace = self.network.forward_path(theta, self.batch.x)
        self._seen[:] = [(theta, trace)]
        nll = self.likelihood.nll(self.batch.shifted(self.network.raw(trace)), self.batch.y)
        return (nll if self.batch.weight is None else nll * self.batch.weight).sum(-1)

    @property
    def offers(self) -> Need:
        """Gradient and Gauss-Newton matrix."""
        return Need.GRADIENT | Need.GAUSS_NEWTON

    def at(self, x: Tensor, needs: Need = Need.GAUSS_NEWTON) -> ObjectivePoint:
        """Value, gradient and curvature at θ (K, P), all three whatever `needs` says."""
        del needs
        return self.combine(x, self.data_term(x))

    def combine(self, theta: Tensor, data: DataTerm) -> ObjectivePoint:
        """The point whose data's part is known, under this objective's α and β."""
        beta = torch.ones_like(data.cost) if self.beta is None else self.beta
        gradient = beta.unsqueeze(-1) * data.gradient
        matrix = beta[:, None, None] * data.curvature
        if self.prior is not None:
            gradient = gradient + self.prior.gradient(theta)
            matrix.diagonal(dim1=-2, dim2=-1).add_(self.prior.precision)
        return ObjectivePoint(theta, self._total(theta, data.cost), gradient, DenseOperator(matrix), data)

    def data_term(self, theta: Tensor) -> DataTerm:
        """Cost, gradient and JᵀΛJ of the data, summed over slices of rows."""
        members, size = theta.shape
        cost, gradient = theta.new_zeros(members), torch.zeros_like(theta)
        curvature = theta.new_zeros(members, size, size)
        rows = max(1, SLICE_ENTRIES // (members * self.network.outputs * size))
        for start in range(0, len(self.batch), rows):
            self._add_slice(theta, self.batch.rows(start, start + rows), (cost, gradient, curvature))
        mirror_lower(curvature)
        return DataTerm(cost, gradient, curvature)

    def _add_slice(self, theta: Tensor, batch: Batch, sums: tuple[Tensor, Tensor, Tensor]) -> None:
        cost, gradient, curvature = sums
        trace = self._trace(theta, batch)
        raw = batch.shifted(self.network.raw(trace))
        nll, d_raw = self.likelihood.value_and_gradient(raw, batch.y)
        root = self.likelihood.curvature_root(raw, batch.y)
        if batch.weight is not None:
            nll, d_raw = nll * batch.weight, d_raw * batch.weight.unsqueeze(-1)
            half = batch.weight.sqrt()[:, None, None]
            root = torch.eye(raw.shape[-1], dtype=raw.dtype) * half if root is None else root * half
            root = root.expand(*raw.shape, root.shape[-1])
        cost += nll.sum(-1)
        gradient += self.network.backward_path(theta, trace, d_raw)
        rank = raw.shape[-1] if root is None else root.shape[-1]
        transposed = self._space((len(theta), theta.shape[-1], raw.shape[-2], rank), theta)
        self.network.jacobian_path(theta, trace, root, transposed.movedim(1, -1))
        flat = transposed.flatten(-2)
        add_gram_lower(curvature, flat)

    def _trace(self, theta: Tensor, batch: Batch) -> Trace:
        # The point that a search accepts was evaluated a moment ago: its forward path need not be walked again.
        if self._seen and len(batch) == len(self.batch):
            seen, trace = self._seen.pop()
            if seen.shape == theta.shape and torch.equal(seen, theta):
                return trace
        return self.network.forward_path(theta, batch.x)

    def _space(self, shape: tuple[int, ...], like: Tensor) -> Tensor:
        # Fresh pages for a large tensor cost as much as the matrix product itself, so one buffer is kept.
        count = torch.Size(shape).numel()
        buffer = self._workspace.get("jacobian")
        if buffer is None or buffer.numel() < count or buffer.dtype != like.dtype:
            buffer = self._workspace["jacobian"] = like.new_empty(count)
        return buffer[:count].view(shape)

    def _total(self, theta: Tensor, cost: Tensor) -> Tensor:
        total = cost if self.beta is None else self.beta * cost
        return total if self.prior is None else total + self.prior.nll(theta)

    def select(self, index: Tensor) -> "Objective":
        """The objective of the members in `index`."""
        prior = None if self.prior is None else self.prior.select(index)
        return dataclasses.replace(self, prior=prior, beta=None if self.beta is None else self.beta[index])
