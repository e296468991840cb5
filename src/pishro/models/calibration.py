"""What a model promises, corrected on rows that were kept from its training.

**Intervals** (`ConformalIntervals`). A row's score says how far the target lies from the median, in units of the
distance to the quantile that lies one standard deviation out on that side. The scores of n rows that the training never
saw tell how wide an interval has to be: with q their ⌈(n+1)·level⌉-th smallest, all values with a score of at most q
hold the next row's target with at least the probability that was asked for, whatever the network and the distribution,
if rows come in no particular order (Vovk, Gammerman & Shafer 2005; scores in units of the model's own width: Lei et al.
2018, a side by itself: Sesia & Candès 2020). Intervals keep the shape that the model gives them: wide where it is
unsure, skewed where the distribution is.

**Probabilities** (`Temperature`). All log probabilities are divided by one number T, which minimizes the cost of the
rows kept: T above 1 for a network that is too sure of itself (Guo, Pleiss, Sun & Weinberger 2017).

References
----------
Lei, J., G'Sell, M., Rinaldo, A., Tibshirani, R. J. and Wasserman, L. (2018). Distribution-free predictive inference
for regression. J. Am. Stat. Assoc. 113, 1094-1111.
Sesia, M. and Candès, E. J. (2020). A comparison of some conformal quantile regression methods. Stat 9, e261.
Vovk, V., Gammerman, A. and Shafer, G. (2005). Algorithmic learning in a random world. Springer.
Guo, C., Pleiss, G., Sun, Y. and Weinberger, K. Q. (2017). On calibration of modern neural networks. ICML.
"""

__all__ = [
    "Calibration",
    "ConformalIntervals",
    "Temperature",
    "calibration_error",
    "calibration_from_json",
    "calibration_kind",
]

import abc
import dataclasses
import math
from typing import Any, ClassVar, Self, final

import torch
from torch import Tensor

from pishro.errors import DataError, SettingError, unknown_name
from pishro.likelihoods import ClassProbabilities, Distribution, Predictive

BINS = 15
"""Bins of the calibration error (Guo et al. 2017)."""

ONE_BELOW = 0.15865525393145707
"""Φ(−1)."""

MOST_TEMPERATURE = 20.0
"""T is looked for between its inverse and itself; beyond, probabilities say nothing any more."""


class Calibration(abc.ABC):
    """A correction learned from rows that the training did not see; frozen.

    Attributes
    ----------
    kind : the name used in settings and files.
    """

    kind: ClassVar[str]

    @classmethod
    @abc.abstractmethod
    def fit(cls, predictive: Predictive, y: Tensor) -> Self:
        """Learn from the distributions at the rows kept and their targets, in the target's own units."""

    def interval(self, predictive: Distribution, level: float) -> tuple[Tensor, Tensor]:
        """Lower and upper ends (N, T) of intervals that hold the target with probability `level`; the model's own."""
        return predictive.interval(level)

    @abc.abstractmethod
    def corrected(self, predictive: Predictive) -> Predictive:
        """The distribution as it should be."""

    @property
    @abc.abstractmethod
    def sentence(self) -> str:
        """What was done, for the record."""

    def to_json(self) -> dict[str, Any]:
        """Kind and numbers as plain data."""
        return {"kind": self.kind, **dataclasses.asdict(self)}  # type: ignore[call-overload]


@final
@dataclasses.dataclass(frozen=True)
class ConformalIntervals(Calibration):
    """Intervals with the coverage that they promise.

    Attributes
    ----------
    scores : of the rows kept, ascending; 1 is a row that lies one standard deviation out.

    Examples
    --------
    >>> ConformalIntervals((0.5, 1.0, 1.5, 2.0)).reach(0.6)     # the third smallest of four, as (4 + 1) · 0.6 = 3
    1.5
    """

    scores: tuple[float, ...]
    kind = "conformal"

    @classmethod
    def fit(cls, predictive: Predictive, y: Tensor) -> Self:
        """The scores of rows kept, with targets y (N, T); of several targets the largest score of each row.

        Raises
        ------
        SettingError
            If the model predicts no distribution of numbers.
        """
        if not isinstance(predictive, Distribution):
            raise SettingError(
                "Conformal intervals were asked of a model that predicts no distribution of numbers; "
                'use calibrate="temperature" for classes.'
            )
        below, middle, above = _sides(predictive)
        scores = torch.where(y < middle, (middle - y) / below, (y - middle) / above)
        largest = torch.where(torch.isnan(scores), 0.0, scores).amax(-1)  # a target not observed says nothing
        return cls(tuple(sorted(largest.tolist())))

    def reach(self, level: float) -> float:
        """The largest score that a value of the interval may have.

        Raises
        ------
        SettingError
            If there are too few rows for such a level.
        """
        rank = math.ceil((len(self.scores) + 1) * level - 1e-9)  # a rounding error must not cost a whole rank
        if rank > len(self.scores):
            raise SettingError(
                f"Expected a level of at most {len(self.scores) / (len(self.scores) + 1):.3g}, which is what "
                f"{len(self.scores)} rows kept for calibration can promise, received {level}; fit with more rows."
            )
        return self.scores[max(rank, 1) - 1]

    def interval(self, predictive: Distribution, level: float) -> tuple[Tensor, Tensor]:
        """All values with a score of at most q; of several targets, intervals that hold them all together."""
        below, middle, above = _sides(predictive)
        reach = self.reach(level)
        return middle - reach * below, middle + reach * above

    def corrected(self, predictive: Predictive) -> Predictive:
        """The distribution as it is: only its intervals are widened or narrowed."""
        return predictive

    @property
    def sentence(self) -> str:
        """How many rows stand behind the promise."""
        return f"Intervals calibrated on {len(self.scores)} rows kept from the training (conformal)."


