"""The description of a table: which columns enter, as what, and what was left out and why."""

__all__ = ["Column", "LeftOut", "Schema"]

import dataclasses
from typing import Any, Literal

Kind = Literal["numeric", "categorical", "boolean", "date"]
Task = Literal["regression", "classification"]
Label = str | int | float | bool
KINDS: tuple[Kind, ...] = ("numeric", "categorical", "boolean", "date")

SHOWN = 12
"""Names in a sentence before it says how many more there are."""


@dataclasses.dataclass(frozen=True)
class Column:
    """One input column.

    Attributes
    ----------
    name : its name in the table.
    kind : "numeric", "categorical", "boolean" or "date".
    style : how text is read: "plain", "thousands" or "decimal comma" for numbers, a format such as "%d/%m/%Y" for
        dates, "" for the others.
    missing : number of missing cells when the schema was inferred.
    levels : most features for levels, of a categorical or boolean column; 0 leaves it to the encoder.
    """

    name: str
    kind: Kind
    style: str = ""
    missing: int = 0
    levels: int = 0


@dataclasses.dataclass(frozen=True)
class LeftOut:
    """A column that is not used, and the reason, which completes the sentence "it was left out: …"."""

    name: str
    reason: str

    def __str__(self) -> str:
        """The name and the reason as a sentence."""
        return f"{self.name!r} is left out: {self.reason}."


def _listed(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


@dataclasses.dataclass(frozen=True)
class Schema:
    """What a table holds and how a model is to use it.

    Attributes
    ----------
    columns : the inputs, in the table's order.
    target : name of the column to predict.
    task : "regression" or "classification".
    classes : the labels in order, of their own type (text, integer, boolean); empty for regression.
    left_out : the columns that are not used.
    notes : sentences on what was decided.
    warnings : sentences on what gives the target away, or looks as if it did.
    rows : number of rows with a target.
    target_style : how the target's numbers are written (see `Column`); "" for labels.
    """

    columns: tuple[Column, ...]
    target: str
    task: Task
    classes: tuple[Label, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    rows: int = 0
    target_style: str = ""
    warnings: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The schema in sentences, one a line."""
        what = (
            f"{len(self.classes)} classes ({_listed([str(c) for c in self.classes])})" if self.classes else "a number"
        )
        lines = [f"Predict {self.target!r}, {what}: {self.task} from {len(self.columns)} columns and {self.rows} rows."]
        for kind in KINDS:
            names = [c.name for c in self.columns if c.kind == kind]
            if names:
                lines.append(f"{len(names)} {kind}: {_listed(names)}.")
        gaps = [f"{c.name} {c.missing}" for c in self.columns if c.missing]
        if gaps:
            lines.append(f"Missing cells: {_listed(gaps)}.")
        lines += [str(column) for column in self.left_out]
        lines += self.notes
        lines += [f"Warning: {warning}" for warning in self.warnings]
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """Plain data for the header of a model file."""
        return dataclasses.asdict(self) | {
            "columns": [dataclasses.asdict(c) for c in self.columns],
            "classes": list(self.classes),
            "left_out": [dataclasses.asdict(c) for c in self.left_out],
            "notes": list(self.notes),
            "warnings": list(self.warnings),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Schema":
        """The schema that `to_json` wrote."""
        return cls(
            columns=tuple(Column(**c) for c in data["columns"]),
            target=data["target"],
            task=data["task"],
            classes=tuple(data["classes"]),
            left_out=tuple(LeftOut(**c) for c in data["left_out"]),
            notes=tuple(data["notes"]),
            rows=data["rows"],
            target_style=data["target_style"],
            warnings=tuple(data["warnings"]),
        )
