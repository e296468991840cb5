"""Raw outputs → what is predicted, by the cost: the point, the probabilities, the ends of an interval."""

__all__ = ["interval", "point", "probabilities"]

import math
from collections.abc import Callable

import numpy as np
import scipy.special
import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.likelihoods import Likelihood, Quantile
from pishro.likelihoods.links import LIMIT
from pishro.likelihoods.spread import normal_points
from pishro.models.calibration import ONE_BELOW, Calibration, ConformalIntervals, Temperature
from pishro.serialization.export import steps as op
from pishro.serialization.export.program import Builder, Value

LOCATIONS = ("normal", "heteroscedastic-normal", "laplace", "student-t", "huber")
"""Costs whose mean is the first raw output of each target."""

EXPONENTIALS = ("gamma", "poisson", "negative-binomial")
"""Costs whose mean is the exponential of it."""

NORMALS = ("normal", "heteroscedastic-normal", "log-normal")
"""Costs whose predictive distribution is a mixture of Normals, of the target or of its logarithm."""


def point(build: Builder, likelihood: Likelihood, raw: Value, targets: int) -> Value:
    """The expected target (T) in the units of the training, averaged over the members."""
    return build.mean(_mean(build, likelihood, raw, targets))


def _mean(build: Builder, likelihood: Likelihood, raw: Value, targets: int) -> Value:
    name, first = likelihood.name, build.take(raw, 0, targets)
    if name in LOCATIONS:
        return first
    if name in EXPONENTIALS:
        return build.map("exp", _log_link(build, first))
    if name == "log-normal":
        scale = build.map("exp", _log_link(build, build.take(raw, targets, 2 * targets)))
        half = build.affine(build.map("square", scale), 0.5)
        return build.map("exp", build.combine("add", first, half))
    if name == "quantile" and isinstance(likelihood, Quantile) and targets == 1:
        return _mean_of_quantiles(build, likelihood, raw)
    if name == "binned":
        edges = np.array(likelihood.edges)  # type: ignore[attr-defined]
        middles = _middles(likelihood, len(edges) - 1)
        return build.dense(build.softmax(raw), middles[:, None], np.zeros(1))
    if name == "gaussian-mixture" and targets == 1:
        count = likelihood.components  # type: ignore[attr-defined]
        weights, centers = build.softmax(build.take(raw, 0, count)), build.take(raw, count, 2 * count)
        return build.total(build.combine("multiply", weights, centers))
    raise SettingError(
        f"The cost {name!r} of {targets} targets cannot be exported; those that can are "
        f"{', '.join((*LOCATIONS, *EXPONENTIALS))}, log-normal, quantile, binned, gaussian-mixture, or of classes."
    )


def _log_link(build: Builder, raw: Value) -> Value:
    """ℓ(raw): raw inside ±30, growing like a logarithm beyond."""
    above = build.map("log", build.affine(build.map("relu", build.affine(raw, 1.0, -LIMIT)), 1.0, 1.0))
    below = build.map("log", build.affine(build.map("relu", build.affine(raw, -1.0, -LIMIT)), 1.0, 1.0))
    inside = build.clip(raw, -LIMIT, LIMIT)
    return build.combine("subtract", build.combine("add", inside, above), below)


def _mean_of_quantiles(build: Builder, likelihood: Quantile, raw: Value) -> Value:
    """The mean is linear in the middle quantile and the gaps, so that its coefficients say it all."""
    count = likelihood.parameters
    if count == 1:
        shift = float(likelihood.mean(torch.zeros(1, 1, dtype=torch.float64)))
        return build.affine(raw, 1.0, shift)
    gaps = build.map("exp", _log_link(build, build.take(raw, 1, count)))
    middle = build.take(raw, 0, 1)
    logs = torch.full((count, count), -1e300, dtype=torch.float64)
    logs[:, 0] = 0.0
    for gap in range(1, count):
        logs[gap, gap] = 0.0  # a gap of 1, all others as small as they get
    coefficients = likelihood.mean(logs).numpy().ravel()
    coefficients = coefficients[1:] - coefficients[0]
    return build.combine("add", middle, build.dense(gaps, coefficients[:, None], np.zeros(1)))


def _middles(likelihood: Likelihood, bins: int) -> op.Array:
    """The mean of the target within each bin."""
    certain = torch.full((bins, bins), -1e4, dtype=torch.float64)
    certain.fill_diagonal_(0.0)
    found: op.Array = likelihood.mean(certain).numpy().ravel()
    return found


def probabilities(
    build: Builder, likelihood: Likelihood, raw: Value, variance: "Value | None", calibration: "Calibration | None"
) -> Value:
    """Probabilities of the classes, averaged over members and the parameters' uncertainty.

    Raises
    ------
    SettingError
        If the cost is not one of classes that can be exported.
    """
    name = likelihood.name
    if name == "bernoulli":
        one = build.mean(build.map("sigmoid", _moderate(build, raw, variance)))
        found = build.join(build.affine(one, -1.0, 1.0), one)
    elif name == "categorical":
        centered = build.combine("subtract", raw, build.affine(build.total(raw), 1 / raw.size))
        found = build.mean(build.softmax(_moderate(build, centered, variance)))
    elif name == "ordinal":
        found = build.mean(_ordinal(build, raw, variance))
    else:
        raise SettingError(f"The cost {name!r} cannot be exported; use 'bernoulli', 'categorical' or 'ordinal'.")
    if isinstance(calibration, Temperature):
        log = build.map("log", build.clip(found, 1e-37, math.inf))
        found = build.softmax(build.affine(log, 1 / calibration.temperature))
    return found


