"""Gauss-Newton curvature: JᵀJ, or JᵀΛJ for a likelihood whose output curvature is Λ."""

__all__ = ["GaussNewtonCurvature"]

from typing import final

from pishro.operators import Operator
from pishro.optim.method import Curvature
from pishro.optim.problem import Point


@final
class GaussNewtonCurvature(Curvature):
    """The matrix that the problem itself supplies with each point."""

    def operator(self, point: Point) -> Operator:
        """JᵀΛJ at the point."""
        return point.gauss_newton
