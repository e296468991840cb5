"""The model as a program: a short list of steps on rows of numbers, from the raw columns to the prediction.

Every export reads this one description, so that C, NumPy, ONNX and MATLAB share one reading of the model, and a new
layer or cost is explained once, in a few steps, and not four times. A step makes one *value*: for each row of the table
a vector of `size` numbers, or one for each of `members` networks. Images are vectors too, channel by channel and row by
row; only convolution and pooling know their grid. Constants are float64, a members axis first where they have one.

There are no loops and no branches: what a program costs is known from its text, and needs no memory but its values.
"""

__all__ = ["Builder", "Column", "Program", "Step", "Value"]

import dataclasses
from typing import Any, Literal, final

import numpy as np
import numpy.typing as npt

from pishro.serialization.export import steps as op

Array = npt.NDArray[np.float64]
Step = op.Step


@final
@dataclasses.dataclass(frozen=True)
class Value:
    """What a step makes.

    Attributes
    ----------
    index : its number; the values are numbered in the order in which they are made.
    size : entries for each row.
    members : how many networks have one each; 0 for one that all share.
    """

    index: int
    size: int
    members: int = 0


@final
@dataclasses.dataclass(frozen=True)
class Column:
    """One raw column, the first input of everything.

    Attributes
    ----------
    name : in the table.
    kind : "number"; "day" for dates, as days since 1970-01-01; "level" and "truth" for texts that have a code each, the
        latter with the spellings of yes and no.
    levels : the texts with codes 0, 1, …; the next code is that of any other text, the one behind it of a missing cell.
    typical : a usual number and a usual distance from it, from which rows for a check are drawn.
    """

    name: str
    kind: Literal["number", "day", "level", "truth"]
    levels: tuple[str, ...] = ()
    typical: tuple[float, float] = (0.0, 1.0)


@final
@dataclasses.dataclass(frozen=True, eq=False)
class Program:
    """A fitted model from raw columns to its outputs.

    Attributes
    ----------
    target : name of what is predicted.
    columns : the raw inputs in order.
    shape : shape of a row where the columns are the entries of one array, such as an image; () for a table.
    steps : each with the value that it makes and those that it reads.
    outputs : the values that are handed out, by name: "prediction", "lower" and "upper", or "probabilities".
    classes : the labels, in the order of the probabilities; the prediction is the first most probable one.
    level : of the interval; None where there is none.
    notes : sentences for the head of a file.
    """

    target: str
    columns: tuple[Column, ...]
    shape: tuple[int, ...]
    steps: tuple[tuple[Value, Step, tuple[Value, ...]], ...]
    outputs: dict[str, Value]
    classes: tuple[Any, ...] = ()
    level: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def numbers(self) -> int:
        """Constants in it, which is what a file's size depends on."""
        seen = {id(array): array.size for _, step, _ in self.steps for array in step.constants()}
        return sum(seen.values())

    def wide(self, *kinds: str) -> set[int]:
        """Values, by index, that need float64 where all others are float32: raw columns of those kinds, until scaled.

        A day and hour since 1970, or a year with a small spread, loses the digits that matter before its mean is
        subtracted.
        """
        found: set[int] = set()
        for value, step, reads in self.steps:
            raw = isinstance(step, op.Read) and any(self.columns[c].kind in kinds for c in step.columns)
            narrows = isinstance(step, op.Join | op.Gather | op.Dense | op.Distance | op.Convolve)
            if raw or (not narrows and any(v.index in found for v in reads)):
                found.add(value.index)
        return found

    def last_use(self) -> dict[int, int]:
        """Of each value, by its index, the place in `steps` of the last step that reads it; the end for outputs."""
        last = {value.index: place for place, (value, _, _) in enumerate(self.steps)}
        for place, (_, _, reads) in enumerate(self.steps):
            last |= {value.index: place for value in reads}
        return last | {value.index: len(self.steps) for value in self.outputs.values()}


@final
class Builder:
    """Writes steps one behind the other; each method adds one and returns its value."""

    def __init__(self) -> None:
        self.steps: list[tuple[Value, Step, tuple[Value, ...]]] = []

    def add(self, step: Step, *reads: Value, size: int, members: int | None = None) -> Value:
        """Any step; the members are those of what it reads unless given."""
        among = max((v.members for v in reads), default=0) if members is None else members
        value = Value(len(self.steps), size, among)
        self.steps.append((value, step, reads))
        return value

    def map(self, function: op.Function, x: Value) -> Value:
        """A function of each entry."""
        return self.add(op.Map(function), x, size=x.size)

    def combine(self, function: op.Pairing, x: Value, y: Value) -> Value:
        """A function of two values entry by entry; a value of size 1 stands beside each entry."""
        return self.add(op.Combine(function), x, y, size=max(x.size, y.size))

    def affine(self, x: Value, factor: Any, shift: Any = 0.0) -> Value:
        """X · factor + shift, numbers or one for each entry."""
        step = op.Affine(*(np.asarray(v, np.float64) for v in (factor, shift)))
        if step.factor.ndim == step.shift.ndim == 0 and step.factor == 1 and step.shift == 0:
            return x
        return self.add(step, x, size=max(x.size, step.factor.size, step.shift.size))

    def standardize(self, x: Value, center: Any, factor: Any) -> Value:
        """(x − center) · factor, the difference first: it is exact where x lies far from zero."""
        return self.add(op.Standardize(np.asarray(center, float), np.asarray(factor, float)), x, size=x.size)

    def clip(self, x: Value, low: float, high: float) -> Value:
        """X cut at both bounds, which may be infinite."""
        return self.add(op.Clip(low, high), x, size=x.size)

    def dense(self, x: Value, weight: Array, bias: Array) -> Value:
        """X W + b, with W (size, units) or (members, size, units)."""
        members = max(x.members, len(weight) if weight.ndim == 3 else 0)
        return self.add(op.Dense(weight, bias), x, size=weight.shape[-1], members=members)

    def take(self, x: Value, start: int, stop: int) -> Value:
        """The entries from `start` until before `stop`."""
        return x if (start, stop) == (0, x.size) else self.add(op.Take(start, stop), x, size=stop - start)

    def gather(self, x: Value, index: "tuple[int, ...]") -> Value:
        """The entries of these numbers, in this order."""
        return x if index == tuple(range(x.size)) else self.add(op.Gather(index), x, size=len(index))

    def join(self, *parts: Value) -> Value:
        """The entries of several values side by side."""
        return parts[0] if len(parts) == 1 else self.add(op.Join(), *parts, size=sum(p.size for p in parts))

    def total(self, x: Value) -> Value:
        """The sum of the entries."""
        return self.add(op.Total(), x, size=1)

    def softmax(self, x: Value) -> Value:
        """e^x divided by its sum over the entries."""
        return self.add(op.Softmax(), x, size=x.size)

    def mean(self, x: Value) -> Value:
        """The mean over the members; of one that all share, itself."""
        return self.add(op.MemberMean(), x, size=x.size, members=0) if x.members else x

    def beside(self, x: Value) -> Value:
        """The members' entries side by side, member by member."""
        return self.add(op.Beside(), x, size=x.size * x.members, members=0) if x.members else x
