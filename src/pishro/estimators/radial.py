"""scikit-learn estimators on networks of radial basis functions: trained, interpolating, or kernel regression."""

__all__ = ["RBFClassifier", "RBFRegressor"]

from typing import Any

from pishro.data import ClassTarget, NumericTarget, TableEncoder
from pishro.errors import SettingError, unknown_name
from pishro.estimators.table_estimators import TableClassifier, TableEstimator, TableRegressor, Target
from pishro.likelihoods import Categorical, Likelihood
from pishro.nn import Network
from pishro.objectives import Batch
from pishro.training import RadialPlan, TrainedMembers, interpolate, kernel_regression, train_radial

CENTERS = ("kmeans", "orthogonal-least-squares", "rows")


class _Radial(TableEstimator):
    """What regressor and classifier share: the settings of units and centers."""

    units: "str | int"
    kernel: str
    width: "str | float"
    centers: str
    members: int

    def _checked_centers(self) -> str:
        if self.centers not in CENTERS:
            raise SettingError(unknown_name("way to place centers", self.centers, CENTERS))
        if not isinstance(self.width, str):
            raise SettingError(
                f"Expected width='shared', 'scalar' or 'dimension' for centers that are trained, received "
                f"{self.width!r}; a number suits exact=True and centers='rows'."
            )
        return self.centers

    def _plan(self, seconds: float | None, goal: float | None = None) -> RadialPlan:
        return RadialPlan(
            units=None if isinstance(self.units, str) else self.units,
            kernel=self.kernel,
            width=str(self.width),
            centers=self._checked_centers(),
            goal=goal,
            members=self.members,
            seed=self._seed(),
            seconds=float("inf") if seconds is None else seconds,
        )

    def _fixed_width(self) -> float | None:
        return None if isinstance(self.width, str) else self.width


class RBFRegressor(TableRegressor, _Radial):
    """Regression by radial basis functions.

    Parameters
    ----------
    units : "auto", or the number of centers; the most where there is a `goal`.
    kernel : "gaussian", "multiquadric", "inverse_multiquadric" or "thin_plate".
    width : "scalar", a width for each unit; "dimension", one for each unit and input; "shared", one for all. A number,
        in units of the scaled inputs, where each row is a center; "scalar" then leaves the choice to the rows.
    centers : where units start, "kmeans" or "orthogonal-least-squares", before all is trained by Levenberg-Marquardt
        with evidence; or "rows": a Gaussian on each row and no training, which is Specht's generalized regression.
    exact : whether the network passes through every row, by a unit on each (MATLAB's newrbe).
    goal : mean squared error, in squared units of y, up to which units are added (MATLAB's newrb); None for `units`.
    likelihood : the cost: "auto" (the Normal), or as for `FeedForwardRegressor`; for trained centers only.
    members : networks from different starts, averaged.
    calibrate : None; or "conformal", as for `FeedForwardRegressor`.
    max_seconds : most time for the training.
    random_state : seed of the starts.

    Attributes
    ----------
    model_, n_features_in_, feature_names_in_, n_outputs_, n_iter_ : as for `FeedForwardRegressor`.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.linspace(-1, 1, 60).reshape(-1, 1)
    >>> model = RBFRegressor(units=6, members=2).fit(X, np.sin(3 * X[:, 0]))
    >>> bool(model.score(X, np.sin(3 * X[:, 0])) > 0.999)
    True
    """

    def __init__(
        self,
        units: "str | int" = "auto",
        kernel: str = "gaussian",
        width: "str | float" = "scalar",
        centers: str = "kmeans",
        exact: bool = False,
        goal: float | None = None,
        likelihood: "str | Likelihood" = "auto",
        members: int = 4,
        calibrate: str | None = None,
        max_seconds: float | None = None,
        random_state: Any = None,
    ) -> None:
        self.units = units
        self.kernel = kernel
        self.width = width
        self.centers = centers
        self.exact = exact
        self.goal = goal
        self.likelihood = likelihood
        self.members = members
        self.calibrate = calibrate
        self.max_seconds = max_seconds
        self.random_state = random_state

    def _train(
        self, likelihood: Likelihood, batch: Batch, target: Target, encoder: TableEncoder, seconds: float | None
    ) -> tuple[Network, TrainedMembers]:
        if self.exact:
            return interpolate(likelihood, batch, self.kernel, self._fixed_width())
        if self.centers == "rows":
            return kernel_regression(likelihood, batch, self._fixed_width())
        goal = self.goal
        if goal is not None and isinstance(target, NumericTarget):
            goal = goal / target.scale**2
        elif goal is not None:
            raise SettingError("A goal is the squared error of one target, but y has several; give `units`.")
        return train_radial(likelihood, batch, self._plan(seconds, goal))


class RBFClassifier(TableClassifier, _Radial):
    """Classification by radial basis functions.

    Parameters
    ----------
    units, kernel, width, members, max_seconds, random_state : as for `RBFRegressor`.
    centers : as for `RBFRegressor`; "rows" is Specht's probabilistic network.
    class_weight : None; "balanced", by which every class weighs the same; or a weight for each label.
    calibrate : None; or "temperature", as for `FeedForwardClassifier`.

    Attributes
    ----------
    classes_ : the labels, sorted.
    model_, n_features_in_, feature_names_in_, n_iter_ : as for `FeedForwardRegressor`.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.linspace(-1, 1, 60).reshape(-1, 1)
    >>> model = RBFClassifier(units=4, members=2).fit(X, abs(X[:, 0]) > 0.5)
    >>> model.predict([[-0.9], [0.0]])
    array([ True, False])
    """

    likelihood = "auto"

    def __init__(
        self,
        units: "str | int" = "auto",
        kernel: str = "gaussian",
        width: "str | float" = "scalar",
        centers: str = "kmeans",
        class_weight: "str | dict[Any, float] | None" = None,
        members: int = 4,
        calibrate: str | None = None,
        max_seconds: float | None = None,
        random_state: Any = None,
    ) -> None:
        self.units = units
        self.kernel = kernel
        self.width = width
        self.centers = centers
        self.class_weight = class_weight
        self.members = members
        self.calibrate = calibrate
        self.max_seconds = max_seconds
        self.random_state = random_state

    def _likelihood(self, target: ClassTarget) -> Likelihood:
        """Log odds would need a difference of logarithms, so a probabilistic network has an output for each class."""
        return Categorical(len(target.classes)) if self.centers == "rows" else super()._likelihood(target)

    def _train(
        self, likelihood: Likelihood, batch: Batch, target: Target, encoder: TableEncoder, seconds: float | None
    ) -> tuple[Network, TrainedMembers]:
        if self.centers == "rows":
            return kernel_regression(likelihood, batch, self._fixed_width())
        return train_radial(likelihood, batch, self._plan(seconds))
