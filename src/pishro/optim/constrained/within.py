"""Any method of the catalog, kept inside a convex set.

Methods with a matrix stay what they are on the face of the free variables of a box: BFGS and L-BFGS become projected
quasi-Newton, Newton and Levenberg-Marquardt their projected forms. Gradient descent becomes the spectral projected
gradient, which is also what minimizes on every set that is no box.
"""

__all__ = ["SpectralProjectedGradient", "within"]

import dataclasses

from pishro.errors import SettingError
from pishro.optim.constrained.arc_search import ArcSearch
from pishro.optim.constrained.box import Box
from pishro.optim.constrained.face import OnFace
from pishro.optim.constrained.projected import Projected
from pishro.optim.constrained.region import Region
from pishro.optim.constrained.spectral import SpectralCurvature
from pishro.optim.curvature import ConjugateCurvature, ConjugateProducts, Identity, ResilientCurvature
from pishro.optim.method import Method
from pishro.optim.need import Need
from pishro.optim.paths import Ray


def SpectralProjectedGradient(region: Region, memory: int = 10) -> Method:  # noqa: N802 - a noun, as in the catalog
    """Gradient steps of Barzilai and Borwein's length, projected onto a convex set.

    Parameters
    ----------
    region : the set.
    memory : values with the highest of which a new one is compared.

    References
    ----------
    Birgin, E. G., Martínez, J. M. and Raydan, M. (2000). Nonmonotone spectral projected gradient methods on convex
    sets. SIAM J. Optim. 10(4), 1196-1211.

    Examples
    --------
    >>> from pishro.optim.constrained.ball import Ball
    >>> SpectralProjectedGradient(Ball(1.0)).name
    'spectral-projected-gradient'
    """
    return Method(
        "spectral-projected-gradient", SpectralCurvature(), Projected(Ray(), region), ArcSearch(memory=memory)
    )


def within(method: Method, region: Region | None) -> Method:
    """The method, kept inside the set; itself where there is none.

    Raises
    ------
    SettingError
        If the method's steps are bound to straight lines.

    Examples
    --------
    >>> from pishro.optim import LBFGS, Box
    >>> within(LBFGS(), Box(0.0)).name
    'projected lbfgs'
    """
    if region is None:
        return method
    if not isinstance(region, Box) or isinstance(method.curvature, Identity):
        return SpectralProjectedGradient(region)
    if isinstance(method.curvature, ConjugateCurvature | ConjugateProducts | ResilientCurvature):
        raise SettingError(
            f"Expected a method that can follow bounds, received {method.name}, whose directions depend on each other "
            'along straight lines; take "lbfgs", which needs no more memory.'
        )
    search = ArcSearch() if Need.LINE in method.path.offers else method.search
    return dataclasses.replace(
        method,
        name=f"projected {method.name}",
        curvature=OnFace(method.curvature, region),
        path=Projected(method.path, region),
        search=search,
    )
