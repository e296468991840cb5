"""A fitted network with everything that stands between it and a table: encoders, network, θ, likelihood, posterior."""

__all__ = ["TableModel"]

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import torch
from torch import Tensor

from pishro.data import ClassTarget, NumericTarget, Schema, TableEncoder, frame_from
from pishro.errors import SettingError
from pishro.likelihoods import EqualMixture, Likelihood, Predictive
from pishro.models.evaluation import Evaluation, Scores
from pishro.nn import Network
from pishro.training import TrainedMembers, TrainingRecord

ROWS_AT_ONCE = 65_536
"""Rows predicted in one go, so that a long table needs no more memory than a short one."""


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
    """

    schema: Schema
    encoder: TableEncoder
    target: NumericTarget | ClassTarget
    network: Network
    likelihood: Likelihood
    trained: TrainedMembers
    scores: Scores | None = None
    evaluation: Evaluation | None = None

    @property
    def score(self) -> Scores | None:
        """Held-out scores with their uncertainty, and the baselines'."""
        return self.scores

    @property
    def record(self) -> TrainingRecord:
        """What the training did."""
        return self.trained.record

    def raw(self, x: Tensor) -> Tensor:
        """Raw outputs of the members for encoded rows (N, D): (K, N, C)."""
        theta = self.trained.theta
        return self.network(theta, x.to(theta.dtype)).double()

    def predictive(self, x: Tensor) -> Predictive:
        """Distribution of the target for encoded rows (N, D), in the target's own units."""
        trained, raw = self.trained, self.raw(x)
        if trained.posterior is None:
            variance = torch.zeros_like(raw)
        else:
            contrast = self.likelihood.contrast(self.network.outputs)
            variance = trained.posterior.variance(self.network, trained.theta, x, contrast)
        predictive = self.likelihood.predictive(raw, variance, trained.beta)
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
        parts = [self.point(self.encoder.transform(part)) for part in _parts(table)]
        return np.concatenate(parts)

    def point(self, x: Tensor) -> npt.NDArray[Any]:
        """What `predict` says of encoded rows (N, D)."""
        if isinstance(self.target, NumericTarget):
            return self.target.inverse(self.likelihood.mean(self.raw(x)).mean(0)).squeeze(-1).numpy()
        winners = self.predictive(x).mean().argmax(-1)
        return self.target.inverse(winners).to_numpy()

    def predict_proba(self, table: Any) -> npt.NDArray[np.float64]:
        """Class probabilities (N, classes), in the order of `schema.classes`."""
        if isinstance(self.target, NumericTarget):
            raise SettingError("Probabilities of classes were asked of a regression; use `predict_distribution`.")
        return np.concatenate([self.predictive(self.encoder.transform(p)).mean().numpy() for p in _parts(table)])

    def predict_distribution(self, table: Any) -> Predictive:
        """Distribution of the target at each row: noise, parameter uncertainty and spread between members."""
        return self.predictive(torch.cat([self.encoder.transform(part) for part in _parts(table)]))

    def predict_interval(self, table: Any, level: float = 0.95) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Lower and upper end (N,) of the central interval that holds the target with probability `level`.

        Raises
        ------
        SettingError
            If the level is not between 0 and 1, or the model is a classifier.
        """
        if not 0 < level < 1:
            raise SettingError(f"Expected a level between 0 and 1, such as 0.95, received {level}.")
        if not isinstance(self.target, NumericTarget):
            raise SettingError("An interval was asked of a classifier; use `predict_proba`.")
        ends = [self._interval(self.encoder.transform(part), level) for part in _parts(table)]
        low, high = zip(*ends, strict=True)
        return np.concatenate(low), np.concatenate(high)

    def _interval(self, x: Tensor, level: float) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        predictive = self.predictive(x)
        if not isinstance(predictive, EqualMixture):
            raise SettingError(f"The cost {self.likelihood.name!r} predicts no distribution, and so no interval.")
        low, high = predictive.interval(level)
        return low.squeeze(-1).numpy(), high.squeeze(-1).numpy()


def _parts(table: Any) -> list[pl.DataFrame]:
    frame = frame_from(table)
    return [frame.slice(start, ROWS_AT_ONCE) for start in range(0, max(len(frame), 1), ROWS_AT_ONCE)]
