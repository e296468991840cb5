"""How a scalar becomes a step."""

from pishro.optim.paths.damped import Damped

__all__ = ["Damped"]
