"""Radial basis function estimators on a table, as a user sets them."""

import numpy as np
import pytest
from sklearn.datasets import load_iris

from pishro import RBFClassifier, RBFRegressor, SettingError
from pishro.serialization import load_model, save_model

GENERATOR = np.random.default_rng(0)
X = GENERATOR.uniform(-1, 1, (80, 2))
Y = 100 + 20 * np.sin(3 * X[:, 0]) + 5 * X[:, 1]


@pytest.mark.parametrize("settings", [{"units": 8, "members": 2}, {"exact": True}, {"goal": 1.0, "members": 1}])
def test_regressors_fit_and_are_saved(settings, tmp_path) -> None:
    model = RBFRegressor(**settings).fit(X, Y)
    assert model.score(X, Y) > 0.99
    low, high = model.predict_interval(X)
    assert (low < high).all()
    save_model(model.model_, tmp_path / "m.safetensors")
    np.testing.assert_array_equal(load_model(tmp_path / "m.safetensors").predict(X), model.predict(X))


def test_the_goal_is_in_the_units_of_y() -> None:
    coarse, fine = (RBFRegressor(goal=goal, members=1).fit(X, Y) for goal in (100.0, 0.5))
    assert coarse.model_.network.layout.size < fine.model_.network.layout.size
    assert np.mean((fine.predict(X) - Y) ** 2) < 0.5


def test_kernel_regression_stays_between_the_targets() -> None:
    model = RBFRegressor(centers="rows").fit(X, Y)
    far = model.predict(np.array([[50.0, -80.0], [0.0, 0.0]]))
    assert Y.min() <= far.min()
    assert far.max() <= Y.max()


def test_classifiers() -> None:
    inputs, labels = load_iris(return_X_y=True)
    assert RBFClassifier(units=6, members=2).fit(inputs, labels).score(inputs, labels) > 0.95
    probabilistic = RBFClassifier(centers="rows").fit(inputs[:100], labels[:100])
    assert probabilistic.score(inputs[:100], labels[:100]) == 1
    np.testing.assert_allclose(probabilistic.predict_proba(inputs[:100]).sum(1), 1)


def test_a_weight_counts_as_that_many_rows() -> None:
    rng = np.random.default_rng(0)
    X, weight = rng.uniform(-1, 1, (80, 2)), rng.integers(1, 4, 80)
    inside, repeated = (X**2).sum(1) < 0.5, np.repeat(np.arange(80), weight)
    model = RBFClassifier(units=4, members=1, random_state=0)
    weighted = model.fit(X, inside, sample_weight=weight).predict_proba(X)
    # to rounding, which training makes 10¹⁰ times larger: five choices of instructions and threads gave 6·10⁻⁶ at most
    np.testing.assert_allclose(model.fit(X[repeated], inside[repeated]).predict_proba(X), weighted, atol=1e-4)


@pytest.mark.parametrize("settings", [{"centers": "nowhere"}, {"width": 0.5}, {"goal": -1.0}])
def test_settings_that_do_not_fit_together(settings) -> None:
    with pytest.raises(SettingError):
        RBFRegressor(**settings).fit(X, Y)
