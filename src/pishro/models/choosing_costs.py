"""Which likelihood a table is fitted by: the one that was asked for, or the usual one of its target."""

__all__ = ["likelihood_for", "task_of"]

from collections.abc import Sequence
from typing import Literal

from pishro.data import Label
from pishro.errors import SettingError, unknown_name
from pishro.likelihoods import (
    LIKELIHOODS,
    Bernoulli,
    Categorical,
    Likelihood,
    Normal,
    UserCost,
    likelihood,
    likelihood_from_json,
)

Wanted = str | Likelihood
"""A likelihood, its name, or "auto"."""


def task_of(wanted: "Wanted | Sequence[Wanted]") -> Literal["regression", "classification"] | None:
    """The task that a likelihood, or the first of several, is for; None for "auto", which leaves it to the table.

    Examples
    --------
    >>> task_of("poisson"), task_of("auto")
    ('regression', None)
    """
    if not isinstance(wanted, str | Likelihood):
        return task_of(wanted[0]) if len(wanted) else None
    if wanted == "auto":
        return None
    if isinstance(wanted, str) and wanted not in LIKELIHOODS:
        raise SettingError(unknown_name("likelihood", wanted, ["auto", *LIKELIHOODS]))
    kind = LIKELIHOODS[wanted] if isinstance(wanted, str) else type(wanted)
    return "regression" if kind.targets == "numbers" else "classification"


def likelihood_for(wanted: "Wanted | Sequence[Wanted]", target: str, labels: Sequence[Label] = ()) -> Likelihood:
    """The likelihood of a target: for "auto" Normal for numbers, Bernoulli for two classes, categorical for more.

    Parameters
    ----------
    wanted : a likelihood, its name, or "auto".
    target : name of the target.
    labels : of its classes; none for numbers.

    Raises
    ------
    SettingError
        If the target is not of the kind that the likelihood is for, its classes have no known order, or several costs
        were named where one is needed.
    """
    if not isinstance(wanted, str | Likelihood):
        raise SettingError(f"Expected one cost, received {list(wanted)}; costs are compared for numbers only.")
    if isinstance(wanted, UserCost):
        raise SettingError(
            "A cost of one's own predicts no distribution, by which a fit is scored; train with it by `training.train`."
        )
    classes = len(labels)
    if wanted == "auto":
        return Normal() if not classes else Bernoulli() if classes == 2 else Categorical(classes)
    if (task_of(wanted) == "classification") != bool(classes):
        name = wanted if isinstance(wanted, str) else wanted.name
        needed = "numbers" if classes else "classes"
        raise SettingError(f"The cost {name!r} is for {needed}, but the target {target!r} is not of that kind.")
    if wanted == "ordinal" and isinstance(labels[0], str):
        shown = ", ".join(repr(c) for c in labels[:5])
        raise SettingError(f"Expected classes in a known order, such as 1, 2, 3, received {shown}; number them first.")
    if isinstance(wanted, str) and wanted in ("categorical", "ordinal"):
        return likelihood_from_json({"name": wanted, "classes": classes})
    return likelihood(wanted)
