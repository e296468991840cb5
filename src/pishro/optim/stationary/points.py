"""All stationary points of a function in a box that many Newton runs find.

Minimizing finds minima; here every zero of ∇f is wanted, saddles and maxima too. So the system ∇f(x) = 0 is solved, by
Newton's method with Levenberg-Marquardt damping, from starting points spread evenly over the box (a scrambled Sobol
sequence). With H = UΛUᵀ the damped step is

    s = −U diag(λᵢ/(λᵢ² + μ²)) Uᵀ g,

Newton's for μ = 0; it is accepted where ‖g‖ falls, and μ follows. All runs go together, vectorized by `torch.func`.
What converged inside the box is rid of duplicates and classified. Nothing guarantees completeness; raise `starts` for
functions with many points. Minima on the box's faces, where ∇f ≠ 0, are not stationary points of f.

References
----------
Sobol', I. M. (1967). On the distribution of points in a cube. USSR Comp. Math. and Math. Physics 7, 86-112.
"""

__all__ = ["StationaryPoint", "stationary_points"]

import dataclasses
from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.func import grad, jacrev, vmap

from pishro.errors import SettingError
from pishro.operators import times
from pishro.optim.stationary.classify import classify
from pishro.optim.stationary.verdict import Kind, Verdict

ITERATIONS = 100
"""Enough for linear convergence by 2/3, Newton's on x⁴, to reach rounding."""

SAME = 1e-5
"""Distance, relative to the box, at which two points are one."""

SMALL = 1e-4
"""Gradient, relative to the median at the starts, above which a run has not converged; the verdict is stricter."""


@dataclasses.dataclass(frozen=True)
class StationaryPoint:
    """A point with ∇f = 0.

    Attributes
    ----------
    x : (P,).
    value : f(x).
    verdict : what kind it is.
    """

    x: Tensor
    value: float
    verdict: Verdict

    def __str__(self) -> str:
        place = ", ".join(f"{entry:.6g}" for entry in self.x.tolist())
        return f"f({place}) = {self.value:.6g}: {self.verdict.kind.value}"


def stationary_points(
    f: Callable[[Tensor], Tensor], bounds: Tensor | Sequence[tuple[float, float]], *, starts: int = 256, seed: int = 0
) -> tuple[StationaryPoint, ...]:
    """Find and classify the stationary points in a box, the lowest first.

    Parameters
    ----------
    f : (P,) → scalar, in operations that `torch.func.vmap` can vectorize.
    bounds : lower and upper bound of each variable, (P, 2), finite.
    starts : Newton runs.
    seed : of the starting points.

    Raises
    ------
    SettingError
        If the bounds are not finite pairs low < high.

    Examples
    --------
    >>> f = lambda x: x[0] ** 3 + x[1] ** 3 + 2 * x[0] ** 2 + 4 * x[1] ** 2 + 6
    >>> for point in stationary_points(f, [(-4, 4), (-4, 4)]):
    ...     print(point.x.round(decimals=4).tolist(), point.verdict.kind.value)
    [0.0, 0.0] strict minimum
    [-1.3333, 0.0] saddle
    [0.0, -2.6667] saddle
    [-1.3333, -2.6667] strict maximum
    """
    low, width = _box(bounds)
    unit = torch.quasirandom.SobolEngine(len(low), scramble=True, seed=seed).draw(starts, dtype=low.dtype)
    x, norm, typical = _solve(f, low + width * unit.to(low.device))
    inside = ((x >= low - SAME * width) & (x <= low + (1 + SAME) * width)).all(-1)
    x, norm = x[inside & (norm <= SMALL * typical)], norm[inside & (norm <= SMALL * typical)]
    found: list[StationaryPoint] = []
    for point in _distinct(x[norm.argsort()], width):
        verdict = classify(f, point)
        if verdict.kind is not Kind.NOT_STATIONARY:
            found.append(StationaryPoint(point, float(f(point)), verdict))
    return tuple(sorted(found, key=lambda p: p.value))


def _box(bounds: Tensor | Sequence[tuple[float, float]]) -> tuple[Tensor, Tensor]:
    box = torch.as_tensor(bounds)
    box = box if box.dtype.is_floating_point and isinstance(bounds, Tensor) else box.double()
    if box.ndim != 2 or box.shape[1] != 2 or not bool((torch.isfinite(box).all(-1) & (box[:, 0] < box[:, 1])).all()):
        raise SettingError(
            f"Expected finite bounds (low, high) with low < high for each variable, received {bounds!r}; "
            "the starting points are spread over the box."
        )
    return box[:, 0], box[:, 1] - box[:, 0]


def _solve(f: Callable[[Tensor], Tensor], x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Damped Newton runs on ∇f = 0: where they ended, ‖∇f‖ there, and the median of ‖∇f‖ at the starts."""
    slope, hessian = vmap(grad(f)), vmap(jacrev(grad(f)))
    g = slope(x)
    usable = torch.isfinite(g).all(-1)
    x, g = x[usable], g[usable]
    norm = torch.linalg.vector_norm(g, dim=-1)
    typical = norm.median() if len(norm) else norm.sum()
    damping = torch.full_like(norm, 1e-2)  # relative to the largest |λ|
    for _ in range(ITERATIONS):
        if not len(x) or not bool((norm > 0).any()):
            break
        H = hessian(x)
        values, U = torch.linalg.eigh(torch.where(torch.isfinite(H), (H + H.mT) / 2, torch.zeros_like(H)))
        largest = values.abs().amax(-1, keepdim=True).clamp_min(torch.finfo(x.dtype).tiny ** 0.25)
        ratio = values / largest
        inverse = ratio / (ratio.square() + damping.unsqueeze(-1).square()) / largest
        trial = x - times(U, inverse * times(U.mT, g))
        new = slope(trial)
        new_norm = torch.linalg.vector_norm(new, dim=-1)
        better = new_norm < norm  # NaN compares false
        x, g = torch.where(better.unsqueeze(-1), trial, x), torch.where(better.unsqueeze(-1), new, g)
        norm = torch.where(better, new_norm, norm)
        damping = torch.where(better, damping / 10, damping.clamp_min(torch.finfo(x.dtype).eps) * 10).clamp_max(1e3)
    return x, norm, typical


def _distinct(x: Tensor, width: Tensor) -> list[Tensor]:
    kept: list[Tensor] = []
    for point in x:
        if all(bool((((point - other) / width).abs() > SAME).any()) for other in kept):
            kept.append(point)
    return kept
