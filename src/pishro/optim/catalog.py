"""Names for assemblies of curvature, path and search."""

__all__ = ["LevenbergMarquardt"]

from pishro.optim.curvature import GaussNewtonCurvature
from pishro.optim.method import Method
from pishro.optim.paths import Damped
from pishro.optim.searches import GainRatio


def LevenbergMarquardt(*, marquardt: bool = False) -> Method:  # noqa: N802 - a method's name reads as a noun
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
