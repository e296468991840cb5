"""Who chooses the scalar and judges the step."""

from pishro.optim.searches.gain_ratio import GainRatio

__all__ = ["GainRatio"]
