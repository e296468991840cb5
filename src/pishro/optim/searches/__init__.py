"""Who chooses the scalar and judges the step."""

from pishro.optim.searches.armijo import ArmijoSearch
from pishro.optim.searches.exact import ExactLineSearch
from pishro.optim.searches.fixed import FixedRate, RateSchedule
from pishro.optim.searches.gain_ratio import GainRatio
from pishro.optim.searches.wolfe import StrongWolfe

__all__ = ["ArmijoSearch", "ExactLineSearch", "FixedRate", "GainRatio", "RateSchedule", "StrongWolfe"]
