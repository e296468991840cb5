"""The cost of θ = network × likelihood × prior × data; it knows no optimizer.

    f(θ) = β Σ_n w_n nll(f̂(x_n; θ), y_n) + ½ Σ_i α_i θ_i²

and its generalized Gauss-Newton matrix β JᵀΛJ + diag(α). The data's part is kept at β = 1 beside the sum, so a change
of α or β (evidence) costs no new pass over the data. The Jacobian is made in slices of rows and never held whole; where
even P × P numbers are too many, the matrix is known by its products (`DataProducts`). The true Hessian comes by
automatic differentiation of the same forward path; where the cost has kinks (Laplace, quantiles) the expected second
derivative Λ stands for the one that does not exist.
"""

__all__ = ["Objective"]

import dataclasses
from collections.abc import Callable
from typing import final

import torch
from torch import Tensor

from pishro.likelihoods import Likelihood, NormalPrior
from pishro.nn import Network, Trace
from pishro.objectives.batch import Batch
from pishro.objectives.point import DataTerm, ObjectivePoint
from pishro.objectives.products import DataProducts, weighted_root
from pishro.operators import DenseOperator, Operator, ProductOperator, add_gram_lower, mirror_lower
from pishro.optim import (
    FROM_PROBLEM,
    GaussNewtonPoint,
    GradientGraph,
    HessianPoint,
    Need,
    Point,
    hessian_matrix,
    hessian_products,
)

SLICE_ENTRIES = 2**21
"""Jacobian entries made at once, 16 MB of float64: measured fastest between 2¹⁹ (overhead) and 2²⁴ (out of cache)."""

SLICE_ENTRIES_GPU = 2**26
"""On a GPU, 0.5 GB: a slice is some tens of launches, which a product of this size hides."""


