"""scikit-learn estimators."""

from pishro.estimators.feed_forward import FeedForwardClassifier, FeedForwardRegressor
from pishro.estimators.not_fitted import NotFittedError
from pishro.estimators.perceptron import PerceptronClassifier
from pishro.estimators.radial import RBFClassifier, RBFRegressor

__all__ = [
    "FeedForwardClassifier",
    "FeedForwardRegressor",
    "NotFittedError",
    "PerceptronClassifier",
    "RBFClassifier",
    "RBFRegressor",
]
