"""The Hessian itself: as it is, by products, or made positive definite.

Where H has negative eigenvalues, −H⁻¹g may lead uphill. The modified Hessian V max(|Λ|, δ) Vᵀ keeps the eigenvectors
and walks down along the negative ones as far as their curvature suggests (Gill, Murray and Wright 1981, section
4.4.2.1); where H is positive definite it is H.

References
----------
Gill, P. E., Murray, W. and Wright, M. H. (1981). Practical Optimization. Academic Press.
"""

__all__ = ["HessianCurvature", "HessianProducts", "ModifiedHessian"]

import dataclasses
from typing import ClassVar, final

import torch

from pishro.operators import DenseOperator, Operator, SpectralOperator
from pishro.optim.method import Curvature, Memory
from pishro.optim.need import Need
from pishro.optim.problem import HessianPoint, Point


@final
class HessianCurvature(Curvature):
    """∇²f written out, of any signs: for damped and trust-region paths, which cope with negative curvature."""

    needs: ClassVar[Need] = Need.GRADIENT | Need.HESSIAN
    offers: ClassVar[Need] = Need.PRODUCT | Need.PENCIL | Need.DIAGONAL | Need.MATRIX

    def operator(self, point: Point, memory: Memory | None) -> Operator:
        """∇²f at the point."""
        del memory
        return _hessian(point)


@final
class HessianProducts(Curvature):
    """∇²f by its products alone, never written out: for very many variables."""

    needs: ClassVar[Need] = Need.GRADIENT | Need.HESSIAN_PRODUCT
    offers: ClassVar[Need] = Need.PRODUCT

    def operator(self, point: Point, memory: Memory | None) -> Operator:
        """∇²f at the point."""
        del memory
        return _hessian(point)


@final
@dataclasses.dataclass(frozen=True)
class ModifiedHessian(Curvature):
    """∇²f with its eigenvalues made positive.

    Attributes
    ----------
    floor : δ relative to the largest |eigenvalue|.
    """

    needs: ClassVar[Need] = Need.GRADIENT | Need.HESSIAN
    offers: ClassVar[Need] = Need.PRODUCT | Need.SOLVE | Need.DIAGONAL

    floor: float = 1e-14

    def operator(self, point: Point, memory: Memory | None) -> Operator:
        """V max(|Λ|, δ) Vᵀ; a Hessian that is not finite counts as the identity."""
        del memory
        hessian = _hessian(point)
        if not isinstance(hessian, DenseOperator):
            raise TypeError(f"Expected the Hessian written out, received {type(hessian).__name__}.")
        matrix = hessian.matrix
        if not bool(torch.isfinite(matrix).all()):
            return SpectralOperator(torch.ones_like(point.x), torch.eye(matrix.shape[-1]).to(matrix).expand_as(matrix))
        values, vectors = torch.linalg.eigh(matrix)
        size = values.abs()
        least = (self.floor * size.amax(-1, keepdim=True)).clamp_min(torch.finfo(size.dtype).tiny)
        return SpectralOperator(torch.maximum(size, least), vectors)


def _hessian(point: Point) -> Operator:
    if not isinstance(point, HessianPoint):
        raise TypeError(f"Expected a point with its Hessian, received {type(point).__name__}.")
    return point.hessian
