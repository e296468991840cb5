"""When to stop, and why it stopped: each reason has a sentence and a remedy."""

__all__ = ["Reason", "Stop", "Validation"]

import dataclasses
import enum
import math
from collections.abc import Callable

from torch import Tensor

from pishro.errors import SettingError


class Reason(enum.Enum):
    """Why an optimization ended; the value is a sentence."""

    RUNNING = "Still running."
    GRADIENT = "The gradient is as small as was asked for."
    STEP = "The steps became as small as was asked for."
    CHANGE = "The cost stopped changing."
    GOAL = "The goal was reached."
    ITERATIONS = "The iterations were used up; raise the number of iterations if the cost was still falling."
    EVALUATIONS = "The evaluations were used up; raise their number if the cost was still falling."
    SECONDS = "The time was used up; raise max_seconds if the cost was still falling."
    NO_DESCENT = "No step lowers the cost any more: this is the limit of floating-point precision."
    NOT_FINITE = "The cost is not finite at the start; scale the inputs or start elsewhere."
    DIVERGED = "The cost stopped being finite; lower the rate, clip the gradient or scale the inputs."
    NO_ROOT = "The residual has a minimum here that is not a root; start elsewhere."
    VALIDATION = "The validation cost stopped falling; the best point before that is returned."
    EVIDENCE = "The evidence for the model stopped rising."
    INTERRUPTED = "It was interrupted."

    @property
    def sentence(self) -> str:
        """The reason in words."""
        return str(self.value)


@dataclasses.dataclass(frozen=True)
class Validation:
    """Stop when a second cost, on data that f does not see, has stopped falling; the best point is kept.

    Attributes
    ----------
    cost : x (K, P) → (K,).
    patience : iterations without a new lowest cost.
    """

    cost: Callable[[Tensor], Tensor]
    patience: int = 6


@dataclasses.dataclass(frozen=True)
class Stop:
    """Rules for stopping; the first that holds ends a member's run.

    Attributes
    ----------
    gradient : largest entry of |∇f| below which a point counts as stationary.
    change : relative change of f between iterations, |f_{k+1} − f_k| ≤ change · max(1, |f_k|); 0 switches it off.
    step : change of every variable, relative to |x_i| + step; 0 switches it off.
    goal : value of f at which to stop.
    iterations : most iterations.
    seconds : most wall time.
    evaluations : most evaluations of f, for each member; an iteration that has begun is ended.
    validation : a second cost that decides.

    Raises
    ------
    SettingError
        If a limit is negative or not a number.
    """

    gradient: float = 1e-8
    change: float = 0.0
    step: float = 1e-12
    goal: float = -float("inf")
    iterations: int = 1000
    seconds: float = float("inf")
    evaluations: float = float("inf")
    validation: Validation | None = None

    def __post_init__(self) -> None:
        """Refuse limits that mean nothing."""
        for name in ("gradient", "change", "step", "iterations", "seconds", "evaluations"):
            if not getattr(self, name) >= 0:
                raise SettingError(f"Expected {name} of at least 0, received {getattr(self, name)}.")
        if math.isnan(self.goal):
            raise SettingError("Expected a goal that is a number, received NaN; leave it out for none.")
