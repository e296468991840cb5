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
from typing import final

import torch
from torch import Tensor

from pishro.optim.method import Search, Trial


@final
@dataclasses.dataclass(frozen=True)
class GainRatio(Search):
    """Nielsen's smooth rule.

    Attributes
    ----------
    trials : most trials in one iteration; with cuts of 2, 4, 8, … eleven of them cut s by 2⁶⁶, below any precision.
    """

    trials: int = 11

    def judge(self, actual: Tensor, trial: Trial, scale: Tensor, backoff: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Accept where the cost fell; grow or cut s."""
        ratio = actual / trial.decrease.clamp_min(torch.finfo(actual.dtype).tiny)
        accept = trial.feasible & (ratio > 0)  # NaN compares false: a cost that is not finite is refused
        grown = scale / (1 - (2 * ratio.clamp(0, 1) - 1) ** 3).clamp_min(1 / 3)
        return (
            accept,
            torch.where(accept, grown, scale / backoff),
            torch.where(accept, torch.full_like(backoff, 2.0), backoff * 2),
        )
