"""What the estimators on tables share: rows on their way to a network and back, whatever network it is.

They keep scikit-learn's contract to the letter (`check_estimator`), and take what pishro's tables take: columns of
categories, of dates and with missing cells, from any kind of frame. A family of networks adds its settings and trains.
"""

__all__ = ["TableClassifier", "TableEstimator", "TableRegressor"]

import abc
import warnings
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import polars as pl
import torch
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.exceptions import DataConversionWarning
from sklearn.utils import Tags, check_array, check_consistent_length, check_random_state, column_or_1d
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from torch import Tensor

from pishro.data import ClassTarget, NumericTarget, NumericTargets, Schema, TableEncoder, infer_inputs
from pishro.errors import DataError
from pishro.estimators.inputs import (
    Floats,
    checked_rows,
    named_frame,
    plain_numbers,
    training_frame,
    training_weight,
    without_torch,
)
from pishro.estimators.not_fitted import NotFittedError
from pishro.likelihoods import Likelihood, Predictive
from pishro.models import TableModel, likelihood_for
from pishro.models.table_model import ROWS_AT_ONCE
from pishro.nn import Network
from pishro.objectives import Batch
from pishro.training import TrainedMembers

TARGET = "target"
"""What y is called in the schema."""


class TableEstimator(BaseEstimator, abc.ABC):  # type: ignore[misc]
    """Encoders, training, and rows on their way to the network.

    A family of networks adds `likelihood` and `random_state` among its settings.
    """

    likelihood: "str | Likelihood"
    random_state: Any

    @abc.abstractmethod
    def _train(
        self, likelihood: Likelihood, batch: Batch, target: NumericTarget | NumericTargets | ClassTarget
    ) -> tuple[Network, TrainedMembers]:
        """A network fitted to encoded rows."""

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags

    def _learn(
        self,
        frame: pl.DataFrame,
        target: NumericTarget | NumericTargets | ClassTarget,
        likelihood: Likelihood,
        y: Tensor,
        weight: Floats | None,
    ) -> Self:
        """Fit encoders and networks to rows (N, ·) and encoded targets; `weight` (N,) is above 0."""
        columns, left_out, notes = infer_inputs(frame)
        classes = target.classes if isinstance(target, ClassTarget) else ()
        task = "classification" if classes else "regression"
        schema = Schema(columns, TARGET, task, classes, left_out, notes, len(frame))  # type: ignore[arg-type]
        encoder = TableEncoder.fit(frame, schema, weight)
        weights = None if weight is None else torch.from_numpy(weight)
        network, trained = self._train(likelihood, Batch(encoder.transform(frame), y, weights), target)
        self.model_ = TableModel(schema, encoder, target, network, likelihood, trained)
        self.n_iter_ = trained.record.iterations
        self._used = [frame.columns.index(column.name) for column in encoder.columns]
        return self

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
        """A seed from an integer or a generator; None is 0, so that a fit can be repeated."""
        if self.random_state is None or isinstance(self.random_state, int | np.integer):
            return int(self.random_state or 0)
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def predict_distribution(self, X: Any) -> Predictive:
        """Distribution of the target at each row: noise, parameter uncertainty and spread between members."""
        return self._fitted().predictive(torch.cat(self._encoded(X)))


def _weighing(frame: pl.DataFrame, y: npt.NDArray[Any], weight: Floats | None) -> Any:
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
        y : numbers (N,) or (N, C).
        sample_weight : weight of each row (N,). A weight of 2 is the same as the row twice, so weights below 1 say that
            there is less data than there are rows, and the prior weighs more.
        """
        frame = training_frame(self, X, y)
        values = check_array(
            without_torch(y), ensure_2d=False, dtype=np.float64, order="C", input_name="y", estimator=self
        )
        check_consistent_length(frame, values)
        frame, values, weight = _weighing(frame, values, training_weight(sample_weight, len(frame)))
        self._row_shape = values.shape[1:]
        values = values.reshape(len(values), -1)
        self.n_outputs_ = values.shape[1]
        names = [TARGET] if self.n_outputs_ == 1 else [f"{TARGET} {c}" for c in range(self.n_outputs_)]
        likelihood = likelihood_for(self.likelihood, TARGET)
        targets = NumericTargets.fit(values, names, weight, likelihood.scaling)
        single = NumericTarget(TARGET, "plain", targets.mean[0], targets.scale[0])
        target = single if self.n_outputs_ == 1 else targets
        return self._learn(frame, target, likelihood, targets.scaled(values), weight)

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

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit the networks.

        Parameters
        ----------
        X, sample_weight : as for a regressor.
        y : labels (N,) of any type.
        """
        frame = training_frame(self, X, y)
        labels = column_or_1d(without_torch(y), warn=True)
        check_consistent_length(frame, labels)
        check_classification_targets(labels)
        frame, labels, weight = _weighing(frame, labels, training_weight(sample_weight, len(frame)))
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise DataError(f"Expected at least 2 classes, received 1 class: {self.classes_.tolist()[0]!r}.")
        if self.class_weight is not None:
            each = compute_sample_weight(self.class_weight, labels)
            frame, codes, weight = _weighing(frame, codes, each if weight is None else each * weight)
        target = ClassTarget(TARGET, "", tuple(self.classes_.tolist()))
        return self._learn(frame, target, self._likelihood(target), torch.from_numpy(codes), weight)

    def _likelihood(self, target: ClassTarget) -> Likelihood:
        return likelihood_for(self.likelihood, TARGET, target.classes)

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Most probable labels (N,) for rows X (N, D)."""
        winners = self.predict_proba(X).argmax(-1)
        labels: npt.NDArray[Any] = self.classes_[winners]
        return labels

    def predict_proba(self, X: Any) -> Floats:
        """Probabilities (N, classes) for rows X (N, D), in the order of `classes_`."""
        model = self._fitted()
        return np.concatenate([model.predictive(x).mean().numpy() for x in self._encoded(X)])
