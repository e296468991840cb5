"""Training rows against held-out rows: over-fitting, copies, leaks, rows from elsewhere, members that disagree."""

__all__ = ["disagreement", "duplicates", "extrapolation", "leaks", "over_fitting"]

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from pishro.diagnosis.fact import Fact
from pishro.diagnosis.observation import Observation, spread_rows
from pishro.diagnosis.statistics import FEWEST_ROWS, LEVEL
from pishro.likelihoods import EqualMixture

Values = dict[str, float | int | str]
Rows = np.ndarray[tuple[int, int], np.dtype[np.float64]]

SURE = 3.3
"""Standard errors: one-sided p = 0.0005."""

GROWTH = 2.0
"""Held-out over training error, beyond what γ effective parameters explain."""

NOTABLE = 0.05
"""Share of the error of a constant prediction; smaller gaps and spreads matter to nobody."""

NATS = 0.15
"""Gap of the log-loss, beyond γ/N."""

COPIES = 0.05
CHANCE = 1e-2
"""Expected rows of the same values; columns that go together make it larger than independent ones tell."""

MOST_ROWS = 20_000
"""Training rows whose error is averaged: known to 2 % then."""

MARGIN = 0.1
"""Of a column's range: a little beyond the last training row is no extrapolation."""

OUTSIDE = 0.05
DISAGREE, VOTES = 0.5, 0.5


def leaks(observation: Observation) -> Iterator[Fact]:
    """What the reader of the table found suspicious."""
    for sentence in observation.leaks:
        yield Fact("leak", {"sentence": sentence}, 0.98, "rank correlation with the target", "alarm")


def over_fitting(observation: Observation) -> Iterator[Fact]:
    """The held-out error against the training error, beyond the usual optimism.

    The training error is smaller by γ/N, the held-out one larger by as much: (N + γ)/(N − γ) for squares (Akaike 1970).
    """
    if len(observation.held_out) < FEWEST_ROWS:
        return
    train, test, constant = _deviances(observation)
    record, rows = observation.trained.record, len(observation.train)
    gamma = min(sum(record.effective) / max(len(record.effective), 1), 0.8 * rows)
    (a, error_a), (b, error_b) = _mean(train), _mean(test)
    if observation.likelihood.targets == "numbers" and a > 0 and b > 0:
        expected, width = (rows + gamma) / (rows - gamma), math.hypot(error_a / a, error_b / b)
        ratio = math.log(b / a)
        if ratio - SURE * width > math.log(expected * GROWTH) and b - a > NOTABLE * constant:
            found: Values = {
                "ratio": math.exp(ratio),
                "low": math.exp(ratio - 1.96 * width),
                "high": math.exp(ratio + 1.96 * width),
                "expected": expected,
            }
            yield Fact("over-fitting", found, expected * GROWTH, "Akaike 1970", "alarm")
        return
    gap, width = (b - a) / 2, math.hypot(error_a, error_b) / 2
    if gap - SURE * width > gamma / rows + NATS:
        classes: Values = {"gap": gap, "error": 1.96 * width, "train": a / 2}
        yield Fact("over-fitting-classes", classes, gamma / rows + NATS, "Akaike 1973", "alarm")


def _deviances(observation: Observation) -> tuple[Tensor, Tensor, float]:
    """Deviance of the members' mean at each training and held-out row, and of the best constant."""
    likelihood, train = observation.likelihood, spread_rows(observation.train, MOST_ROWS, torch.float64)
    start = likelihood.start(train.y).double().expand(len(train), -1)
    constant = likelihood.deviance(start, train.y).mean()
    return (
        likelihood.deviance(observation.raw(train).mean(0), train.y),
        likelihood.deviance(observation.raw_test.mean(0), observation.held_out.y),
        float(constant),
    )


def _mean(values: Tensor) -> tuple[float, float]:
    return float(values.mean()), float(values.std()) / math.sqrt(len(values))


def duplicates(observation: Observation) -> Iterator[Fact]:
    """Held-out rows that equal a training row in every input and in the target, beyond what chance gives.

    Rows of common levels meet by chance. How many equal rows chance gives is estimated twice, and the larger number
    counts: were all columns independent of each other; and, for each column, were it alone independent of the others,
    by the training rows that differ in that column only. Passengers of one class and ticket price differ here and
    there; a measured row that came twice has no neighbors.
    """
    if not len(observation.held_out):
        return
    train, test = (_as_rows(b.x, b.y) for b in (observation.train, observation.held_out))
    known = {row.tobytes() for row in train}
    copies = test[[row.tobytes() in known for row in test]]
    if len(copies) <= COPIES * len(test):
        return
    count = int((_expected_equals(train, copies) < CHANCE).sum())
    if count > COPIES * len(test):
        found: Values = {"share": count / len(test), "count": count}
        yield Fact("duplicates", found, COPIES, "5 % of the rows, each hardly expected once", "alarm")


