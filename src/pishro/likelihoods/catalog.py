"""Names for likelihoods."""

__all__ = ["LIKELIHOODS", "likelihood", "likelihood_from_json"]

import dataclasses
from typing import Any

from pishro.errors import SettingError, unknown_name
from pishro.likelihoods.bernoulli import Bernoulli
from pishro.likelihoods.binned import Binned
from pishro.likelihoods.categorical import Categorical
from pishro.likelihoods.contract import Likelihood
from pishro.likelihoods.gamma import Gamma
from pishro.likelihoods.heteroscedastic import HeteroscedasticNormal
from pishro.likelihoods.huber import Huber
from pishro.likelihoods.laplace import Laplace
from pishro.likelihoods.log_normal import LogNormal
from pishro.likelihoods.mixture import GaussianMixture
from pishro.likelihoods.multi_label import MultiLabel
from pishro.likelihoods.negative_binomial import NegativeBinomial
from pishro.likelihoods.normal import Normal
from pishro.likelihoods.ordinal import Ordinal
from pishro.likelihoods.poisson import Poisson
from pishro.likelihoods.quantile import Quantile
from pishro.likelihoods.student_t import StudentT

LIKELIHOODS: dict[str, type[Likelihood]] = {
    kind.name: kind
    for kind in (
        Normal,
        HeteroscedasticNormal,
        Laplace,
        StudentT,
        Huber,
        LogNormal,
        Gamma,
        Poisson,
        NegativeBinomial,
        Quantile,
        GaussianMixture,
        Binned,
        Bernoulli,
        MultiLabel,
        Categorical,
        Ordinal,
    )
}
"""Every likelihood that has a name, in the order of `docs/costs.md`."""


def likelihood(name: "str | Likelihood") -> Likelihood:
    """The likelihood of that name with its usual settings; a likelihood is passed through.

    Raises
    ------
    SettingError
        If there is none of that name, or it needs settings: the number of classes, the edges of the bins.

    Examples
    --------
    >>> likelihood("student-t")
    StudentT(degrees=None)
    >>> likelihood("poison")
    Traceback (most recent call last):
    ...
    pishro.errors.SettingError: No likelihood is named 'poison'. Did you mean 'poisson'? There are: ...
    """
    return name if isinstance(name, Likelihood) else likelihood_from_json({"name": name})


def likelihood_from_json(data: dict[str, Any]) -> Likelihood:
    """The likelihood that its `to_json` wrote.

    Raises
    ------
    SettingError
        If there is none of that name, or the settings are not its own.

    Examples
    --------
    >>> likelihood_from_json({"name": "categorical", "classes": 3}).name
    'categorical'
    """
    settings = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
    name = settings.pop("name")
    if name not in LIKELIHOODS:
        raise SettingError(unknown_name("likelihood", name, LIKELIHOODS))
    kind = LIKELIHOODS[name]
    fields: tuple[dataclasses.Field[Any], ...] = dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ()
    for unknown in settings.keys() - {f.name for f in fields}:
        raise SettingError(unknown_name(f"setting of {kind.__name__}", unknown, [f.name for f in fields]))
    for field in fields:
        if field.default is dataclasses.MISSING and field.name not in settings:
            call = f"likelihoods.{kind.__name__}({field.name}=…)"
            raise SettingError(f"The likelihood {name!r} needs its {field.name}; build it as {call}.")
    return kind(**settings)
