"""Names for rules."""

__all__ = ["RULES", "rule_named"]

from typing import Any

from pishro.errors import SettingError, unknown_name
from pishro.optim.stochastic.adadelta import Adadelta
from pishro.optim.stochastic.adagrad import AdaGrad
from pishro.optim.stochastic.adam import Adam
from pishro.optim.stochastic.adamw import AdamW
from pishro.optim.stochastic.momentum import Momentum
from pishro.optim.stochastic.nadam import Nadam
from pishro.optim.stochastic.nesterov import Nesterov
from pishro.optim.stochastic.rmsprop import RMSProp
from pishro.optim.stochastic.rule import Rule
from pishro.optim.stochastic.sgd import SGD

_CATALOG: dict[str, type[Rule[Any]]] = {
    kind.__name__.lower(): kind for kind in (SGD, Momentum, Nesterov, AdaGrad, RMSProp, Adadelta, Adam, AdamW, Nadam)
}

RULES = tuple(_CATALOG)
"""The names of all rules."""


def rule_named(name: str) -> Rule[Any]:
    """The rule of a name, with its default settings.

    Raises
    ------
    SettingError
        If there is none of that name.

    Examples
    --------
    >>> rule_named("adam")
    Adam(rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-08)
    """
    if name not in _CATALOG:
        raise SettingError(unknown_name("rule", name, _CATALOG))
    return _CATALOG[name]()