def _expected_equals(train: Rows, copies: Rows) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """How many training rows chance makes equal to each of those rows (M,), which occur among them."""
    independent = np.full(len(copies), float(len(train)))
    marks, wanted = _marks(train), _marks(copies)
    whole, whole_wanted = marks.sum(1), wanted.sum(1)
    known, equals = np.unique(whole, return_counts=True)
    equal, most = equals[np.searchsorted(known, whole_wanted)], np.zeros(len(copies))
    for j, (column, values) in enumerate(zip(train.T, copies.T, strict=True)):
        levels, counts = np.unique(column, return_counts=True)
        share = counts[np.searchsorted(levels, values)] / len(column)
        independent *= share
        but_one, rows = np.unique(whole - marks[:, j], return_counts=True)
        neighbors = rows[np.searchsorted(but_one, whole_wanted - wanted[:, j])] - equal
        most = np.maximum(most, neighbors * share / np.maximum(1 - share, 1 / len(column)))
    expected: np.ndarray[tuple[int], np.dtype[np.float64]] = np.maximum(independent, most)
    return expected


def _marks(rows: Rows) -> np.ndarray[tuple[int, int], np.dtype[np.uint64]]:
    """A number for each cell (N, D), so that equal rows, and rows without a column, have equal sums modulo 2⁶⁴."""
    odd = np.arange(1, 2 * rows.shape[1], 2, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    bits = (rows + 0.0).view(np.uint64)  # −0 becomes 0
    mixed = (bits ^ (bits >> np.uint64(31))) * np.uint64(0xBF58476D1CE4E5B9) + odd
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0x94D049BB133111EB)
    marks: np.ndarray[tuple[int, int], np.dtype[np.uint64]] = mixed ^ (mixed >> np.uint64(32))
    return marks


def _as_rows(x: Tensor, y: Tensor) -> Rows:
    joined = torch.cat([x.double().flatten(1), y.double().reshape(len(y), -1)], 1)
    return np.ascontiguousarray(joined.numpy()).reshape(len(y), joined.shape[1])


def extrapolation(observation: Observation) -> Iterator[Fact]:
    """Held-out rows outside the range of a column, or far outside the ellipsoid of the training rows."""
    from scipy.stats import binomtest  # noqa: PLC0415 - slow to import

    train, test = observation.train.x.double().flatten(1), observation.held_out.x.double().flatten(1)
    if len(test) < FEWEST_ROWS:
        return
    low, high = train.amin(0), train.amax(0)
    margin = MARGIN * (high - low)
    beyond = (test < low - margin) | (test > high + margin)
    center = train.mean(0)
    values, vectors = torch.linalg.eigh((train - center).T @ (train - center))
    kept = values > 1e-8 * values[-1]
    axes = vectors[:, kept] / values[kept].sqrt()
    reach, leverage = (((rows - center) @ axes).square().sum(1) for rows in (train, test))
    outside = beyond.any(1) | (leverage > 2 * reach.amax())
    count = int(outside.sum())
    usual = min(0.5, 2 * train.shape[1] / len(train))  # of as many rows the largest and the smallest of each column
    if count > OUTSIDE * len(test) and float(binomtest(count, len(test), usual, "greater").pvalue) < LEVEL:
        worst = beyond.sum(0)
        where = f", most often in {observation.name(int(worst.argmax()))}" if int(worst.amax()) else ""
        found: Values = {"share": count / len(test), "where": where}
        yield Fact("extrapolation", found, OUTSIDE, "a tenth of the range beyond the training rows", "warning")


def disagreement(observation: Observation) -> Iterator[Fact]:
    """Members whose spread is most of the predicted variance, or who vote for different classes."""
    if len(observation.trained.theta) < 2 or len(observation.held_out) < FEWEST_ROWS:
        return
    predictive = observation.predictive
    if observation.likelihood.targets == "classes":
        means = observation.likelihood.mean(observation.raw_test)
        votes = means.argmax(-1)
        share = float((votes != votes[0]).any(0).double().mean())
        if share > VOTES:
            yield Fact("disagreement-classes", {"share": share}, VOTES, "half of the rows", "warning")
        return
    if not isinstance(predictive, EqualMixture):
        return
    between = predictive.components.mean().var(0, correction=0).mean()
    spread = float(observation.likelihood.mean(observation.raw_test).var(0, correction=0).mean())
    total = float(predictive.variance().nanmean())
    scale = float(observation.train.y.double().nan_to_num().var())
    share = spread / total if total > 0 and bool(torch.isfinite(between)) else 0.0
    if share > DISAGREE and spread > NOTABLE * scale:
        yield Fact("disagreement", {"share": share}, DISAGREE, "half of the variance", "warning")
