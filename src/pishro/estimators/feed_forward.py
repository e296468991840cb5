"""scikit-learn estimators: an ensemble of feed-forward networks, the recipe chosen from the number of rows."""

__all__ = ["FeedForwardClassifier", "FeedForwardRegressor"]

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import polars as pl
import torch
from sklearn.utils import check_consistent_length, column_or_1d
from torch import Tensor

from pishro.data import ClassTarget, TableEncoder
from pishro.errors import DataError, SettingError
from pishro.estimators.inputs import checked_rows, named_frame, training_frame, training_weight, without_torch
from pishro.estimators.table_estimators import (
    TARGET,
    TableClassifier,
    TableEstimator,
    TableRegressor,
    Target,
    scaled,
    weighing,
)
from pishro.likelihoods import Likelihood
from pishro.models import FitSettings, TableModel, fit_encoded, likelihood_for
from pishro.models.limiting import limits_for
from pishro.nn import Network
from pishro.objectives import Batch
from pishro.training import Stream, TrainedMembers
from pishro.training.many_rows import ManyRows
from pishro.training.start import starting_points


class _FeedForward(TableEstimator):
    """What regressor and classifier share: the settings, and the recipe chosen by them."""

    bounds: "tuple[float | None, float | None] | None" = None

    def __init__(
        self,
        hidden: "str | int | Sequence[int]" = "auto",
        activation: str = "auto",
        likelihood: "str | Likelihood | Sequence[str | Likelihood]" = "auto",
        members: "int | str" = "auto",
        calibrate: str | None = None,
        monotone: "Mapping[str, int] | None" = None,
        max_seconds: float | None = None,
        device: str = "auto",
        warm_start: bool = False,
        random_state: Any = None,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.likelihood = likelihood
        self.members = members
        self.calibrate = calibrate
        self.monotone = monotone
        self.max_seconds = max_seconds
        self.device = device
        self.warm_start = warm_start
        self.random_state = random_state

    def _train(
        self, likelihood: Likelihood, batch: Batch, target: Target, encoder: TableEncoder, seconds: float | None
    ) -> tuple[Network, TrainedMembers]:
        """By the recipe that suits the number of rows."""
        settings = FitSettings(
            *(self.hidden, self.activation, self.members),
            seed=self._seed(),
            max_seconds=seconds,
            device=self.device,
        )
        outputs = likelihood.outputs(batch.y)
        limits = limits_for(self.monotone, self.bounds, encoder, target, likelihood, outputs)
        earlier = None
        if self.warm_start and hasattr(self, "model_"):
            earlier = self.model_.network, self.model_.trained.theta
        return fit_encoded(likelihood, batch, settings, limits=limits, earlier=earlier)

    def _go_on(self, first: Callable[[], TableModel], batch: Callable[[TableModel], Batch]) -> Self:
        """Learn once from the next part of a stream; `first` makes the model of the first one."""
        if self.calibrate is not None or not isinstance(self.likelihood, str | Likelihood):
            raise SettingError("A stream has no rows to compare costs or to calibrate on; leave both settings out.")
        if not hasattr(self, "model_"):
            self.model_ = first()
        model = self.model_
        if not hasattr(self, "_stream"):
            self._stream = Stream(model.network, model.likelihood, model.trained.theta, self._seed())
        self._stream.learn(batch(model))
        self.model_ = dataclasses.replace(model, trained=self._stream.trained())
        self.n_iter_ = self._stream.parts
        return self

    def _untrained(self, frame: pl.DataFrame, target: Target, likelihood: Likelihood, y: Tensor) -> TableModel:
        """Encoders of the first part, and networks from random weights."""
        schema, encoder = self._described(frame, target, None)
        x, outputs = encoder.transform(frame), likelihood.outputs(y)
        recipe = ManyRows.choose(len(x), x.shape[1], outputs, self.hidden, self.members)
        limits = limits_for(self.monotone, self.bounds, encoder, target, likelihood, outputs)
        network = recipe.network(x, outputs, self.activation, limits)
        theta = starting_points(network, likelihood, Batch(x, y), self._seed(), recipe.members)
        stream = Stream(network, likelihood, theta, self._seed())
        return TableModel(schema, encoder, target, network, likelihood, stream.trained())


class FeedForwardRegressor(TableRegressor, _FeedForward):
    """Regression by an ensemble of tanh networks with Bayesian regularization.

    Parameters
    ----------
    hidden : "auto", or units of the hidden layers, such as (12, 12).
    activation : of the hidden layers; "auto" is tanh for few rows, SiLU for many.
    likelihood : the cost: "auto" (the Normal), a name such as "student-t" or "poisson", or a likelihood; or a list of
        them, the usual one first, from which three more fits of each choose by the rows that they leave out.
    members : "auto" (up to 8), or how many networks are trained and averaged.
    calibrate : None; or "conformal" for intervals with the coverage they promise, whatever the data, learned on a fifth
        of the rows, which the training then does without.
    monotone : +1 for columns with which the prediction must rise, −1 for those with which it must fall, such as
        {"age": +1}, or {"x0": -1} where X has no names; it does so at every point.
    bounds : lowest and highest prediction; None in place of one that there is not, or for neither.
    max_seconds : most time for the training.
    device : where it is computed: "cpu", "cuda", "mps" (many rows only), or "auto", which takes CUDA where that pays.
    warm_start : whether a further `fit` starts from the networks of the last one, where their size is the same.
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

    def __init__(
        self,
        hidden: "str | int | Sequence[int]" = "auto",
        activation: str = "auto",
        likelihood: "str | Likelihood | Sequence[str | Likelihood]" = "auto",
        members: "int | str" = "auto",
        calibrate: str | None = None,
        monotone: "Mapping[str, int] | None" = None,
        bounds: "tuple[float | None, float | None] | None" = None,
        max_seconds: float | None = None,
        device: str = "auto",
        warm_start: bool = False,
        random_state: Any = None,
    ) -> None:
        super().__init__(
            *(hidden, activation, likelihood, members, calibrate, monotone, max_seconds, device),
            *(warm_start, random_state),
        )
        self.bounds = bounds

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Walk once through the next rows of a stream, from the networks of the last call or of `fit`.

        The first part says what the columns are, and sets scales, bins and levels: let it be typical, and have a
        hundred rows or more.

        Parameters
        ----------
        X, y, sample_weight : as for `fit`.
        """
        new = not hasattr(self, "model_")
        frame = training_frame(self, X, y) if new else named_frame(self, checked_rows(self, X))
        values = self._numbers(without_torch(y))
        check_consistent_length(frame, values)
        frame, values, weight = weighing(frame, values, training_weight(sample_weight, len(frame)))
        if new:
            self._row_shape = values.shape[1:]
        values = values.reshape(len(values), -1)
        self.n_outputs_ = values.shape[1]

        def first() -> TableModel:
            likelihood = likelihood_for(self.likelihood, TARGET)
            target = self._target(values, likelihood, weight)
            return self._untrained(frame, target, likelihood, scaled(target, values))

        def batch(model: TableModel) -> Batch:
            weights = None if weight is None else torch.from_numpy(weight)
            return Batch(model.encoder.transform(frame), scaled(model.target, values), weights)

        return self._go_on(first, batch)


class FeedForwardClassifier(TableClassifier, _FeedForward):
    """Classification by an ensemble of tanh networks with Bayesian regularization.

    Parameters
    ----------
    hidden, activation, members, max_seconds, device, warm_start, random_state : as for `FeedForwardRegressor`.
    likelihood : "auto" (Bernoulli or categorical), or "ordinal" for labels in order.
    class_weight : None; "balanced", by which every class weighs the same; or a weight for each label.
    calibrate : None; or "temperature" for probabilities corrected on a fifth of the rows.
    monotone : as for `FeedForwardRegressor`, for two classes: it is the probability of the second that rises.

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
        activation: str = "auto",
        likelihood: "str | Likelihood" = "auto",
        members: "int | str" = "auto",
        class_weight: "str | dict[Any, float] | None" = None,
        calibrate: str | None = None,
        monotone: "Mapping[str, int] | None" = None,
        max_seconds: float | None = None,
        device: str = "auto",
        warm_start: bool = False,
        random_state: Any = None,
    ) -> None:
        super().__init__(
            *(hidden, activation, likelihood, members, calibrate, monotone, max_seconds, device),
            *(warm_start, random_state),
        )
        self.class_weight = class_weight

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Walk once through the next rows of a stream, from the networks of the last call or of `fit`.

        Parameters
        ----------
        X, y, sample_weight : as for `fit`; see also `FeedForwardRegressor.partial_fit`.
        classes : all labels that may ever come; needed by the first call.
        """
        new = not hasattr(self, "model_")
        frame = training_frame(self, X, y) if new else named_frame(self, checked_rows(self, X))
        labels = column_or_1d(without_torch(y), warn=True)
        check_consistent_length(frame, labels)
        frame, labels, weight = weighing(frame, labels, training_weight(sample_weight, len(frame)))
        if new:
            if classes is None:
                raise SettingError("The first call of partial_fit needs classes: all labels that may ever come.")
            self.classes_ = np.unique(classes)
        unknown = np.setdiff1d(labels, self.classes_)
        if len(unknown):
            raise DataError(f"Expected labels among {self.classes_.tolist()}, received {unknown.tolist()[:5]}.")
        codes = torch.from_numpy(np.searchsorted(self.classes_, labels))

        def first() -> TableModel:
            target = ClassTarget(TARGET, "", tuple(self.classes_.tolist()))
            return self._untrained(frame, target, self._likelihood(target), codes)

        def batch(model: TableModel) -> Batch:
            weights = None if weight is None else torch.from_numpy(weight)
            return Batch(model.encoder.transform(frame), codes, weights)

        return self._go_on(first, batch)
