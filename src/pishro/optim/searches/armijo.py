"""Backtracking to Armijo's condition: f(x + s d) ≤ f(x) + c s ∇f·d.

The next s is the minimizer of the parabola through f(x), its slope and the refused value, kept between a tenth and a
half of the refused s. It needs no gradients at the trials, and does not ensure sᵀy > 0.

References
----------
Armijo, L. (1966). Minimization of functions having Lipschitz continuous first partial derivatives. Pacific J. Math.
16(1), 1-3.
"""

__all__ = ["ArmijoSearch"]

import dataclasses
import math
from typing import ClassVar, final

from pishro.errors import SettingError
from pishro.optim.method import Origin, Pace, Search, Talk
from pishro.optim.need import Need
from pishro.optim.searches.line import first_step, settle

SHORTEST, LONGEST = 0.1, 0.5
"""Between which shares of the refused s the next one lies."""


@final
@dataclasses.dataclass(frozen=True)
class ArmijoSearch(Search):
    """Armijo backtracking.

    Attributes
    ----------
    decrease : c, in (0, 1).
    trials : most trials in one search.

    Raises
    ------
    SettingError
        If c is not between 0 and 1.
    """

    needs: ClassVar[Need] = Need.LINE

    decrease: float = 1e-4
    trials: int = 50

    def __post_init__(self) -> None:
        """Refuse a condition that no step may satisfy."""
        if not 0 < self.decrease < 1:
            raise SettingError(f"Expected decrease between 0 and 1, received {self.decrease}; usual is 1e-4.")

    def talk(self, origin: Origin, pace: Pace) -> Talk:
        """Shorten s until the condition holds."""
        if not origin.slope < 0:
            return False
        s = first_step(origin, pace)
        for _ in range(self.trials):
            sample = yield s
            if sample.value <= origin.value + self.decrease * s * origin.slope:
                return settle(pace, origin, s, sample.value)
            rise = sample.value - origin.value - s * origin.slope
            best = -origin.slope * s * s / (2 * rise) if math.isfinite(rise) and rise > 0 else SHORTEST * s
            s = min(max(best, SHORTEST * s), LONGEST * s)
        return False
