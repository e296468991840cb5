"""A user's function as a problem: derivatives by autograd, or as given."""

__all__ = ["FunctionProblem"]

import dataclasses
from collections.abc import Callable
from typing import final

import torch
from torch import Tensor

from pishro.errors import SettingError, ShapeError
from pishro.operators import DenseOperator, ProductOperator, times
from pishro.optim.need import Need
from pishro.optim.problem import HessianPoint, Point, Problem
from pishro.optim.second_order import GradientGraph, hessian_matrix, hessian_products
from pishro.optim.vectorized import Vectorized

Function = Callable[[Tensor], Tensor]


@final
@dataclasses.dataclass(frozen=True)
class FunctionProblem(Problem):
    """A function f of x (P,).

    Attributes
    ----------
    function : f, (P,) → scalar, by torch operations.
    gradient : ∇f, (P,) → (P,); None for autograd.
    hessian : ∇²f, (P,) → (P, P); None for autograd.

    Examples
    --------
    >>> problem = FunctionProblem(lambda x: x[0] ** 2 * x[1])
    >>> problem.at(torch.tensor([[3.0, 1.0]])).gradient
    tensor([[6., 9.]])
    """

    function: Function
    gradient: Function | None = None
    hessian: Function | None = None

    def __post_init__(self) -> None:
        """Prepare the functions for K points."""
        for name in ("function", "gradient", "hessian"):
            given = getattr(self, name)
            if given is not None and not callable(given):
                raise SettingError(f"Expected {name} to be a function of x, received {type(given).__name__}.")
            object.__setattr__(self, f"_{name}", None if given is None else Vectorized(given))

    _function: Vectorized = dataclasses.field(init=False, repr=False, compare=False)
    _gradient: Vectorized | None = dataclasses.field(init=False, repr=False, compare=False)
    _hessian: Vectorized | None = dataclasses.field(init=False, repr=False, compare=False)

    @property
    def offers(self) -> Need:
        """Gradient and Hessian."""
        return Need.GRADIENT | Need.HESSIAN | Need.HESSIAN_PRODUCT

    def value(self, x: Tensor) -> Tensor:
        """f(x), (K,)."""
        with torch.no_grad():
            return self._values(x)

    def at(self, x: Tensor, needs: Need = Need.GRADIENT) -> Point:
        """Value and gradient, and the Hessian if it is needed."""
        if needs is Need.GRADIENT:
            return Point(x, *self._first_order(x))
        if Need.HESSIAN in needs:
            value, gradient, matrix = self._second_order(x)
            return HessianPoint(x, value, gradient, DenseOperator(matrix))
        if Need.HESSIAN_PRODUCT in needs:
            value, gradient = self._first_order(x)
            return HessianPoint(x, value, gradient, self._products(x))
        return Point(x, *self._first_order(x))

    def select(self, index: Tensor) -> "FunctionProblem":
        """Every member has the same function."""
        del index
        return self

    def _values(self, x: Tensor) -> Tensor:
        values = self._function(x)
        if values.ndim != 1:
            if values[0].numel() != 1:
                raise ShapeError(
                    f"Expected f(x) to be one number, received shape {tuple(values.shape[1:])}; "
                    "sum it up, or give residuals to least_squares."
                )
            values = values.reshape(-1)
        return values

    def _first_order(self, x: Tensor) -> tuple[Tensor, Tensor]:
        if self._gradient is not None:
            with torch.no_grad():
                return self._values(x), self._checked(self._gradient(x), x, "gradient")
        with torch.enable_grad():
            leaf = x.detach().requires_grad_(True)
            values = self._values(leaf)
            return values.detach(), _grad(values.sum(), leaf)

    def _gradient_graph(self, x: Tensor, members: Tensor | None = None) -> GradientGraph:
        del members  # every member has the same function
        with torch.enable_grad():
            leaf = x.detach().clone().requires_grad_(True)
            values = self._values(leaf)
            if self._gradient is not None:
                return GradientGraph(leaf, values.detach(), self._checked(self._gradient(leaf), x, "gradient"))
            return GradientGraph(leaf, values.detach(), _grad(values.sum(), leaf, graph=True))

    def _second_order(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        if self._hessian is not None:
            value, gradient = self._first_order(x)
            with torch.no_grad():
                matrix = self._hessian(x)
            expected = (len(x), x.shape[-1], x.shape[-1])
            if matrix.shape != expected:
                raise ShapeError(f"Expected hessian(x) of shape {expected[1:]}, received {tuple(matrix.shape[1:])}.")
            return value, gradient, matrix
        graph = self._gradient_graph(x)
        return graph.value, graph.gradient.detach(), hessian_matrix(graph)

    def _products(self, x: Tensor, members: Tensor | None = None) -> ProductOperator:
        del members
        if self._hessian is not None:
            matrix = self._second_order(x)[2]
            return ProductOperator(lambda v: times(matrix, v), x, self._products)
        return hessian_products(self._gradient_graph, x)

    @staticmethod
    def _checked(gradient: Tensor, x: Tensor, name: str) -> Tensor:
        if gradient.shape != x.shape:
            raise ShapeError(f"Expected {name}(x) of shape {tuple(x.shape[1:])}, received {tuple(gradient.shape[1:])}.")
        return gradient


def _grad(total: Tensor, x: Tensor, graph: bool = False) -> Tensor:
    if not total.requires_grad:
        raise SettingError(
            "Expected f to depend on x through torch operations, received a value without derivatives; "
            "compute with torch, do not detach, or give gradient=."
        )
    (gradient,) = torch.autograd.grad(total, x, create_graph=graph)
    return gradient
