"""Names for assemblies of curvature, path and search."""

__all__ = [
    "BFGS",
    "LBFGS",
    "ConjugateGradient",
    "DampedNewton",
    "GaussNewton",
    "GradientDescent",
    "HessianFree",
    "LevenbergMarquardt",
    "Newton",
    "NewtonRoot",
    "RProp",
    "ScaledConjugateGradient",
    "TrustRegion",
    "as_method",
]

from collections.abc import Callable

from pishro.errors import SettingError, unknown_name
from pishro.optim.curvature import (
    BFGSCurvature,
    ConjugateCurvature,
    ConjugateProducts,
    GaussNewtonCurvature,
    GaussNewtonProducts,
    HessianCurvature,
    HessianProducts,
    Identity,
    LBFGSCurvature,
    ModifiedHessian,
    ResilientCurvature,
    hager_zhang,
    polak_ribiere,
)
from pishro.optim.method import Curvature, Method, Path, Search
from pishro.optim.paths import ConjugateStep, Damped, Dogleg, ExactRegion, Ray, Steihaug
from pishro.optim.searches import ArmijoSearch, FixedRate, GainRatio, RateSchedule, StrongWolfe


def GradientDescent(  # noqa: N802 - a method's name reads as a noun, here and below
    rate: float | Callable[[int], float] | None = None, *, search: Search | None = None
) -> Method:
    """Steepest descent, x ← x − ε∇f.

    Parameters
    ----------
    rate : a fixed ε, or a schedule iteration → ε.
    search : a line search in its place; strong Wolfe if neither is given.

    Raises
    ------
    SettingError
        If both are given.

    Examples
    --------
    >>> GradientDescent(rate=0.1).search
    FixedRate(rate=0.1)
    """
    if rate is not None and search is not None:
        raise SettingError("Expected a rate or a search, received both; leave one out.")
    if rate is not None:
        search = RateSchedule(rate) if callable(rate) else FixedRate(rate)
    return Method("gradient-descent", Identity(), Ray(), search or StrongWolfe(curvature=0.1))


def ConjugateGradient(formula: str = "polak-ribiere", *, search: Search | None = None) -> Method:  # noqa: N802
    """Non-linear conjugate gradients, for many variables.

    Parameters
    ----------
    formula : "polak-ribiere" or "hager-zhang".
    search : a search that ensures sᵀy > 0; strong Wolfe with c₂ = 0.1 if not given.

    Raises
    ------
    SettingError
        If there is no such formula.

    Examples
    --------
    >>> ConjugateGradient("hager-zhang").name
    'conjugate-gradient'
    """
    formulas = {"polak-ribiere": polak_ribiere, "hager-zhang": hager_zhang}
    if formula not in formulas:
        raise SettingError(unknown_name("conjugate-gradient formula", formula, formulas))
    return Method(
        "conjugate-gradient", ConjugateCurvature(formulas[formula]), Ray(), search or StrongWolfe(curvature=0.1)
    )


def ScaledConjugateGradient() -> Method:  # noqa: N802
    """Conjugate directions whose step comes from one Hessian product and not from a line search (Møller 1993).

    Examples
    --------
    >>> ScaledConjugateGradient().name
    'scaled-conjugate-gradient'
    """
    return Method("scaled-conjugate-gradient", ConjugateProducts(), ConjugateStep(), GainRatio())


def BFGS(*, search: Search | None = None) -> Method:  # noqa: N802
    """Quasi-Newton with the inverse Hessian's approximation in memory: the usual choice up to a thousand variables.

    Parameters
    ----------
    search : a line search; strong Wolfe if not given.

    Examples
    --------
    >>> BFGS().name
    'bfgs'
    """
    return Method("bfgs", BFGSCurvature(), Ray(), search or StrongWolfe())


def LBFGS(history: int = 10, *, search: Search | None = None) -> Method:  # noqa: N802
    """BFGS of the last steps only: the usual choice for many variables.

    Parameters
    ----------
    history : steps that are kept.
    search : a search that ensures sᵀy > 0; strong Wolfe if not given.

    Examples
    --------
    >>> LBFGS(history=5).curvature
    LBFGSCurvature(history=5)
    """
    return Method("lbfgs", LBFGSCurvature(history), Ray(), search or StrongWolfe())


def Newton(*, search: Search | None = None) -> Method:  # noqa: N802
    """Newton's method with a line search; a Hessian that is not positive definite is modified.

    Parameters
    ----------
    search : a line search; strong Wolfe if not given.

    Examples
    --------
    >>> Newton().name
    'newton'
    """
    return Method("newton", ModifiedHessian(), Ray(), search or StrongWolfe())


