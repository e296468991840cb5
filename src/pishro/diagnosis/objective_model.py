"""One member's cost at a point, with its second derivatives and what a symmetry of the network hides of them."""

__all__ = ["ObjectiveModel", "Spectrum"]

import dataclasses
import functools
from typing import final

import torch
from torch import Tensor

from pishro.diagnosis.symmetry import scaling_tangents
from pishro.objectives import Objective, ObjectivePoint
from pishro.optim import HessianPoint, Need
from pishro.optim.stationary.local_model import LocalModel
from pishro.optim.stationary.signs import rounding

BENT = 1e-7
"""Of the largest curvature: how much a prior, or a gradient that is left, may bend a direction of the symmetry."""


@final
class ObjectiveModel(LocalModel):
    """One member's objective at θ (P,), its second derivatives by automatic differentiation of the forward path.

    Parameters
    ----------
    objective : of one member.
    x : θ (P,).

    Examples
    --------
    >>> from pishro.likelihoods import Normal
    >>> from pishro.nn import Dense, Network
    >>> from pishro.objectives import Batch
    >>> x = torch.tensor([[1.0], [3.0]], dtype=torch.float64)
    >>> model = ObjectiveModel(Objective(Network.chain(1, Dense(1)), Normal(), Batch(x, x)), torch.zeros(2).double())
    >>> model.hessian(), model.spectrum.symmetric
    (tensor([[10.,  4.],
            [ 4.,  2.]], dtype=torch.float64), 0)
    """

    def __init__(self, objective: Objective, x: Tensor) -> None:
        self.objective, self.x = objective, x.detach().clone()
        self.accuracy = torch.finfo(x.dtype).eps
        point = objective.at(self.x.unsqueeze(0), Need.HESSIAN_PRODUCT)
        if not isinstance(point, HessianPoint):
            raise TypeError(f"Expected a point with a Hessian, received {type(point).__name__}.")
        self._hessian = point.hessian
        self.value, self.gradient = point.value[0], point.gradient[0]

    def product(self, v: Tensor) -> Tensor:
        """H v for a vector (P,)."""
        product: Tensor = (self._hessian @ v.unsqueeze(0))[0]
        return product

    def moved(self, x: Tensor) -> "ObjectiveModel":
        """The same objective at another point."""
        return ObjectiveModel(self.objective, x)

    def cost(self, x: Tensor) -> Tensor:
        """Cost at x (P,)."""
        return self.objective.value(x.unsqueeze(0))[0]

    def hessian(self) -> Tensor:
        """H written out (P, P), once."""
        return self._written

    @functools.cached_property
    def _written(self) -> Tensor:
        return super().hessian()

    def gauss_newton(self) -> Tensor:
        """The Gauss-Newton matrix (P, P)."""
        with torch.no_grad():
            point = self.objective.at(self.x.unsqueeze(0), Need.GAUSS_NEWTON)
        if not isinstance(point, ObjectivePoint):
            raise TypeError(f"Expected the point of an objective, received {type(point).__name__}.")
        return point.precision.matrix[0]

    @functools.cached_property
    def spectrum(self) -> "Spectrum":
        """What the Hessian says."""
        hessian, size = self.hessian(), len(self.x)
        values, vectors = torch.linalg.eigh((hessian + hessian.mT) / 2)
        zero = rounding(hessian, values, self.accuracy)
        tangents = scaling_tangents(self.objective.network, self.x)
        bent = torch.linalg.vector_norm(hessian @ tangents, dim=0)
        tangents = tangents[:, bent <= max(zero, BENT * float(values.abs().amax()))]
        Q, _ = torch.linalg.qr(torch.cat([tangents, torch.eye(size, dtype=hessian.dtype)], 1))
        return Spectrum(values, vectors, zero, Q[:, tangents.shape[1] : size])


@final
@dataclasses.dataclass(frozen=True)
class Spectrum:
    """Eigenvalues of a Hessian.

    Attributes
    ----------
    values, vectors : ascending (P,), and in columns (P, P).
    zero : size below which an eigenvalue is rounding.
    basis : of the space orthogonal to the flat directions of the scaling symmetry, in columns.
    """

    values: Tensor
    vectors: Tensor
    zero: float
    basis: Tensor

    @property
    def symmetric(self) -> int:
        """Flat directions by scaling symmetry."""
        return len(self.values) - self.basis.shape[1]
