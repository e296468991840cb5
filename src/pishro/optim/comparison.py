"""Several methods on one function, side by side: a table, and a picture of how they converge.

The order of convergence is read off the tail of the run. Near a regular minimum ‖∇fₖ‖ is proportional to the error, and
its target is known to be zero, so with gₖ the largest |∇f| entry after k iterations

    p ≈ ln(gₖ₊₁/gₖ) / ln(gₖ/gₖ₋₁)

tends to 1 for linear, to 2 for quadratic convergence, and lies between for superlinear methods. The median of the last
`TAIL` estimates above the rounding floor is taken; it takes three falling norms to give one.
"""

__all__ = ["Comparison", "Trace", "compare", "convergence_order", "plot_path"]

import dataclasses
import math
import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING, final

from torch import Tensor

from pishro.optim.stopping import Reason

if TYPE_CHECKING:
    pass

TAIL = 3
"""Estimates of the order whose median is taken."""

FLOOR = 1e-13
"""Gradients below this share of the largest one are rounding, and tell nothing of the order."""


def convergence_order(norms: Sequence[float]) -> float:
    """Order of convergence p from the gradient norms of a run; NaN if the run is too short to tell.

    Examples
    --------
    >>> convergence_order([1e-1, 1e-2, 1e-4, 1e-8, 1e-16])   # quadratic
    2.0
    >>> round(convergence_order([0.5**k for k in range(20)]), 3)  # linear
    1.0
    """
    floor = FLOOR * max(norms, default=0.0)
    logs = [math.log(g) for g in norms if g > floor]
    steps = [after - before for before, after in zip(logs, logs[1:], strict=False)]
    orders = [new / old for old, new in zip(steps, steps[1:], strict=False) if old < 0 and new < 0]
    return statistics.median(orders[-TAIL:]) if orders else math.nan


@final
@dataclasses.dataclass(frozen=True)
class Trace:
    """One run, in the form that tables and pictures need.

    Attributes
    ----------
    name : the method's.
    points : x after 0, 1, 2, … iterations, (n, P); None where the run kept none.
    values, norms : f and the largest |∇f| entry there, (n,).
    evaluations : of f, with or without its gradient.
    seconds : wall time.
    reason : why it stopped.
    """

    name: str
    points: Tensor | None
    values: Tensor
    norms: Tensor
    evaluations: int
    seconds: float
    reason: Reason

    @property
    def iterations(self) -> int:
        """Iterations made."""
        return len(self.values) - 1

    @property
    def order(self) -> float:
        """Order of convergence, from the tail."""
        return convergence_order(self.norms.tolist())
