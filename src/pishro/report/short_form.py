"""The short form of a model for notebooks: the verdict, the answer, the scores and the first advice."""

__all__ = ["plain", "short_form"]

import functools
import html

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from pishro.report.advice import give_advice
from pishro.report.answer import give_answer
from pishro.report.catalog import Catalog
from pishro.report.facts import ReportFacts
from pishro.report.sentences import ENGLISH
from pishro.report.wording import short

_ADVICE = 3


def short_form(facts: ReportFacts, catalog: Catalog = ENGLISH) -> str:
    """An HTML element without style sheet, script or figures.

    Parameters
    ----------
    facts : what it says.
    catalog : the language it says it in.
    """
    answer = give_answer(facts, catalog)
    return _template().render(
        answer=answer,
        advice=give_advice(facts, answer, catalog)[:_ADVICE],
        catalog=catalog,
        title=catalog.foreign(short(facts.target)),
    )


def plain(text: str) -> str:
    """Text as an HTML element, its characters only."""
    return f"<pre>{html.escape(text)}</pre>"


@functools.cache
def _template() -> Template:
    loader = PackageLoader("pishro.report", "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template("short_form.html")
