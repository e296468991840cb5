"""How a scalar becomes a step."""

from pishro.optim.paths.conjugate_step import ConjugateStep
from pishro.optim.paths.damped import Damped
from pishro.optim.paths.dogleg import Dogleg
from pishro.optim.paths.exact_region import ExactRegion
from pishro.optim.paths.ray import Ray
from pishro.optim.paths.steihaug import Steihaug

__all__ = ["ConjugateStep", "Damped", "Dogleg", "ExactRegion", "Ray", "Steihaug"]
