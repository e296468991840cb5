"""Leave a saddle, a maximum or a plateau's edge along negative curvature.

At such a point ∇f = 0, so every gradient method stays. Along an eigenvector u of a negative eigenvalue λ

    f(x + tu) = f(x) + ½λt² + O(t³)

falls on both sides. The step t starts at the size of x and is halved until half of the fall that λ promises is real;
both signs are tried and the lower one is taken. It is the curvilinear search reduced to its second half.

References
----------
Goldfarb, D. (1980). Curvilinear path steplength algorithms for minimization which use directions of negative curvature.
Mathematical Programming 18, 31-40.
"""

__all__ = ["escape"]

from collections.abc import Callable

import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.optim.stationary.verdict import Verdict

SHARE = 0.5
"""Of the promised fall ½λt² that a step must realize."""


def escape(f: Callable[[Tensor], Tensor], x: Tensor, verdict: Verdict) -> Tensor:
    """One step from x down the negative curvature, (P,); x itself where f falls on neither side in working precision.

    Parameters
    ----------
    f : (P,) → scalar.
    x : (P,).
    verdict : of x.

    Raises
    ------
    SettingError
        If the verdict has no escape direction.

    Examples
    --------
    >>> from pishro.optim.stationary.classify import classify
    >>> f, x = lambda x: x[0] ** 2 - x[1] ** 2 + x[1] ** 4, torch.zeros(2)
    >>> there = escape(f, x, classify(f, x))
    >>> f(there) < f(x)
    tensor(True)
    """
    if verdict.escape is None:
        raise SettingError(
            f"Expected a verdict with an escape direction, received {verdict.kind.value!r} with none; "
            "there is nothing to escape along."
        )
    with torch.no_grad():
        here = f(x)
        smallest = torch.finfo(x.dtype).eps * float(torch.linalg.vector_norm(x).clamp_min(1.0))
        length = float(torch.linalg.vector_norm(x).clamp_min(1.0))
        while length > smallest:
            sides = [x + side * length * verdict.escape for side in (1, -1)]
            value, best = min(((float(f(s)), s) for s in sides), key=lambda pair: pair[0])
            promised = float(verdict.eigenvalues[0]) * length**2 / 2
            if value <= float(here) + SHARE * promised and value < float(here):
                return best
            length /= 2
    return x.clone()
