"""Minimum, maximum, saddle, or not to be told.

The gradient is read in the Hessian's eigenvectors. Where an eigenvalue explains it, |gᵢ| ≤ |λᵢ| ℓ, the stationary
point lies within the distance ℓ = `NEAR` · max(1, ‖x‖) along uᵢ, and a Newton step leads to it. Where none does, the
curvature there counts as zero, and the gradient must be negligible by itself or the point is not stationary. What is
then left to decide is which eigenvalues' signs can be relied on (`signs`):

    some positive and some negative → saddle          all positive → strict minimum
    all negative → strict maximum                     anything else → inconclusive

Up to `DENSE` variables H is written out. Beyond that, Lanczos's method finds the ends of the spectrum, which is where
the answer lies; the same tests are made on them.
"""

__all__ = ["classify", "examine", "judge", "verdict_of"]

import math
from collections.abc import Callable

import torch
from torch import Tensor

from pishro.errors import ShapeError
from pishro.optim.problem import Problem
from pishro.optim.stationary.lanczos import extreme_eigenpairs
from pishro.optim.stationary.local_model import AutogradModel, DifferenceModel, LocalModel
from pishro.optim.stationary.signs import LARGEST_CHANGE, SAFETY, reliable, rounding
from pishro.optim.stationary.verdict import Kind, Verdict

DENSE = 300
"""Variables up to which the Hessian is written out: P products and an O(P³) factorization, under a second."""

NEAR = 1e-2
"""How far from the stationary point, relative to max(1, ‖x‖), a point may lie: one typed with two decimals passes."""


def classify(f: Callable[[Tensor], Tensor], x: Tensor, *, generator: torch.Generator | None = None) -> Verdict:
    """Say what kind of point x is.

    Parameters
    ----------
    f : (P,) → scalar, twice differentiable by autograd.
    x : (P,), a stationary point or close to one.
    generator : for the random start of Lanczos's method, used from 301 variables on; fixed by default.

    Raises
    ------
    ShapeError
        If x is not a vector or f(x) is not one number.

    Examples
    --------
    >>> f = lambda x: x[0] ** 3 + x[1] ** 3 + 2 * x[0] ** 2 + 4 * x[1] ** 2 + 6
    >>> verdict = classify(f, torch.tensor([0.0, -8 / 3], dtype=torch.float64))
    >>> verdict.kind.value, verdict.eigenvalues.tolist(), verdict.escape.abs().tolist()
    ('saddle', [-8.0, 4.0], [0.0, 1.0])
    """
    return examine(AutogradModel(f, x), generator)


def verdict_of(
    problem: Problem | Callable[[Tensor], Tensor], x: Tensor, *, generator: torch.Generator | None = None
) -> tuple[Verdict, ...]:
    """A verdict for each member.

    Parameters
    ----------
    problem : a function (P,) → scalar, or a problem of K members; its Hessian is taken by differences of its gradient.
    x : (K, P).
    generator : see `classify`.

    Examples
    --------
    >>> [v.kind.value for v in verdict_of(lambda x: x.square().sum(), torch.zeros(2, 3))]
    ['strict minimum', 'strict minimum']
    """
    if x.ndim != 2:
        raise ShapeError(f"Expected points of shape (K, P), received {tuple(x.shape)}.")
    if callable(problem):
        return tuple(classify(problem, row, generator=generator) for row in x)
    members = (problem.select(torch.tensor([k])) for k in range(len(x)))
    return tuple(examine(DifferenceModel(m, row), generator) for m, row in zip(members, x, strict=True))


def examine(model: LocalModel, generator: torch.Generator | None = None) -> Verdict:
    """The verdict of what is known at a point: from the whole Hessian, or from the ends of its spectrum."""
    if not (bool(torch.isfinite(model.gradient).all()) and bool(torch.isfinite(model.value))):
        return Verdict(Kind.NOT_STATIONARY, model.x.new_empty(0), 0, float("nan"))
    if len(model.x) > DENSE:
        return _from_ends(model, generator)
    basis = torch.eye(len(model.x), dtype=model.x.dtype, device=model.x.device)
    return judge(model, basis)


