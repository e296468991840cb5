"""The data's part of an objective without any P × P matrix: cost, gradient, and products with JᵀΛJ.

JᵀΛJ v is one walk forward along v, a multiplication by Λ at the raw outputs, and one walk back (Schraudolph 2002). The
forward paths are kept, so that each product of a conjugate-gradient iteration costs two walks and not three.

References
----------
Schraudolph, N. N. (2002). Fast curvature matrix-vector products for second-order gradient descent. Neural Computation
14, 1723-1738.
"""

__all__ = ["DataProducts", "weighted_root"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.likelihoods import Likelihood
from pishro.nn import Network, Trace
from pishro.objectives.batch import Batch
from pishro.operators import probed_diagonal


@dataclasses.dataclass(frozen=True)
class _Slice:
    """Some rows whose forward path was walked; `root` is S of Λ = S Sᵀ with the rows' weights in it, (K, N, C, R)."""

    trace: Trace
    rows: slice
    root: Tensor | None

    def weighted(self, change: Tensor) -> Tensor:
        """Λ at each row, times a change of the raw output (K, N, C)."""
        if self.root is None:
            return change
        return (self.root @ (self.root.mT @ change.unsqueeze(-1))).squeeze(-1)


@final
class DataProducts:
    """Cost and gradient of the data at θ (K, P) and β = 1; products with JᵀΛJ on demand.

    Attributes
    ----------
    cost : (K,).
    gradient : (K, P).
    """

    ROWS = 8192
    """Rows walked in one go: enough to keep the cores busy, few enough to stay in the cache."""

    @torch.no_grad()
    def __init__(self, network: Network, likelihood: Likelihood, batch: Batch, theta: Tensor) -> None:
        self._network, self._likelihood, self._batch, self._theta = network, likelihood, batch, theta
        self.cost, self.gradient = theta.new_zeros(len(theta)), torch.zeros_like(theta)
        self._slices: list[_Slice] = []
        self._traces: list[tuple[slice, Trace]] = []
        for start in range(0, len(batch), self.ROWS):
            rows = slice(start, start + self.ROWS)
            part = batch.rows(rows.start, rows.stop)
            trace = network.forward_path(theta, part.x)
            nll, d_raw = likelihood.value_and_gradient(part.shifted(network.raw(trace)), part.y)
            if part.weight is not None:
                nll, d_raw = nll * part.weight, d_raw * part.weight.unsqueeze(-1)
            self.cost += nll.sum(-1)
            self.gradient += network.backward_path(theta, trace, d_raw)
            self._traces.append((rows, trace))

    @torch.no_grad()
    def product(self, v: Tensor) -> Tensor:
        """JᵀΛJ v, (K, P)."""
        total = torch.zeros_like(v)
        for part in self._walked():
            change = part.weighted(self._network.along_path(part.trace, v))
            total += self._network.backward_path(self._theta, part.trace, change)
        return total

    @torch.no_grad()
    def diagonal(self) -> Tensor:
        """An estimate of the diagonal of JᵀΛJ, (K, P)."""
        parts = self._walked()
        raw = self._network.raw(parts[0].trace)
        rank = raw.shape[-1] if parts[0].root is None else parts[0].root.shape[-1]

        def back(u: Tensor) -> Tensor:
            total = torch.zeros_like(self._theta)
            for part in parts:
                d_raw = u[:, part.rows]
                if part.root is not None:
                    d_raw = (part.root @ d_raw.unsqueeze(-1)).squeeze(-1)
                total += self._network.backward_path(self._theta, part.trace, d_raw)
            return total

        return probed_diagonal(back, (len(self._batch), rank), self._theta)

    def _walked(self) -> list[_Slice]:
        # the curvature's roots are made when the first product asks for them: a gradient alone does not
        if not self._slices:
            self._slices = [_Slice(trace, rows, self._root(trace, rows)) for rows, trace in self._traces]
        return self._slices

    def _root(self, trace: Trace, rows: slice) -> Tensor | None:
        part = self._batch.rows(rows.start, rows.stop)
        raw = part.shifted(self._network.raw(trace))
        root = self._likelihood.curvature_root(raw, part.y)
        return weighted_root(root, raw, part.weight)


def weighted_root(root: Tensor | None, raw: Tensor, weight: Tensor | None) -> Tensor | None:
    """√w S (…, N, C, R) for a root S of Λ, where None stands for the identity, and weights (N,), where None is 1."""
    if weight is None:
        return root
    half = weight.sqrt()[:, None, None]
    identity = torch.eye(raw.shape[-1], dtype=raw.dtype, device=raw.device)
    return ((identity if root is None else root) * half).expand(*raw.shape, -1)
