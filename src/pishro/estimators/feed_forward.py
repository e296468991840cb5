"""scikit-learn estimators: an ensemble of feed-forward networks, the recipe chosen from the number of rows."""

__all__ = ["FeedForwardClassifier", "FeedForwardRegressor"]

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import polars as pl
import torch
from sklearn.utils import check_array, check_consistent_length, column_or_1d
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
from pishro.estimators.watching import Watchable, telling, watched
from pishro.likelihoods import Likelihood
from pishro.models import FitSettings, TableModel, fit_encoded, likelihood_for
from pishro.models.limiting import limits_for
from pishro.nn import Network
from pishro.objectives import Batch
from pishro.optim import Method, Rule
from pishro.training import Stream, TrainedMembers
from pishro.training.constraints import AnyConstraint
from pishro.training.many_rows import ManyRows
from pishro.training.start import starting_points


class _FeedForward(Watchable, TableEstimator):  # type: ignore[misc]
    """What regressor and classifier share: the settings, and the recipe chosen by them."""

    bounds: "tuple[float | None, float | None] | None" = None

    def __init__(
        self,
        hidden: "str | int | Sequence[int]" = "auto",
        activation: str = "auto",
        likelihood: "str | Likelihood | Sequence[str | Likelihood]" = "auto",
        method: "str | Method | Rule[Any]" = "auto",
        members: "int | str" = "auto",
        regularization: "str | float | None" = "auto",
        constraints: "Sequence[AnyConstraint] | None" = None,
        early_stopping: "str | bool" = "auto",
        max_seconds: float | None = None,
        device: str = "auto",
        random_state: Any = None,
        verbose: int = 0,
        calibrate: str | None = None,
        monotone: "Mapping[str, int] | None" = None,
        warm_start: bool = False,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.likelihood = likelihood
        self.method = method
        self.members = members
        self.regularization = regularization
        self.constraints = constraints
        self.early_stopping = early_stopping
        self.max_seconds = max_seconds
        self.device = device
        self.random_state = random_state
        self.verbose = verbose
        self.calibrate = calibrate
        self.monotone = monotone
        self.warm_start = warm_start

    @watched  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any, sample_weight: Any = None, *, X_val: Any = None, y_val: Any = None) -> Self:
        """Fit the networks.

        Parameters
        ----------
        X : rows (N, D) of any kind of frame, an array or a tensor; columns may hold categories and dates, and cells may
            be missing.
        y : numbers (N,) or (N, C), or labels (N,).
        sample_weight : weight of each row (N,); 2 is the same as the row twice.
        X_val, y_val : rows to stop by, in place of a part of the others, where the training stops early. Where it has
            no need to, as with evidence, their cost is in the record.
        """
        if (X_val is None) != (y_val is None):
            raise SettingError("Expected X_val and y_val together, received one of them; give both or neither.")
        with telling(self, X, y) as tell:
            self._aside = tell, None if X_val is None else (X_val, y_val)
            try:
                super().fit(X, y, sample_weight)
            finally:
                del self._aside
        return self

    def _train(
        self, likelihood: Likelihood, batch: Batch, target: Target, encoder: TableEncoder, seconds: float | None
    ) -> tuple[Network, TrainedMembers]:
        """By the recipe that suits the number of rows, or was asked for."""
        settings = FitSettings(
            *(self.hidden, self.activation, self.members),
            seed=self._seed(),
            max_seconds=seconds,
            device=self.device,
            method=self.method,
            regularization=self.regularization,
            early_stopping=self.early_stopping,
            constraints=self.constraints or (),
        )
        outputs = likelihood.outputs(batch.y)
        limits = limits_for(self.monotone, self.bounds, encoder, target, likelihood, outputs)
        earlier = None
        if self.warm_start and hasattr(self, "model_"):
            earlier = self.model_.network, self.model_.trained.theta
        tell, given = getattr(self, "_aside", (None, None))
        kept = None
        if given is not None:
            frame = named_frame(self, checked_rows(self, given[0]))
            kept = Batch(encoder.transform(frame), self._coded(given[1], len(frame), target))
        return fit_encoded(likelihood, batch, settings, tell, limits=limits, earlier=earlier, validation=kept)

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