def _moderate(build: Builder, raw: Value, variance: "Value | None") -> Value:
    """Raw / √(1 + πs²/8), MacKay's approximation to the probability averaged over the posterior."""
    if variance is None:
        return raw
    return build.combine("divide", raw, build.map("sqrt", build.affine(variance, math.pi / 8, 1.0)))


def _ordinal(build: Builder, raw: Value, variance: "Value | None") -> Value:
    """The probabilities of classes in order: differences of the sigmoid at rising cut points."""
    if variance is not None:
        raise SettingError("The parameters' uncertainty of an ordinal cost cannot be exported; use posterior=False.")
    parts = [build.take(raw, 0, 1)]
    if raw.size > 1:
        parts.append(build.map("exp", _log_link(build, build.take(raw, 1, raw.size))))
    cuts = build.dense(build.join(*parts), np.triu(np.ones((raw.size, raw.size))), np.zeros(raw.size))
    rising = build.map("sigmoid", cuts)
    difference = np.eye(raw.size, raw.size + 1) - np.eye(raw.size, raw.size + 1, 1)
    return build.dense(rising, difference, np.eye(raw.size + 1)[-1])


Ends = tuple[Value, Value]


def interval(
    build: Builder,
    likelihood: Likelihood,
    raw: Value,
    variance: "Value | None",
    beta: Tensor,
    calibration: "Calibration | None",
    level: float,
) -> Ends:
    """Lower and upper end, in the units of the training, of an interval for one target.

    Raises
    ------
    SettingError
        If the cost's distribution cannot be exported, or the level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise SettingError(f"Expected a level between 0 and 1, such as 0.95, received {level}.")
    if likelihood.name not in NORMALS:
        raise SettingError(
            f"Intervals of the cost {likelihood.name!r} cannot be exported, only those of {', '.join(NORMALS)}; "
            "export without an interval."
        )
    centers, scales = _components(build, likelihood, raw, variance, beta)
    back = "exp" if likelihood.name == "log-normal" else None

    def quantile(at: float) -> Value:
        found = _quantile(build, centers, scales, at)
        return build.map("exp", found) if back else found

    if isinstance(calibration, ConformalIntervals):
        if back:
            raise SettingError("Calibrated intervals of a log-normal cost cannot be exported; export without them.")
        return _conformal(build, quantile, (centers, scales), calibration.reach(level))
    return quantile((1 - level) / 2), quantile((1 + level) / 2)


def _components(
    build: Builder, likelihood: Likelihood, raw: Value, variance: "Value | None", beta: Tensor
) -> tuple[Value, Value]:
    """Centers and scales of the Normals that are mixed, one entry each: members, and points of the posterior."""
    if likelihood.name == "normal":
        noise = 1 / beta.double().numpy()
        if raw.size != 1:
            raise SettingError("Intervals can be exported for one target; export without an interval.")
        base = build.affine(raw, 0.0) if variance is None else variance
        spread = build.add(op.Affine(np.ones(()), noise if raw.members == 0 else noise[:, None]), base, size=1)
        return build.beside(raw), build.beside(build.map("sqrt", spread))
    if raw.size != 2:
        raise SettingError("Intervals can be exported for one target; export without an interval.")
    center, log_scale = build.take(raw, 0, 1), build.take(raw, 1, 2)
    if variance is None:
        return build.beside(center), build.beside(build.map("exp", _log_link(build, log_scale)))
    of_center, of_scale = build.take(variance, 0, 1), build.take(variance, 1, 2)
    points = normal_points(2).numpy()
    log_scale = _spread(build, log_scale, of_scale, points[:, 1])
    scale = build.map("exp", _log_link(build, log_scale))
    if likelihood.name == "log-normal":
        return build.beside(_spread(build, center, of_center, points[:, 0])), build.beside(scale)
    total = build.map("sqrt", build.combine("add", build.map("square", scale), of_center))
    same = build.dense(center, np.ones((1, len(points))), np.zeros(len(points)))
    return build.beside(same), build.beside(total)


def _spread(build: Builder, x: Value, variance: Value, points: op.Array) -> Value:
    """x + s z at each point z."""
    moved = build.dense(build.map("sqrt", variance), points[None, :], np.zeros(len(points)))
    return build.combine("add", moved, x)


def _quantile(build: Builder, centers: Value, scales: Value, level: float) -> Value:
    normal = float(scipy.special.ndtri(level))
    if centers.size == 1:
        return build.combine("add", centers, build.affine(scales, normal))
    return build.add(op.NormalQuantile(level, normal), centers, scales, size=1)


def _conformal(build: Builder, quantile: "Callable[[float], Value]", parts: Ends, reach: float) -> Ends:
    """The median, and `reach` times the distance to the quantile one standard deviation out on each side."""
    low, middle, high = (quantile(at) for at in (ONE_BELOW, 0.5, 1 - ONE_BELOW))
    centers, scales = parts
    share = 1 / centers.size
    mean = build.affine(build.total(centers), share)
    apart = build.map("square", build.combine("subtract", centers, mean))
    variance = build.affine(build.total(build.combine("add", build.map("square", scales), apart)), share)
    least = build.affine(build.map("sqrt", variance), 0.1)
    below = build.combine("maximum", build.combine("subtract", middle, low), least)
    above = build.combine("maximum", build.combine("subtract", high, middle), least)
    lower = build.combine("subtract", middle, build.affine(below, reach))
    return lower, build.combine("add", middle, build.affine(above, reach))
