"""What an optimization hands back: the point, why it stopped, and the way it went."""

__all__ = ["History", "Result", "Results"]

import dataclasses
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from pishro.optim.state import State
from pishro.optim.stopping import Reason


@dataclasses.dataclass(frozen=True)
class History:
    """One member's run: entry 0 is the start, entry i the point after iteration i.

    Attributes
    ----------
    value, gradient_norm : f and the largest entry of |∇f|.
    step : ‖x_i − x_{i−1}‖; 0 at the start.
    scale : the search's s after each iteration: the length along a line, a trust region's radius, or 1/λ.
    x : the points, (iterations + 1, P); None where P is large.

    Examples
    --------
    >>> from pishro import optim
    >>> result = optim.minimize(lambda x: x.square().sum(), torch.tensor([3.0, 4.0]), "gradient-descent")
    >>> result.history.value[0], len(result.history.value) == result.iterations + 1
    (25.0, True)
    """

    value: list[float]
    gradient_norm: list[float]
    step: list[float]
    scale: list[float]
    x: Tensor | None = None

    @property
    def damping(self) -> list[float]:
        """λ = 1/s of a damped path."""
        return [1 / s if s else float("inf") for s in self.scale]


@dataclasses.dataclass(frozen=True)
class Result:
    """Where an optimization from one starting point ended.

    Attributes
    ----------
    x : (P,).
    value : f(x).
    gradient_norm : largest entry of |∇f(x)|.
    reason : why it stopped; `reason.sentence` says it in words.
    verdict : what kind of point x is, where that was judged.
    iterations, evaluations : steps taken, and points at which f was evaluated.
    seconds : wall time of the whole call.
    history : the way.
    """

    x: Tensor
    value: float
    gradient_norm: float
    reason: Reason
    verdict: Any
    iterations: int
    evaluations: int
    seconds: float
    history: History


@dataclasses.dataclass(frozen=True)
class Results:
    """Where optimizations from K starting points ended; a sequence of K `Result`.

    Attributes
    ----------
    x, value, gradient_norm : the points (K, P), f (K,), and the largest |∇f| entry (K,).
    reasons : why each member stopped.
    iterations, evaluations : of each member, (K,).
    seconds : wall time of all together.
    histories : the way of each member.
    state : to continue from.
    verdicts : what kind of point each x is, where that was judged.
    """

    x: Tensor
    value: Tensor
    gradient_norm: Tensor
    reasons: tuple[Reason, ...]
    iterations: Tensor
    evaluations: Tensor
    seconds: float
    histories: tuple[History, ...]
    state: State
    verdicts: tuple[Any, ...] | None = None

    def __len__(self) -> int:
        return len(self.reasons)

    def __getitem__(self, member: int) -> Result:
        return Result(
            self.x[member],
            float(self.value[member]),
            float(self.gradient_norm[member]),
            self.reasons[member],
            None if self.verdicts is None else self.verdicts[member],
            int(self.iterations[member]),
            int(self.evaluations[member]),
            self.seconds,
            self.histories[member],
        )

    def __iter__(self) -> Iterator[Result]:
        return (self[member] for member in range(len(self)))

    @property
    def best(self) -> Result:
        """The result with the least f; values that are not finite come last."""
        return self[int(torch.where(torch.isfinite(self.value), self.value, torch.inf).argmin())]
