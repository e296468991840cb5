"""Which likelihood a table is fitted by: the one that was asked for, or the usual one of its target."""

__all__ = ["likelihood_for", "task_of"]

from typing import Literal

from pishro.data import Schema
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


def task_of(wanted: Wanted) -> Literal["regression", "classification"] | None:
    """The task that a likelihood is for; None for "auto", which leaves it to the table.

    Examples
    --------
    >>> task_of("poisson"), task_of("auto")
    ('regression', None)
    """
    if wanted == "auto":
        return None
    if isinstance(wanted, str) and wanted not in LIKELIHOODS:
        raise SettingError(unknown_name("likelihood", wanted, ["auto", *LIKELIHOODS]))
    kind = LIKELIHOODS[wanted] if isinstance(wanted, str) else type(wanted)
    return "regression" if kind.targets == "numbers" else "classification"


def likelihood_for(wanted: Wanted, schema: Schema) -> Likelihood:
    """The likelihood of a table: for "auto" Normal for numbers, Bernoulli for two classes, categorical for more.

    Raises
    ------
    SettingError
        If the table's target is not of the kind that the likelihood is for, or its classes have no known order.
    """
    if isinstance(wanted, UserCost):
        raise SettingError(
            "A cost of one's own predicts no distribution, by which a fit is scored; train with it by `training.train`."
        )
    classes = len(schema.classes)
    if wanted == "auto":
        return Normal() if schema.task == "regression" else Bernoulli() if classes == 2 else Categorical(classes)
    if task_of(wanted) != schema.task:
        name = wanted if isinstance(wanted, str) else wanted.name
        needed = "numbers" if schema.task == "classification" else "classes"
        raise SettingError(f"The cost {name!r} is for {needed}, but the target {schema.target!r} is not of that kind.")
    if wanted == "ordinal" and isinstance(schema.classes[0], str):
        shown = ", ".join(repr(c) for c in schema.classes[:5])
        raise SettingError(f"Expected classes in a known order, such as 1, 2, 3, received {shown}; number them first.")
    if isinstance(wanted, str) and wanted in ("categorical", "ordinal"):
        return likelihood_from_json({"name": wanted, "classes": classes})
    return likelihood(wanted)
