"""What a person asks of a training beyond the size of the network; what is "auto" is left to the table."""

__all__ = ["PLAIN", "Wishes"]

import dataclasses
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.likelihoods import NormalPrior
from pishro.nn import Network
from pishro.objectives import Batch
from pishro.optim import Method, Rule
from pishro.training.constraints import AnyConstraint


@dataclasses.dataclass(frozen=True)
class Wishes:
    """Method, regularization, early stopping and constraints of a training.

    Attributes
    ----------
    method : "auto", a name such as "bfgs" or "adam", an assembly such as `optim.BFGS()`, or a stochastic rule.
    regularization : "evidence", by which the rows tell the strength of the weight decay; a precision α ≥ 0 of all
        weights, whose cost ½ α ‖θ‖² stands beside the summed cost of the rows; None for none; or "auto": evidence where
        the method can, AdamW's own decay on mini-batches, else early stopping alone.
    early_stopping : whether each network hands out its weights of the lowest cost on rows kept from the gradient;
        "auto" does so on mini-batches, and where nothing else regularizes.
    constraints : on parameters, such as `NonNegative("dense1.weight")`.
    validation : rows to stop by; None for a part of the training rows.

    Raises
    ------
    SettingError
        If a setting is none of these.

    Examples
    --------
    >>> Wishes(regularization=-1.0)
    Traceback (most recent call last):
        ...
    pishro.errors.SettingError: Expected regularization of "auto", "evidence", None or α ≥ 0, received -1.0.
    """

    method: "str | Method | Rule[Any]" = "auto"
    regularization: "str | float | None" = "auto"
    early_stopping: "str | bool" = "auto"
    constraints: Sequence[AnyConstraint] = ()
    validation: Batch | None = None

    def __post_init__(self) -> None:
        """Refuse what has no meaning."""
        strength = self.regularization
        if strength is not None and strength not in ("auto", "evidence"):
            number = isinstance(strength, int | float) and not isinstance(strength, bool)
            if not number or not 0 <= float(strength) < float("inf"):
                raise SettingError(
                    f'Expected regularization of "auto", "evidence", None or α ≥ 0, received {strength!r}.'
                )
        if self.early_stopping not in ("auto", True, False):
            raise SettingError(f'Expected early_stopping of "auto", True or False, received {self.early_stopping!r}.')

    @property
    def strength(self) -> float | None:
        """The α that was named, where it is not 0."""
        asked = self.regularization
        return None if asked is None or isinstance(asked, str) or asked == 0 else float(asked)

    def prior(self, network: Network, dtype: torch.dtype) -> NormalPrior | None:
        """The prior of all parameters (P,) of the α that was named."""
        if self.strength is None:
            return None
        one = torch.tensor([[self.strength]], dtype=dtype)
        return NormalPrior(torch.zeros(network.layout.size, dtype=torch.long), one)

    def penalty(self, rows: float) -> "WeightDecay | None":
        """The same, shared among so many rows, for mini-batches."""
        return None if self.strength is None else WeightDecay(self.strength / rows)


PLAIN = Wishes()
"""Everything is left to the table."""


@dataclasses.dataclass(frozen=True)
class WeightDecay:
    """½ α ‖θ‖² of each member, a penalty of mini-batches.

    Attributes
    ----------
    alpha : a row's share of the precision.
    """

    alpha: float

    def __call__(self, network: Network, theta: Tensor, x: Tensor) -> Tensor:
        """Of θ (K, P), (K,)."""
        return self.alpha / 2 * theta.square().sum(-1)
