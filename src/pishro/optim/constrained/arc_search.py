"""Armijo's condition along an arc that bends at the constraints.

    f(x(s)) ≤ max(last m values) + c ∇f·(x(s) − x)

On an arc x(s) the first-order change ∇f·(x(s) − x) takes the place of s ∇f·d. With m = 1 f falls at every step; the
spectral gradient needs m = 10, since its steps are good on the whole and not one by one.

References
----------
Bertsekas, D. P. (1982). Projected Newton methods for optimization problems with simple constraints. SIAM J. Control
Optim. 20(2), 221-246.
Grippo, L., Lampariello, F. and Lucidi, S. (1986). A nonmonotone line search technique for Newton's method. SIAM J.
Numer. Anal. 23(4), 707-716.
"""

__all__ = ["ArcSearch"]

import dataclasses
import math
from typing import ClassVar, final

from pishro.errors import SettingError
from pishro.optim.method import Origin, Pace, Search, Talk
from pishro.optim.searches.line import settle

SHORTEST, LONGEST = 0.1, 0.5
"""Between which shares of the refused s the next one lies."""

IDLE = 20
"""Searches in a row within rounding after which the gradient, too, is as small as it gets."""


@final
@dataclasses.dataclass(frozen=True)
class ArcSearch(Search):
    """Backtracking on an arc.

    Attributes
    ----------
    decrease : c, in (0, 1).
    memory : m, values that are remembered.
    trials : most trials in one search.

    Raises
    ------
    SettingError
        If c is not between 0 and 1, or nothing is remembered.
    """

    slopes: ClassVar[bool] = True  # the first trial is mostly accepted, and its gradient is then needed

    decrease: float = 1e-4
    memory: int = 1
    trials: int = 50

    def __post_init__(self) -> None:
        """Refuse a condition that no step may satisfy."""
        if not 0 < self.decrease < 1 or self.memory < 1:
            raise SettingError(
                f"Expected decrease between 0 and 1 and a memory of at least 1, received {self.decrease} and "
                f"{self.memory}; usual are 1e-4 and 10."
            )

    def talk(self, origin: Origin, pace: Pace) -> Talk:
        """Shorten s until the condition holds."""
        if pace.idle >= IDLE:
            return False
        recent = (*pace.recent, origin.value)[-self.memory :]
        ceiling, s = max(recent), 1.0 if origin.scaled else pace.scale
        for _ in range(self.trials):
            sample = yield s
            fall = sample.decrease
            # within rounding of f the condition cannot be tested, and the first-order change is believed
            blurred = abs(sample.value - origin.value) <= origin.noise and fall <= origin.noise
            if fall > 0 and (blurred or sample.value <= ceiling - self.decrease * fall):
                pace.recent = recent
                return settle(pace, origin, s, sample.value)
            rise = sample.value - origin.value + fall
            best = s * fall / (2 * rise) if math.isfinite(rise) and rise > 0 else SHORTEST * s
            s = min(max(best, SHORTEST * s), LONGEST * s)
        return False