class FeedForwardRegressor(_FeedForward, TableRegressor):
    """Regression by an ensemble of tanh networks with Bayesian regularization.

    Parameters
    ----------
    hidden : "auto", by the number of rows; units of the hidden layers, such as (12, 12); or "search": the smallest
        width that rows left out cannot improve on, which takes up to fifteen fits of three networks more.
    activation : of the hidden layers; "auto" is tanh for few rows, SiLU for many.
    likelihood : the cost: "auto" (the Normal), a name such as "student-t" or "poisson", or a likelihood; or a list of
        them, the usual one first, from which three more fits of each choose by the rows that they leave out.
    method : "auto", Levenberg-Marquardt for few rows and mini-batches by Muon (numbers) or AdamW (classes) for many; a
        name such as "bfgs", "scaled-conjugate-gradient" or "adam"; an assembly such as `optim.LBFGS()`; a rule such as
        `optim.Adam(1e-3)`.
    members : "auto" (up to 16), or how many networks are trained and averaged.
    regularization : "evidence", by which the rows tell the strength of the weight decay; a precision α ≥ 0 of all
        weights, whose cost ½ α ‖θ‖² stands beside the summed cost of the rows, targets and inputs scaled; None; or
        "auto": evidence for few rows, decoupled decay for many, early stopping alone for other methods.
    constraints : on parameters, such as `[training.NonNegative("dense1.weight")]`.
    early_stopping : whether each network hands out its weights of the lowest cost on rows kept from the gradient;
        "auto" does so on mini-batches, and where nothing else regularizes.
    max_seconds : most time for the training.
    device : where it is computed: "cpu", "cuda", "mps" (many rows only), or "auto", which takes CUDA where that pays.
    random_state : seed of the starting points, or a generator that draws one; None is the seed 0.
    verbose : 1 shows a line on the terminal that moves along.
    calibrate : None; or "conformal" for intervals with the coverage they promise, whatever the data, learned on a fifth
        of the rows, which the training then does without.
    monotone : +1 for columns with which the prediction must rise, −1 for those with which it must fall, such as
        {"age": +1}, or {"x0": -1} where X has no names; it does so at every point.
    bounds : lowest and highest prediction; None in place of one that there is not, or for neither.
    warm_start : whether a further `fit` starts from the networks of the last one, where their size is the same.

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
        method: "str | Method | Rule[Any]" = "auto",
        members: "int | str" = "auto",
        regularization: "str | float | None" = "auto",
        constraints: "Sequence[AnyConstraint] | None" = None,
        early_stopping: "str | bool" = "auto",
        max_seconds: float | None = None,
        device: str = "auto",
        random_state: Any = None,
        verbose: int = 0,
        calibrate: str | None = None,
        monotone: "Mapping[str, int] | None" = None,
        bounds: "tuple[float | None, float | None] | None" = None,
        warm_start: bool = False,
    ) -> None:
        super().__init__(
            *(hidden, activation, likelihood, method, members, regularization, constraints, early_stopping),
            *(max_seconds, device, random_state, verbose, calibrate, monotone, warm_start),
        )
        self.bounds = bounds

    def _coded(self, y: Any, rows: int, target: Target) -> Tensor:
        """Further targets as the training wants them."""
        values = self._numbers(without_torch(y))
        if len(values) != rows or values.shape[1:] != self._row_shape:
            raise DataError(f"Expected y_val of shape {(rows, *self._row_shape)}, received {values.shape}.")
        return scaled(target, values.reshape(rows, -1))

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


class FeedForwardClassifier(_FeedForward, TableClassifier):
    """Classification by an ensemble of networks: on mini-batches from a hundred rows on, else by evidence.

    Parameters
    ----------
    hidden, activation, method, members, regularization, constraints, early_stopping, max_seconds, device : see
        `FeedForwardRegressor`, as for what is not below.
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
        method: "str | Method | Rule[Any]" = "auto",
        members: "int | str" = "auto",
        regularization: "str | float | None" = "auto",
        constraints: "Sequence[AnyConstraint] | None" = None,
        early_stopping: "str | bool" = "auto",
        max_seconds: float | None = None,
        device: str = "auto",
        random_state: Any = None,
        verbose: int = 0,
        calibrate: str | None = None,
        monotone: "Mapping[str, int] | None" = None,
        class_weight: "str | dict[Any, float] | None" = None,
        warm_start: bool = False,
    ) -> None:
        super().__init__(
            *(hidden, activation, likelihood, method, members, regularization, constraints, early_stopping),
            *(max_seconds, device, random_state, verbose, calibrate, monotone, warm_start),
        )
        self.class_weight = class_weight

    def _coded(self, y: Any, rows: int, target: Target) -> Tensor:
        """Further labels as the training wants them."""
        if not isinstance(target, ClassTarget):
            values = check_array(y, dtype=np.float64, input_name="y_val", estimator=self)
            if values.shape != (rows, len(self.classes_)):
                raise DataError(f"Expected y_val of shape {(rows, len(self.classes_))}, received {values.shape}.")
            return torch.from_numpy(values)
        labels = column_or_1d(without_torch(y), warn=True)
        if len(labels) != rows:
            raise DataError(f"Expected y_val of {rows} labels, one for each row of X_val, received {len(labels)}.")
        return self._codes(labels)

    def _codes(self, labels: Any) -> Tensor:
        """The number of each label (N,).

        Raises
        ------
        DataError
            If one is not among `classes_`.
        """
        unknown = np.setdiff1d(labels, self.classes_)
        if len(unknown):
            raise DataError(f"Expected labels among {self.classes_.tolist()}, received {unknown.tolist()[:5]}.")
        return torch.from_numpy(np.searchsorted(self.classes_, labels))

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
        codes = self._codes(labels)

        def first() -> TableModel:
            target = ClassTarget(TARGET, "", tuple(self.classes_.tolist()))
            return self._untrained(frame, target, self._likelihood(target), codes)

        def batch(model: TableModel) -> Batch:
            weights = None if weight is None else torch.from_numpy(weight)
            return Batch(model.encoder.transform(frame), codes, weights)

        return self._go_on(first, batch)
