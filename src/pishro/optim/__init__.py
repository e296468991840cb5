"""Optimization: problems, methods and the loop that joins them. It knows no networks."""

from pishro.optim.catalog import LevenbergMarquardt
from pishro.optim.method import Curvature, Method, Path, Search, Steps, Trial
from pishro.optim.minimize import Iteration, Result, State, minimize
from pishro.optim.problem import Point, Problem
from pishro.optim.stopping import Reason, Stop

__all__ = [
    "Curvature",
    "Iteration",
    "LevenbergMarquardt",
    "Method",
    "Path",
    "Point",
    "Problem",
    "Reason",
    "Result",
    "Search",
    "State",
    "Steps",
    "Stop",
    "Trial",
    "minimize",
]
