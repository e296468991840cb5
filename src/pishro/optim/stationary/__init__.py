"""Stationary points: what kind a point is, where they all are, and how to leave a saddle."""

from pishro.optim.stationary.classify import classify, verdict_of
from pishro.optim.stationary.escape import escape
from pishro.optim.stationary.points import StationaryPoint, stationary_points
from pishro.optim.stationary.tangent import classify_on_tangent, reduced_hessian
from pishro.optim.stationary.verdict import Kind, Verdict

__all__ = [
    "Kind",
    "StationaryPoint",
    "Verdict",
    "classify",
    "classify_on_tangent",
    "escape",
    "reduced_hessian",
    "stationary_points",
    "verdict_of",
]
