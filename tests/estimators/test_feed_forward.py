"""The estimators fit, predict, and behave as scikit-learn's own tools expect."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.model_selection import cross_val_score

from pishro import FeedForwardClassifier, FeedForwardRegressor, NotFittedError


def test_regressor_on_diabetes() -> None:
    X, y = load_diabetes(return_X_y=True)
    model = FeedForwardRegressor(members=2, random_state=0).fit(X[:350], y[:350])
    assert model.score(X[350:], y[350:]) > 0.4
    low, high = model.predict_interval(X[350:], 0.9)
    inside = ((y[350:] >= low) & (y[350:] <= high)).mean()
    assert 0.8 < inside < 0.99
    assert model.predict_distribution(X[:3]).mean().shape == (3, 1)


def test_classifier_on_iris_in_cross_validation() -> None:
    X, y = load_iris(return_X_y=True, as_frame=True)
    model = FeedForwardClassifier(hidden=4, members=2, random_state=0)
    assert cross_val_score(clone(model), X, y, cv=3).mean() > 0.93
    model.fit(X, y)
    probabilities = model.predict_proba(X)
    assert probabilities.shape == (150, 3)
    np.testing.assert_allclose(probabilities.sum(1), 1)
    assert model.classes_.tolist() == [0, 1, 2]


def test_asked_too_early() -> None:
    with pytest.raises(NotFittedError, match="not fitted"):
        FeedForwardRegressor().predict([[1.0]])