def judge(model: LocalModel, basis: Tensor) -> Verdict:
    """The verdict on the space that the columns of `basis` (P, n) span, orthonormal.

    The tangent space of constraints is the case n < P.
    """
    gradient = basis.mT @ model.gradient
    norm = _largest(gradient)
    raw = basis.mT @ model.hessian() @ basis
    if not bool(torch.isfinite(raw).all()):
        return Verdict(Kind.INCONCLUSIVE, raw.new_empty(0), 0, norm)
    values, U = torch.linalg.eigh((raw + raw.mT) / 2)
    slope = U.mT @ gradient
    reach = _reach(model)
    nonzero = values.abs() > rounding(raw, values, model.accuracy)
    strong = nonzero & (slope.abs() <= values.abs() * reach * NEAR)
    if float(torch.linalg.vector_norm(slope[~strong])) > _negligible(model, values, reach):
        return Verdict(Kind.NOT_STATIONARY, values, int((~nonzero).sum()), norm)
    there = model.moved(model.x - basis @ (U[:, strong] @ (slope[strong] / values[strong])))
    directions = basis @ U[:, strong]
    change = directions.mT @ there.hessian() @ directions - torch.diag(values[strong])
    sure = strong.clone()
    sure[strong] = reliable(values[strong], (change + change.mT) / 2)
    negative, positive = bool((sure & (values < 0)).any()), bool((sure & (values > 0)).any())
    kind = _kind(negative, positive, bool(sure.all()))
    escape = _downhill(basis @ U[:, 0], model.gradient) if negative else None
    return Verdict(kind, values, int((~sure).sum()), norm, escape)


def _from_ends(model: LocalModel, generator: torch.Generator | None) -> Verdict:
    generator = generator or torch.Generator().manual_seed(0)
    start = torch.randn(len(model.x), generator=generator, dtype=model.x.dtype).to(model.x.device)
    ritz = extreme_eigenpairs(model.product, start)
    values, norm, reach = ritz.values, _largest(model.gradient), _reach(model)
    largest = float(values.abs().amax())
    zero = SAFETY * model.accuracy * len(values) * largest
    slope = ritz.vectors @ model.gradient
    # A Ritz value is a Rayleigh quotient: a negative one proves negative curvature, converged or not; likewise above.
    certain = values.abs() - ritz.residuals > zero
    certain[0] |= values[0] < -zero
    certain[-1] |= values[-1] > zero
    strong = certain & (slope.abs() <= values.abs() * reach * NEAR)
    rest = model.gradient - slope[strong] @ ritz.vectors[strong]
    # The unseen middle of the spectrum is bounded by its ends only: its curvature explains the rest of the gradient
    # if the whole spectrum is of one sign, and otherwise the rest must be negligible.
    one_sign = bool(strong[[0, -1]].all()) and float(values[0] * values[-1]) > 0
    allowed = _negligible(model, values, reach)
    if one_sign:
        allowed = max(allowed, float(values[[0, -1]].abs().amin()) * reach * NEAR)
    if float(torch.linalg.vector_norm(rest)) > allowed:
        return Verdict(Kind.NOT_STATIONARY, values, int((~certain[[0, -1]]).sum()), norm, complete=False)
    step = (slope[strong] / values[strong]) @ ritz.vectors[strong]
    there = model.moved(model.x - step - (rest / largest if largest else 0))
    sure = strong.clone()
    for end in (0, -1):
        u = ritz.vectors[end]
        changed = abs(float(u @ there.product(u) - values[end]))
        sure[end] &= changed <= LARGEST_CHANGE * float(values[end].abs())
    low, high = (float(values[end]) if bool(sure[end]) else 0.0 for end in (0, -1))
    kind = _kind(low < 0 or high < 0, low > 0 or high > 0, low != 0 and high != 0)
    escape = _downhill(ritz.vectors[0], model.gradient) if low < 0 else None
    return Verdict(kind, values, int((~sure[[0, -1]]).sum()), norm, escape, complete=False)


def _kind(negative: bool, positive: bool, all_sure: bool) -> Kind:
    if negative and positive:
        return Kind.SADDLE
    if not all_sure:
        return Kind.INCONCLUSIVE
    return Kind.STRICT_MAXIMUM if negative else Kind.STRICT_MINIMUM


def _reach(model: LocalModel) -> float:
    """The length against which distances from x are small or not."""
    return max(1.0, float(torch.linalg.vector_norm(model.x)))


def _negligible(model: LocalModel, values: Tensor, reach: float) -> float:
    """The slope that moves neither f nor x beyond √ε of their size: below it a gradient is rounding."""
    curvature = float(values.abs().amax()) if len(values) else 0.0
    return math.sqrt(model.accuracy) * max(curvature * reach, abs(float(model.value)) / reach)


def _largest(v: Tensor) -> float:
    return float(v.abs().amax().item()) if len(v) else 0.0


def _downhill(u: Tensor, gradient: Tensor) -> Tensor:
    """The orientation of u in which the slope, if any is left, also points down."""
    return -u if float(u @ gradient) > 0 else u
