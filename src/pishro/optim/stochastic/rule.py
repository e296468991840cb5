"""What a stochastic rule is: one update of θ from one gradient, in place, on flat vectors.

A rule sees the gradient of one mini-batch and has no second chance: it can neither ask for f nor take a step back. So
the contract is small. `start` makes the state, `update` moves θ. Two more questions have answers that most rules leave
alone: where the gradient is wanted (Nesterov's look-ahead wants it at θ + μv), and what is handed out in the end (an
average of weights hands out the average).

θ is (P,) or (K, P); every rule works entry by entry unless it says so, and members never mix.
"""

__all__ = ["Nested", "Rule", "RuleState", "Wrapped", "Wrapper", "check_range"]

import abc
import dataclasses
from typing import Any, Generic, TypeVar, final

from torch import Tensor

from pishro.errors import SettingError


def check_range(name: str, value: float, low: float, high: float = float("inf")) -> None:
    """Refuse a setting outside low ≤ value < high.

    Raises
    ------
    SettingError
        If it is outside, or NaN.
    """
    if not low <= value < high:
        bound = f"at least {low:g}" + ("" if high == float("inf") else f" and below {high:g}")
        raise SettingError(f"Expected {name} to be {bound}, received {value!r}.")


@dataclasses.dataclass
class RuleState:
    """A rule's memory; each rule adds its own vectors.

    Attributes
    ----------
    step : updates made so far.
    factor : what the next update multiplies its rate by; a schedule sets it.
    """

    step: int = dataclasses.field(default=0, kw_only=True)
    factor: float = dataclasses.field(default=1.0, kw_only=True)

    def pack(self) -> dict[str, Tensor | float]:
        """Everything that a later run needs, under flat names; tensors are not copied."""
        packed: dict[str, Tensor | float] = {}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, RuleState):
                packed.update({f"{field.name}.{name}": entry for name, entry in value.pack().items()})
            else:
                packed[field.name] = value
        return packed

    def unpack(self, packed: dict[str, Tensor | float]) -> None:
        """Take over what `pack` gave, into the state that `start` made for the same rule and the same θ."""
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, RuleState):
                prefix = f"{field.name}."
                value.unpack({n.removeprefix(prefix): e for n, e in packed.items() if n.startswith(prefix)})
            elif isinstance(value, Tensor):
                value.copy_(packed[field.name])  # type: ignore[arg-type]  # what was packed from a tensor is one
            else:
                setattr(self, field.name, type(value)(packed[field.name]))


State = TypeVar("State", bound=RuleState)


class Rule(abc.ABC, Generic[State]):
    """A first-order update rule; its settings are the fields of a frozen dataclass."""

    @abc.abstractmethod
    def start(self, theta: Tensor) -> State:
        """The state before the first update of θ (…, P)."""

    @abc.abstractmethod
    def update(self, gradient: Tensor, state: State, theta: Tensor) -> None:
        """Move θ (…, P) by one step, in place; the gradient (…, P) is only read."""

    @property
    def pace(self) -> int:
        """Gradients from one movement of θ to the next."""
        return 1

    def probe(self, state: State, theta: Tensor) -> Tensor:
        """Where the next gradient is wanted, (…, P)."""
        del state
        return theta

    def answer(self, state: State, theta: Tensor) -> Tensor:
        """What the run hands out, (…, P)."""
        del state
        return theta


@dataclasses.dataclass
class Wrapped(RuleState):
    """The state of a wrapper: that of the rule inside."""

    inner: RuleState


Around = TypeVar("Around", bound=Wrapped)


class Wrapper(Rule[Around]):
    """A rule around a rule; everything that it does not change is passed on."""

    rule: Rule[Any]

    @property
    def pace(self) -> int:
        """That of the rule inside."""
        return self.rule.pace

    def probe(self, state: Around, theta: Tensor) -> Tensor:
        """Where the rule inside wants the gradient."""
        return self.rule.probe(state.inner, theta)

    def answer(self, state: Around, theta: Tensor) -> Tensor:
        """What the rule inside hands out."""
        return self.rule.answer(state.inner, theta)

    def pass_on(self, gradient: Tensor, state: Around, theta: Tensor, factor: float = 1.0) -> None:
        """Let the rule inside update, its rate multiplied by a factor."""
        state.step += 1
        state.inner.factor = state.factor * factor
        self.rule.update(gradient, state.inner, theta)


@final
@dataclasses.dataclass
class Nested(Wrapped):
    """The state of a wrapper that remembers nothing itself."""
