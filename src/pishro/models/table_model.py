"""A fitted network with everything that stands between it and a table: encoders, network, θ, likelihood, posterior."""

__all__ = ["ROWS_AT_ONCE", "TableModel", "scaled_predictive"]

import dataclasses
import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from pishro.data import ClassTarget, NumericTarget, NumericTargets, Schema, TableEncoder, frame_from
from pishro.errors import SettingError
from pishro.likelihoods import Distribution, EqualMixture, Likelihood, Predictive
from pishro.models.calibration import Calibration, calibration_kind
from pishro.models.dense_chain import DenseChain
from pishro.models.evaluation import Evaluation, Scores
from pishro.nn import Network
from pishro.training import TrainedMembers, TrainingRecord

ROWS_AT_ONCE = 65_536
"""Rows predicted in one go, so that a long table needs no more memory than a short one."""

FEW_ROWS = 4096
"""Up to here a network is about as fast by itself as laid out anew."""

ENTRIES_AT_ONCE = 2**19
"""Activations of a layer, of all members, computed in one go by a network that is no chain of dense layers."""


@dataclasses.dataclass(frozen=True)
class TableModel:
    """Predicts a target from rows of a table.

    Attributes
    ----------
    schema : columns, target and task.
    encoder : table → X (N, D).
    target : target ↔ numbers.
    network, likelihood : the function and its cost.
    trained : θ of the members, noise, posterior and record.
    scores : held-out scores; None if nothing was held out.
    evaluation : the held-out rows.
    calibration : correction of intervals or probabilities; None for the model's own.
    findings : what was found out about the training while its rows were at hand, as plain data for the model file.
    """

    schema: Schema
    encoder: TableEncoder
    target: NumericTarget | NumericTargets | ClassTarget
    network: Network
    likelihood: Likelihood
    trained: TrainedMembers
    scores: Scores | None = None
    evaluation: Evaluation | None = None
    calibration: Calibration | None = None
    findings: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def score(self) -> Scores | None:
        """Held-out scores with their uncertainty, and the baselines'."""
        return self.scores

    @property
    def spread(self) -> dict[str, float]:
        """RMSE, or accuracy, of single members on the held-out rows: best, median and worst, beside their average's.

        Empty where nothing was held out. Where the average is much better than the median, the members disagree, and
        one network alone would be a poor bargain.
        """
        if self.scores is None or self.evaluation is None or not self.evaluation.members:
            return {}
        headline, members = self.scores.metrics[0], sorted(self.evaluation.members)
        best, worst = (members[0], members[-1]) if headline.better == "lower" else (members[-1], members[0])
        return {"best": best, "median": members[len(members) // 2], "worst": worst, "together": headline.value}

    @property
    def record(self) -> TrainingRecord:
        """What the training did."""
        return self.trained.record

    def coded(self, table: Any) -> tuple[Tensor, Tensor]:
        """Encoded rows (N, D) and targets, (N, C) or class indices (N,), of a table that holds the target as well."""
        frame = frame_from(table)
        if isinstance(self.target, NumericTargets):
            return self.encoder.transform(frame), self.target.scaled(frame.select(self.target.names).to_numpy())
        return self.encoder.transform(frame), self.target.transform(frame[self.target.name])

    def raw(self, x: Tensor) -> Tensor:
        """Raw outputs of the members for encoded rows (N, D): (K, N, C)."""
        return _raw(self.network, self.trained.theta, x)

    def predictive(self, x: Tensor) -> Predictive:
        """Distribution of the target for encoded rows (N, D), in the target's own units."""
        predictive = self._uncorrected(x)
        return predictive if self.calibration is None else self.calibration.corrected(predictive)

    def calibrated(self, kind: str, x: Tensor, y: Tensor) -> "TableModel":
        """The same model with intervals ("conformal") or probabilities ("temperature") corrected.

        Parameters
        ----------
        kind : name of the calibration.
        x, y : encoded rows (N, D) that the training did not see, and their encoded targets.
        """
        actual = y if isinstance(self.target, ClassTarget) else self.target.inverse(y)
        calibration = calibration_kind(kind).fit(self._uncorrected(x), actual)
        self.record.calibration = calibration.sentence
        return dataclasses.replace(self, calibration=calibration)

    def _uncorrected(self, x: Tensor) -> Predictive:
        predictive = scaled_predictive(self.network, self.likelihood, self.trained, x)
        if isinstance(predictive, EqualMixture) and isinstance(self.target, NumericTargets):
            units = self.target
            return predictive.affine(*(torch.tensor(v, dtype=torch.float64) for v in (units.mean, units.scale)))
        if isinstance(predictive, EqualMixture) and isinstance(self.target, NumericTarget):
            return predictive.affine(self.target.mean, self.target.scale)
        return predictive

    def predict(self, table: Any) -> npt.NDArray[Any]:
        """Predicted numbers (N,), or the most probable class labels (N,).

        Parameters
        ----------
        table : anything that holds the model's columns, in any order: a path, a pandas, polars or Arrow frame, a
            dict of columns.
        """
        return np.concatenate([self.point(x) for x in self._encoded(table)])

    def point(self, x: Tensor) -> npt.NDArray[Any]:
        """What `predict` says of encoded rows (N, D)."""
        if not isinstance(self.target, ClassTarget):
            return self.target.inverse(self.likelihood.mean(self.raw(x)).mean(0)).squeeze(-1).numpy()
        winners = self.predictive(x).mean().argmax(-1)
        return self.target.inverse(winners).to_numpy()

    def predict_proba(self, table: Any) -> npt.NDArray[np.float64]:
        """Class probabilities (N, classes), in the order of `schema.classes`."""
        if not isinstance(self.target, ClassTarget):
            raise SettingError("Probabilities of classes were asked of a regression; use `predict_distribution`.")
        return np.concatenate([self.predictive(x).mean().numpy() for x in self._encoded(table)])

    def predict_distribution(self, table: Any) -> Predictive:
        """Distribution of the target at each row: noise, parameter uncertainty and spread between members."""
        return self.predictive(torch.cat(list(self._encoded(table))))

    def predict_interval(self, table: Any, level: float = 0.95) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Lower and upper end (N,) of the central interval that holds the target with probability `level`.

        Raises
        ------
        SettingError
            If the level is not between 0 and 1, or the model is a classifier.
        """
        return self.interval(self._encoded(table), level)

    def interval(self, slices: Iterable[Tensor], level: float) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """What `predict_interval` says of encoded rows that come in slices."""
        if not 0 < level < 1:
            raise SettingError(f"Expected a level between 0 and 1, such as 0.95, received {level}.")
        if isinstance(self.target, ClassTarget):
            raise SettingError("An interval was asked of a classifier; use `predict_proba`.")
        low, high = zip(*[self._interval(x, level) for x in slices], strict=True)
        return np.concatenate(low), np.concatenate(high)

    def _interval(self, x: Tensor, level: float) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        predictive = self.predictive(x)
        if not isinstance(predictive, EqualMixture):
            raise SettingError(f"The cost {self.likelihood.name!r} predicts no distribution, and so no interval.")
        low, high = self.ends(predictive, level)
        return low.squeeze(-1).numpy(), high.squeeze(-1).numpy()

    def ends(self, predictive: Distribution, level: float) -> tuple[Tensor, Tensor]:
        """Lower and upper ends (N, T) of the intervals of a distribution that `predictive` returned, calibrated."""
        return predictive.interval(level) if self.calibration is None else self.calibration.interval(predictive, level)

    def outside(self, table: Any) -> list[tuple[str, ...]]:
        """For each row (N), the columns in which it lies outside what the training rows covered; () where in none.

        Outside is a number or a date beyond the training's lowest or highest, a level that it did not have, and a
        missing cell where it had none. There a network extrapolates, and neither its prediction nor its interval can be
        trusted. A row may be inside in every column and still be a combination that the training did not have.

        Parameters
        ----------
        table : as for `predict`.

        Raises
        ------
        SettingError
            If the model is of a file that older versions wrote, which did not keep the ranges.

        Examples
        --------
        >>> import pishro
        >>> model = pishro.fit({"x": range(40), "y": [x % 7 for x in range(40)]}, "y", members=1, hidden=2)
        >>> model.outside({"x": [20, -1, 41]})
        [(), ('x',), ('x',)]
        """
        frame = frame_from(table)
        found: list[list[str]] = [[] for _ in range(len(frame))]
        for name, flags in self.encoder.outside(frame).items():
            for row in np.flatnonzero(flags):
                found[row].append(name)
        return [tuple(names) for names in found]

    def _encoded(self, table: Any) -> Iterator[Tensor]:
        frame = frame_from(table)
        for start in range(0, len(frame), ROWS_AT_ONCE):
            yield self.encoder.side_by_side(frame.slice(start, ROWS_AT_ONCE))


def scaled_predictive(network: Network, likelihood: Likelihood, trained: TrainedMembers, x: Tensor) -> Predictive:
    """Distribution of the target for encoded rows (N, D), in the units that the network was trained in."""
    raw, posterior = _raw(network, trained.theta, x), trained.posterior
    if posterior is None:
        variance = torch.zeros_like(raw)
    else:
        # In the posterior's own precision: converting its K·P² entries would cost more than a row's prediction.
        theta = trained.theta.to(posterior.inverse_lower.dtype)
        contrast = likelihood.contrast(network.outputs)
        variance = posterior.variance(network, theta, x.to(theta.dtype), contrast).double()
    return likelihood.predictive(raw, variance, trained.beta)


def _raw(network: Network, theta: Tensor, x: Tensor) -> Tensor:
    chain = DenseChain.of(network, theta) if len(x) > FEW_ROWS else None
    if chain is not None:
        return chain(x)
    widest = max(math.prod(stage.shape_out) for stage in network.plan.stages)
    parts = x.split(max(1, ENTRIES_AT_ONCE // (len(theta) * widest)))
    raw = [network(theta, part.to(theta.dtype)).double() for part in parts]
    return raw[0] if len(raw) == 1 else torch.cat(raw, -2)
