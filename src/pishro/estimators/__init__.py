"""scikit-learn estimators."""

from pishro.estimators.feed_forward import FeedForwardClassifier, FeedForwardRegressor
from pishro.estimators.not_fitted import NotFittedError
from pishro.estimators.perceptron import PerceptronClassifier

__all__ = ["FeedForwardClassifier", "FeedForwardRegressor", "NotFittedError", "PerceptronClassifier"]
