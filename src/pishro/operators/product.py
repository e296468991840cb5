"""A matrix known by its products alone, solved by preconditioned conjugate gradients.

The iteration ends when the residual is `tolerance` times the right-hand side: a step that is far from the solution of
its own linear system is good enough far from the minimum, and the tolerance tightens with √‖g‖ where the caller says so
(Dembo, Eisenstat and Steihaug 1982).

References
----------
Dembo, R. S., Eisenstat, S. C. and Steihaug, T. (1982). Inexact Newton methods. SIAM J. Numer. Anal. 19(2), 400-408.
Martens, J. (2010). Deep learning via Hessian-free optimization. ICML.
"""

__all__ = ["ProductOperator", "conjugate_gradients"]

import dataclasses
from collections.abc import Callable
from typing import final

import torch
from torch import Tensor

from pishro.operators.operator import Operator, Pencil

ITERATIONS = 250
"""Most products in one solution (Martens 2010, section 4.4: 250)."""

TOLERANCE = 1e-2
"""Largest relative residual of a solution; shrinks with the gradient."""


def conjugate_gradients(
    product: Callable[[Tensor], Tensor],
    b: Tensor,
    preconditioner: Tensor | None = None,
    tolerance: float = 1e-10,
    iterations: int = ITERATIONS,
) -> Tensor:
    """Solve A x = b for a positive definite A known by its products.

    Parameters
    ----------
    product : v (K, P) → A v.
    b : (K, P).
    preconditioner : an approximate diagonal of A, (K, P).
    tolerance : ‖A x − b‖ ≤ tolerance · ‖b‖ for every member.
    iterations : most products.

    Examples
    --------
    >>> conjugate_gradients(lambda v: 2 * v, torch.tensor([[2.0, 4.0]]))
    tensor([[1., 2.]])
    """
    x, r = torch.zeros_like(b), b.clone()
    z = r if preconditioner is None else r / preconditioner
    p, rz = z.clone(), (r * z).sum(-1, keepdim=True)
    target = tolerance * b.norm(dim=-1)
    for _ in range(iterations):
        if bool((r.norm(dim=-1) <= target).all()):
            break
        q = product(p)
        curvature = (p * q).sum(-1, keepdim=True)
        # a direction without positive curvature ends that member's iteration where it stands
        alpha = torch.where(curvature > 0, rz / curvature, 0.0)
        x = x + alpha * p
        r = r - alpha * q
        z = r if preconditioner is None else r / preconditioner
        rz, before = (r * z).sum(-1, keepdim=True), rz
        p = z + torch.where(before > 0, rz / before, 0.0) * p
        if not bool((curvature > 0).any()):
            break
    return x


@final
@dataclasses.dataclass
class ProductOperator(Operator):
    """A matrix behind a function.

    Attributes
    ----------
    product : v (K, P) → B v, at the points x.
    x : (K, P), where B belongs.
    rebuild : (x, index) → the operator of the members in `index`, or of all where it is None, at other points x; how
        members are selected and updated.
    estimate : an approximate diagonal (K, P), positive; None for none.
    """

    product: Callable[[Tensor], Tensor]
    x: Tensor
    rebuild: Callable[[Tensor, Tensor | None], "ProductOperator"]
    estimate: Tensor | None = None

    def __matmul__(self, v: Tensor) -> Tensor:
        """B v for a vector (K, P)."""
        return self.product(v)

    def solve(self, b: Tensor) -> Tensor:
        """B⁻¹ b for a positive definite B."""
        return conjugate_gradients(self.product, b, self.estimate)

    def diagonal(self) -> Tensor:
        """An estimate of the diagonal, (K, P)."""
        return torch.ones_like(self.x) if self.estimate is None else self.estimate

    def pencil(self, weights: Tensor) -> "ProductPencil":
        """The family B + λ diag(weights)."""
        return ProductPencil(self, weights)

    def select(self, index: Tensor) -> "ProductOperator":
        """The members in `index`."""
        return self.rebuild(self.x[index], index)

    def update(self, index: Tensor, new: Operator) -> None:
        """Move the members in `index` to the points of `new`."""
        if not isinstance(new, ProductOperator):
            raise TypeError(f"A product operator is updated from another, received {type(new).__name__}.")
        x = self.x.clone()
        x[index] = new.x
        moved = self.rebuild(x, None)
        self.product, self.x, self.estimate = moved.product, moved.x, moved.estimate


@final
@dataclasses.dataclass(frozen=True)
class ProductPencil(Pencil):
    """B + λ diag(w) of an operator with products and a diagonal, solved by conjugate gradients for each λ."""

    operator: Operator
    weights: Tensor

    def step(self, gradient: Tensor, damping: Tensor, index: Tensor | None) -> tuple[Tensor, Tensor]:
        """−(B + λ diag(w))⁻¹ g to a relative residual of min(10⁻², √‖g‖)."""
        operator, weights = self.operator, self.weights
        if index is not None:
            operator, weights, gradient = operator.select(index), weights[index], gradient[index]
        shift = weights * damping.unsqueeze(-1)
        tolerance = min(TOLERANCE, float(gradient.norm(dim=-1).amax()) ** 0.5)
        step = -conjugate_gradients(
            lambda v: operator @ v + shift * v, gradient, operator.diagonal() + shift, tolerance
        )
        return step, torch.isfinite(step).all(-1)
