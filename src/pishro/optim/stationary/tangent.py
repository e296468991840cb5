"""The second-order test with constraints.

At x* with active constraints c(x*) = 0 (all equalities h, and the inequalities g ≤ 0 that hold with equality) and
multipliers ν, the Lagrangian L = f + νᵀc has ∇L = 0. f cannot be tested in every direction, only along the feasible
set: the Hessian of L, which contains the constraints' own curvature, is judged on the tangent space {d : A d = 0} with
A the Jacobian of c. With Z an orthonormal basis of it, the *reduced Hessian* Zᵀ ∇²L Z decides: positive definite is
sufficient for a strict local minimum, positive semi-definite is necessary.

An inequality whose multiplier is zero ("weakly active") does not hold x back: it restricts directions from one side
only. If the reduced Hessian is positive definite without it, x is a minimum; if it is not even on the space where the
weakly active ones are kept as equalities, x is none; between the two second derivatives do not decide.

References
----------
Nocedal, J., and Wright, S. J. (2006). Numerical Optimization, 2nd ed., sections 12.5 and 16.2.
"""

__all__ = ["classify_on_tangent", "judge_on_tangent", "null_space", "reduced_hessian"]

import dataclasses
from collections.abc import Callable

import torch
from torch import Tensor

from pishro.errors import ShapeError
from pishro.optim.stationary.classify import NEAR, examine, judge
from pishro.optim.stationary.local_model import AutogradModel, LagrangianModel, LocalModel
from pishro.optim.stationary.verdict import Kind, Verdict


def null_space(A: Tensor) -> Tensor:
    """Orthonormal basis Z (P, n) of {d : A d = 0}, for the rows A (m, P) of any rank.

    Examples
    --------
    >>> null_space(torch.tensor([[1.0, 0.0], [2.0, 0.0]])).abs()
    tensor([[0.],
            [1.]])
    """
    _, values, V = torch.linalg.svd(A, full_matrices=True)
    zero = torch.finfo(A.dtype).eps * max(A.shape) * (values[0] if len(values) else 1.0)
    basis: Tensor = V[int((values > zero).sum()) :].mT
    return basis


def reduced_hessian(hessian: Tensor, active: Tensor) -> Tensor:
    """Zᵀ H Z on the tangent space of the active constraints, (n, n).

    Parameters
    ----------
    hessian : Hessian of the Lagrangian, (P, P).
    active : gradients of the active constraints as rows, (m, P).

    Examples
    --------
    >>> H = torch.tensor([[-3.0, 0.0], [0.0, 5.0]])
    >>> reduced_hessian(H, torch.tensor([[1.0, 0.0]]))  # only the second variable is free
    tensor([[5.]])
    """
    Z = null_space(active)
    return Z.mT @ hessian @ Z


def classify_on_tangent(
    f: Callable[[Tensor], Tensor],
    x: Tensor,
    active: Callable[[Tensor], Tensor],
    multipliers: Tensor,
    *,
    inequality: Tensor | None = None,
) -> Verdict:
    """Say what kind of point x is for f on the feasible set.

    Parameters
    ----------
    f : (P,) → scalar.
    x : (P,), a KKT point or close to one.
    active : x → values of the active constraints, (m,).
    multipliers : ν (m,), of the sign that L = f + νᵀc needs: not negative for c ≤ 0.
    inequality : which of them are inequalities c ≤ 0, (m,) boolean; none by default.

    Raises
    ------
    ShapeError
        If the multipliers are not as many as the active constraints.

    Examples
    --------
    The longest and the shortest way on the unit circle, x₁ + x₂ with x₁² + x₂² = 1:

    >>> circle = lambda x: (x @ x - 1).reshape(1)
    >>> low = torch.full((2,), -(0.5**0.5), dtype=torch.float64)
    >>> classify_on_tangent(torch.sum, low, circle, torch.tensor([0.5**0.5])).kind.value
    'strict minimum'
    >>> classify_on_tangent(torch.sum, -low, circle, torch.tensor([-(0.5**0.5)])).kind.value
    'strict maximum'
    """
    rows = active(x).numel()
    if multipliers.shape != (rows,) or (inequality is not None and inequality.shape != (rows,)):
        raise ShapeError(
            f"Expected one multiplier for each of {rows} active constraints, received {multipliers.shape}."
        )
    bound = torch.zeros(rows, dtype=torch.bool) if inequality is None else inequality
    return judge_on_tangent(AutogradModel(f, x), active, multipliers.to(x), bound)


def judge_on_tangent(model: LocalModel, active: Callable[[Tensor], Tensor], nu: Tensor, inequality: Tensor) -> Verdict:
    """The verdict of what is known of f at a point with active constraints; see `classify_on_tangent`.

    Parameters
    ----------
    model : f at x.
    active, nu, inequality : the active constraints, ν, and which of them are inequalities.
    """
    if not len(nu):
        return examine(model)
    x = model.x
    lagrangian = LagrangianModel(model, active, nu)
    A = torch.autograd.functional.jacobian(active, x).reshape(len(nu), -1)
    if not bool(torch.isfinite(A).all() and torch.isfinite(lagrangian.gradient).all()):
        return Verdict(Kind.NOT_STATIONARY, x.new_empty(0), 0, float("nan"))
    pull = torch.linalg.vector_norm(A, dim=-1) * nu
    slope = torch.linalg.vector_norm(model.gradient)
    weak = inequality & (pull.abs() <= model.accuracy**0.5 * slope.clamp_min(1.0))
    # What the multipliers must balance is ∇f across the surface; along it `judge` looks.
    Z = null_space(A)
    across = lagrangian.gradient - Z @ (Z.mT @ lagrangian.gradient)
    unbalanced = torch.linalg.vector_norm(across)
    # where ∇f itself vanishes there is nothing to balance
    allowed = NEAR * slope.clamp_min(model.accuracy**0.5)
    if bool(unbalanced > allowed) or bool((inequality & ~weak & (nu < 0)).any()):
        return Verdict(Kind.NOT_STATIONARY, x.new_empty(0), 0, float(lagrangian.gradient.abs().amax()))
    verdict = judge(lagrangian, null_space(A[~weak]))
    if verdict.kind is Kind.STRICT_MAXIMUM and bool((inequality & ~weak).any()):
        # Into the feasible set f rises where a multiplier is positive.
        return dataclasses.replace(verdict, kind=Kind.SADDLE)
    if not bool(weak.any()) or verdict.kind in (Kind.STRICT_MINIMUM, Kind.NOT_STATIONARY):
        return verdict
    inner = judge(lagrangian, Z)
    if inner.escape is not None:
        return dataclasses.replace(inner, kind=Kind.SADDLE)
    return dataclasses.replace(verdict, kind=Kind.INCONCLUSIVE, escape=None)
