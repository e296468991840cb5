"""What stands in for the Hessian."""

from pishro.optim.curvature.bfgs import BFGSCurvature
from pishro.optim.curvature.conjugate import ConjugateCurvature, ConjugateProducts, hager_zhang, polak_ribiere
from pishro.optim.curvature.gauss_newton import GaussNewtonCurvature, GaussNewtonProducts
from pishro.optim.curvature.hessian import HessianCurvature, HessianProducts, ModifiedHessian
from pishro.optim.curvature.identity import Identity
from pishro.optim.curvature.lbfgs import LBFGSCurvature
from pishro.optim.curvature.resilient import ResilientCurvature

__all__ = [
    "BFGSCurvature",
    "ConjugateCurvature",
    "ConjugateProducts",
    "GaussNewtonCurvature",
    "GaussNewtonProducts",
    "HessianCurvature",
    "HessianProducts",
    "Identity",
    "LBFGSCurvature",
    "ModifiedHessian",
    "ResilientCurvature",
    "hager_zhang",
    "polak_ribiere",
]
