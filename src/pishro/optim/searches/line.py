"""What line searches share: the first s, and the books they keep."""

__all__ = ["Seen", "cubic_minimum", "first_step", "settle"]

import math
from typing import NamedTuple

from pishro.optim.method import Origin, Pace

GROWTH = 10.0
"""Most by which the first s exceeds the one accepted last."""


class Seen(NamedTuple):
    """A point on the line: s, f and df/ds."""

    s: float
    value: float
    slope: float

    @property
    def finite(self) -> bool:
        """Whether f and its slope are finite."""
        return math.isfinite(self.value) and math.isfinite(self.slope)


def first_step(origin: Origin, pace: Pace) -> float:
    """The s to try first: 1 where the direction has the Hessian's scale.

    Otherwise the s whose first-order change equals the last iteration's (Nocedal and Wright 2006, equation 3.60).
    """
    if origin.scaled:
        return 1.0
    if math.isnan(pace.slope):
        return pace.scale
    return pace.scale * min(pace.slope / origin.slope, GROWTH)


def settle(pace: Pace, origin: Origin, s: float, value: float) -> bool:
    """Remember an accepted s and f there; True, for the search to return."""
    pace.scale, pace.slope = s, origin.slope
    pace.idle = pace.idle + 1 if abs(value - origin.value) <= origin.noise else 0
    pace.iteration += 1
    return True


def cubic_minimum(a: Seen, b: Seen) -> float:
    """The minimizer of the cubic through two values and slopes; NaN if it has none (Nocedal and Wright, 3.59)."""
    width = b.s - a.s
    first = a.slope + b.slope - 3 * (a.value - b.value) / (a.s - b.s)
    radicand = first * first - a.slope * b.slope
    if not radicand >= 0:
        return math.nan
    root = math.copysign(math.sqrt(radicand), width)
    bottom = b.slope - a.slope + 2 * root
    return b.s - width * (b.slope + root - first) / bottom if bottom else math.nan
