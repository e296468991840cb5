"""Linear and convex quadratic programs: solved by HiGHS and Clarabel, and checked."""

from pishro.optim.programs.certificates import Contradiction, DescentRay
from pishro.optim.programs.form import ProgramForm
from pishro.optim.programs.kkt import ProgramKKT
from pishro.optim.programs.mps import read_mps
from pishro.optim.programs.mps_text import mps_text
from pishro.optim.programs.program import LinearProgram, Program, QuadraticProgram, RowProgram
from pishro.optim.programs.result import ProgramResult, ProgramStatus

__all__ = [
    "Contradiction",
    "DescentRay",
    "LinearProgram",
    "Program",
    "ProgramForm",
    "ProgramKKT",
    "ProgramResult",
    "ProgramStatus",
    "QuadraticProgram",
    "RowProgram",
    "mps_text",
    "read_mps",
]
