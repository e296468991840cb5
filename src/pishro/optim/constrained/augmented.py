"""The augmented Lagrangian of Powell, Hestenes and Rockafellar as a problem without constraints.

    φ(x) = w f(x) + ½ρ Σ_h (h + λ/ρ)² + ½ρ Σ_g max(0, g + μ/ρ)²

Its gradient is that of the Lagrangian at the next multipliers, λ₊ = λ + ρh and μ₊ = max(0, μ + ρg). f and c are scaled
by their gradients at the start, w = 1/max(1, ‖∇f(x₀)‖∞) and likewise for each c, so that ρ and the tolerances mean the
same for every problem (Birgin and Martínez 2014, section 12.5).

References
----------
Rockafellar, R. T. (1974). Augmented Lagrange multiplier functions and duality in nonconvex programming. SIAM J. Control
12(2), 268-285.
Birgin, E. G. and Martínez, J. M. (2014). Practical Augmented Lagrangian Methods for Constrained Optimization. SIAM.
"""

__all__ = ["Augmented"]

import dataclasses
from typing import final

import torch
from torch import Tensor

from pishro.operators import DenseOperator, Operator, ProductOperator
from pishro.optim.constrained.constraint import Constraints
from pishro.optim.need import Need
from pishro.optim.problem import GaussNewtonPoint, HessianPoint, Point, Problem
from pishro.optim.second_order import GradientGraph, derivative, hessian_matrix


@final
@dataclasses.dataclass(frozen=True)
class Augmented(Problem):
    """φ for K members, each with its own multipliers and penalty.

    Attributes
    ----------
    problem, constraints : f and c.
    weight, weights : scales of f (K,) and of c (K, m).
    multipliers : of the scaled constraints, (K, m).
    penalty : ρ, (K,).
    """

    problem: Problem
    constraints: Constraints
    weight: Tensor
    weights: Tensor
    multipliers: Tensor
    penalty: Tensor

    @property
    def offers(self) -> Need:
        """What f offers, but no Gauss-Newton products."""
        return self.problem.offers & ~Need.GAUSS_NEWTON_PRODUCT

    def value(self, x: Tensor) -> Tensor:
        """φ(x), (K,)."""
        with torch.no_grad():
            return self.weight * self.problem.value(x) + self._penalties(x)

    def at(self, x: Tensor, needs: Need = Need.GRADIENT) -> Point:
        """Value, gradient and curvature of φ."""
        point = self.problem.at(x, needs)
        with torch.enable_grad():
            leaf = x.detach().clone().requires_grad_(True)
            penalties = self._penalties(leaf)
            second = bool(needs & (Need.HESSIAN | Need.HESSIAN_PRODUCT))
            slope = derivative(penalties.sum(), leaf, second)
        value = self.weight * point.value + penalties.detach()
        gradient = self.weight.unsqueeze(-1) * point.gradient + slope.detach()
        if isinstance(point, HessianPoint):
            return HessianPoint(
                x, value, gradient, self._hessian(point.hessian, GradientGraph(leaf, value, slope), needs)
            )
        if isinstance(point, GaussNewtonPoint):
            return GaussNewtonPoint(x, value, gradient, self._gauss_newton(point.gauss_newton, x))
        return Point(x, value, gradient)

    def select(self, index: Tensor) -> "Augmented":
        """The problem of the members in `index` alone."""
        parts = (self.weight, self.weights, self.multipliers, self.penalty)
        return Augmented(self.problem.select(index), self.constraints, *(part[index] for part in parts))

    def next_multipliers(self, x: Tensor) -> Tensor:
        """λ + ρh and max(0, μ + ρg) at x, (K, m)."""
        with torch.no_grad():
            raised = self.multipliers + self.penalty.unsqueeze(-1) * self.weights * self.constraints.values(x)
        return torch.where(self.constraints.equality, raised, raised.clamp_min(0.0))

    def _shifted(self, x: Tensor) -> Tensor:
        """c + λ/ρ where it counts, (K, m)."""
        shifted = self.weights * self.constraints.values(x) + self.multipliers / self.penalty.unsqueeze(-1)
        return torch.where(self.constraints.equality, shifted, shifted.clamp_min(0.0))

    def _penalties(self, x: Tensor) -> Tensor:
        return self.penalty / 2 * self._shifted(x).square().sum(-1)

    def _hessian(self, inner: Operator, penalties: GradientGraph, needs: Need) -> Operator:
        weight = self.weight.unsqueeze(-1)
        if Need.HESSIAN in needs and isinstance(inner, DenseOperator):
            return DenseOperator(weight.unsqueeze(-1) * inner.matrix + hessian_matrix(penalties))
        leaf, slope = penalties.leaf, penalties.gradient
        return ProductOperator(
            lambda v: weight * (inner @ v) + derivative((slope * v).sum(), leaf), leaf.detach(), self._rebuilt
        )

    def _rebuilt(self, x: Tensor, members: Tensor | None) -> ProductOperator:
        those = self if members is None else self.select(members)
        point = those.at(x, Need.GRADIENT | Need.HESSIAN_PRODUCT)
        if not isinstance(point, HessianPoint) or not isinstance(point.hessian, ProductOperator):
            raise TypeError(f"Expected a point with products of its Hessian, received {type(point).__name__}.")
        return point.hessian

    def _gauss_newton(self, inner: Operator, x: Tensor) -> DenseOperator:
        """W JᵀJ + ρ AᵀA with A the Jacobian of the constraints that count."""
        unit = torch.eye(x.shape[-1]).to(x).expand(len(x), -1, -1)
        matrix = torch.stack([inner @ unit[:, i] for i in range(x.shape[-1])], -2)
        A = torch.stack([self.constraints.jacobian(row) for row in x])
        counts = (self._shifted(x).detach() != 0) * self.weights * self.penalty.sqrt().unsqueeze(-1)
        scaled = A * counts.unsqueeze(-1)
        return DenseOperator(self.weight[:, None, None] * matrix + scaled.mT @ scaled)
