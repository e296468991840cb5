"""Optimization: problems, methods and the loop that joins them. It knows no networks."""

from pishro.optim.catalog import (
    BFGS,
    LBFGS,
    ConjugateGradient,
    DampedNewton,
    GaussNewton,
    GradientDescent,
    HessianFree,
    LevenbergMarquardt,
    Newton,
    NewtonRoot,
    RProp,
    ScaledConjugateGradient,
    TrustRegion,
)
from pishro.optim.curvature import (
    BFGSCurvature,
    ConjugateCurvature,
    ConjugateProducts,
    GaussNewtonCurvature,
    GaussNewtonProducts,
    HessianCurvature,
    HessianProducts,
    Identity,
    LBFGSCurvature,
    ModifiedHessian,
    ResilientCurvature,
)
from pishro.optim.function import FunctionProblem
from pishro.optim.least_squares import LeastSquaresResult, LeastSquaresResults, least_squares
from pishro.optim.loop import Iteration, optimize
from pishro.optim.method import Curvature, Method, Path, Search, Steps, Trial
from pishro.optim.minimize import minimize
from pishro.optim.need import Need
from pishro.optim.paths import ConjugateStep, Damped, Dogleg, ExactRegion, Ray, Steihaug
from pishro.optim.problem import GaussNewtonPoint, HessianPoint, Point, Problem
from pishro.optim.residual import Form, ResidualProblem
from pishro.optim.result import History, Result, Results
from pishro.optim.root import RootResult, root
from pishro.optim.searches import ArmijoSearch, ExactLineSearch, FixedRate, GainRatio, RateSchedule, StrongWolfe
from pishro.optim.state import State
from pishro.optim.stopping import Reason, Stop, Validation

__all__ = [
    "BFGS",
    "LBFGS",
    "ArmijoSearch",
    "BFGSCurvature",
    "ConjugateCurvature",
    "ConjugateGradient",
    "ConjugateProducts",
    "ConjugateStep",
    "Curvature",
    "Damped",
    "DampedNewton",
    "Dogleg",
    "ExactLineSearch",
    "ExactRegion",
    "FixedRate",
    "Form",
    "FunctionProblem",
    "GainRatio",
    "GaussNewton",
    "GaussNewtonCurvature",
    "GaussNewtonPoint",
    "GaussNewtonProducts",
    "GradientDescent",
    "HessianCurvature",
    "HessianFree",
    "HessianPoint",
    "HessianProducts",
    "History",
    "Identity",
    "Iteration",
    "LBFGSCurvature",
    "LeastSquaresResult",
    "LeastSquaresResults",
    "LevenbergMarquardt",
    "Method",
    "ModifiedHessian",
    "Need",
    "Newton",
    "NewtonRoot",
    "Path",
    "Point",
    "Problem",
    "RProp",
    "RateSchedule",
    "Ray",
    "Reason",
    "ResidualProblem",
    "ResilientCurvature",
    "Result",
    "Results",
    "RootResult",
    "ScaledConjugateGradient",
    "Search",
    "State",
    "Steihaug",
    "Steps",
    "Stop",
    "StrongWolfe",
    "Trial",
    "TrustRegion",
    "Validation",
    "least_squares",
    "minimize",
    "optimize",
    "root",
]
