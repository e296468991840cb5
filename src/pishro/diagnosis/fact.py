"""A fact: one number that was held against a threshold, and the sentence that says what follows."""

__all__ = ["Diagnosis", "Fact"]

import dataclasses
from collections.abc import Iterator
from typing import Any, Literal, final

from pishro.diagnosis.sentences import PHRASES

Severity = Literal["note", "warning", "alarm"]
Value = float | int | str


@final
@dataclasses.dataclass(frozen=True)
class Fact:
    """One finding.

    Attributes
    ----------
    name : key of its sentence, such as "dead"; its remedy is at "dead.remedy".
    values : the numbers and names in the sentence.
    threshold : what the first of the numbers was held against; None for a note, which passes no judgment.
    source : where the threshold comes from.
    severity : "note" describes, a "warning" asks to look, an "alarm" says not to trust.

    Examples
    --------
    >>> Fact("dead", {"share": 0.25, "layer": "dense1"}, 0.1, "a tenth", "warning").remedy
    'Lower the rate, start biases above zero, or use a leaky ReLU.'
    """

    name: str
    values: dict[str, Value]
    threshold: float | None = None
    source: str = ""
    severity: Severity = "note"

    @property
    def sentence(self) -> str:
        """The finding in words, in English; `PHRASES[name]` is its template."""
        return PHRASES[f"fact.{self.name}"].format(**self.values)

    @property
    def remedy(self) -> str:
        """What to do about it; empty for a note."""
        return PHRASES.get(f"fact.{self.name}.remedy", "").format(**self.values)

    def __str__(self) -> str:
        return f"{self.sentence} {self.remedy}".strip()


@final
@dataclasses.dataclass(frozen=True)
class Diagnosis:
    """What was found, the gravest first.

    Attributes
    ----------
    facts : the findings.
    checked : names of the checks that were made.
    """

    facts: tuple[Fact, ...]
    checked: tuple[str, ...] = ()

    @property
    def faults(self) -> tuple[Fact, ...]:
        """The facts that are more than notes."""
        return tuple(f for f in self.facts if f.severity != "note")

    def __iter__(self) -> Iterator[Fact]:
        return iter(self.facts)

    def __contains__(self, name: object) -> bool:
        return any(f.name == name for f in self.facts)

    def __getitem__(self, name: str) -> Fact:
        return next(f for f in self.facts if f.name == name)

    def to_json(self) -> dict[str, Any]:
        """Plain data for the header of the model file."""
        return {"facts": [dataclasses.asdict(f) for f in self.facts], "checked": list(self.checked)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Diagnosis":
        """The diagnosis that `to_json` wrote."""
        return cls(tuple(Fact(**f) for f in data["facts"]), tuple(data["checked"]))

    def __str__(self) -> str:
        count = len(self.faults)
        head = PHRASES["diagnosis.healthy" if not count else "diagnosis.one" if count == 1 else "diagnosis.several"]
        lines = [head.format(faults=count, checks=len(self.checked))]
        lines += [f"{'!' if f.severity == 'alarm' else '•' if f.severity == 'warning' else ' '} {f}" for f in self]
        return "\n".join(lines)

    __repr__ = __str__
