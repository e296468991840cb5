"""Gauss-Newton curvature: JᵀJ, or JᵀΛJ for a likelihood whose output curvature is Λ."""

__all__ = ["GaussNewtonCurvature", "GaussNewtonProducts"]

from typing import ClassVar, final

from pishro.operators import Operator
from pishro.optim.method import Curvature, Memory
from pishro.optim.need import Need
from pishro.optim.problem import GaussNewtonPoint, Point


@final
class GaussNewtonCurvature(Curvature):
    """The matrix that the problem itself supplies with each point, in the form it thinks best."""

    needs: ClassVar[Need] = Need.GRADIENT | Need.GAUSS_NEWTON
    offers: ClassVar[Need] = Need.PRODUCT | Need.SOLVE | Need.PENCIL | Need.DIAGONAL

    def operator(self, point: Point, memory: Memory | None) -> Operator:
        """JᵀΛJ at the point."""
        del memory
        return _matrix(point)


@final
class GaussNewtonProducts(Curvature):
    """The same matrix by its products alone, never written out: for very many parameters."""

    needs: ClassVar[Need] = Need.GRADIENT | Need.GAUSS_NEWTON_PRODUCT
    offers: ClassVar[Need] = Need.PRODUCT | Need.SOLVE | Need.PENCIL | Need.DIAGONAL

    def operator(self, point: Point, memory: Memory | None) -> Operator:
        """JᵀΛJ at the point."""
        del memory
        return _matrix(point)


def _matrix(point: Point) -> Operator:
    if not isinstance(point, GaussNewtonPoint):
        raise TypeError(f"Expected a point with its Gauss-Newton matrix, received {type(point).__name__}.")
    return point.gauss_newton
