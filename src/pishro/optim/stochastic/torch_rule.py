"""Any optimizer of torch as a rule.

The optimizer gets θ as its parameter, each member as a parameter of its own, so that what mixes the entries of a
parameter (a norm, a factored second moment) never mixes members. It is given the rule's gradient and asked for a step.
A schedule's factor multiplies the rates of its parameter groups.
"""

__all__ = ["FromTorch", "TorchState"]

import dataclasses
from collections.abc import Callable
from typing import Any, final

import torch
from torch import Tensor

from pishro.errors import SettingError
from pishro.optim.stochastic.rule import Rule, RuleState

Maker = Callable[..., torch.optim.Optimizer]


@final
@dataclasses.dataclass
class TorchState(RuleState):
    """The optimizer, the rows of θ that are its parameters, and its rates before a schedule."""

    optimizer: torch.optim.Optimizer
    rows: list[Tensor]
    rates: list[float]

    def pack(self) -> dict[str, Tensor | float]:
        """The step, and the optimizer's own state as "parameter.name"."""
        packed: dict[str, Tensor | float] = {"step": self.step, "factor": self.factor}
        for index, entries in self.optimizer.state_dict()["state"].items():
            packed.update({f"{index}.{name}": value for name, value in entries.items() if value is not None})
        return packed

    def unpack(self, packed: dict[str, Tensor | float]) -> None:
        """Take over what `pack` gave."""
        self.step, self.factor = int(packed["step"]), float(packed["factor"])
        whole = self.optimizer.state_dict()
        whole["state"] = {}
        for name, value in packed.items():
            index, _, entry = name.partition(".")
            if entry:
                copy = value.clone() if isinstance(value, Tensor) else value
                whole["state"].setdefault(int(index), {})[entry] = copy
        self.optimizer.load_state_dict(whole)


@final
class FromTorch(Rule[TorchState]):
    """A rule made of a torch optimizer.

    Parameters
    ----------
    optimizer : a class of `torch.optim`, or any that is made and used alike.
    **settings : what its constructor takes beside the parameters.

    Raises
    ------
    SettingError
        If the optimizer refuses the settings, or evaluates the cost itself (as L-BFGS does).

    Examples
    --------
    >>> theta, rule = torch.tensor([1.0, 1.0]), FromTorch(torch.optim.Adamax, lr=0.1)
    >>> rule.update(torch.tensor([100.0, -0.01]), rule.start(theta), theta)
    >>> theta
    tensor([0.9000, 1.1000])
    """

    def __init__(self, optimizer: Maker, **settings: Any) -> None:
        if optimizer is torch.optim.LBFGS:
            raise SettingError(
                "Expected an optimizer that takes one gradient a step, received torch's LBFGS, which evaluates the "
                "cost itself; use pishro's full-batch L-BFGS."
            )
        self.optimizer, self.settings = optimizer, settings

    def __repr__(self) -> str:
        name = getattr(self.optimizer, "__name__", repr(self.optimizer))
        return f"FromTorch({', '.join([name, *(f'{k}={v!r}' for k, v in self.settings.items())])})"

    def start(self, theta: Tensor) -> TorchState:
        """A fresh optimizer on views of θ."""
        whole = theta.detach()
        rows = [whole] if whole.ndim == 1 else list(whole.unbind())
        try:
            optimizer = self.optimizer(rows, **self.settings)
        except (TypeError, ValueError) as error:
            raise SettingError(f"{self!r} cannot be made: {error}") from error
        return TorchState(optimizer, rows, [float(group["lr"]) for group in optimizer.param_groups])

    def update(self, gradient: Tensor, state: TorchState, theta: Tensor) -> None:
        """The optimizer's step, in place.

        Raises
        ------
        SettingError
            If θ is not the tensor that `start` was given.
        """
        if theta.data_ptr() != state.rows[0].data_ptr():
            raise SettingError(
                "Expected the tensor theta that start() was given, received another one; a torch optimizer moves its "
                "own parameters, so make a new state for the new tensor."
            )
        state.step += 1
        for row, slope in zip(state.rows, [gradient] if gradient.ndim == 1 else gradient.unbind(), strict=True):
            row.grad = slope
        for group, rate in zip(state.optimizer.param_groups, state.rates, strict=True):
            group["lr"] = rate * state.factor
        state.optimizer.step()
