"""scikit-learn estimators: feed-forward networks trained by Levenberg-Marquardt with evidence."""

__all__ = ["FeedForwardClassifier", "FeedForwardRegressor"]

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from pishro.data import TableEncoder, frame_from, infer_schema, target_encoder
from pishro.errors import SettingError
from pishro.estimators.not_fitted import NotFittedError
from pishro.likelihoods import Likelihood, Predictive
from pishro.models import FitSettings, TableModel, fit_encoded, likelihood_for
from pishro.objectives import Batch

TARGET = "target of the fit"
"""Name under which y joins the columns of X while the schema is inferred."""


class _FeedForward(BaseEstimator):  # type: ignore[misc]
    """What regressor and classifier share: settings, fit, and the table model behind them."""

    def __init__(
        self,
        hidden: "str | int | Sequence[int]" = "auto",
        activation: str = "tanh",
        likelihood: "str | Likelihood" = "auto",
        members: "int | str" = "auto",
        max_seconds: float | None = None,
        random_state: int | None = None,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.likelihood = likelihood
        self.members = members
        self.max_seconds = max_seconds
        self.random_state = random_state

    def _fit(self, X: Any, y: Any, task: str) -> Self:
        frame = frame_from(X)
        labels = np.asarray(y).ravel()
        if len(labels) != len(frame):
            raise SettingError(f"Expected one target for each of {len(frame)} rows, received {len(labels)}.")
        frame = frame.with_columns(pl.Series(TARGET, labels))
        schema = infer_schema(frame, TARGET, task=task)  # type: ignore[arg-type]
        likelihood = likelihood_for(self.likelihood, schema)
        encoder, coder = TableEncoder.fit(frame, schema), target_encoder(frame, schema, likelihood.scaling)
        settings = FitSettings(
            self.hidden, self.activation, self.members, seed=self.random_state or 0, max_seconds=self.max_seconds
        )
        numbers = coder.transform(frame[TARGET])
        network, trained = fit_encoded(likelihood, Batch(encoder.transform(frame), numbers), settings)
        self.model_ = TableModel(schema, encoder, coder, network, likelihood, trained)
        self.n_features_in_ = len(frame.columns) - 1
        return self

    def _fitted(self) -> TableModel:
        if not hasattr(self, "model_"):
            raise NotFittedError(f"This {type(self).__name__} is not fitted yet; call fit(X, y) first.")
        return self.model_

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Predicted numbers or class labels (N,) for rows X."""
        return self._fitted().predict(X)

    def predict_distribution(self, X: Any) -> Predictive:
        """Distribution of the target at each row: noise, parameter uncertainty and spread between members."""
        return self._fitted().predict_distribution(X)


class FeedForwardRegressor(RegressorMixin, _FeedForward):  # type: ignore[misc]
    """Regression by an ensemble of tanh networks with Bayesian regularization.

    Parameters
    ----------
    hidden : "auto", or units of the hidden layers, such as (12, 12).
    activation : of the hidden layers.
    likelihood : the cost: "auto" (the Normal), a name such as "student-t" or "poisson", or a likelihood.
    members : "auto" (up to 8), or how many networks are trained and averaged.
    max_seconds : most time for the training.
    random_state : seed of the starting points.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.linspace(-1, 1, 60).reshape(-1, 1)
    >>> model = FeedForwardRegressor(hidden=5, members=2, random_state=0).fit(X, np.sin(3 * X[:, 0]))
    >>> bool(model.score(X, np.sin(3 * X[:, 0])) > 0.999)
    True
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Fit to rows X (N, D) and numbers y (N,)."""
        return self._fit(X, y, "regression")

    def predict_interval(self, X: Any, level: float = 0.95) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Lower and upper end (N,) of the interval that holds the target with probability `level`."""
        return self._fitted().predict_interval(X, level)


class FeedForwardClassifier(ClassifierMixin, _FeedForward):  # type: ignore[misc]
    """Classification by an ensemble of tanh networks with Bayesian regularization.

    Takes the same parameters as `FeedForwardRegressor`.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.linspace(-1, 1, 60).reshape(-1, 1)
    >>> model = FeedForwardClassifier(hidden=3, members=2, random_state=0).fit(X, X[:, 0] > 0)
    >>> model.predict([[-0.5], [0.5]])
    array([False,  True])
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Fit to rows X (N, D) and labels y (N,)."""
        self._fit(X, y, "classification")
        self.classes_ = np.array(self._fitted().schema.classes)
        return self

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """Probabilities (N, classes), in the order of `classes_`."""
        return self._fitted().predict_proba(X)
