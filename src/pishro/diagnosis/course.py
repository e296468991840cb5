"""What the curves of the training say: rate, oscillation, plateau, an end that came too early.

Under evidence the cost is re-weighted on the way and its curve means little, so only its end is read there. Elsewhere
the cost is that of the rows kept from the gradient where there are such, since it is measured at one point.
"""

__all__ = ["course"]

import math
from collections.abc import Iterator, Sequence

import numpy as np

from pishro.diagnosis.fact import Fact
from pishro.diagnosis.observation import Observation
from pishro.training import History

Values = dict[str, float | int | str]

FEWEST = 5
DEEP, MOST_EPOCHS = 0.05, 0.5
"""A step that overshoots a valley has its lowest cost in between: of its lower end's cost, 0 or less is gained there in
the median epoch of three networks on two tables at usual rates, 0.02 to 0.17 at rates of 0.3 to 3."""

STRAIGHT, LITTLE = 0.6, 0.3
"""Fall of the second quarter of the run over that of the first; and share of the cost that was gained in all."""

RISES = 1.0
STANDING, LEAST_LENGTH, REST = 0.01, 0.25, 0.3
"""A stretch that gains less than 1 % of the whole fall, a quarter of the run or longer, before 30 % of it."""


def course(observation: Observation) -> Iterator[Fact]:
    """Findings from the record's history."""
    history = observation.trained.record.history
    curve = history.validation or history.cost
    if any(not math.isfinite(v) for v in (*history.cost, *history.validation)):
        yield Fact("diverged", {}, None, "", "alarm")
        return
    if history.effective and math.isfinite(history.effective[-1]):
        return
    if len(curve) < FEWEST or max(curve) == min(curve):
        return
    high = list(_rate_too_high(history)) if history.halfway else []
    yield from high or _rate_too_low(curve)
    if not high:
        yield from _oscillation(curve)
    yield from _plateau(curve)


def _rate_too_high(history: History) -> Iterator[Fact]:
    ends, middle = np.array(history.validation), np.array(history.halfway)[1:]
    early = max(2, len(middle) * 2 // 3)  # later a schedule has lowered the rate
    depth = (np.minimum(ends[:-1], ends[1:]) - middle)[:early]
    lower = np.minimum(ends[:-1], ends[1:])[:early]
    if lower.min() <= 0:  # a density's cost has no zero to be measured from
        return
    share, typical = float((depth > 0).mean()), float(np.median(depth / lower))
    if share > MOST_EPOCHS and typical > DEEP:
        source = "at usual rates the median is 0 or less"
        yield Fact("rate-too-high", {"depth": typical, "share": share}, DEEP, source, "warning")


def _rate_too_low(curve: Sequence[float]) -> Iterator[Fact]:
    quarter = len(curve) // 4
    if quarter < 1:
        return
    first, second = curve[0] - curve[quarter], curve[quarter] - curve[2 * quarter]
    falls = np.diff(curve) < 0
    share = (curve[0] - curve[-1]) / abs(curve[0]) if curve[0] else 0.0
    if first > 0 and second > STRAIGHT * first and falls.mean() > 0.95 and share < LITTLE:
        source = "a converging cost falls fast first"
        yield Fact("rate-too-low", {"share": share}, STRAIGHT, source, "warning")


def _oscillation(curve: Sequence[float]) -> Iterator[Fact]:
    steps = np.diff(curve[len(curve) // 2 :])
    fall = max(curve[0] - min(curve), 1e-12)
    ratio = float(steps.clip(min=0).sum()) / fall
    if ratio > RISES and (np.sign(steps[1:]) != np.sign(steps[:-1])).mean() > 0.3:
        yield Fact("oscillation", {"ratio": ratio}, RISES, "as much as was gained at all", "warning")


def _plateau(curve: Sequence[float]) -> Iterator[Fact]:
    cost = np.minimum.accumulate(np.array(curve))
    fall = float(cost[0] - cost[-1])
    if fall <= 0:
        return
    length = max(3, math.ceil(LEAST_LENGTH * len(cost)))
    still = [i for i in range(len(cost) - length) if cost[i] - cost[i + length] < STANDING * fall]
    before = [i for i in still if cost[i + length] - cost[-1] > REST * fall]
    if before:
        end = before[-1] + length
        start = next(i for i in range(len(cost)) if cost[i] - cost[end] < STANDING * fall)
        values: Values = {"share": (end - start) / len(cost), "length": end - start, "iterations": len(cost)}
        yield Fact("plateau", values, LEAST_LENGTH, "a quarter of the run", "warning")
