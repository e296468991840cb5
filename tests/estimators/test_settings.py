"""The settings that an estimator hands on to its training: their names, and what each does."""

import inspect
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from pishro import FeedForwardClassifier, FeedForwardRegressor
from pishro.errors import DataError, SettingError
from pishro.optim import LBFGS

FACE = [
    *("hidden", "activation", "likelihood", "method", "members", "regularization", "constraints", "early_stopping"),
    *("max_seconds", "device", "random_state", "verbose"),
]
"""Names and order that are promised; what else there is comes behind."""

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 3))
Y = X[:, 0] + 0.3 * RNG.normal(size=90)
MORE = RNG.normal(size=(40, 3))
ANSWERS = MORE[:, 0] + 0.3 * RNG.normal(size=40)


@pytest.mark.parametrize("kind", [FeedForwardRegressor, FeedForwardClassifier])
def test_the_face_is_kept(kind: type) -> None:
    assert list(inspect.signature(kind).parameters)[: len(FACE)] == FACE
    fit = inspect.signature(kind.fit).parameters  # type: ignore[attr-defined]
    assert [*fit] == ["self", "X", "y", "sample_weight", "X_val", "y_val"]
    assert fit["X_val"].kind is inspect.Parameter.KEYWORD_ONLY


@pytest.mark.parametrize("method", ["auto", "bfgs", "adam", LBFGS()])
def test_each_kind_of_method_trains_a_regressor(method: object) -> None:
    model = FeedForwardRegressor(hidden=3, members=2, method=method, random_state=0).fit(X, Y)  # type: ignore[arg-type]
    low, high = model.predict_interval(MORE)
    assert model.score(MORE, ANSWERS) > 0.8
    assert np.mean((low <= ANSWERS) & (high >= ANSWERS)) > 0.85


def test_rows_to_stop_by_are_used_where_the_training_stops() -> None:
    stops = FeedForwardRegressor(hidden=20, members=1, early_stopping=True).fit(X, Y, X_val=MORE, y_val=ANSWERS)
    assert "rows given for it" in stops.model_.record.recipe
    assert len(stops.model_.record.history.validation) > 1
    settles = FeedForwardRegressor(hidden=3, members=1).fit(X, Y, X_val=MORE, y_val=ANSWERS)
    assert "40 rows given for validation were not needed" in settles.model_.record.recipe


def test_labels_to_stop_by_are_coded_as_the_others() -> None:
    labels, further = np.where(Y > 0, "up", "down"), np.where(ANSWERS > 0, "up", "down")
    model = FeedForwardClassifier(hidden=4, members=2, method="bfgs").fit(X, labels, X_val=MORE, y_val=further)
    assert model.score(MORE, further) > 0.8
    with pytest.raises(DataError, match="sideways"):
        model.fit(X, labels, X_val=MORE, y_val=["sideways"] * 40)
    with pytest.raises(DataError, match="40 labels"):
        model.fit(X, labels, X_val=MORE, y_val=further[:5])


def test_half_of_the_rows_to_stop_by_is_refused() -> None:
    with pytest.raises(SettingError, match="X_val and y_val together"):
        FeedForwardRegressor().fit(X, Y, X_val=MORE)
    with pytest.raises(DataError, match="y_val of shape"):
        FeedForwardRegressor(early_stopping=True).fit(X, Y, X_val=MORE, y_val=np.c_[ANSWERS, ANSWERS])


def test_settings_are_searched_over() -> None:
    search = GridSearchCV(
        FeedForwardRegressor(hidden=3, members=1, method="lbfgs"), {"regularization": [0.1, 1000.0]}, cv=3
    ).fit(X, Y)
    assert search.best_params_ == {"regularization": 0.1}


def test_verbose_is_quiet_where_there_is_no_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    FeedForwardRegressor(hidden=2, members=1, verbose=1).fit(X, Y)
    assert capfd.readouterr().out == ""


def test_scikit_learns_callbacks_see_the_iterations_and_may_end_them() -> None:
    callback = pytest.importorskip("sklearn.callback", reason="scikit-learn before 1.9 has no callbacks")

    class Third:
        """Ends the fit at the third iteration."""

        def __init__(self) -> None:
            self.begun, self.tasks, self.ended = 0, 0, 0

        def setup(self, estimator: object, context: object) -> None:
            self.begun += 1

        def on_fit_task_begin(self, estimator: object, context: object) -> None: ...

        def on_fit_task_end(self, estimator: object, context: object) -> bool:
            self.tasks += 1
            return self.tasks == 3

        def teardown(self, estimator: object, context: object) -> None:
            self.ended += 1

    third = Third()
    assert isinstance(third, callback.FitCallback)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = FeedForwardRegressor(hidden=3, members=1).set_callbacks(third).fit(X, Y)
    assert model.n_iter_ <= 5  # a stretch between two re-estimations is ended, no more
    assert (third.begun, third.ended, third.tasks) == (1, 1, 4)  # three iterations and the fit
    assert np.isfinite(clone(model).set_callbacks().fit(X, Y).predict(MORE)).all()
