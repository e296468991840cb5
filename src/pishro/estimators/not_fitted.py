"""The error of an estimator that is asked too early."""

__all__ = ["NotFittedError"]

from sklearn.exceptions import NotFittedError as SklearnNotFittedError

from pishro.errors import PishroError


class NotFittedError(PishroError, SklearnNotFittedError):  # type: ignore[misc]
    """A prediction was asked of an estimator that was not fitted; also scikit-learn's error of that name."""
