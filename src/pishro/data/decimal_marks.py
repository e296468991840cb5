"""What a comma or a point between digits is: "5,830" is 5830 in one country and 5.83 in another.

A column whose cells all have three digits behind one mark does not tell; the table's other columns, written by the same
hand, do. "82,5" beside it says that commas are decimal, "1,234,567" or "82.5" that they are not. Where no column tells,
a file separated by semicolons has decimal commas, for that is why it is not separated by commas.
"""

__all__ = ["NO_MARKS", "Marks", "SpelledNumbers", "spelled_numbers", "table_marks"]

import dataclasses

import polars as pl

from pishro.data.cells import NUMBER_STYLES, UNREADABLE, number_of
from pishro.data.spelling import AGREEMENT, TextColumn

_MARKED = r"\d[.,]\d"
_STYLE_WORDS = {"plain": "decimal points", "thousands": "commas between thousands", "decimal comma": "decimal commas"}


@dataclasses.dataclass(frozen=True)
class Marks:
    """What the marks in a table's numbers are.

    Attributes
    ----------
    decimal : "," or "."; "" where nothing tells.
    reason : a clause, such as "as 'x' has decimal commas".
    by_cells : whether other cells tell, not the file's separator alone.
    """

    decimal: str = ""
    reason: str = ""
    by_cells: bool = False


NO_MARKS = Marks()


@dataclasses.dataclass(frozen=True)
class SpelledNumbers:
    """How a text column's numbers are read.

    Attributes
    ----------
    style : "plain", "thousands" or "decimal comma".
    failed : cells that are no numbers.
    rival : a style that fits the column as well and means other numbers; "" if there is none.
    cell : a cell that the two read differently.
    points : whether a cell has a decimal point.
    reason : why not the rival, as a clause; "" where that is an assumption.
    """

    style: str
    failed: tuple[str, ...] = ()
    rival: str = ""
    cell: str = ""
    points: bool = False
    reason: str = ""

    def notes(self, name: str) -> list[str]:
        """Sentences on the marks, where there is anything to say."""
        if not self.rival:
            return [f"{name!r} is written with {_STYLE_WORDS[self.style]}."] if self.style != "plain" else []
        read, other = number_of(self.cell, self.style), number_of(self.cell, self.rival)
        if self.reason:
            return [f"{name!r}: {self.cell!r} is read as {read:g} and not as {other:g}, {self.reason}."]
        return [
            f"{name!r}: {self.cell!r} could be {read:g} or {other:g}, and no other column tells; {read:g} is used. "
            "Write thousands without a mark and decimals with a point."
        ]


def spelled_numbers(column: TextColumn, marks: Marks = NO_MARKS) -> SpelledNumbers | None:
    """The spelling of numbers that most cells follow, or None for words; `marks` decide where two fit as well.

    Cells with a percent sign next to cells without one are refused: half of them would mean something else.
    """
    cells = column.meaningful()
    total = sum(cells.values())
    signs = sum(c for t, c in cells.items() if t.endswith(("%", "٪")))
    if not total or signs not in (0, total):
        return None
    failed = {style: [t for t in cells if number_of(t, style) == UNREADABLE] for style in NUMBER_STYLES}
    lost = {style: sum(cells[t] for t in failed[style]) for style in NUMBER_STYLES}
    least = min(lost.values())
    if least > (1 - AGREEMENT) * total:
        return None
    usual, *others = [style for style in NUMBER_STYLES if lost[style] == least]
    for rival in others:
        cell = min((t for t in cells if _differ(number_of(t, usual), number_of(t, rival))), default="")
        if cell:
            style, other, reason = _decided(usual, rival, marks)
            return SpelledNumbers(style, tuple(failed[style]), other, cell, reason=reason)
    points = usual == "plain" and any("." in t for t in cells.keys() - set(failed[usual]))
    return SpelledNumbers(usual, tuple(failed[usual]), points=points)


def _differ(a: float, b: float) -> bool:
    """Whether two readings are two numbers; NaN and `UNREADABLE` are none."""
    return abs(a - b) > 0 and UNREADABLE not in (a, b)


def _decided(usual: str, rival: str, marks: Marks) -> tuple[str, str, str]:
    """Style, rival and reason; the rival of the usual styles is always "decimal comma"."""
    if not marks.decimal or (usual == "plain" and not marks.by_cells):
        # A point is decimal nearly everywhere: a separator alone does not make it stand between thousands.
        return usual, rival, ""
    return (rival, usual, marks.reason) if marks.decimal == "," else (usual, rival, marks.reason)


def table_marks(frame: pl.DataFrame, separator: str = "") -> Marks:
    """What the marks in a table's numbers are, by all of its columns.

    Parameters
    ----------
    frame : the table (N, D).
    separator : of the text file that it comes from, "" for another source.
    """
    texts = [s for s in frame if s.dtype == pl.String and s.str.contains(_MARKED).any()]
    spelled = [(s.name, found) for s in texts if (found := spelled_numbers(TextColumn.of(s)))]
    if not any(found.rival for _, found in spelled):
        return NO_MARKS
    told: dict[str, Marks] = {}
    for name, found in spelled:
        if not found.rival and (found.style != "plain" or found.points):
            mark = "," if found.style == "decimal comma" else "."
            told.setdefault(mark, Marks(mark, f"as {name!r} has {_STYLE_WORDS[found.style]}", by_cells=True))
    if not told:
        fractions = next((s.name for s in frame if s.dtype.is_float() and _fractional(s)), None)
        if fractions is not None:
            return Marks(".", f"as {fractions!r} has decimal points", by_cells=True)
    if len(told) == 1:
        return next(iter(told.values()))
    if separator == ";":
        return Marks(",", "as semicolons separate the file's columns")
    return NO_MARKS


def _fractional(series: pl.Series) -> bool:
    finite = series.filter(series.is_finite())
    return bool((finite != finite.round()).any())
