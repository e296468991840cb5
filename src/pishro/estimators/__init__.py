"""scikit-learn estimators."""

from pishro.estimators.feed_forward import FeedForwardClassifier, FeedForwardRegressor
from pishro.estimators.not_fitted import NotFittedError

__all__ = ["FeedForwardClassifier", "FeedForwardRegressor", "NotFittedError"]
