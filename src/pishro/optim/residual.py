"""Residuals as a problem: f = ½‖r(x)‖² with the Jacobian of r, in the form that suits its size.

    form           damped step from                     when
    singular       the singular values of J             small: keeps digits that JᵀJ would lose
    normal         Cholesky of JᵀJ + λD                 N ≥ P
    wide           Cholesky of J D⁻¹ Jᵀ + λI            N < P
    products       conjugate gradients on J v, Jᵀ u     J itself would not fit

References
----------
Björck, Å. (1996). Numerical Methods for Least Squares Problems. SIAM.
"""

__all__ = ["Form", "ResidualProblem", "choose_form"]

import dataclasses
import enum
from collections.abc import Callable
from typing import final

import torch
from torch import Tensor

from pishro.errors import SettingError, ShapeError
from pishro.operators import (
    DenseOperator,
    Operator,
    ProductOperator,
    ResidualOperator,
    WideOperator,
    probed_diagonal,
    times,
)
from pishro.optim.function import FunctionProblem
from pishro.optim.jacobian import JacobianProducts, jacobian
from pishro.optim.need import Need
from pishro.optim.problem import GaussNewtonPoint, Point, Problem
from pishro.optim.vectorized import Vectorized

Function = Callable[[Tensor], Tensor]

SINGULAR_WORK = 4e6
"""N P² up to which singular values are afforded: about 20 ms for one decomposition on one core."""

SINGULAR_PARAMETERS = 64
"""P up to which they are; beyond, the decomposition is 20 times slower than Cholesky's and time matters more."""

JACOBIAN_BYTES = 2**30
"""Bytes of J, K members together, above which it is not written out."""


class Form(enum.Enum):
    """How the damped systems are solved; the value is a sentence."""

    SINGULAR = "singular values of J"
    NORMAL = "Cholesky factors of JᵀJ + λD"
    WIDE = "Cholesky factors of J D⁻¹ Jᵀ + λI"
    PRODUCTS = "conjugate gradients on products with J and Jᵀ; J is never written out"


def choose_form(members: int, residuals: int, parameters: int, itemsize: int = 8) -> Form:
    """The form for K members of N residuals in P parameters.

    Examples
    --------
    >>> choose_form(1, 100, 5).name, choose_form(1, 2000, 200).name, choose_form(1, 100, 5000).name
    ('SINGULAR', 'NORMAL', 'WIDE')
    >>> choose_form(1, 100_000, 1_000_000).name
    'PRODUCTS'
    """
    entries = members * residuals * parameters
    square = members * min(residuals, parameters) ** 2
    if (entries + square) * itemsize > JACOBIAN_BYTES:
        return Form.PRODUCTS
    if parameters <= SINGULAR_PARAMETERS and entries * parameters <= SINGULAR_WORK:
        return Form.SINGULAR
    return Form.WIDE if residuals < parameters else Form.NORMAL