@final
@dataclasses.dataclass(frozen=True)
class Objective:
    """The regularized cost of K members on the same rows.

    Attributes
    ----------
    network, likelihood, batch : what is fitted to what.
    prior : precisions α of the parameters, one row a member; None for no regularization.
    beta : noise precision of each member (K,); None for 1.
    shared : adds tensors up, in place, over processes that hold other rows; None where all rows are here.
    """

    network: Network
    likelihood: Likelihood
    batch: Batch
    prior: NormalPrior | None = None
    beta: Tensor | None = None
    shared: Callable[..., None] | None = None
    _workspace: dict[str, Tensor] = dataclasses.field(default_factory=dict, repr=False, compare=False)
    _seen: list[tuple[Tensor, Trace]] = dataclasses.field(default_factory=list, repr=False, compare=False)

    def value(self, x: Tensor) -> Tensor:
        """f(θ) for θ (K, P): (K,)."""
        return self._total(x, self.cost(x))

    def cost(self, theta: Tensor) -> Tensor:
        """Σ_n w_n nll of each member, (K,), at β = 1."""
        total = self._cost(theta)
        self._add_up(total)
        return total

    def _cost(self, theta: Tensor) -> Tensor:
        if self._slice_rows(theta) >= len(self.batch):
            trace = self.network.forward_path(theta, self.batch.x)
            self._seen[:] = [(theta, trace)]
            return self._nll(self.batch, self.network.raw(trace))
        # where the Jacobian is made in slices, the activations of all rows at once would take as much as it does
        total = theta.new_zeros(len(theta))
        for start in range(0, len(self.batch), DataProducts.ROWS):
            part = self.batch.rows(start, start + DataProducts.ROWS)
            total += self._nll(part, self.network(theta, part.x))
        return total

    @property
    def offers(self) -> Need:
        """Gradient, Gauss-Newton matrix and Hessian, written out or by products; no Hessian over several processes."""
        return FROM_PROBLEM if self.shared is None else FROM_PROBLEM & ~(Need.HESSIAN | Need.HESSIAN_PRODUCT)

    @property
    def total(self) -> float:
        """Sum of the rows' weights, over all processes."""
        return self._sum(self.batch.total)

    @property
    def values(self) -> float:
        """Sum of the weights of all observed target values, over all processes."""
        return self._sum(self.batch.values)

    def at(self, x: Tensor, needs: Need = Need.GAUSS_NEWTON) -> Point:
        """Value, gradient and the curvature that is needed, at θ (K, P)."""
        if Need.GAUSS_NEWTON in needs:
            return self.combine(x, self.data_term(x))
        if needs & (Need.HESSIAN | Need.HESSIAN_PRODUCT):
            return self._hessian_point(x, needs)
        data = DataProducts(self.network, self.likelihood, self.batch, x)
        self._add_up(data.cost, data.gradient)
        value, gradient = self._total(x, data.cost), self._gradient(x, data.gradient)
        if Need.GAUSS_NEWTON_PRODUCT in needs:
            return GaussNewtonPoint(x, value, gradient, self._products(x, data))
        return Point(x, value, gradient)

    def combine(self, theta: Tensor, data: DataTerm) -> ObjectivePoint:
        """The point whose data's part is known, under this objective's α and β."""
        # a copy also where β is 1: the data's part must not change when α is added to the diagonal
        matrix = data.curvature.clone() if self.beta is None else self.beta[:, None, None] * data.curvature
        if self.prior is not None:
            matrix.diagonal(dim1=-2, dim2=-1).add_(self.prior.precision)
        value, gradient = self._total(theta, data.cost), self._gradient(theta, data.gradient)
        return ObjectivePoint(theta, value, gradient, DenseOperator(matrix), data)

    def data_term(self, theta: Tensor) -> DataTerm:
        """Cost, gradient and JᵀΛJ of the data, summed over slices of rows."""
        members, size = theta.shape
        cost, gradient = theta.new_zeros(members), torch.zeros_like(theta)
        curvature = theta.new_zeros(members, size, size)
        rows = self._slice_rows(theta)
        for start in range(0, len(self.batch), rows):
            self._add_slice(theta, self.batch.rows(start, start + rows), (cost, gradient, curvature))
        self._add_up(cost, gradient, curvature)
        mirror_lower(curvature)
        return DataTerm(cost, gradient, curvature)

    def _add_up(self, *sums: Tensor) -> None:
        if self.shared is not None:
            self.shared(*sums)

    def _added(self, part: Tensor) -> Tensor:
        self._add_up(part)
        return part

    def _sum(self, part: float) -> float:
        return part if self.shared is None else float(self._added(torch.tensor(part, dtype=torch.float64)))

    def _slice_rows(self, theta: Tensor) -> int:
        """Rows of which the Jacobian is made at once."""
        entries = SLICE_ENTRIES if theta.device.type == "cpu" else SLICE_ENTRIES_GPU
        return max(1, entries // (theta.numel() * self.network.outputs))

    def _add_slice(self, theta: Tensor, batch: Batch, sums: tuple[Tensor, Tensor, Tensor]) -> None:
        cost, gradient, curvature = sums
        trace = self._trace(theta, batch)
        raw = batch.shifted(self.network.raw(trace))
        nll, d_raw = self.likelihood.value_and_gradient(raw, batch.y)
        root = weighted_root(self.likelihood.curvature_root(raw, batch.y), raw, batch.weight)
        if batch.weight is not None:
            nll, d_raw = nll * batch.weight, d_raw * batch.weight.unsqueeze(-1)
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

    def _hessian_point(self, theta: Tensor, needs: Need) -> HessianPoint:
        graph = self._graph(theta)
        if Need.HESSIAN in needs:
            hessian: Operator = DenseOperator(hessian_matrix(graph))
        else:
            hessian = hessian_products(self._graph, theta)
        return HessianPoint(theta, graph.value, graph.gradient.detach(), hessian)

    def _graph(self, theta: Tensor, members: Tensor | None = None) -> GradientGraph:
        those = self if members is None else self.select(members)
        with torch.enable_grad():
            leaf = theta.detach().clone().requires_grad_(True)
            raw = self.network(leaf, self.batch.x)
            value = those._total(leaf, self._nll(self.batch, raw))
            smooth = value if self.likelihood.smooth else those._total(leaf, self._expected(raw))
            (gradient,) = torch.autograd.grad(smooth.sum(), leaf, create_graph=True)
        return GradientGraph(leaf, value.detach(), gradient)

    def _expected(self, raw: Tensor) -> Tensor:
        """A cost with the gradient of `_nll` here, and with Λ for its second derivative, which does not exist."""
        at, y = self.batch.shifted(raw.detach()), self.batch.y
        change = raw - raw.detach()
        root = self.likelihood.curvature_root(at, y)
        bent = change if root is None else (root.mT @ change.unsqueeze(-1)).squeeze(-1)
        nll = (self.likelihood.gradient(at, y) * change).sum(-1) + bent.square().sum(-1) / 2
        return (nll if self.batch.weight is None else nll * self.batch.weight).sum(-1)

    def _products(self, theta: Tensor, data: DataProducts) -> ProductOperator:
        beta = None if self.beta is None else self.beta.unsqueeze(-1)
        alpha = None if self.prior is None else self.prior.precision

        def product(v: Tensor) -> Tensor:
            along = self._added(data.product(v))
            along = along if beta is None else beta * along
            return along if alpha is None else along + alpha * v

        diagonal = self._added(data.diagonal())
        diagonal = diagonal if beta is None else beta * diagonal
        estimate = diagonal if alpha is None else diagonal + alpha
        return ProductOperator(product, theta, self._rebuilt, estimate)

    def _rebuilt(self, theta: Tensor, members: Tensor | None) -> ProductOperator:
        those = self if members is None else self.select(members)
        return those._products(theta, DataProducts(self.network, self.likelihood, self.batch, theta))

    def _gradient(self, theta: Tensor, data: Tensor) -> Tensor:
        gradient = data if self.beta is None else self.beta.unsqueeze(-1) * data
        return gradient if self.prior is None else gradient + self.prior.gradient(theta)

    def _nll(self, batch: Batch, raw: Tensor) -> Tensor:
        nll = self.likelihood.nll(batch.shifted(raw), batch.y)
        return (nll if batch.weight is None else nll * batch.weight).sum(-1)

    def _total(self, theta: Tensor, cost: Tensor) -> Tensor:
        total = cost if self.beta is None else self.beta * cost
        return total if self.prior is None else total + self.prior.nll(theta)

    def to(self, device: torch.device) -> "Objective":
        """The same objective with its rows on a device."""
        prior = None if self.prior is None else self.prior.to(device)
        beta = None if self.beta is None else self.beta.to(device)
        return dataclasses.replace(self, batch=self.batch.to(device), prior=prior, beta=beta, _workspace={}, _seen=[])

    def select(self, index: Tensor) -> "Objective":
        """The objective of the members in `index`."""
        prior = None if self.prior is None else self.prior.select(index)
        return dataclasses.replace(self, prior=prior, beta=None if self.beta is None else self.beta[index])
