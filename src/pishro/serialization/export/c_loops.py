"""The body of a C function: its arrays, constants and loops."""

__all__ = ["Loops"]

from typing import Literal

import numpy as np

from pishro.serialization.export.program import Array, Program, Value

Precision = Literal["float32", "float64"]


class Loops:
    """Writes a program's steps one behind the other.

    Attributes
    ----------
    lines, constants : of the function's body, and before it.
    real, suffix : the type of numbers, and the letter of its functions.
    """

    def __init__(self, program: Program, precision: Precision) -> None:
        self.program = program
        self.real, self.suffix = ("float", "f") if precision == "float32" else ("double", "")
        self.wide = program.wide("number", "day") if precision == "float32" else set()
        self._last = program.last_use()
        self.lines: list[str] = []
        self.constants: list[str] = []
        self._named: dict[tuple[int, bool], str] = {}
        self._buffers: list[list[int | bool]] = []  # capacity, wide
        self._free: set[int] = set()
        self._held: dict[int, int] = {}

    def begin(self, value: Value) -> None:
        """Give a value an array: a free one, grown if need be, or a new one."""
        need, wide = value.size * max(value.members, 1), value.index in self.wide
        fitting = [i for i in sorted(self._free) if self._buffers[i][1] == wide]
        if fitting:
            best = min(fitting, key=lambda i: (self._buffers[i][0] < need, abs(int(self._buffers[i][0]) - need)))
            self._free.discard(best)
        else:
            best = len(self._buffers)
            self._buffers.append([0, wide])
        self._buffers[best][0] = max(int(self._buffers[best][0]), need)
        self._held[value.index] = best

    def end(self, value: Value, reads: tuple[Value, ...]) -> None:
        """Let go of what nothing reads any more behind the step that made this value."""
        for read in {*reads, value}:
            if self._last[read.index] <= value.index and read.index in self._held:
                self._free.add(self._held[read.index])

    def declarations(self) -> list[str]:
        """The arrays that hold the values."""
        return [f"{'double' if wide else self.real} b{i}[{size}];" for i, (size, wide) in enumerate(self._buffers)]

    @property
    def stack(self) -> int:
        """Bytes of these arrays."""
        each = 4 if self.suffix else 8
        return sum(int(size) * (8 if wide else each) for size, wide in self._buffers)

    def outputs(self) -> list[str]:
        """Copy the outputs to where the caller wants them."""
        lines, start = [], 0
        for value in self.program.outputs.values():
            lines.append(f"for (int i = 0; i < {value.size}; i++)")
            lines.append(f"    out[{f'{start} + i' if start else 'i'}] = {self.buffer(value)}[i];")
            start += value.size
        return lines

    def buffer(self, value: Value) -> str:
        """Name of a value's array."""
        return f"b{self._held[value.index]}"

    def at(self, value: Value, entry: str = "i") -> str:
        """An entry of a value in a loop over members k and entries; the only entry stands for all."""
        name = self.buffer(value)
        entry = "0" if value.size == 1 else entry
        if not value.members:
            return f"{name}[{entry}]"
        if value.size == 1:
            return f"{name}[k]"
        return f"{name}[k * {value.size} + {entry}]"

    def number(self, value: float, wide: bool = False) -> str:
        """A literal."""
        if self.suffix and not wide:
            most = float(np.finfo(np.float32).max)
            return f"{float(np.float32(min(max(value, -most), most)))!r}f"
        return repr(value)

    def constant(self, array: Array, wide: bool = False) -> str:
        """The name of a constant array."""
        key = (id(array), wide)
        if key not in self._named:
            self._named[key] = name = f"c{len(self._named)}"
            numbers = [self.number(float(v), wide) for v in array.ravel()]
            rows = ",\n    ".join(", ".join(numbers[i : i + 8]) for i in range(0, len(numbers), 8))
            kind = "double" if wide else self.real
            self.constants.append(f"static const {kind} {name}[{len(numbers)}] = {{\n    {rows}\n}};")
        return self._named[key]

    def entry(self, array: Array, value: Value, entry: str = "i") -> str:
        """An entry of a constant (), (size), or (members, size)."""
        wide = value.index in self.wide
        if array.ndim == 0:
            return self.number(float(array), wide)
        if array.size == 1:
            return self.number(float(array.ravel()[0]), wide)
        name = self.constant(array, wide)
        if array.ndim == 1:
            return f"{name}[{entry}]"
        return f"{name}[k]" if array.shape[1] == 1 else f"{name}[k * {array.shape[1]} + {entry}]"

    def each(self, value: Value, text: str) -> None:
        """Assign to every entry of a value."""
        if value.size == 1:
            self.over_members(value, [f"{self.at(value)} = {text};"])
        else:
            self.over_members(value, [f"for (int i = 0; i < {value.size}; i++)", f"    {self.at(value)} = {text};"])

    def over_members(self, value: Value, lines: list[str]) -> None:
        """Lines for each member."""
        if not value.members:
            self.lines += lines
        else:
            self.lines += [f"for (int k = 0; k < {value.members}; k++) {{", *(f"    {line}" for line in lines), "}"]

    def function(self, pattern: str, value: Value, *entries: str) -> str:
        """A function's text with the letter of its type."""
        return pattern.format(*entries).replace("@", "" if value.index in self.wide else self.suffix)
