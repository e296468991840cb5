"""All checks, one after the other; each is a function of the observation and reports what it finds."""

__all__ = ["CHECKS", "diagnose"]

from collections.abc import Callable, Iterable

import torch

from pishro.diagnosis.classes import miscalibration, never_predicted
from pishro.diagnosis.course import course
from pishro.diagnosis.fact import Diagnosis, Fact
from pishro.diagnosis.generalization import disagreement, duplicates, extrapolation, leaks, over_fitting
from pishro.diagnosis.gradient_flow import gradient_flow, stalled_layers
from pishro.diagnosis.influence import influential_rows
from pishro.diagnosis.observation import Observation
from pishro.diagnosis.parameters import conditioning, parameter_count
from pishro.diagnosis.residuals import autocorrelation, coverage, non_normal, outliers, spread, trend
from pishro.diagnosis.units import dead_units, saturated_units

CHECKS: dict[str, Callable[[Observation], Iterable[Fact]]] = {
    check.__name__.replace("_", " "): check
    for check in (
        leaks,
        duplicates,
        over_fitting,
        never_predicted,
        miscalibration,
        coverage,
        extrapolation,
        disagreement,
        course,
        gradient_flow,
        stalled_layers,
        saturated_units,
        dead_units,
        trend,
        spread,
        autocorrelation,
        non_normal,
        outliers,
        influential_rows,
        parameter_count,
        conditioning,
    )
}
"""The checks by name."""

_ORDER = {"alarm": 0, "warning": 1, "note": 2}


def diagnose(observation: Observation, more: Iterable[Fact] = ()) -> Diagnosis:
    """Make every check.

    Parameters
    ----------
    observation : the trained network and its rows.
    more : facts that others have found, such as the certificate's.

    Examples
    --------
    >>> from pishro.likelihoods import Normal
    >>> from pishro.nn import Dense, Network
    >>> from pishro.objectives import Batch
    >>> from pishro.training import Plan, train_members
    >>> x = torch.linspace(-1, 1, 60, dtype=torch.float64).reshape(-1, 1)
    >>> net, batch = Network.chain(1, Dense(3, "tanh"), Dense(1)), Batch(x, torch.sin(2 * x))
    >>> diagnosis = diagnose(Observation(net, Normal(), train_members(net, Normal(), batch, Plan(2)), batch))
    >>> [fact.name for fact in diagnosis.faults]
    []
    """
    with torch.no_grad():
        found = [fact for check in CHECKS.values() for fact in check(observation)]
    return Diagnosis(tuple(sorted([*found, *more], key=lambda f: _ORDER[f.severity])), tuple(CHECKS))
