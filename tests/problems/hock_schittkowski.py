"""Constrained test problems of Hock and Schittkowski (1981), and a few others of CUTEst.

Constraints are written as CUTEst writes them, c = 0, c ≥ 0 or c ≤ 0, so that they can be held against its values.
`known` are values at known local minima: Hock and Schittkowski's where their solution satisfies the KKT conditions,
with the digits of a closed form where there is one. HS13 has no multipliers at its solution.

References
----------
Hock, W. and Schittkowski, K. (1981). Test Examples for Nonlinear Programming Codes. Springer.
Gould, N. I. M., Orban, D. and Toint, Ph. L. (2015). CUTEst: a constrained and unconstrained testing environment.
"""

__all__ = ["PROBLEMS"]

from tests.problems import hock_schittkowski_more, hock_schittkowski_three, hock_schittkowski_two

PROBLEMS = (*hock_schittkowski_two.PROBLEMS, *hock_schittkowski_three.PROBLEMS, *hock_schittkowski_more.PROBLEMS)
