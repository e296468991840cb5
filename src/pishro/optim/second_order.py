"""Second derivatives by differentiating a gradient that kept its graph: written out, or by products alone.

H v is the gradient of ⟨∇f, v⟩, one reverse pass (Pearlmutter 1994); H itself is P of them.

References
----------
Pearlmutter, B. A. (1994). Fast exact multiplication by the Hessian. Neural Computation 6(1), 147-160.
"""

__all__ = ["GradientGraph", "derivative", "hessian_matrix", "hessian_products"]

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from pishro.operators import ProductOperator


class GradientGraph(NamedTuple):
    """A gradient that can be differentiated once more.

    Attributes
    ----------
    leaf : x (K, P).
    value : f(x), (K,), without a graph.
    gradient : ∇f(x), (K, P), with its graph back to the leaf.
    """

    leaf: Tensor
    value: Tensor
    gradient: Tensor


def hessian_matrix(graph: GradientGraph) -> Tensor:
    """∇²f (K, P, P), symmetric to the last bit.

    Examples
    --------
    >>> x = torch.tensor([[1.0, 2.0]], requires_grad=True)
    >>> y = (x[:, 0] ** 2 * x[:, 1]).sum()
    >>> gradient = torch.autograd.grad(y, x, create_graph=True)[0]
    >>> hessian_matrix(GradientGraph(x, y, gradient))
    tensor([[[4., 2.],
             [2., 0.]]])
    """
    matrix = torch.stack([derivative(column.sum(), graph.leaf) for column in graph.gradient.unbind(-1)], -2)
    return (matrix + matrix.mT) / 2


def hessian_products(
    of: Callable[[Tensor, Tensor | None], GradientGraph], x: Tensor, members: Tensor | None = None
) -> ProductOperator:
    """∇²f at x (K, P) by its products.

    Parameters
    ----------
    of : (x, members) → the gradient's graph of those members, of all where it is None.
    x : (K, P).
    members : which members x belongs to.
    """
    graph = of(x, members)

    def rebuild(new: Tensor, index: Tensor | None) -> ProductOperator:
        chosen = index if members is None else members if index is None else members[index]
        return hessian_products(of, new, chosen)

    return ProductOperator(lambda v: derivative((graph.gradient * v).sum(), graph.leaf), x, rebuild)


def derivative(total: Tensor, x: Tensor, graph: bool = False) -> Tensor:
    """∇ of a sum by x, with its own graph if asked for; zero where the sum does not depend on x."""
    if not total.requires_grad:
        return torch.zeros_like(x, requires_grad=False)
    slope: Tensor
    (slope,) = torch.autograd.grad(total, x, create_graph=graph, retain_graph=True, materialize_grads=True)
    return slope