@final
@dataclasses.dataclass(frozen=True)
class ResidualProblem(Problem):
    """½‖r(x)‖² of a residual function r, (P,) → (N,).

    Attributes
    ----------
    residual : r by torch operations.
    jacobian : ∂r/∂x, (P,) → (N, P); None for automatic differentiation.
    form : how the damped systems are solved; None for a choice by size.

    Examples
    --------
    >>> problem = ResidualProblem(lambda x: torch.stack([10 * (x[1] - x[0] ** 2), 1 - x[0]]))
    >>> problem.value(torch.tensor([[-1.2, 1.0]]))
    tensor([12.1000])
    """

    residual: Function
    jacobian: Function | None = None
    form: Form | None = None

    def __post_init__(self) -> None:
        """Prepare the functions for K points."""
        for name in ("residual", "jacobian"):
            given = getattr(self, name)
            if given is not None and not callable(given):
                raise SettingError(f"Expected {name} to be a function of x, received {type(given).__name__}.")
        object.__setattr__(self, "_residual", Vectorized(self.residual))
        object.__setattr__(self, "_jacobian", None if self.jacobian is None else Vectorized(self.jacobian))

    _residual: Vectorized = dataclasses.field(init=False, repr=False, compare=False)
    _jacobian: Vectorized | None = dataclasses.field(init=False, repr=False, compare=False)

    @property
    def offers(self) -> Need:
        """Gradient, Gauss-Newton matrix and Hessian."""
        gauss_newton = Need.GAUSS_NEWTON | Need.GAUSS_NEWTON_PRODUCT
        return Need.GRADIENT | gauss_newton | Need.HESSIAN | Need.HESSIAN_PRODUCT

    def residuals(self, x: Tensor) -> Tensor:
        """r(x), (K, N)."""
        r = self._residual(x)
        if r.ndim != 2:
            raise ShapeError(
                f"Expected residual(x) of shape (N,), received {tuple(r.shape[1:])}; flatten it, "
                "or give a scalar function to minimize."
            )
        return r

    def value(self, x: Tensor) -> Tensor:
        """½‖r(x)‖², (K,)."""
        with torch.no_grad():
            return self.residuals(x).square().sum(-1) / 2

    def at(self, x: Tensor, needs: Need = Need.GAUSS_NEWTON) -> Point:
        """Value and gradient, and the curvature that is needed."""
        if needs & (Need.HESSIAN | Need.HESSIAN_PRODUCT):
            return self._smooth().at(x, needs)
        if Need.GAUSS_NEWTON in needs:
            with torch.no_grad():
                r = self.residuals(x)
            form = self.form or choose_form(len(x), r.shape[-1], x.shape[-1], x.element_size())
            if form is not Form.PRODUCTS:
                return self._written_out(x, r, form)
        if needs & (Need.GAUSS_NEWTON | Need.GAUSS_NEWTON_PRODUCT):
            operator, r, gradient = self._products(x)
            return GaussNewtonPoint(x, r.square().sum(-1) / 2, gradient, operator)
        r, gradient = self._pull(x)
        return Point(x, r.square().sum(-1) / 2, gradient)

    def select(self, index: Tensor) -> "ResidualProblem":
        """Every member has the same residuals."""
        del index
        return self

    def jacobians(self, x: Tensor) -> Tensor:
        """∂r/∂x, (K, N, P)."""
        if self._jacobian is None:
            return jacobian(self.residuals, x)
        with torch.no_grad():
            J = self._jacobian(x)
        if J.ndim != 3 or J.shape[-1] != x.shape[-1]:
            raise ShapeError(f"Expected jacobian(x) of shape (N, {x.shape[-1]}), received {tuple(J.shape[1:])}.")
        return J

    def _written_out(self, x: Tensor, r: Tensor, form: Form) -> GaussNewtonPoint:
        J = self.jacobians(x)
        if J.shape[-2] != r.shape[-1]:
            raise ShapeError(f"Expected jacobian(x) with {r.shape[-1]} rows, received {J.shape[-2]}.")
        operator: Operator
        if form is Form.SINGULAR:
            operator = ResidualOperator(J, r)
        elif form is Form.WIDE:
            operator = WideOperator(J, r)
        else:
            operator = DenseOperator(J.mT @ J)
        gradient = times(J.mT, r)
        return GaussNewtonPoint(x, r.square().sum(-1) / 2, gradient, operator)

    def _pull(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The residuals and Jᵀr."""
        if self.jacobian is not None:
            with torch.no_grad():
                r = self.residuals(x)
            return r, times(self.jacobians(x).mT, r)
        with torch.enable_grad():
            leaf = x.detach().requires_grad_(True)
            r = self.residuals(leaf)
            if not r.requires_grad:
                raise SettingError(
                    "Expected residuals that depend on x through torch operations; do not detach, or give jacobian=."
                )
            (gradient,) = torch.autograd.grad(r, leaf, r.detach())
        return r.detach(), gradient

    def _products(self, x: Tensor) -> tuple[ProductOperator, Tensor, Tensor]:
        """JᵀJ by products, with the residuals and Jᵀr."""
        J = JacobianProducts(self.residuals, x)
        diagonal = probed_diagonal(J.backward, tuple(J.value.shape[1:]), x)
        operator = ProductOperator(
            lambda v: J.backward(J.forward(v)), x, lambda new, _: self._products(new)[0], diagonal
        )
        return operator, J.value, J.backward(J.value)

    def _smooth(self) -> FunctionProblem:
        return FunctionProblem(lambda x: self.residual(x).square().sum() / 2)
