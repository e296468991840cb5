"""No search: the s that was given, the same always or by a schedule."""

__all__ = ["FixedRate", "RateSchedule"]

import dataclasses
import math
from collections.abc import Callable
from typing import ClassVar, final

from pishro.errors import SettingError
from pishro.optim.method import Origin, Pace, Search, Talk
from pishro.optim.need import Need
from pishro.optim.searches.line import settle


@final
@dataclasses.dataclass(frozen=True)
class FixedRate(Search):
    """The same s in every iteration, whether f falls or not; only a value that is not finite is refused.

    Attributes
    ----------
    rate : s > 0.

    Raises
    ------
    SettingError
        If the rate is not positive and finite.
    """

    needs: ClassVar[Need] = Need.LINE

    rate: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a rate that moves nothing or uphill."""
        if not 0 < self.rate < math.inf:
            raise SettingError(f"Expected a positive finite rate, received {self.rate}.")

    def talk(self, origin: Origin, pace: Pace) -> Talk:
        """Take s as it is."""
        sample = yield self.rate
        return math.isfinite(sample.value) and settle(pace, origin, self.rate, sample.value)


@final
@dataclasses.dataclass(frozen=True)
class RateSchedule(Search):
    """An s for each iteration.

    Attributes
    ----------
    rate : iteration 0, 1, … → s.
    """

    needs: ClassVar[Need] = Need.LINE

    rate: Callable[[int], float]

    def talk(self, origin: Origin, pace: Pace) -> Talk:
        """Take the schedule's s."""
        s = float(self.rate(pace.iteration))
        sample = yield s
        return math.isfinite(sample.value) and settle(pace, origin, s, sample.value)
