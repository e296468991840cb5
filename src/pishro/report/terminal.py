"""The same answer in the terminal, short."""

__all__ = ["print_summary"]

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from pishro.report.advice import give_advice
from pishro.report.answer import Answer, baseline_name, give_answer
from pishro.report.catalog import Catalog
from pishro.report.facts import ReportFacts
from pishro.report.sentences import ENGLISH
from pishro.report.wording import printable, short

_COLORS = {"clear": "green", "likely": "yellow", "tie": "yellow", "worse": "red", "none": "cyan"}
_MOST = 8
# Width of a column with its interval, such as "33,380 to 36,990", and the gap after it.
_COLUMN = 20


def print_summary(facts: ReportFacts, console: Console, catalog: Catalog = ENGLISH) -> None:
    """Print the answer of a run: the verdict, the scores beside the baselines, what to know and what to do.

    Parameters
    ----------
    facts : what the summary says.
    console : where it goes.
    catalog : the language it says it in.
    """
    answer = give_answer(facts, catalog)
    color = _COLORS[answer.comparison.grade]
    console.print()
    console.print(f"[bold]{escape(short(facts.name, 80))}[/]  [bold {color}]● {escape(answer.verdict)}[/]")
    console.print(escape(" ".join(answer.paragraph)), highlight=False)
    if answer.table:
        console.print()
        console.print(_scores(answer, catalog, console.width))
    _bullets(console, catalog.say("heading.left_out"), [f"{short(n, 40)}: {r}" for n, r in facts.left_out], catalog)
    _bullets(console, catalog.say("heading.notes"), facts.notes, catalog)
    _bullets(console, catalog.say("heading.next"), give_advice(facts, answer, catalog), catalog)
    console.print()


def _scores(answer: Answer, catalog: Catalog, width: int) -> Table:
    """The table of scores; in a narrow terminal only the best baseline stands beside the model."""
    kept = list(range(len(answer.columns)))
    best = baseline_name(answer.comparison.baseline, catalog)
    if _COLUMN * len(kept) + _COLUMN > width and best in answer.columns:
        kept = [0, answer.columns.index(best, 1)]
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim", show_edge=False)
    table.add_column(escape(catalog.say("table.metric")))
    for place in kept:
        table.add_column(escape(short(answer.columns[place], 30)), justify="right")
    for row in answer.table:
        cells = []
        for place in kept:
            cell = row.cells[place]
            if cell is None:
                cells.append("[dim]–[/]")
                continue
            value = escape(cell.value)
            known = f"\n[dim]{escape(cell.interval)}[/]" if cell.interval else ""
            cells.append(f"[bold]{value}[/]{known}" if place == 0 else f"{value}{known}")
        table.add_row(f"{escape(short(row.name, 30))} [dim]{row.direction}[/]", *cells)
    return table


def _bullets(console: Console, heading: str, sentences: list[str], catalog: Catalog) -> None:
    if not sentences:
        return
    console.print(f"\n[bold]{escape(heading)}[/]")
    for sentence in sentences[:_MOST]:
        bullet = Table.grid(padding=(0, 1, 0, 0))
        bullet.add_row("•", escape(printable(sentence)))
        console.print(Padding(bullet, (0, 0, 0, 2)), highlight=False)
    if len(sentences) > _MOST:
        console.print(f"  [dim]{escape(catalog.say('table.more', columns=len(sentences) - _MOST))}[/]")
