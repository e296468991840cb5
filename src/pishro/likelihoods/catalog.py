"""Names for likelihoods."""

__all__ = ["likelihood_from_json"]

from typing import Any

from pishro.errors import SettingError, unknown_name
from pishro.likelihoods.bernoulli import Bernoulli
from pishro.likelihoods.categorical import Categorical
from pishro.likelihoods.likelihood import Likelihood
from pishro.likelihoods.normal import Normal

_CATALOG: dict[str, type[Likelihood]] = {kind.name: kind for kind in (Normal, Bernoulli, Categorical)}


def likelihood_from_json(data: dict[str, Any]) -> Likelihood:
    """The likelihood that its `to_json` wrote.

    Raises
    ------
    SettingError
        If there is none of that name.

    Examples
    --------
    >>> likelihood_from_json({"name": "categorical", "classes": 3}).name
    'categorical'
    """
    settings = dict(data)
    name = settings.pop("name")
    if name not in _CATALOG:
        raise SettingError(unknown_name("likelihood", name, _CATALOG))
    return _CATALOG[name](**settings)
