"""What the parts of a method need from each other, so that an assembly that cannot work is refused when it is built.

A problem offers derivatives, a curvature offers ways to use its matrix, a path says whether it is straight, and a
search says what it guarantees. Each part names its needs in the same vocabulary.
"""

__all__ = ["FROM_PROBLEM", "Need", "phrase"]

import enum


class Need(enum.Flag):
    """One thing that a part needs and another offers."""

    NOTHING = 0
    GRADIENT = enum.auto()
    GAUSS_NEWTON = enum.auto()
    GAUSS_NEWTON_PRODUCT = enum.auto()
    HESSIAN = enum.auto()
    HESSIAN_PRODUCT = enum.auto()
    PRODUCT = enum.auto()
    SOLVE = enum.auto()
    PENCIL = enum.auto()
    DIAGONAL = enum.auto()
    MATRIX = enum.auto()
    LINE = enum.auto()
    WOLFE = enum.auto()


FROM_PROBLEM = Need.GRADIENT | Need.GAUSS_NEWTON | Need.GAUSS_NEWTON_PRODUCT | Need.HESSIAN | Need.HESSIAN_PRODUCT
"""What only the problem can offer; it is checked when a method meets a problem."""

_PHRASES = {
    Need.GRADIENT: "the gradient ∇f (a differentiable function has it)",
    Need.GAUSS_NEWTON: "a Gauss-Newton matrix (give the residuals to least_squares, or take BFGS or Newton)",
    Need.GAUSS_NEWTON_PRODUCT: "products with the Gauss-Newton matrix (give residuals to least_squares, or L-BFGS)",
    Need.HESSIAN: "the Hessian (a twice differentiable function has it; BFGS does without)",
    Need.HESSIAN_PRODUCT: "products with the Hessian (a twice differentiable function has them; L-BFGS does without)",
    Need.PRODUCT: "products B v (Hessian, Gauss-Newton and BFGS curvature have them)",
    Need.SOLVE: "solutions of B d = g (every curvature but a product alone has them)",
    Need.PENCIL: "solutions of (B + λD) d = g (Hessian and Gauss-Newton curvature have them)",
    Need.DIAGONAL: "the diagonal of B (Hessian and Gauss-Newton curvature have it)",
    Need.MATRIX: "B written out (HessianCurvature has it)",
    Need.LINE: "a straight path (Ray)",
    Need.WOLFE: "a search that ensures sᵀy > 0 (StrongWolfe or ExactLineSearch)",
}


def phrase(needs: Need) -> str:
    """The needs in words, each with the parts that have it.

    Examples
    --------
    >>> phrase(Need.LINE)
    'a straight path (Ray)'
    """
    return "; ".join(_PHRASES[need] for need in needs)
