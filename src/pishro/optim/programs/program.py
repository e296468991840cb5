"""The doors to linear and quadratic programs: matrices in the way of SciPy's `linprog`, or rows with two ends.

    LinearProgram       min cᵀx              A_ub x ≤ b_ub,  A_eq x = b_eq,  bounds
    QuadraticProgram    min ½ xᵀQx + cᵀx     the same
    RowProgram          min ½ xᵀQx + cᵀx + k     l ≤ A x ≤ u,  lower ≤ x ≤ upper, with names; what a file holds

None of them is handed to a method for general functions: a linear one goes to HiGHS and a quadratic one to Clarabel,
and what they answer is checked.
"""

__all__ = ["LinearProgram", "Program", "QuadraticProgram", "RowProgram"]

import abc
import dataclasses
import math
from typing import Any, final

import numpy as np

from pishro.errors import ShapeError
from pishro.optim.programs.arrays import as_bounds, as_matrix, as_vector, stack_rows
from pishro.optim.programs.form import ProgramForm
from pishro.optim.programs.result import ProgramResult
from pishro.optim.programs.solve import solve


class Program(abc.ABC):
    """A linear or convex quadratic program, however it was written down."""

    @property
    @abc.abstractmethod
    def form(self) -> ProgramForm:
        """It in the common form."""

    def solve(self, *, max_seconds: float = math.inf) -> ProgramResult:
        """The global minimum with its multipliers, or a proof that there is none.

        Parameters
        ----------
        max_seconds : most wall time for the solvers.

        Raises
        ------
        SettingError
            If max_seconds is not above 0.
        """
        return solve(self.form, max_seconds)


@final
class LinearProgram(Program):
    """Minimize cᵀx subject to A_ub x ≤ b_ub, A_eq x = b_eq and bounds.

    Parameters
    ----------
    c : (n,).
    A_ub, b_ub : inequality rows, (m, n) and (m,). Lists, NumPy, torch or SciPy's sparse matrices; sparse stays sparse.
    A_eq, b_eq : equations, alike.
    bounds : one pair (lower, upper) for all variables, or a pair for each, (n, 2); None or infinity for no limit.
        **Without bounds, variables are free**, unlike in SciPy's `linprog`, where they are not negative; pass (0, None)
        for that.

    Raises
    ------
    ShapeError, SettingError
        If shapes do not fit, a number is NaN, or a lower limit lies above its upper one.

    Examples
    --------
    >>> result = LinearProgram([1.0, 1.0], A_ub=[[-1.0, -2.0]], b_ub=[-2.0], bounds=(0, None)).solve()
    >>> result.status.value, result.value, result.inequality.tolist()
    ('solved', 1.0, [0.5])
    """

    def __init__(
        self, c: Any, A_ub: Any = None, b_ub: Any = None, A_eq: Any = None, b_eq: Any = None, bounds: Any = None
    ) -> None:
        cost = as_vector("c", c)
        n = len(cost)
        self._form = ProgramForm(cost, *stack_rows(n, A_ub, b_ub, A_eq, b_eq), *as_bounds(bounds, n))

    @property
    def form(self) -> ProgramForm:
        """It in the common form: the rows of A_ub, then those of A_eq."""
        return self._form


@final
class QuadraticProgram(Program):
    """Minimize ½ xᵀQx + cᵀx subject to A_ub x ≤ b_ub, A_eq x = b_eq and bounds.

    Parameters
    ----------
    Q : symmetric positive semi-definite, (n, n). ½ stands in front of it: for ‖x‖², Q is 2·I.
    c : (n,); zero if not given.
    A_ub, b_ub, A_eq, b_eq, bounds : as for `LinearProgram`; without bounds, variables are free.

    Raises
    ------
    ShapeError, SettingError
        As for `LinearProgram`, and if Q is not symmetric, or has a negative eigenvalue, which is named.

    Examples
    --------
    >>> result = QuadraticProgram([[2.0, 0.0], [0.0, 2.0]], A_eq=[[1.0, 1.0]], b_eq=[2.0]).solve()
    >>> [round(v, 12) for v in (*result.x.tolist(), result.value, *result.equality.tolist())]
    [1.0, 1.0, 2.0, -2.0]
    """

    def __init__(
        self,
        Q: Any,
        c: Any = None,
        A_ub: Any = None,
        b_ub: Any = None,
        A_eq: Any = None,
        b_eq: Any = None,
        bounds: Any = None,
    ) -> None:
        matrix = as_matrix("Q", Q)
        n = matrix.shape[1] if c is None else len(as_vector("c", c))
        cost = np.zeros(n) if c is None else as_vector("c", c)
        self._form = ProgramForm(cost, *stack_rows(n, A_ub, b_ub, A_eq, b_eq), *as_bounds(bounds, n), matrix)

    @property
    def form(self) -> ProgramForm:
        """It in the common form: the rows of A_ub, then those of A_eq."""
        return self._form


@final
@dataclasses.dataclass(frozen=True, eq=False)
class RowProgram(Program):
    """A program in the common form, with names: what an MPS file holds.

    Attributes
    ----------
    rows : the form.
    variable_names, row_names : n and m of them.
    name : of the whole.
    maximize : whether the file asked for a maximum, so that the form is that of the negated objective.
    relaxed : how many variables ought to be whole numbers and are not held to it.

    Raises
    ------
    ShapeError
        If there are not as many names as variables and rows.
    """

    rows: ProgramForm
    variable_names: tuple[str, ...]
    row_names: tuple[str, ...]
    name: str = ""
    maximize: bool = False
    relaxed: int = 0

    def __post_init__(self) -> None:
        m, n = self.rows.A.shape
        if (len(self.row_names), len(self.variable_names)) != (m, n):
            raise ShapeError(
                f"Expected {m} names of rows and {n} of variables, received {len(self.row_names)} and "
                f"{len(self.variable_names)}."
            )

    @property
    def form(self) -> ProgramForm:
        """The rows as they are."""
        return self.rows

    def solve(self, *, max_seconds: float = math.inf) -> ProgramResult:
        """As for every program; of a maximum, the value has the sign of the file, and all else is of the minimum."""
        result = super().solve(max_seconds=max_seconds)
        return dataclasses.replace(result, value=-result.value) if self.maximize else result
