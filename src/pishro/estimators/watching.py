"""What is told while an estimator trains: a line in the terminal, and scikit-learn's callbacks where it has them."""

__all__ = ["Watchable", "telling", "watched"]

import contextlib
from collections.abc import Iterator
from typing import Any

from rich.console import Console

from pishro.optim import Reason
from pishro.training import LiveView, Progress, Watch

try:
    from sklearn.callback import CallbackSupportMixin as Watchable
    from sklearn.callback import with_callbacks as watched
except ImportError:  # before scikit-learn 1.9, whose estimators take no callbacks

    class Watchable:  # type: ignore[no-redef]
        """An estimator without callbacks."""

    def watched(method: Any) -> Any:
        """Leave `fit` as it is."""
        return method


@contextlib.contextmanager
def telling(estimator: Any, X: Any, y: Any) -> Iterator[Watch]:
    """The context of a fit: what it yields is called after each iteration.

    Parameters
    ----------
    estimator : with `verbose`; 0 shows nothing.
    X, y : what is fitted, for the callbacks.
    """
    task = None
    if hasattr(estimator, "_init_callback_context"):
        task = estimator._init_callback_context(max_subtasks=None)
        task.call_on_fit_task_begin(estimator=estimator, X=X, y=y)
    with LiveView(Console(stderr=True, quiet=not estimator.verbose)) as view:

        def tell(event: Progress) -> Reason | None:
            view(event)
            if task is None or event.trying:
                return None
            step = task.subcontext(task_name="iteration").call_on_fit_task_begin(estimator=estimator)
            return Reason.INTERRUPTED if step.call_on_fit_task_end(estimator=estimator) else None

        yield tell
    if task is not None:
        fitted = {name: value for name, value in vars(estimator).items() if name.endswith("_")}
        task.call_on_fit_task_end(estimator=estimator, X=X, y=y, reconstruction_attributes=lambda: fitted)
