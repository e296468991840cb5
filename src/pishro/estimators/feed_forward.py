"""scikit-learn estimators: an ensemble of feed-forward networks, the recipe chosen from the number of rows."""

__all__ = ["FeedForwardClassifier", "FeedForwardRegressor"]

from collections.abc import Mapping, Sequence
from typing import Any

from pishro.data import TableEncoder
from pishro.estimators.table_estimators import TableClassifier, TableEstimator, TableRegressor, Target
from pishro.likelihoods import Likelihood
from pishro.models import FitSettings, fit_encoded
from pishro.models.limiting import limits_for
from pishro.nn import Network
from pishro.objectives import Batch
from pishro.training import TrainedMembers


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
        random_state: Any = None,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.likelihood = likelihood
        self.members = members
        self.calibrate = calibrate
        self.monotone = monotone
        self.max_seconds = max_seconds
        self.random_state = random_state

    def _train(
        self, likelihood: Likelihood, batch: Batch, target: Target, encoder: TableEncoder, seconds: float | None
    ) -> tuple[Network, TrainedMembers]:
        """By the recipe that suits the number of rows."""
        settings = FitSettings(self.hidden, self.activation, self.members, seed=self._seed(), max_seconds=seconds)
        outputs = likelihood.outputs(batch.y)
        limits = limits_for(self.monotone, self.bounds, encoder, target, likelihood, outputs)
        return fit_encoded(likelihood, batch, settings, limits=limits)


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
        random_state: Any = None,
    ) -> None:
        super().__init__(hidden, activation, likelihood, members, calibrate, monotone, max_seconds, random_state)
        self.bounds = bounds


class FeedForwardClassifier(TableClassifier, _FeedForward):
    """Classification by an ensemble of tanh networks with Bayesian regularization.

    Parameters
    ----------
    hidden, activation, members, max_seconds, random_state : as for `FeedForwardRegressor`.
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
        random_state: Any = None,
    ) -> None:
        super().__init__(hidden, activation, likelihood, members, calibrate, monotone, max_seconds, random_state)
        self.class_weight = class_weight
