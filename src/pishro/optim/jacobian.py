"""Jacobians and their products by reverse-mode differentiation alone.

    Jᵀu        one reverse pass
    J v        a reverse pass through u ↦ Jᵀu, which is linear in u, so that its own transpose is J
    J          N reverse passes, or P of the second kind, whichever are fewer, batched into one where torch can

Forward mode would give J v as well; torch's loads for a second when first used and lacks some operations.
"""

__all__ = ["JacobianProducts", "jacobian"]

from collections.abc import Callable

import torch
from torch import Tensor

from pishro.errors import SettingError


class JacobianProducts:
    """J v and Jᵀu at the points x (K, P) of a function (K, P) → (K, N).

    Attributes
    ----------
    value : the function at x, (K, N).

    Examples
    --------
    >>> products = JacobianProducts(lambda x: x**2, torch.tensor([[1.0, 3.0]]))
    >>> products.forward(torch.ones(1, 2)), products.backward(torch.ones(1, 2))
    (tensor([[2., 6.]]), tensor([[2., 6.]]))
    """

    def __init__(self, function: Callable[[Tensor], Tensor], x: Tensor) -> None:
        with torch.enable_grad():
            self._x = x.detach().clone().requires_grad_(True)
            self._r = function(self._x)
            if not self._r.requires_grad:
                raise SettingError(
                    "Expected residuals that depend on x through torch operations, received values without "
                    "derivatives; compute with torch, do not detach, or give jacobian=."
                )
            self._u = torch.zeros_like(self._r, requires_grad=True)
            (self._pulled,) = torch.autograd.grad(self._r, self._x, self._u, create_graph=True)
        self.value = self._r.detach()

    def backward(self, u: Tensor) -> Tensor:
        """Jᵀu (K, P) for u (K, N)."""
        (pulled,) = torch.autograd.grad(self._r, self._x, u, retain_graph=True)
        return pulled

    def forward(self, v: Tensor) -> Tensor:
        """J v (K, N) for v (K, P)."""
        (pushed,) = torch.autograd.grad(self._pulled, self._u, v, retain_graph=True)
        return pushed

    def matrix(self) -> Tensor:
        """J (K, N, P)."""
        members, rows = self.value.shape
        columns = self._x.shape[-1]
        if rows <= columns:
            return _rows(self._r, self._x, self.value.new_zeros(rows, members, rows)).movedim(0, 1)
        return _rows(self._pulled, self._u, self.value.new_zeros(columns, members, columns)).permute(1, 2, 0)


def jacobian(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """∂r/∂x (K, N, P) of a function (K, P) → (K, N).

    Examples
    --------
    >>> jacobian(lambda x: x**2, torch.tensor([[1.0, 3.0]]))
    tensor([[[2., 0.],
             [0., 6.]]])
    """
    return JacobianProducts(function, x).matrix()


def _rows(output: Tensor, source: Tensor, basis: Tensor) -> Tensor:
    """The derivative of each entry of the output; `basis` holds zeros and becomes the unit vectors."""
    basis.diagonal(dim1=0, dim2=2).fill_(1.0)
    try:
        (rows,) = torch.autograd.grad(output, source, basis, retain_graph=True, is_grads_batched=True)
    except RuntimeError:  # an operation without a rule for batches
        rows = torch.stack([torch.autograd.grad(output, source, unit, retain_graph=True)[0] for unit in basis])
    return rows
