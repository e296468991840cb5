"""What solving a program hands back: the answer, the prices of its limits, and how well it was checked."""

__all__ = ["ProgramResult", "ProgramStatus"]

import dataclasses
import enum
from typing import final

from torch import Tensor

from pishro.optim.programs.certificates import Contradiction, DescentRay
from pishro.optim.programs.kkt import ProgramKKT


class ProgramStatus(enum.Enum):
    """What became of a program."""

    SOLVED = "solved"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    LIMIT = "time used up"
    NOT_SOLVED = "not solved"

    @property
    def sentence(self) -> str:
        """The status in words."""
        return _SENTENCES[self][0]

    @property
    def remedy(self) -> str:
        """What to do about it; empty where nothing is wrong."""
        return _SENTENCES[self][1]


_SENTENCES = {
    ProgramStatus.SOLVED: ("The optimality conditions hold: this is a global minimum.", ""),
    ProgramStatus.INFEASIBLE: (
        "The rows and bounds contradict each other: no point fulfills them all.",
        "The certificate names the rows and bounds that do; relax one of those.",
    ),
    ProgramStatus.UNBOUNDED: (
        "The value falls without end along a direction that meets no limit.",
        "The certificate is that direction; a bound or a row that stops it is missing.",
    ),
    ProgramStatus.LIMIT: ("The time was used up before an optimum was reached.", "Raise max_seconds."),
    ProgramStatus.NOT_SOLVED: (
        "No point was found at which the optimality conditions hold, and no proof that there is none.",
        "The residuals say how far off this answer is; bring variables and rows to similar sizes, and remove rows that "
        "nearly repeat others.",
    ),
}


@final
@dataclasses.dataclass(frozen=True)
class ProgramResult:
    """The answer to a linear or quadratic program. A row is a line of A x: those of A_ub first, then those of A_eq.

    Multipliers are those of L = f + yᵀA x + zᵀx, with ∇L = 0: positive where an upper end presses, negative where a
    lower one does, zero where none does, of either sign for an equation. So those of A_ub x ≤ b_ub are not negative.
    They are prices: moving the end that a row presses on by δ changes the optimum by −y δ.

    Attributes
    ----------
    status : what became of it; `status.sentence` and `status.remedy` say it in words.
    x : the solution, (n,); NaN where the program is infeasible or unbounded, unproved where it is not solved.
    value : the objective at x; ∞ where infeasible, −∞ where unbounded.
    multipliers : y of the rows, (m,).
    bound_multipliers : z of the bounds, (n,).
    equations : which rows are equations, (m,).
    active : the end at which each row is, (m,): 1 upper, −1 lower, 0 neither; 1 for an equation.
    active_bounds : the same of each variable's bounds, (n,).
    kkt : the residuals of the optimality conditions, which decide whether it is solved.
    certificate : the proof that it is infeasible or unbounded.
    solver : who found the answer.
    iterations : the solver's.
    seconds : wall time, checks included.

    Examples
    --------
    >>> from pishro import optim
    >>> program = optim.LinearProgram([-1.0, -2.0], A_ub=[[1.0, 1.0]], b_ub=[4.0], bounds=(0, 3))
    >>> result = program.solve()
    >>> result.x.tolist(), result.value, result.inequality.tolist(), result.bound_multipliers.tolist()
    ([1.0, 3.0], -7.0, [1.0], [0.0, 1.0])
    """

    status: ProgramStatus
    x: Tensor
    value: float
    multipliers: Tensor
    bound_multipliers: Tensor
    equations: Tensor
    active: Tensor
    active_bounds: Tensor
    kkt: ProgramKKT
    certificate: Contradiction | DescentRay | None
    solver: str
    iterations: int
    seconds: float

    @property
    def solved(self) -> bool:
        """Whether x is an optimum; the residuals were checked."""
        return self.status is ProgramStatus.SOLVED

    @property
    def inequality(self) -> Tensor:
        """Multipliers of the rows that are not equations, in their order: of A_ub."""
        return self.multipliers[~self.equations]

    @property
    def equality(self) -> Tensor:
        """Multipliers of the equations, in their order: of A_eq."""
        return self.multipliers[self.equations]

    def __str__(self) -> str:
        words = [self.status.sentence]
        if self.solved:
            limits = int((self.active != 0).sum() + (self.active_bounds != 0).sum())
            words += [f"Value {self.value:.10g}, {limits} rows and bounds active.", str(self.kkt)]
        elif self.status in (ProgramStatus.NOT_SOLVED, ProgramStatus.LIMIT):
            words += [f"Value {self.value:.10g}, unproved.", str(self.kkt)]
        return " ".join([*words, self.status.remedy]).strip()
