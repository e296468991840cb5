"""Where a constrained minimization ended: the point with its certificate."""

__all__ = ["ConstrainedResult", "ConstrainedResults"]

import dataclasses

from torch import Tensor

from pishro.optim.constrained.kkt import KKT
from pishro.optim.result import Result, Results
from pishro.optim.stopping import Reason


@dataclasses.dataclass(frozen=True)
class ConstrainedResult(Result):
    """Where a minimization with constraints ended.

    `gradient_norm` is the largest |x − P(x − ∇L)| entry: ∇f need not vanish. With general constraints `iterations`
    counts the steps of all inner minimizations; `history` has an entry for each of these, with the penalty as `scale`.
    The verdict is about f on the feasible set.

    Attributes
    ----------
    kkt : multipliers, active set and residuals.
    method : what ran, in words.
    start_moved : whether x0 was outside the bounds; it is then projected onto them.
    """

    kkt: KKT
    method: str
    start_moved: bool

    @property
    def multipliers(self) -> tuple[Tensor, ...]:
        """λ or μ of each constraint in the order given; ∇f + Σ Jᵀλ + ν = 0, with μ ≥ 0 for inequalities g ≤ 0."""
        return self.kkt.multipliers

    @property
    def active(self) -> tuple[Tensor, ...]:
        """Which entries of each constraint hold with equality."""
        return self.kkt.active

    @property
    def sentence(self) -> str:
        """What came of it in words, with its numbers."""
        words = str(self.kkt)
        if self.reason is Reason.INFEASIBLE:
            words = f"No feasible point was found; the least violation is {self.kkt.feasibility:.3g}."
        else:
            words = f"{self.reason.sentence} {words}"
        return f"{words} x0 lay outside the bounds and was moved onto them." if self.start_moved else words


@dataclasses.dataclass(frozen=True)
class ConstrainedResults(Results):
    """Where minimizations with constraints from K starting points ended; a sequence of K `ConstrainedResult`.

    Attributes
    ----------
    kkts, method, start_moved : see `ConstrainedResult`.
    """

    kkts: tuple[KKT, ...]
    method: str
    start_moved: tuple[bool, ...]

    def __getitem__(self, member: int) -> ConstrainedResult:
        one = super().__getitem__(member)
        record = {field.name: getattr(one, field.name) for field in dataclasses.fields(Result)}
        return ConstrainedResult(
            **record, kkt=self.kkts[member], method=self.method, start_moved=self.start_moved[member]
        )
