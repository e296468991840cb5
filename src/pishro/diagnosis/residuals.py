"""Structure in held-out residuals: whatever they still tell, the network could have told.

Residuals are standard scores z of the predictive distribution, Normal(0, 1) where it is right, so that noise of known
shape and size is no finding. Every finding needs a p-value and an effect (`statistics`).
"""

__all__ = ["autocorrelation", "coverage", "non_normal", "outliers", "spread", "trend"]

import math
from collections.abc import Iterator

import numpy as np

from pishro.diagnosis.fact import Fact
from pishro.diagnosis.observation import Observation
from pishro.diagnosis.statistics import FEWEST_ROWS, LEVEL, Floats, grouped_effect
from pishro.likelihoods import EqualMixture

SKEWNESS, KURTOSIS = 1.0, 2.0
"""Skewness of 1 is strong (Bulmer 1979, chapter 4); an excess kurtosis of 2 is that of Student's t with 7 degrees of
freedom, whose 95 % interval is 10 % wider."""

EXPLAINED = 0.06
"""Share of the ranks' variance; ε² or η² of 0.06 is a medium effect (Cohen 1988, section 8.2)."""

CORRELATION = 0.3
"""A medium correlation (Cohen 1988, section 3.2)."""

FAR = 5.0
"""Predicted standard deviations; a Normal has one such value in two million."""

COVERAGE = 0.05
"""Of 95 %."""


def _scores(observation: Observation) -> Floats:
    z = observation.residuals
    if z is None or len(z) < FEWEST_ROWS:
        return np.empty(0)
    return np.asarray(z.numpy(), dtype=np.float64)


def non_normal(observation: Observation) -> Iterator[Fact]:
    """Skewness and kurtosis (D'Agostino and Pearson 1973), without the outliers, which are a finding of their own."""
    from scipy.stats import kurtosis, normaltest, skew  # noqa: PLC0415 - slow to import

    z = _scores(observation)
    z = z[np.abs(z) < FAR]
    if len(z) < FEWEST_ROWS or np.ptp(z) == 0:
        return
    lean, tails, p = float(skew(z)), float(kurtosis(z)), float(normaltest(z).pvalue)
    if p < LEVEL and (abs(lean) > SKEWNESS or abs(tails) > KURTOSIS):
        values: dict[str, float | int | str] = {"skewness": lean, "kurtosis": tails, "p": p}
        yield Fact("non-normal", values, SKEWNESS, "Bulmer 1979; D'Agostino and Pearson 1973", "warning")


def spread(observation: Observation) -> Iterator[Fact]:
    """Noise whose size varies with the prediction or with an input, beyond what was predicted."""
    z = _scores(observation)
    if not len(z):
        return
    columns = {"the prediction": np.asarray(observation.raw_test.mean(0)[:, 0].numpy())}
    columns |= _columns(observation)
    yield from _strongest("spread", np.abs(z), columns)


def trend(observation: Observation) -> Iterator[Fact]:
    """A mean that varies with an input."""
    z = _scores(observation)
    if len(z):
        yield from _strongest("trend", z, _columns(observation))


def _columns(observation: Observation) -> dict[str, Floats]:
    x = observation.held_out.x.double().numpy()
    return {observation.name(j): x[:, j] for j in range(x.shape[1])} if x.ndim == 2 else {}


def _strongest(name: str, z: Floats, columns: dict[str, Floats]) -> Iterator[Fact]:
    found = [(*grouped_effect(z, values), column) for column, values in columns.items()]
    passed = [(effect, p, column) for effect, p, column in found if p < LEVEL / len(found) and effect > EXPLAINED]
    if passed:
        effect, p, column = max(passed)
        values: dict[str, float | int | str] = {"name": column, "effect": effect, "p": p}
        yield Fact(name, values, EXPLAINED, "a medium effect (Cohen 1988, section 8.2)", "warning")


def autocorrelation(observation: Observation) -> Iterator[Fact]:
    """Correlation of each held-out row's residual with the next one's, in the order of the table."""
    from scipy.stats import pearsonr  # noqa: PLC0415 - slow to import

    z = np.clip(_scores(observation), -FAR, FAR)
    if len(z) < FEWEST_ROWS or np.ptp(z) == 0:
        return
    correlation, p = (float(v) for v in pearsonr(z[:-1], z[1:]))
    if p < LEVEL and abs(correlation) > CORRELATION:
        values: dict[str, float | int | str] = {"correlation": correlation, "p": p}
        yield Fact("autocorrelation", values, CORRELATION, "Cohen 1988, section 3.2", "warning")


def outliers(observation: Observation) -> Iterator[Fact]:
    """Held-out rows that the predictive distribution holds impossible, where the rest of them fits."""
    z = _scores(observation)
    far = np.flatnonzero(np.abs(z) > FAR)
    if len(far):
        worst = int(far[np.abs(z[far]).argmax()])
        farthest = float(np.abs(z[worst]))
        values: dict[str, float | int | str] = {"farthest": farthest, "count": len(far), "size": FAR, "row": worst}
        yield Fact("outliers", values, FAR, "one Normal value in two million", "warning")


def coverage(observation: Observation) -> Iterator[Fact]:
    """The share of held-out values in their 95 % interval."""
    from scipy.stats import binomtest  # noqa: PLC0415 - slow to import

    z = _scores(observation)
    if not len(z) or (isinstance(observation.predictive, EqualMixture) and observation.predictive.discrete):
        return
    inside = int((np.abs(z) <= 1.959964).sum())
    share, p = inside / len(z), float(binomtest(inside, len(z), 0.95).pvalue)
    if p < LEVEL and share < 0.95 - COVERAGE and math.isfinite(p):
        found: dict[str, float | int | str] = {"coverage": share, "p": p}
        yield Fact("coverage", found, 0.95 - COVERAGE, "binomial test of 95 %", "alarm")
