"""Line search to the strong Wolfe conditions.

    f(x + s d) ≤ f(x) + c₁ s ∇f·d          (the cost falls enough)
    |∇f(x + s d)·d| ≤ c₂ |∇f·d|            (the slope flattens enough)

The second gives sᵀy > 0, which keeps BFGS matrices positive definite. An interval is kept whose lower end satisfies the
first condition with the least f seen; it grows until it must hold a solution and is then narrowed by cubic
interpolation. Where f is NaN or infinite the interval is halved.

Departure: within rounding of f(x) the first condition cannot be tested; there the slope alone decides, as in Hager and
Zhang's approximate Wolfe conditions, so that the gradient can become as small as its own rounding allows.

References
----------
Nocedal, J. and Wright, S. J. (2006). Numerical Optimization, 2nd ed., algorithms 3.5 and 3.6.
Hager, W. W. and Zhang, H. (2005). A new conjugate gradient method with guaranteed descent and an efficient line search.
SIAM J. Optim. 16(1), 170-192.
"""

__all__ = ["StrongWolfe"]

import dataclasses
import math
from typing import ClassVar, final

from pishro.errors import SettingError
from pishro.optim.method import Origin, Pace, Search, Talk
from pishro.optim.need import Need
from pishro.optim.searches.line import Seen, cubic_minimum, first_step, settle

STRETCH = 10.0
"""How far beyond the last trial the next one lies while no solution is bracketed: fewest evaluations over Moré, Garbow
and Hillstrom's problems, of 2, 4 and 10."""

IDLE = 20
"""Searches in a row within rounding after which the gradient, too, is as small as it gets."""

MARGIN = 0.1
"""Share of the interval that a trial keeps from its ends, so that every trial narrows it."""


@final
@dataclasses.dataclass(frozen=True)
class StrongWolfe(Search):
    """Strong Wolfe conditions.

    Attributes
    ----------
    decrease : c₁, in (0, ½).
    curvature : c₂, in (c₁, 1); 0.9 for Newton-like directions, 0.1 for conjugate gradients.
    trials : most trials in one search.

    Raises
    ------
    SettingError
        If not 0 < c₁ < c₂ < 1.
    """

    needs: ClassVar[Need] = Need.LINE
    offers: ClassVar[Need] = Need.WOLFE
    slopes: ClassVar[bool] = True

    decrease: float = 1e-4
    curvature: float = 0.9
    trials: int = 30

    def __post_init__(self) -> None:
        """Refuse conditions that no step may satisfy."""
        if not 0 < self.decrease < self.curvature < 1:
            raise SettingError(
                f"Expected 0 < decrease < curvature < 1, received decrease = {self.decrease} and "
                f"curvature = {self.curvature}; usual are 1e-4 and 0.9."
            )

    def talk(self, origin: Origin, pace: Pace) -> Talk:
        """Bracket, then narrow."""
        if not origin.slope < 0 or pace.idle >= IDLE:
            return False
        low, high = Seen(0.0, origin.value, origin.slope), None
        s = first_step(origin, pace)
        for _ in range(self.trials):
            sample = yield s
            here = Seen(s, sample.value, sample.slope)
            if self._holds(origin, here):
                return settle(pace, origin, s, here.value)
            if self._too_far(origin, low, here):
                high = here
            else:
                # the minimum lies on the side to which the slope points
                if here.slope * ((math.inf if high is None else high.s) - low.s) >= 0:
                    high = low
                low = here
            s = STRETCH * low.s if high is None else _between(low, high)
            if not math.isfinite(s) or (high is not None and abs(high.s - low.s) <= 1e-15 * abs(high.s)):
                break
        if low.s == 0:
            return False
        yield low.s  # the lowest point seen is taken, though its slope is not as flat as was asked
        return settle(pace, origin, low.s, low.value)

    def _holds(self, origin: Origin, here: Seen) -> bool:
        if not abs(here.slope) <= self.curvature * -origin.slope:
            return False
        return self._within_noise(origin, here) or here.value <= self._ceiling(origin, here)

    def _too_far(self, origin: Origin, low: Seen, here: Seen) -> bool:
        if not here.finite:
            return True
        if self._within_noise(origin, here):
            return False
        return here.value > self._ceiling(origin, here) or here.value >= low.value

    def _ceiling(self, origin: Origin, here: Seen) -> float:
        return origin.value + self.decrease * here.s * origin.slope

    @staticmethod
    def _within_noise(origin: Origin, here: Seen) -> bool:
        return abs(here.value - origin.value) <= origin.noise


def _between(low: Seen, high: Seen) -> float:
    """A trial inside the interval, off its ends."""
    middle = (low.s + high.s) / 2
    if not high.finite:
        return middle
    s = cubic_minimum(low, high)
    left, right = sorted((low.s, high.s))
    margin = MARGIN * (right - left)
    return min(max(s, left + margin), right - margin) if math.isfinite(s) else middle