def DampedNewton() -> Method:  # noqa: N802
    """Newton's method with (H + λI)⁻¹ in place of H⁻¹, λ moved by the gain ratio.

    Examples
    --------
    >>> DampedNewton().name
    'damped-newton'
    """
    return Method("damped-newton", HessianCurvature(), Damped(), GainRatio())


def TrustRegion(path: Path | None = None) -> Method:  # noqa: N802
    """Newton's method in a trust region.

    Parameters
    ----------
    path : `ExactRegion()`, the default, which solves each subproblem by eigenvectors; `Steihaug()`, by products with
        the Hessian alone, for very many variables; or `Dogleg()`, with the Hessian made positive definite.

    Examples
    --------
    >>> TrustRegion(Dogleg()).name
    'trust-region'
    """
    path = path or ExactRegion()
    curvature: Curvature = HessianCurvature()
    if isinstance(path, Dogleg):
        curvature = ModifiedHessian()
    elif isinstance(path, Steihaug):
        curvature = HessianProducts()
    return Method("trust-region", curvature, path, GainRatio())


def GaussNewton(*, search: Search | None = None) -> Method:  # noqa: N802
    """Newton's method for least squares with JᵀJ as the Hessian, and a line search.

    Parameters
    ----------
    search : a line search; strong Wolfe if not given.

    Examples
    --------
    >>> GaussNewton().name
    'gauss-newton'
    """
    return Method("gauss-newton", GaussNewtonCurvature(), Ray(), search or StrongWolfe())


def LevenbergMarquardt(*, marquardt: bool = False) -> Method:  # noqa: N802
    """Gauss-Newton curvature on the damped curve, its damping moved by the gain ratio.

    Parameters
    ----------
    marquardt : scale the damping by the diagonal of JᵀJ (Marquardt 1963) and not by the identity (Levenberg 1944).

    References
    ----------
    Madsen, K., Nielsen, H. B. and Tingleff, O. (2004). Methods for non-linear least squares problems, 2nd ed.

    Examples
    --------
    >>> LevenbergMarquardt().name
    'levenberg-marquardt'
    """
    return Method("levenberg-marquardt", GaussNewtonCurvature(), Damped(marquardt), GainRatio())


def HessianFree() -> Method:  # noqa: N802
    """Levenberg-Marquardt on products alone, for millions of parameters: no matrix is ever written out.

    The damped systems are solved by preconditioned conjugate gradients (Martens 2010).

    Examples
    --------
    >>> HessianFree().name
    'hessian-free'
    """
    return Method("hessian-free", GaussNewtonProducts(), Damped(), GainRatio())


def RProp(*, first: float = 0.1) -> Method:  # noqa: N802
    """Resilient propagation: the signs of the derivatives alone, a step size for each variable.

    Parameters
    ----------
    first : step size at the start.

    Examples
    --------
    >>> RProp().name
    'rprop'
    """
    return Method("rprop", ResilientCurvature(first), Ray(), FixedRate(1.0))


def NewtonRoot() -> Method:  # noqa: N802
    """Newton's method for roots: the Gauss-Newton step of a square system, shortened until ‖F‖ falls.

    Examples
    --------
    >>> NewtonRoot().name
    'newton-root'
    """
    return Method("newton-root", GaussNewtonCurvature(), Ray(), ArmijoSearch())


_CATALOG: dict[str, Callable[[], Method]] = {
    "gradient-descent": GradientDescent,
    "conjugate-gradient": ConjugateGradient,
    "scaled-conjugate-gradient": ScaledConjugateGradient,
    "bfgs": BFGS,
    "lbfgs": LBFGS,
    "newton": Newton,
    "damped-newton": DampedNewton,
    "trust-region": TrustRegion,
    "gauss-newton": GaussNewton,
    "levenberg-marquardt": LevenbergMarquardt,
    "hessian-free": HessianFree,
    "rprop": RProp,
    "newton-root": NewtonRoot,
}


def as_method(method: str | Method) -> Method:
    """The assembly of that name, or the one given.

    Raises
    ------
    SettingError
        If there is none of that name.

    Examples
    --------
    >>> as_method("lbfgs").name
    'lbfgs'
    """
    if isinstance(method, Method):
        return method
    if not isinstance(method, str):
        raise SettingError(f'Expected a method such as "bfgs" or BFGS(), received {method!r}.')
    name = method.lower().replace("_", "-").replace(" ", "-")
    name = {"l-bfgs": "lbfgs", "cg": "conjugate-gradient", "lm": "levenberg-marquardt"}.get(name, name)
    if name not in _CATALOG:
        raise SettingError(unknown_name("method", method, _CATALOG))
    return _CATALOG[name]()
