"""Held-out scores, each with a bootstrap interval over the held-out rows, and the baselines beside them."""

__all__ = ["baseline_scores", "class_metrics", "reconstruction_metrics", "regression_metrics"]

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from pishro.models.evaluation import Metric

Array = npt.NDArray[np.float64]

RESAMPLES = 1000
"""Bootstrap resamples; the usual number for a 95 % interval (Efron and Tibshirani 1993, section 12.5)."""

ENTRIES_AT_ONCE = 4_000_000


def _resampled_means(values: Array, seed: int) -> Array:
    """Means of each column of (N, M) over bootstrap resamples of the rows: (RESAMPLES, M)."""
    generator = np.random.default_rng(seed)
    rows = len(values)
    at_once = max(1, ENTRIES_AT_ONCE // rows)
    means = []
    for start in range(0, RESAMPLES, at_once):
        pick = generator.integers(rows, size=(min(at_once, RESAMPLES - start), rows))
        means.append(np.stack([column[pick].mean(1) for column in values.T], 1))
    return np.concatenate(means)


def _metric(name: str, values: Array, of_means: Callable[[Array], Array], better: str, unit: str = "") -> Metric:
    """A metric that is a function of row means, with its percentile interval."""
    value = float(of_means(values.mean(0)))
    low, high = np.quantile(of_means(_resampled_means(values, seed=0)), [0.025, 0.975])
    return Metric(name, value, float(low), float(high), better, unit)


def regression_metrics(
    actual: Array, predicted: Array, log_density: Array | None = None, inside: Array | None = None
) -> tuple[Metric, ...]:
    """RMSE, MAE, R², and with a distribution the mean log-likelihood and the coverage of the 95 % interval.

    Parameters
    ----------
    actual, predicted : (N,).
    log_density : ln of the predictive density at each actual value, in nats.
    inside : 1 where the actual value lies in the interval, else 0.
    """
    error = predicted - actual
    squares = np.stack([error**2, actual, actual**2], 1)

    def r2(m: Array) -> Array:
        spread = m[..., 2] - m[..., 1] ** 2
        return 1 - m[..., 0] / np.maximum(spread, np.finfo(float).tiny)

    metrics = [
        _metric("RMSE", (error**2)[:, None], lambda m: np.sqrt(m[..., 0]), "lower"),
        _metric("MAE", np.abs(error)[:, None], lambda m: m[..., 0], "lower"),
    ]
    if np.ptp(actual) > 0:
        squares[:, 1:] = np.stack([actual - actual.mean(), (actual - actual.mean()) ** 2], 1)
        metrics.append(_metric("R²", squares, r2, "higher"))
    if log_density is not None:
        metrics.append(_metric("log-likelihood", log_density[:, None], lambda m: m[..., 0], "higher", "nats"))
    if inside is not None:
        metrics.append(_metric("95 % coverage", inside[:, None], lambda m: m[..., 0], "0.95"))
    return tuple(metrics)


def reconstruction_metrics(squares: Array, spread: Array) -> tuple[Metric, ...]:
    """Mean squared error of a row, and R², of rows that came back.

    Parameters
    ----------
    squares : squared error of each row (N,), summed over its entries.
    spread : squared distance of each row from the mean row (N,).
    """

    def r2(m: Array) -> Array:
        return 1 - m[..., 0] / np.maximum(m[..., 1], np.finfo(float).tiny)

    metrics = [_metric("squared error", squares[:, None], lambda m: m[..., 0], "lower")]
    if spread.any():
        metrics.append(_metric("R²", np.stack([squares, spread], 1), r2, "higher"))
    return tuple(metrics)


def class_metrics(actual: npt.NDArray[np.int64], probabilities: Array) -> tuple[Metric, ...]:
    """Accuracy and log-loss of class probabilities (N, C) for class indices (N,)."""
    right = (probabilities.argmax(1) == actual).astype(float)
    chosen = np.maximum(probabilities[np.arange(len(actual)), actual], np.finfo(float).tiny)
    return (
        _metric("accuracy", right[:, None], lambda m: m[..., 0], "higher"),
        _metric("log-loss", -np.log(chosen)[:, None], lambda m: m[..., 0], "lower", "nats"),
    )


def baseline_scores(
    train: tuple[Array, npt.NDArray[np.generic]], test: tuple[Array, npt.NDArray[np.generic]], classes: int
) -> tuple[tuple[str, tuple[Metric, ...]], ...]:
    """What no network would reach: the mean or the class frequencies, and a linear or logistic model.

    Parameters
    ----------
    train, test : encoded inputs (N, D) with targets (N,).
    classes : number of classes; 0 for a regression.
    """
    from sklearn.linear_model import LinearRegression, LogisticRegression  # noqa: PLC0415 - a second of import time

    x, y = train
    if not classes:
        mean = np.full(len(test[1]), y.astype(float).mean())
        linear = LinearRegression().fit(x, y).predict(test[0])
        return ("mean", regression_metrics(test[1].astype(float), mean)), (
            "linear",
            regression_metrics(test[1].astype(float), linear),
        )
    actual = test[1].astype(np.int64)
    share = np.bincount(y.astype(np.int64), minlength=classes) / len(y)
    baselines = [("majority", class_metrics(actual, np.tile(share, (len(actual), 1))))]
    if len(np.unique(y)) > 1:
        logistic = LogisticRegression(max_iter=500).fit(x, y)
        probabilities = np.zeros((len(actual), classes))
        probabilities[:, logistic.classes_.astype(np.int64)] = logistic.predict_proba(test[0])
        baselines.append(("logistic", class_metrics(actual, probabilities)))
    return tuple(baselines)
