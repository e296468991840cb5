"""Judge a step by the gain ratio ρ = actual decrease / decrease that the quadratic model promised.

Accept when ρ > 0. After a good step s grows smoothly with ρ, at most by 3; after a bad one s is cut by 2, 4, 8, … so
that a run of failures is left quickly. The same rule moves Levenberg-Marquardt's damping (λ = 1/s) and a trust region's
radius.

References
----------
Nielsen, H. B. (1999). Damping parameter in Marquardt's method. Report IMM-REP-1999-05, Technical University of Denmark.
"""

__all__ = ["GainRatio"]

import dataclasses
import sys
from typing import final

from pishro.optim.method import Origin, Pace, Search, Talk


@final
@dataclasses.dataclass(frozen=True)
class GainRatio(Search):
    """Nielsen's smooth rule.

    Attributes
    ----------
    trials : most trials in one iteration; with cuts of 2, 4, 8, … eleven of them cut s by 2⁶⁶, below any precision.
    """

    trials: int = 11

    def talk(self, origin: Origin, pace: Pace) -> Talk:
        """Accept where the cost fell; grow or cut s."""
        for _ in range(self.trials):
            sample = yield pace.scale
            ratio = (origin.value - sample.value) / max(sample.decrease, sys.float_info.min)
            if sample.feasible and ratio > 0:  # NaN compares false: a cost that is not finite is refused
                growth = 1 / max(1 / 3, 1 - (2 * min(ratio, 1.0) - 1) ** 3)
                # a step well inside its region says nothing against the region's size
                pace.scale = max(pace.scale, growth * sample.scale) if growth >= 1 else growth * sample.scale
                pace.backoff = 2.0
                return True
            pace.scale = sample.scale / pace.backoff
            pace.backoff *= 2
        return False
