"""Least squares: the residuals' own door, with the parameters' uncertainty.

Under independent errors of one variance σ², the fitted parameters have the covariance

    C ≈ σ² (JᵀJ)⁻¹,        σ² = ‖r‖² / (N − rank J)

at the minimum; it is computed from the singular values of J, so that its digits are not lost.

References
----------
Björck, Å. (1996). Numerical Methods for Least Squares Problems, section 9.1. SIAM.
"""

__all__ = ["LeastSquaresResult", "LeastSquaresResults", "least_squares"]

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.operators.spectral import rank_cutoff
from pishro.optim.catalog import as_method
from pishro.optim.method import Method
from pishro.optim.minimize import judged, refuse_constraints, solve
from pishro.optim.need import Need
from pishro.optim.residual import Form, ResidualProblem, choose_form
from pishro.optim.result import Result, Results
from pishro.optim.starts import as_start
from pishro.optim.stopping import Stop

Function = Callable[[Tensor], Tensor]

STOP = Stop(gradient=0.0, step=1e-12)
"""A gradient means nothing without the residuals' units, so the steps decide, or the precision."""


@dataclasses.dataclass(frozen=True)
class LeastSquaresResult(Result):
    """Where a least-squares fit ended; `value` is ½‖r‖².

    Attributes
    ----------
    problem : the residuals.
    form : how the damped systems were solved; None for a method that solves none.
    """

    problem: ResidualProblem
    form: Form | None

    @property
    def residual(self) -> Tensor:
        """r(x), (N,)."""
        with torch.no_grad():
            return self.problem.residuals(self.x.unsqueeze(0))[0]

    @property
    def covariance(self) -> Tensor:
        """σ² (JᵀJ)⁻¹, (P, P), with σ² from the residuals; infinite where they do not determine the parameters.

        Raises
        ------
        SettingError
            If J is too large to be written out.
        """
        if self.form is Form.PRODUCTS:
            raise SettingError(
                "The covariance needs the Jacobian written out, which does not fit; fit fewer parameters."
            )
        J = self.problem.jacobians(self.x.unsqueeze(0))[0]
        # columns of length 1 first: units of x then cost no digits
        length = J.norm(dim=0)
        scale = torch.where(length > 0, length, 1.0)
        _, s, vh = torch.linalg.svd(J / scale, full_matrices=False)
        freedom = J.shape[0] - J.shape[1]
        if freedom <= 0 or bool((s <= rank_cutoff(s, J)).any()):
            return torch.full((J.shape[1], J.shape[1]), math.inf, dtype=J.dtype, device=J.device)
        root = (vh.mT / s) / scale.unsqueeze(-1)
        covariance: Tensor = root @ root.mT * (2 * self.value / freedom)
        return covariance

    @property
    def standard_deviations(self) -> Tensor:
        """Of the parameters, (P,): roots of the covariance's diagonal."""
        return self.covariance.diagonal().sqrt()

    @property
    def residual_deviation(self) -> float:
        """σ = ‖r‖ / √(N − P); NaN where no residuals are left over."""
        freedom = len(self.residual) - len(self.x)
        return math.sqrt(2 * self.value / freedom) if freedom > 0 else math.nan


@dataclasses.dataclass(frozen=True)
class LeastSquaresResults(Results):
    """Where fits from K starting points ended; a sequence of K `LeastSquaresResult`.

    Attributes
    ----------
    problem : the residuals.
    form : how the damped systems were solved; None for a method that solves none.
    """

    problem: ResidualProblem = dataclasses.field(kw_only=True)
    form: Form | None = dataclasses.field(kw_only=True)

    def __getitem__(self, member: int) -> LeastSquaresResult:
        one = super().__getitem__(member)
        return LeastSquaresResult(**_fields(one), problem=self.problem, form=self.form)


def least_squares(
    residual: Function,
    x0: object,
    method: str | Method = "levenberg-marquardt",
    bounds: object = None,
    stop: Stop | None = None,
    *,
    jacobian: Function | None = None,
    form: Form | None = None,
) -> LeastSquaresResult | LeastSquaresResults:
    """Find x that makes ½‖r(x)‖² least.

    Parameters
    ----------
    residual : r, x (P,) → (N,) by torch operations.
    x0, method, bounds, stop : as for `minimize`; every method of `minimize` works here too.
    jacobian : ∂r/∂x, (P,) → (N, P); automatic differentiation if not given.
    form : how the damped systems are solved; chosen by size if not given, and said in the result.

    Returns
    -------
    LeastSquaresResult
        For one starting point, with the parameters' standard deviations.
    LeastSquaresResults
        For K starting points.

    Examples
    --------
    >>> t = torch.linspace(0, 1, 20, dtype=torch.float64)
    >>> y = 2 * torch.exp(-3 * t)
    >>> fit = least_squares(lambda x: x[0] * torch.exp(-x[1] * t) - y, [1.0, 1.0])
    >>> fit.x.round(decimals=6).tolist(), fit.form.value
    ([2.0, 3.0], 'singular values of J')
    """
    problem, start, chosen = ResidualProblem(residual, jacobian, form), as_start(x0), as_method(method)
    refuse_constraints(bounds, ())
    results = judged(problem, solve(problem, start, chosen, stop or STOP))
    every = LeastSquaresResults(**_fields(results), problem=problem, form=_form_used(problem, start, chosen))
    return every[0] if torch.as_tensor(x0).ndim == 1 else every


def _form_used(problem: ResidualProblem, start: Tensor, method: Method) -> Form | None:
    if Need.GAUSS_NEWTON_PRODUCT in method.needs:
        return Form.PRODUCTS
    if Need.GAUSS_NEWTON not in method.needs:
        return None
    with torch.no_grad():
        count = problem.residuals(start[:1]).shape[-1]
    return problem.form or choose_form(len(start), count, start.shape[-1], start.element_size())


def _fields(record: Result | Results) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
