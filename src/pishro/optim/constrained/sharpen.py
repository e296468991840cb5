"""The last digits of a constrained solution: Newton's method on the KKT conditions of the active set.

The augmented Lagrangian finds where the solution is and which constraints hold it; its own convergence is linear, and
large penalties blur the last digits. With the active constraints taken as equalities, c_W(x) = 0, and the variables at
their bounds held, the conditions are a square system,

    [ ∇²L  Aᵀ ] [ p ]     [ ∇f ]
    [ A    0  ] [ν₊ ] = − [ c_W ],      A = ∂c_W/∂x,

and Newton's method converges quadratically. After each step the active set is corrected: an inequality with the most
negative multiplier or a bound that pulls the wrong way is let go, a violated one is taken in. Dependent constraints are
met by the solution of least norm.

The result is taken only if it is closer to optimal, and no maximum along the constraints.

References
----------
Birgin, E. G. and Martínez, J. M. (2008). Improving ultimate convergence of an augmented Lagrangian method. Optimization
Methods and Software 23(2), 177-195.
"""

__all__ = ["LARGEST", "sharpen"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.optim.constrained.box import Box
from pishro.optim.constrained.constraint import Constraints
from pishro.optim.constrained.kkt import KKT, kkt_at
from pishro.optim.judging import model_at
from pishro.optim.problem import Problem
from pishro.optim.stationary.local_model import LagrangianModel
from pishro.optim.stationary.tangent import reduced_hessian

LARGEST = 300
"""Variables and constraints up to which the system is written out and solved."""

STEPS = 20
"""Most Newton steps; quadratic convergence takes a handful, each correction of the active set one more."""

INDEFINITE = 1e-8
"""Negative curvature along the constraints, relative to the largest, that is refused."""


@final
@dataclasses.dataclass
class Sharpening:
    """A point, its multipliers, and the guess of which constraints work and which variables are held by bounds."""

    x: Tensor
    multipliers: Tensor
    working: Tensor
    held: Tensor


def sharpen(
    problem: Problem, constraints: Constraints, box: Box | None, x: Tensor, multipliers: Tensor, kkt: KKT
) -> tuple[Tensor, Tensor, KKT] | None:
    """A point closer to optimal, its multipliers and certificate; None where Newton's method finds none.

    Parameters
    ----------
    problem : f, of one member.
    constraints, box : c, and the bounds.
    x, multipliers, kkt : where to start, (P,), (m,), and how good that is.
    """
    if len(x) + len(constraints) > LARGEST:
        return None
    held = torch.zeros_like(x, dtype=torch.bool) if box is None else kkt.active_bounds != 0
    now = Sharpening(x.clone(), multipliers.clone(), constraints.equality | (multipliers > 0), held)
    best: tuple[Tensor, Tensor, KKT] | None = None
    lowest, waited = kkt.residual, 0
    for _ in range(STEPS):
        if not _newton(problem, constraints, box, now):
            break
        found = kkt_at(problem, constraints, box, now.x, now.multipliers)
        if found.residual < lowest:
            best, lowest, waited = (now.x.clone(), now.multipliers.clone(), found), found.residual, 0
        else:
            waited += 1
        if waited > 4 or lowest < torch.finfo(x.dtype).eps:
            break
        _correct(constraints, box, now, found)
    if best is None or not _curves_up(problem, constraints, box, best):
        return None
    return best


def _newton(problem: Problem, constraints: Constraints, box: Box | None, now: Sharpening) -> bool:
    """One step in the free variables; False where it is not finite."""
    lagrangian = LagrangianModel(model_at(problem, now.x), constraints.at, now.multipliers)
    H, J = lagrangian.hessian(), constraints.jacobian(now.x)
    free, working = ~now.held, now.working
    gradient = lagrangian.gradient - now.multipliers @ J
    with torch.no_grad():
        c = constraints.at(now.x)[working]
    A = J[working][:, free]
    size = int(free.sum())
    matrix = H.new_zeros(size + len(c), size + len(c))
    matrix[:size, :size] = (H[free][:, free] + H[free][:, free].mT) / 2
    matrix[:size, size:], matrix[size:, :size] = A.mT, A
    right = -torch.cat([gradient[free], c])
    if not bool(torch.isfinite(matrix).all() and torch.isfinite(right).all()):
        return False
    solution = torch.linalg.lstsq(matrix, right.unsqueeze(-1), driver="gelsd").solution.squeeze(-1)
    end = now.x.clone()
    end[free] += solution[:size]
    now.x = end if box is None else box.project(end.unsqueeze(0))[0]
    now.multipliers = torch.zeros_like(now.multipliers)
    now.multipliers[working] = solution[size:]
    return bool(torch.isfinite(now.x).all())


def _correct(constraints: Constraints, box: Box | None, now: Sharpening, found: KKT) -> None:
    """Let go what pulls the wrong way, take in what is violated."""
    with torch.no_grad():
        c = constraints.at(now.x)
    wrong = torch.where(now.working & ~constraints.equality, now.multipliers, 0.0)
    if len(wrong) and float(wrong.amin()) < 0:
        now.working[wrong.argmin()] = False
        now.multipliers[wrong.argmin()] = 0.0
    now.working |= ~constraints.equality & (c > found.feasibility / 2) & (c > 0) & (wrong >= 0)
    if box is None:
        return
    pushed = -found.bound_multipliers * found.active_bounds  # positive where the bound is not needed
    lower, upper = box.ends(now.x)
    pushed = torch.where(lower == upper, 0.0, torch.where(now.held, pushed, 0.0))
    now.held |= found.active_bounds != 0
    if float(pushed.amax()) > 0:
        now.held[pushed.argmax()] = False


def _curves_up(problem: Problem, constraints: Constraints, box: Box | None, found: tuple[Tensor, Tensor, KKT]) -> bool:
    """Whether L has no negative curvature along what is active."""
    x, multipliers, kkt = found
    lagrangian = LagrangianModel(model_at(problem, x), constraints.at, multipliers)
    active = torch.cat([constraints.equality.new_zeros(0), *kkt.active])
    held = torch.eye(len(x)).to(x)[kkt.active_bounds != 0]
    H = lagrangian.hessian()
    reduced = reduced_hessian((H + H.mT) / 2, torch.cat([constraints.jacobian(x)[active], held]))
    if not reduced.numel():
        return True
    values = torch.linalg.eigvalsh(reduced)
    return bool(values[0] >= -INDEFINITE * values.abs().amax().clamp_min(1.0))
