"""scikit-learn estimators: an ensemble of feed-forward networks, the recipe chosen from the number of rows.

They keep scikit-learn's contract to the letter (`check_estimator`), and take what pishro's tables take: columns of
categories, of dates and with missing cells, from any kind of frame.
"""

__all__ = ["FeedForwardClassifier", "FeedForwardRegressor"]

import warnings
from collections.abc import Sequence
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
from pishro.models import FitSettings, TableModel, fit_encoded, likelihood_for
from pishro.models.table_model import ROWS_AT_ONCE
from pishro.objectives import Batch

TARGET = "target"
"""What y is called in the schema."""


class _FeedForward(BaseEstimator):  # type: ignore[misc]
    """What regressor and classifier share: settings, encoders, training, and rows on their way to the network."""

    def __init__(
        self,
        hidden: "str | int | Sequence[int]" = "auto",
        activation: str = "tanh",
        likelihood: "str | Likelihood" = "auto",
        members: "int | str" = "auto",
        max_seconds: float | None = None,
        random_state: Any = None,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.likelihood = likelihood
        self.members = members
        self.max_seconds = max_seconds
        self.random_state = random_state

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
        settings = FitSettings(
            self.hidden, self.activation, self.members, seed=_seed(self.random_state), max_seconds=self.max_seconds
        )
        weights = None if weight is None else torch.from_numpy(weight)
        network, trained = fit_encoded(likelihood, Batch(encoder.transform(frame), y, weights), settings)
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

    def predict_distribution(self, X: Any) -> Predictive:
        """Distribution of the target at each row: noise, parameter uncertainty and spread between members."""
        return self._fitted().predictive(torch.cat(self._encoded(X)))


def _seed(random_state: Any) -> int:
    """A seed from an integer or a generator; None is 0, so that a fit can be repeated."""
    if random_state is None or isinstance(random_state, int | np.integer):
        return int(random_state or 0)
    return int(check_random_state(random_state).randint(2**31 - 1))


def _weighing(frame: pl.DataFrame, y: npt.NDArray[Any], weight: Floats | None) -> Any:
    """Rows, targets and weights without the rows that weigh nothing."""
    if weight is None or weight.all():
        return frame, y, weight
    kept = weight > 0
    return frame.filter(pl.Series(kept)), y[kept], weight[kept]


class FeedForwardRegressor(RegressorMixin, _FeedForward):  # type: ignore[misc]
    """Regression by an ensemble of tanh networks with Bayesian regularization.

    Parameters
    ----------
    hidden : "auto", or units of the hidden layers, such as (12, 12).
    activation : of the hidden layers.
    likelihood : the cost: "auto" (the Normal), a name such as "student-t" or "poisson", or a likelihood.
    members : "auto" (up to 8), or how many networks are trained and averaged.
    max_seconds : most time for the training.
    random_state : seed of the starting points, or a generator that draws one; None is the seed 0.

    Attributes
    ----------
    model_ : the fitted `TableModel`: schema, encoders, network, θ and the record of the training.
    n_features_in_, feature_names_in_ : number of the columns of X, and their names where it was a frame.
    n_outputs_ : columns of y.
    n_iter_ : iterations of the training.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.linspace(-1, 1, 60).reshape(-1, 1)
    >>> model = FeedForwardRegressor(hidden=5, members=2, random_state=0).fit(X, np.sin(3 * X[:, 0]))
    >>> bool(model.score(X, np.sin(3 * X[:, 0])) > 0.999)
    True
    """

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


class FeedForwardClassifier(ClassifierMixin, _FeedForward):  # type: ignore[misc]
    """Classification by an ensemble of tanh networks with Bayesian regularization.

    Parameters
    ----------
    hidden, activation, members, max_seconds, random_state : as for `FeedForwardRegressor`.
    likelihood : "auto" (Bernoulli or categorical), or "ordinal" for labels in order.
    class_weight : None; "balanced", by which every class weighs the same; or a weight for each label.

    Attributes
    ----------
    classes_ : the labels, sorted.
    model_, n_features_in_, feature_names_in_, n_iter_ : as for `FeedForwardRegressor`.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.linspace(-1, 1, 60).reshape(-1, 1)
    >>> model = FeedForwardClassifier(hidden=3, members=2, random_state=0).fit(X, X[:, 0] > 0)
    >>> model.predict([[-0.5], [0.5]])
    array([False,  True])
    """

    def __init__(
        self,
        hidden: "str | int | Sequence[int]" = "auto",
        activation: str = "tanh",
        likelihood: "str | Likelihood" = "auto",
        members: "int | str" = "auto",
        class_weight: "str | dict[Any, float] | None" = None,
        max_seconds: float | None = None,
        random_state: Any = None,
    ) -> None:
        super().__init__(hidden, activation, likelihood, members, max_seconds, random_state)
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit the networks.

        Parameters
        ----------
        X, sample_weight : as for `FeedForwardRegressor.fit`.
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
        likelihood = likelihood_for(self.likelihood, TARGET, target.classes)
        return self._learn(frame, target, likelihood, torch.from_numpy(codes), weight)

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Most probable labels (N,) for rows X (N, D)."""
        winners = self.predict_proba(X).argmax(-1)
        labels: npt.NDArray[Any] = self.classes_[winners]
        return labels

    def predict_proba(self, X: Any) -> Floats:
        """Probabilities (N, classes) for rows X (N, D), in the order of `classes_`."""
        model = self._fitted()
        return np.concatenate([model.predictive(x).mean().numpy() for x in self._encoded(X)])
