"""Rows that pull the fit on their own: Cook's distance in the posterior's metric.

The leverage of a row is h = β J A⁻¹ Jᵀ, the share that its own target has in its prediction. With the standardized
residual r the change of all predictions when the row is left out is, to first order,

    D = β r² h / (γ (1 − h)²)        (Cook 1977, with γ in the place of the number of parameters)

References
----------
Cook, R. D. (1977). Detection of influential observation in linear regression. Technometrics 19, 15-18.
"""

__all__ = ["influential_rows"]

from collections.abc import Iterator

from pishro.diagnosis.fact import Fact
from pishro.diagnosis.observation import Observation

INFLUENTIAL = 1.0
"""D above 1 moves the fit by about its own uncertainty (Cook and Weisberg 1982, section 3.5)."""


def influential_rows(observation: Observation) -> Iterator[Fact]:
    """Training rows with a large distance; only for one output whose noise was estimated."""
    trained, train = observation.trained, observation.train
    posterior, effective = trained.posterior, trained.record.effective
    if posterior is None or observation.network.outputs != 1 or not observation.likelihood.dispersion or not effective:
        return
    # one member tells: influence is a property of the row; in the posterior's own precision
    theta = trained.theta[:1].to(posterior.inverse_lower.dtype)
    first = type(posterior)(posterior.inverse_lower[:1])
    variance = first.variance(observation.network, theta, train.x.to(theta.dtype))[0, :, 0].double()
    beta = trained.beta[0].double()
    leverage = (beta * variance).clamp(0, 0.999)
    residual = (observation.network(theta, train.x.to(theta.dtype))[0] - train.y)[:, 0].double()
    distance = beta * residual.square() * leverage / (max(effective[0], 1.0) * (1 - leverage).square())
    distance = distance * (leverage < 0.95)  # such a row is interpolated: its residual says nothing
    found = (distance > INFLUENTIAL).nonzero().squeeze(1)
    if len(found):
        row = int(distance.argmax())
        values: dict[str, float | int | str] = {"distance": float(distance[row]), "count": len(found), "row": row}
        yield Fact("influential", values, INFLUENTIAL, "Cook and Weisberg 1982, section 3.5", "warning")
