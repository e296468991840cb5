"""How a column of text is written: as numbers, as dates, as codes, or as words."""

__all__ = ["TextColumn", "date_format", "zero_padded"]

import dataclasses
import re

import polars as pl

from pishro.data.cells import MISSING_SPELLINGS, cell_text, latin, timestamps

AGREEMENT = 0.95
"""Share of the non-missing cells that has to follow a spelling before a column is read by it."""

PROBED = 300
"""Distinct values tried for dates first; a column that fails there is no date column."""

_DATE_LIKE = re.compile(r"\d{1,4}[-/. ]\w{1,9}[-/. ]\d{1,4}.*|[A-Za-z]{3,9} \d{1,2},? \d{4}.*")
_DAY_FORMATS = (
    "%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%d %b %Y", "%d %B %Y",
    "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%m/%d/%y", "%d/%m/%y",
)  # fmt: skip
_CLOCKS = ("", " %H:%M:%S%.f", " %H:%M")
# Formats that read the same text as different days; the first of each pair is taken when both fit.
_AMBIGUOUS = {"%m/%d/%Y": "%d/%m/%Y", "%m-%d-%Y": "%d-%m-%Y", "%d-%m-%Y": "%m-%d-%Y", "%m/%d/%y": "%d/%m/%y"}


@dataclasses.dataclass(frozen=True)
class TextColumn:
    """Distinct cells of a text column with their counts.

    Attributes
    ----------
    counts : stripped text and how often it occurs, blanks left out, most frequent first.
    rows : number of rows, blanks included.
    """

    counts: dict[str, int]
    rows: int

    @classmethod
    def of(cls, series: pl.Series) -> "TextColumn":
        """The tally of a column."""
        counts: dict[str, int] = {}
        tally = series.cast(pl.String).alias("cell").value_counts(sort=True, name="rows")
        for value, count in tally.iter_rows():
            text = cell_text(value)
            if text is not None:
                counts[text] = counts.get(text, 0) + count
        return cls(counts, len(series))

    @property
    def filled(self) -> int:
        """Number of cells that are not blank."""
        return sum(self.counts.values())

    def meaningful(self) -> dict[str, int]:
        """The counts without words for a missing value ("none", "unknown")."""
        return {t: c for t, c in self.counts.items() if t.lower() not in MISSING_SPELLINGS}


def zero_padded(column: TextColumn) -> bool:
    """Whether the cells are digits of one width, some beginning with zero: codes such as '01234'."""
    cells = [latin(t) for t in column.meaningful()]
    widths = {len(t) for t in cells}
    return len(widths) == 1 and widths != {1} and all(map(str.isdecimal, cells)) and any(t[0] == "0" for t in cells)


def date_format(column: TextColumn) -> tuple[str, list[str], str | None] | None:
    """The format of dates that most cells follow, the cells that do not, and a rival format that fits as well."""
    cells = column.meaningful()
    probe = list(cells)[:PROBED]
    if sum(_DATE_LIKE.fullmatch(t) is not None for t in probe) < AGREEMENT * len(probe) or not probe:
        return None
    series = pl.Series("cell", list(cells), dtype=pl.String)
    total = sum(cells.values())
    fitting: dict[str, list[str]] = {}
    for pattern in (day + clock for clock in _CLOCKS for day in _DAY_FORMATS):
        moments, unreadable = timestamps(series, pattern)
        failed = series.filter(pl.Series(unreadable)).to_list()
        years = moments.dt.year().drop_nulls()
        # A two-digit year read by "%Y" gives the year 12: not this format.
        plausible = not years.is_empty() and years.min() >= 1000  # type: ignore[operator]
        if plausible and sum(cells[t] for t in failed) <= (1 - AGREEMENT) * total:
            fitting[pattern] = failed
    if not fitting:
        return None
    best = min(fitting, key=lambda p: len(fitting[p]))
    day = best.partition(" %H")[0]
    rival = _AMBIGUOUS.get(day)
    rival = rival + best[len(day) :] if rival else None
    return best, fitting[best], rival if rival in fitting and len(fitting[rival]) == len(fitting[best]) else None
