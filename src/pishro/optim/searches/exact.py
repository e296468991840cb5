"""Exact line search: s* = argmin f(x + s d), by bracketing and Brent's method.

A bracket a < b < c with f(b) below both ends is found by golden expansion; then Brent's method alternates parabolic
interpolation with golden section. f alone is asked, no slopes. At s* the slope is zero, hence sᵀy = −s ∇f·d > 0.

References
----------
Brent, R. P. (1973). Algorithms for Minimization without Derivatives, chapter 5. Prentice-Hall.
"""

__all__ = ["ExactLineSearch"]

import dataclasses
import math
from collections.abc import Generator
from typing import ClassVar, final

from pishro.optim.method import Origin, Pace, Sample, Search, Talk
from pishro.optim.need import Need
from pishro.optim.searches.line import first_step, settle

GOLDEN = (3 - math.sqrt(5)) / 2
"""The golden section of an interval, seen from its shorter part."""

EXPANSION = (1 + math.sqrt(5)) / 2
CONTRACTION = 0.1
"""Share of a first s at which f is not lower that is tried next."""

Bracket = tuple[float, float, float, float]
"""a, b, c and f(b)."""


@final
@dataclasses.dataclass(frozen=True)
class ExactLineSearch(Search):
    """Bracketing and Brent's method.

    Attributes
    ----------
    tolerance : width of the last bracket relative to s*; √ε of float64 is the least that f can tell apart.
    trials : most trials of each of the two phases.
    """

    needs: ClassVar[Need] = Need.LINE
    offers: ClassVar[Need] = Need.WOLFE

    tolerance: float = 1.5e-8
    trials: int = 100

    def talk(self, origin: Origin, pace: Pace) -> Talk:
        """Bracket the minimum, then close in on it."""
        if not origin.slope < 0:
            return False
        bracket = yield from self._bracket(origin, first_step(origin, pace))
        if bracket is None:
            return False
        s = yield from self._brent(bracket)
        value = (yield s).value  # the last trial is the one that is taken
        return settle(pace, origin, s, value)

    def _bracket(self, origin: Origin, s: float) -> Generator[float, Sample, Bracket | None]:
        a, b = 0.0, s
        c = math.nan
        value = (yield b).value
        for _ in range(self.trials):
            if value < origin.value:  # NaN and infinity count as not lower
                break
            c, b = b, CONTRACTION * b
            value = (yield b).value
        else:
            return None
        if not math.isnan(c):
            return a, b, c, value
        for _ in range(self.trials):
            c = b + EXPANSION * (b - a)
            beyond = (yield c).value
            if not beyond < value:
                return a, b, c, value
            a, b, value = b, c, beyond
        return None

    def _brent(self, bracket: Bracket) -> Generator[float, Sample, float]:
        """Brent's localmin: x the best, w the second, v the third; d and e the last step and the one before."""
        a, x, b, fx = bracket
        w = v = x
        fw = fv = fx
        d = e = 0.0
        for _ in range(self.trials):
            middle, tolerance = (a + b) / 2, self.tolerance * abs(x) + 1e-300
            if abs(x - middle) <= 2 * tolerance - (b - a) / 2:
                break
            step = _parabola((x, fx), (w, fw), (v, fv))
            inside = a + 2 * tolerance < x + step < b - 2 * tolerance
            if abs(e) > tolerance and abs(step) < abs(e) / 2 and inside:
                e, d = d, step
            else:
                e = (a if x >= middle else b) - x
                d = GOLDEN * e
            u = x + (d if abs(d) >= tolerance else math.copysign(tolerance, d))
            fu = (yield u).value
            if fu <= fx:
                a, b = (x, b) if u >= x else (a, x)
                v, w, x, fv, fw, fx = w, x, u, fw, fx, fu
            else:
                a, b = (u, b) if u < x else (a, u)
                if fu <= fw or w == x:
                    v, w, fv, fw = w, u, fw, fu
                elif fu <= fv or v in (x, w):
                    v, fv = u, fu
        return x


def _parabola(best: tuple[float, float], second: tuple[float, float], third: tuple[float, float]) -> float:
    """The step from the best point to the vertex of the parabola through three; NaN if they lie on a line."""
    (x, fx), (w, fw), (v, fv) = best, second, third
    r, q = (x - w) * (fx - fv), (x - v) * (fx - fw)
    bottom = 2 * (q - r)
    return -((x - v) * q - (x - w) * r) / bottom if bottom and math.isfinite(bottom) else math.nan
