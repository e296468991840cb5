"""What the estimators on tables share: rows on their way to a network and back, whatever network it is.

They keep scikit-learn's contract to the letter (`check_estimator`), and take what pishro's tables take: columns of
categories, of dates and with missing cells, from any kind of frame. A family of networks adds its settings and trains.
"""

__all__ = ["TableClassifier", "TableEstimator", "TableRegressor", "Target"]

import abc
import warnings
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import polars as pl
import torch
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.exceptions import DataConversionWarning
from sklearn.utils import (
    Tags,
    assert_all_finite,
    check_array,
    check_consistent_length,
    column_or_1d,
)
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from torch import Tensor

from pishro.data import ClassTarget, NumericTarget, NumericTargets, Schema, TableEncoder, infer_inputs, others
from pishro.errors import DataError, SettingError
from pishro.estimators.inputs import (
    Floats,
    checked_rows,
    named_frame,
    plain_numbers,
    seed_from,
    training_frame,
    training_weight,
    without_torch,
)
from pishro.estimators.not_fitted import NotFittedError
from pishro.estimators.short_form import short_form
from pishro.likelihoods import Likelihood, MultiLabel, Predictive
from pishro.models import TableModel, calibration_share, likelihood_for
from pishro.models.calibration import calibration_kind
from pishro.models.comparing_costs import FOLDS, choose_cost, gap_between_values, held_out_score
from pishro.models.table_model import ROWS_AT_ONCE
from pishro.nn import Network
from pishro.objectives import Batch
from pishro.training import TrainedMembers

TARGET = "target"
"""What y is called in the schema."""

Target = NumericTarget | NumericTargets | ClassTarget
"""How targets become numbers."""

_Rows = tuple[pl.DataFrame, Floats, Floats | None]
"""Inputs, targets (N, C) and weights."""


class TableEstimator(BaseEstimator, abc.ABC):  # type: ignore[misc]
    """Encoders, training, and rows on their way to the network.

    A family of networks adds these among its settings.
    """

    likelihood: "str | Likelihood | Sequence[str | Likelihood]"
    calibrate: str | None
    max_seconds: float | None
    random_state: Any

    @abc.abstractmethod
    def _train(
        self, likelihood: Likelihood, batch: Batch, target: "Target", encoder: TableEncoder, seconds: float | None
    ) -> tuple[Network, TrainedMembers]:
        """A network fitted to encoded rows, in at most so many seconds."""

    def _html_repr(self) -> str:
        """scikit-learn's picture of the settings, and below it what was fitted."""
        picture: str = super()._html_repr()
        return picture + short_form(self.model_) if hasattr(self, "model_") else picture

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags

    def _learn(
        self,
        frame: pl.DataFrame,
        coded: "tuple[Target, Tensor]",
        likelihood: Likelihood,
        weight: Floats | None,
        kept: Tensor | None,
        seconds: float | None,
    ) -> Self:
        """Fit encoders and networks to rows (N, ·), in at most so many seconds; `weight` (N,) is above 0.

        `coded` holds how targets become numbers, and the numbers.

        Row numbers in `kept` are left out of the training, and the model is calibrated on them.
        """
        target, y = coded
        whole = frame, y
        if kept is not None:
            trained_on = others(kept, len(frame))
            frame, y = frame[trained_on.numpy()], y[trained_on]
            weight = None if weight is None else weight[trained_on.numpy()]
        schema, encoder = self._described(frame, target, weight)
        weights = None if weight is None else torch.from_numpy(weight)
        network, trained = self._train(
            likelihood, Batch(encoder.transform(frame), y, weights), target, encoder, seconds
        )
        self.model_ = TableModel(schema, encoder, target, network, likelihood, trained)
        if kept is not None and self.calibrate is not None:
            rows = encoder.transform(whole[0][kept.numpy()])
            self.model_ = self.model_.calibrated(self.calibrate, rows, whole[1][kept])
        self.n_iter_ = trained.record.iterations
        self.__dict__.pop("_stream", None)  # a fit begins anew
        return self

    def _described(self, frame: pl.DataFrame, target: Target, weight: Floats | None) -> tuple[Schema, TableEncoder]:
        """What the columns are, and how they become numbers."""
        columns, left_out, notes = infer_inputs(frame)
        classes = target.classes if isinstance(target, ClassTarget) else ()
        task = "classification" if classes else "regression"
        schema = Schema(columns, TARGET, task, classes, left_out, notes, len(frame))  # type: ignore[arg-type]
        encoder = TableEncoder.fit(frame, schema, weight)
        self._used = [frame.columns.index(column.name) for column in encoder.columns]
        return schema, encoder

    def _kept(self, rows: int, labels: Tensor | None = None) -> Tensor | None:
        """Numbers of the rows to calibrate on; None where nothing is calibrated."""
        if self.calibrate is None:
            return None
        calibration_kind(self.calibrate)  # an unknown name is refused before the training, not after
        return calibration_share(rows, self._seed(), labels)[1]

    def _fitted(self) -> TableModel:
        if not hasattr(self, "model_"):
            raise NotFittedError(f"This {type(self).__name__} is not fitted yet; call fit(X, y) first.")
        return self.model_

    def _encoded(self, X: Any) -> tuple[Tensor, ...]:
        """Rows X as the network reads them, in slices; warns of cells that the training part did not know."""
        encoder = self._fitted().encoder
        rows = checked_rows(self, X)
        values = plain_numbers(rows) if encoder.all_numeric else None
        if values is None:
            frame = named_frame(self, rows)
            x, unfamiliar = encoder.transform(frame), encoder.check(frame)
        else:  # no frame is needed, which makes one row fast
            values = values[:, self._used]
            x, unfamiliar = encoder.transform_numbers(values), encoder.check_numbers(values)
        if unfamiliar:
            warnings.warn(" ".join(unfamiliar), DataConversionWarning, stacklevel=3)
        return tuple(x.split(ROWS_AT_ONCE))

    def _seed(self) -> int:
        return seed_from(self.random_state)

    def predict_distribution(self, X: Any) -> Predictive:
        """Distribution of the target at each row: noise, parameter uncertainty and spread between members."""
        return self._fitted().predictive(torch.cat(self._encoded(X)))


