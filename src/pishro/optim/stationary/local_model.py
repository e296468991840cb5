"""Second derivatives of a function at a point: the Hessian as a product with vectors, or written out.

Two sources. A function of torch is differentiated twice by autograd, exactly but for rounding: the graph of ∇f is kept,
and H v is one backward pass through it. A `Problem` gives its gradient only; H v is then the central difference
(∇f(x + hv) − ∇f(x − hv))/2h, whose best h leaves a relative error of about ε^{2/3} (Dennis and Schnabel 1983,
section 5.6, one order further).
"""

__all__ = ["AutogradModel", "DifferenceModel", "FreeModel", "LagrangianModel", "LocalModel"]

import abc
from collections.abc import Callable
from typing import final

import torch
from torch import Tensor

from pishro.errors import ShapeError
from pishro.optim.problem import Problem


class LocalModel(abc.ABC):
    """What is known of f at x.

    Attributes
    ----------
    x : (P,).
    value : f(x), ().
    gradient : ∇f(x), (P,).
    accuracy : relative error of H v.
    """

    x: Tensor
    value: Tensor
    gradient: Tensor
    accuracy: float

    @abc.abstractmethod
    def product(self, v: Tensor) -> Tensor:
        """H v for a vector (P,)."""

    @abc.abstractmethod
    def moved(self, x: Tensor) -> "LocalModel":
        """The same function at another point."""

    def hessian(self) -> Tensor:
        """H written out, (P, P); not made symmetric, so that what it lacks of symmetry shows its error."""
        unit = torch.eye(len(self.x), dtype=self.x.dtype, device=self.x.device)
        return torch.stack([self.product(row) for row in unit])


@final
class AutogradModel(LocalModel):
    """A function of torch, differentiated twice.

    Parameters
    ----------
    f : (P,) → scalar.
    x : (P,).

    Raises
    ------
    ShapeError
        If x is not a vector or f(x) is not one number.

    Examples
    --------
    >>> AutogradModel(lambda x: x[0] ** 2 * x[1], torch.tensor([1.0, 3.0])).hessian()
    tensor([[6., 2.],
            [2., 0.]])
    """

    def __init__(self, f: Callable[[Tensor], Tensor], x: Tensor) -> None:
        if x.ndim != 1 or not x.dtype.is_floating_point:
            raise ShapeError(
                f"Expected one point as a vector (P,) of floating-point numbers, received shape {tuple(x.shape)} "
                f"of {x.dtype}."
            )
        self.f, self.x = f, x.detach().clone()
        self.accuracy = torch.finfo(x.dtype).eps
        with torch.enable_grad():
            self._leaf = self.x.clone().requires_grad_()
            value = f(self._leaf)
            if value.numel() != 1:
                raise ShapeError(
                    f"Expected f(x) to be one number, received shape {tuple(value.shape)}; sum or average it."
                )
            self._slope = self._differentiate(value.reshape(()), None)
        self.value, self.gradient = value.detach().reshape(()), self._slope.detach()

    def _differentiate(self, of: Tensor, along: Tensor | None) -> Tensor:
        if not of.requires_grad:  # constant: the graph ends here
            return torch.zeros_like(self.x)
        (slope,) = torch.autograd.grad(
            of, self._leaf, along, create_graph=along is None, retain_graph=True, materialize_grads=True
        )
        return slope

    def product(self, v: Tensor) -> Tensor:
        """H v for a vector (P,)."""
        return self._differentiate(self._slope, v)

    def moved(self, x: Tensor) -> "AutogradModel":
        """The same function at another point."""
        return AutogradModel(self.f, x)


@final
class DifferenceModel(LocalModel):
    """One member of a problem, its Hessian by differences of the gradient.

    Parameters
    ----------
    problem : of one member.
    x : (P,).
    """

    def __init__(self, problem: Problem, x: Tensor) -> None:
        self.problem, self.x = problem, x.detach().clone()
        self.accuracy = float(torch.finfo(x.dtype).eps ** (2 / 3))
        point = problem.at(self.x.unsqueeze(0).clone())
        self.value, self.gradient = point.value[0].clone(), point.gradient[0].clone()

    def product(self, v: Tensor) -> Tensor:
        """H v for a vector (P,)."""
        length = torch.linalg.vector_norm(v).clamp_min(torch.finfo(v.dtype).tiny)
        width = torch.finfo(v.dtype).eps ** (1 / 3) * torch.linalg.vector_norm(self.x).clamp_min(1.0) / length
        ahead, behind = (
            self.problem.at((self.x + side * width * v).unsqueeze(0)).gradient[0].clone() for side in (1, -1)
        )
        product: Tensor = (ahead - behind) / (2 * width)
        return product

    def moved(self, x: Tensor) -> "DifferenceModel":
        """The same problem at another point."""
        return DifferenceModel(self.problem, x)


@final
class LagrangianModel(LocalModel):
    """L = f + νᵀc at a point, with ν fixed.

    Parameters
    ----------
    model : f at x.
    constraints : c, (P,) → (m,) by torch operations.
    multipliers : ν (m,).
    """

    def __init__(self, model: LocalModel, constraints: Callable[[Tensor], Tensor], multipliers: Tensor) -> None:
        self.model, self.constraints, self.multipliers = model, constraints, multipliers
        self.bend = AutogradModel(lambda z: multipliers @ constraints(z).reshape(-1), model.x)
        self.x, self.accuracy = model.x, model.accuracy
        self.value, self.gradient = model.value + self.bend.value, model.gradient + self.bend.gradient

    def product(self, v: Tensor) -> Tensor:
        """∇²L v for a vector (P,)."""
        return self.model.product(v) + self.bend.product(v)

    def moved(self, x: Tensor) -> "LagrangianModel":
        """The same function at another point."""
        return LagrangianModel(self.model.moved(x), self.constraints, self.multipliers)


@final
class FreeModel(LocalModel):
    """The same function of some of its variables, the others held.

    Parameters
    ----------
    model : of all variables.
    free : which of them may move, (P,) boolean.
    """

    def __init__(self, model: LocalModel, free: Tensor) -> None:
        self.model, self.free = model, free
        self.x, self.gradient = model.x[free], model.gradient[free]
        self.value, self.accuracy = model.value, model.accuracy

    def whole(self, part: Tensor, rest: Tensor) -> Tensor:
        """A vector of all variables: `part` for the free ones, `rest` (P,) for the others."""
        return rest.masked_scatter(self.free, part)

    def product(self, v: Tensor) -> Tensor:
        """H v among the free variables."""
        return self.model.product(self.whole(v, torch.zeros_like(self.model.x)))[self.free]

    def moved(self, x: Tensor) -> "FreeModel":
        """The same function at another point."""
        return FreeModel(self.model.moved(self.whole(x, self.model.x)), self.free)
