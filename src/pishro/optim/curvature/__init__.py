"""What stands in for the Hessian."""

from pishro.optim.curvature.gauss_newton import GaussNewtonCurvature

__all__ = ["GaussNewtonCurvature"]
