"""Constraints: sets with a projection, and general equalities and inequalities."""

from pishro.optim.constrained.affine import Affine
from pishro.optim.constrained.arc_search import ArcSearch
from pishro.optim.constrained.ball import Ball
from pishro.optim.constrained.box import Box, NonNegative
from pishro.optim.constrained.constraint import Equality, Inequality
from pishro.optim.constrained.face import OnFace
from pishro.optim.constrained.kkt import KKT
from pishro.optim.constrained.projected import Projected
from pishro.optim.constrained.region import Region
from pishro.optim.constrained.result import ConstrainedResult, ConstrainedResults
from pishro.optim.constrained.simplex import Simplex
from pishro.optim.constrained.spectral import SpectralCurvature
from pishro.optim.constrained.within import SpectralProjectedGradient, within

__all__ = [
    "KKT",
    "Affine",
    "ArcSearch",
    "Ball",
    "Box",
    "ConstrainedResult",
    "ConstrainedResults",
    "Equality",
    "Inequality",
    "NonNegative",
    "OnFace",
    "Projected",
    "Region",
    "Simplex",
    "SpectralCurvature",
    "SpectralProjectedGradient",
    "within",
]
