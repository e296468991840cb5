"""The Karush-Kuhn-Tucker conditions at a point: the first-order certificate of a constrained problem.

For min f(x) with h(x) = 0, g(x) ≤ 0 and x in a convex set, let L = f + λᵀh + μᵀg. At a local minimum where the active
constraints are independent

    x − P(x − ∇L) = 0        stationarity; P projects onto the set
    h = 0,  max(0, g) = 0    feasibility
    min(−g, μ) = 0           complementarity: a multiplier is not negative, and zero where its constraint is slack

The set's own multiplier is ν = −∇L, which points out of it: on a box νᵢ > 0 at an active upper bound, νᵢ < 0 at an
active lower one. A multiplier is the price of its constraint: f* changes by λ·δ when h = 0 is moved to h = −δ, so
relaxing g ≤ 0 to g ≤ δ lowers f* by μ·δ.

References
----------
Nocedal, J., and Wright, S. J. (2006). Numerical Optimization, 2nd ed., chapter 12.
"""

__all__ = ["KKT", "kkt_at"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.optim.constrained.box import Box
from pishro.optim.constrained.constraint import Constraints
from pishro.optim.constrained.region import Region
from pishro.optim.problem import Problem

ACTIVE = 1e-6
"""|g| relative to max(1, ‖∇g‖∞) up to which an inequality counts as active."""


@final
@dataclasses.dataclass(frozen=True)
class KKT:
    """First-order certificate.

    Attributes
    ----------
    multipliers : λ or μ of each constraint in the order given, each (m,).
    bound_multipliers : ν = −∇L of the bounds or the set, (P,); zero for variables off their bounds.
    active : which entries of each constraint hold with equality, each (m,) boolean.
    active_bounds : −1 for a variable at its lower bound, 1 at its upper one, else 0, (P,); zero for other sets.
    stationarity : largest |x − P(x − ∇L)| entry, relative to max(1, ‖∇f‖∞).
    feasibility : largest violation of a constraint or of the set, as it is.
    complementarity : largest |min(−g, μ)|, μ relative to max(1, ‖∇f‖∞).

    Examples
    --------
    >>> from pishro import optim
    >>> result = optim.minimize(lambda x: x @ x, [1.0, 0.0], constraints=[optim.Equality(lambda x: x.sum() - 1)])
    >>> [m.round(decimals=6).tolist() for m in result.kkt.multipliers]
    [[-1.0]]
    """

    multipliers: tuple[Tensor, ...]
    bound_multipliers: Tensor
    active: tuple[Tensor, ...]
    active_bounds: Tensor
    stationarity: float
    feasibility: float
    complementarity: float

    @property
    def residual(self) -> float:
        """The largest of the three."""
        # NaN wins
        return float(torch.tensor([self.stationarity, self.feasibility, self.complementarity]).double().amax())

    def __str__(self) -> str:
        count = sum(int(a.sum()) for a in self.active) + int((self.active_bounds != 0).sum())
        return (
            f"KKT residuals: stationarity {self.stationarity:.2g}, feasibility {self.feasibility:.2g}, "
            f"complementarity {self.complementarity:.2g}. Active constraints and bounds: {count}."
        )


def kkt_at(problem: Problem, constraints: Constraints, region: Region | None, x: Tensor, multipliers: Tensor) -> KKT:
    """The certificate of one point.

    Parameters
    ----------
    problem : f, of one member.
    constraints : c.
    region : the set; None for all of space.
    x, multipliers : (P,) and (m,).
    """
    row = x.unsqueeze(0)
    gradient = problem.at(row).gradient[0]
    with torch.no_grad():
        c = constraints.at(x)
    J = constraints.jacobian(x)
    slope = gradient + multipliers @ J
    scale = float(gradient.abs().amax().clamp_min(1.0))
    left = slope if region is None else region.residual(row, slope.unsqueeze(0))[0]
    violation = constraints.violation(c)
    outside = violation.new_zeros(1) if region is None else region.violation(row)
    natural = torch.where(constraints.equality, 0.0, torch.minimum(-c, multipliers / scale).abs())
    near = c.abs() <= ACTIVE * J.abs().amax(-1).clamp_min(1.0) if len(c) else torch.zeros_like(c, dtype=torch.bool)
    sides = _sides(region, x)
    held = sides != 0 if isinstance(region, Box) else torch.full_like(sides, region is not None, dtype=torch.bool)
    return KKT(
        constraints.split(multipliers),
        torch.where(held, -slope, 0.0),
        constraints.split(near | constraints.equality),
        sides,
        float(left.abs().amax()) / scale,
        float(torch.cat([violation, outside]).amax().abs()),
        float(natural.amax()) if len(natural) else 0.0,
    )


def _sides(region: Region | None, x: Tensor) -> Tensor:
    """At which bound of a box each variable is; −1 stands also for a fixed one."""
    sides = torch.zeros(len(x), dtype=torch.int8, device=x.device)
    if isinstance(region, Box):
        lower, upper = region.ends(x)
        sides[x >= upper] = 1
        sides[x <= lower] = -1
    return sides