@final
@dataclasses.dataclass(frozen=True)
class Temperature(Calibration):
    """Probabilities p^(1/T), normalized.

    Attributes
    ----------
    temperature : T.
    rows : rows that it was chosen on.
    before, after : their expected calibration error, without and with it.
    """

    temperature: float
    rows: int
    before: float
    after: float
    kind = "temperature"

    @classmethod
    def fit(cls, predictive: Predictive, y: Tensor) -> Self:
        """The T that minimizes −Σ ln p(y) over the rows kept, with class indices y (N,).

        Raises
        ------
        SettingError
            If the model is no classifier.
        """
        from scipy.optimize import minimize_scalar  # noqa: PLC0415 - half a second of import time

        if not isinstance(predictive, ClassProbabilities):
            raise SettingError(
                'A temperature was asked of a model that predicts no classes; use calibrate="conformal" for numbers.'
            )
        log_p = predictive.mean().clamp_min(1e-300).log()

        def cost(log_temperature: float) -> float:
            scaled = torch.log_softmax(log_p * math.exp(-log_temperature), -1)
            return float(-scaled.gather(-1, y.long().unsqueeze(-1)).mean())

        reach = math.log(MOST_TEMPERATURE)
        best = minimize_scalar(cost, bounds=(-reach, reach), method="bounded", options={"xatol": 1e-4})
        found = math.exp(float(best.x))
        after = torch.softmax(log_p / found, -1)
        return cls(found, len(y), calibration_error(predictive.mean(), y), calibration_error(after, y))

    def corrected(self, predictive: Predictive) -> Predictive:
        """The probabilities at that temperature."""
        if not isinstance(predictive, ClassProbabilities):
            raise TypeError(f"A temperature is for classes, received {type(predictive).__name__}.")
        log_p = predictive.mean().clamp_min(1e-300).log()
        return dataclasses.replace(predictive, probabilities=torch.softmax(log_p / self.temperature, -1))

    @property
    def sentence(self) -> str:
        """T, and what it did to the calibration error."""
        return (
            f"Probabilities calibrated by the temperature {self.temperature:.3g} on {self.rows} rows kept from the "
            f"training: expected calibration error {self.before:.3f} before, {self.after:.3f} after."
        )


def _sides(predictive: Distribution) -> tuple[Tensor, Tensor, Tensor]:
    """The median (N, T), and the distances from it to the quantiles one standard deviation out, above zero."""
    low, middle, high = (predictive.quantile(level) for level in (ONE_BELOW, 0.5, 1 - ONE_BELOW))
    least = 0.1 * predictive.variance().sqrt().nan_to_num(0, 0, 0).clamp_min(1e-12)  # counts may have no distance
    return torch.maximum(middle - low, least), middle, torch.maximum(high - middle, least)


def calibration_error(probabilities: Tensor, y: Tensor) -> float:
    """Expected calibration error: mean distance between the winner's probability and how often it is right.

    Parameters
    ----------
    probabilities : (N, C).
    y : class indices (N,).

    Returns
    -------
    error : over bins that hold equally many rows, in [0, 1]. A calibrated model has about 0.4 √(bins/N), not zero.

    References
    ----------
    Naeini, M. P., Cooper, G. F. and Hauskrecht, M. (2015). Obtaining well calibrated probabilities using Bayesian
    binning. AAAI. Bins of equal counts: Nixon, J. et al. (2019). Measuring calibration in deep learning.
    """
    if not len(y):
        raise DataError("A calibration error needs rows, received none.")
    confidence, winner = probabilities.max(-1)
    order = confidence.argsort()
    right = (winner == y).to(confidence)[order]
    gaps = [
        (len(part), float((part_right.mean() - part.mean()).abs()))
        for part, part_right in zip(confidence[order].tensor_split(BINS), right.tensor_split(BINS), strict=True)
        if len(part)
    ]
    return sum(n * gap for n, gap in gaps) / len(y)


_KINDS: dict[str, type[Calibration]] = {kind.kind: kind for kind in (ConformalIntervals, Temperature)}


def calibration_kind(name: str) -> type[Calibration]:
    """The calibration of that name.

    Raises
    ------
    SettingError
        If there is none; the nearest are offered.
    """
    if name not in _KINDS:
        raise SettingError(unknown_name("calibration", name, _KINDS))
    return _KINDS[name]


def calibration_from_json(data: dict[str, Any]) -> Calibration:
    """The calibration that `Calibration.to_json` wrote."""
    fields = {
        name: tuple(value) if isinstance(value, list) else value for name, value in data.items() if name != "kind"
    }
    return calibration_kind(data["kind"])(**fields)