def scaled(target: Target, values: Floats) -> Tensor:
    """Targets (N, C) as the training wants them."""
    units = np.asarray(target.mean), np.asarray(target.scale)  # type: ignore[union-attr]
    return torch.from_numpy((values - units[0]) / units[1])


def weighing(frame: pl.DataFrame, y: npt.NDArray[Any], weight: Floats | None) -> Any:
    """Rows, targets and weights without the rows that weigh nothing."""
    if weight is None or weight.all():
        return frame, y, weight
    kept = weight > 0
    return frame.filter(pl.Series(kept)), y[kept], weight[kept]


class TableRegressor(RegressorMixin, TableEstimator):  # type: ignore[misc]
    """Regression on one or several numbers."""

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit the networks.

        Parameters
        ----------
        X : rows (N, D): an array, a tensor, lists, or a pandas, polars or Arrow frame. Columns may hold numbers,
            categories, truth values and dates; cells may be missing.
        y : numbers (N,) or (N, C); of several targets, some of a row's may be NaN, and the others are learned from.
        sample_weight : weight of each row (N,). A weight of 2 is the same as the row twice, so weights below 1 say that
            there is less data than there are rows, and the prior weighs more.
        """
        frame = training_frame(self, X, y)
        values = self._numbers(without_torch(y))
        check_consistent_length(frame, values)
        frame, values, weight = weighing(frame, values, training_weight(sample_weight, len(frame)))
        self._row_shape = values.shape[1:]
        values = values.reshape(len(values), -1)
        self.n_outputs_ = values.shape[1]
        cost, told, seconds = self.likelihood, "", self.max_seconds
        if not isinstance(cost, str | Likelihood):
            seconds = None if seconds is None else seconds / (FOLDS * len(cost) + 1)
            cost, told = self._chosen(cost, (frame, values, weight), seconds)
        self._fit_by(cost, (frame, values, weight), seconds)
        self.model_.record.recipe += told
        return self

    def _fit_by(self, cost: "str | Likelihood", rows: "_Rows", seconds: float | None) -> None:
        """Fit by one cost, to targets (N, C)."""
        frame, values, weight = rows
        kept = self._kept(len(frame))
        likelihood = likelihood_for(cost, TARGET)
        learned = slice(None) if kept is None else others(kept, len(values)).numpy()
        target = self._target(values[learned], likelihood, None if weight is None else weight[learned])
        self._learn(frame, (target, scaled(target, values)), likelihood, weight, kept, seconds)

    def _chosen(
        self, costs: "Sequence[str | Likelihood]", rows: "_Rows", seconds: float | None
    ) -> "tuple[str | Likelihood, str]":
        """The cost that predicts rows left out best, and the choice as a sentence behind another."""
        frame, values, weight = rows
        plain = clone(self).set_params(calibrate=None)
        gap = gap_between_values(torch.from_numpy(values))

        def score(cost: str | Likelihood, train: Tensor, left_out: Tensor) -> Tensor:
            part, rest = train.numpy(), left_out.numpy()
            plain._fit_by(cost, (frame[part], values[part], None if weight is None else weight[part]), seconds)
            model = plain.model_
            distribution = model.predictive(model.encoder.transform(frame[rest]))
            return held_out_score(distribution, torch.from_numpy(values[rest]), gap)

        chosen, told = choose_cost(costs, len(frame), self._seed(), score)
        return chosen, f" {told}"

    def _target(self, values: Floats, likelihood: Likelihood, weight: Floats | None) -> Target:
        """How targets (N, C) become numbers."""
        names = [TARGET] if values.shape[1] == 1 else [f"{TARGET} {c}" for c in range(values.shape[1])]
        targets = NumericTargets.fit(values, names, weight, likelihood.scaling)
        single = NumericTarget(TARGET, "plain", targets.mean[0], targets.scale[0])
        return single if len(names) == 1 else targets

    def _numbers(self, y: Any) -> Floats:
        """Targets (N,) or (N, C); of several, single ones may be missing."""
        values: Floats = check_array(
            y,
            ensure_2d=False,
            dtype=np.float64,
            order="C",
            input_name="y",
            estimator=self,
            ensure_all_finite="allow-nan",
        )
        several = values.ndim == 2 and values.shape[1] > 1
        if not several or np.isinf(values).any():
            assert_all_finite(values, input_name="y", estimator_name=type(self).__name__)
        empty = np.isnan(values).all(1).sum() if several else 0
        if empty:
            raise DataError(f"Every row should have at least one target, but {empty} have none; drop these rows first.")
        return values

    def predict(self, X: Any) -> Floats:
        """Predicted numbers for rows X (N, D), in the shape that y had."""
        model = self._fitted()
        return self._shaped(np.concatenate([model.point(x) for x in self._encoded(X)]))

    def predict_interval(self, X: Any, level: float = 0.95) -> tuple[Floats, Floats]:
        """Lower and upper ends, in the shape that y had, of intervals that hold the target with probability `level`."""
        low, high = self._fitted().interval(self._encoded(X), level)
        return self._shaped(low), self._shaped(high)

    def _shaped(self, values: Floats) -> Floats:
        return values.reshape(-1, *self._row_shape)


class TableClassifier(ClassifierMixin, TableEstimator):  # type: ignore[misc]
    """Classification into two or more classes."""

    class_weight: "str | dict[Any, float] | None"

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit the networks.

        Parameters
        ----------
        X, sample_weight : as for a regressor.
        y : labels (N,) of any type, or 0 and 1 (N, labels) where a row may have several.
        """
        frame = training_frame(self, X, y)
        if type_of_target(without_torch(y)) == "multilabel-indicator":
            return self._fit_labels(frame, without_torch(y), sample_weight)
        labels = column_or_1d(without_torch(y), warn=True)
        check_consistent_length(frame, labels)
        check_classification_targets(labels)
        frame, labels, weight = weighing(frame, labels, training_weight(sample_weight, len(frame)))
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise DataError(f"Expected at least 2 classes, received 1 class: {self.classes_.tolist()[0]!r}.")
        if self.class_weight is not None:
            each = compute_sample_weight(self.class_weight, labels)
            frame, codes, weight = weighing(frame, codes, each if weight is None else each * weight)
        target = ClassTarget(TARGET, "", tuple(self.classes_.tolist()))
        y_codes = torch.from_numpy(codes)
        kept = self._kept(len(frame), y_codes)
        return self._learn(frame, (target, y_codes), self._likelihood(target), weight, kept, self.max_seconds)

    def _fit_labels(self, frame: pl.DataFrame, y: Any, sample_weight: Any) -> Self:
        """Several labels a row, each there (1) or not (0)."""
        if self.likelihood not in ("auto", "multi-label") or self.class_weight is not None:
            raise SettingError("Several labels a row take the multi-label cost and sample_weight; leave others out.")
        values = check_array(y, dtype=np.float64, input_name="y", estimator=self)
        check_consistent_length(frame, values)
        frame, values, weight = weighing(frame, values, training_weight(sample_weight, len(frame)))
        self.classes_ = np.arange(values.shape[1])
        names = [f"{TARGET} {c}" for c in self.classes_]
        target = NumericTargets.fit(values, names, weight, MultiLabel.scaling)
        return self._learn(frame, (target, torch.from_numpy(values)), MultiLabel(), weight, None, self.max_seconds)

    def _likelihood(self, target: ClassTarget) -> Likelihood:
        return likelihood_for(self.likelihood, TARGET, target.classes)

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Most probable labels (N,) for rows X (N, D); of several labels a row, 1 for those more probable than not."""
        if not isinstance(self._fitted().target, ClassTarget):
            return (self.predict_proba(X) > 0.5).astype(np.int64)
        winners = self.predict_proba(X).argmax(-1)
        labels: npt.NDArray[Any] = self.classes_[winners]
        return labels

    def predict_proba(self, X: Any) -> Floats:
        """Probabilities (N, classes) for rows X (N, D), in the order of `classes_`; or of each label (N, labels)."""
        model = self._fitted()
        return np.concatenate([model.predictive(x).mean().numpy() for x in self._encoded(X)])
