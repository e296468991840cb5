"""The phrases of one language, and how it writes numbers and foreign names.

A phrase is a `str.format` template. The values put into it are never read as templates, so a column may be named
"{0}" without harm. Countable nouns have two phrases, ``….one`` and ``….other``.

Sentences that other rooms wrote, such as a recipe's or a stop reason, come as English text. A catalog of another
language knows them by their templates and tells them again (`retold`); what it does not know stays as it is, isolated.
"""

__all__ = ["Catalog"]

import dataclasses
import functools
import re
import string
from collections.abc import Callable, Mapping

from pishro.diagnosis import Fact
from pishro.report.wording import isolated, name_in_sentence, power_of_ten, printable, short

_SHAPE = re.compile(r"[0-9]+(?:-[0-9]+)+")
_NAME = re.compile(r"'([^']*)'")
_NUMBER = re.compile(r"[-−+±]?[0-9][0-9.,]*(?:e[+-]?[0-9]+)?")


def _as_it_is(text: str) -> str:
    return text


class _Typesetter(string.Formatter):
    """Numbers as they are printed: "2.5·10⁶" for "2.5e+06", and a minus in place of a hyphen."""

    def format_field(self, value: object, format_spec: str) -> str:
        shown = str(super().format_field(value, format_spec))
        if not isinstance(value, int | float):
            return shown
        mantissa, e, exponent = shown.partition("e")
        power = f"·{power_of_ten(int(exponent))}" if e else ""
        return mantissa.replace("-", "\N{MINUS SIGN}") + power


_TYPESETTER = _Typesetter()


@dataclasses.dataclass(frozen=True)
class Catalog:
    """The phrases of one language.

    Attributes
    ----------
    language : BCP 47 tag, such as "en" or "fa".
    direction : "ltr" or "rtl".
    phrases : template of each phrase by its key.
    quotes : what stands before and behind a foreign name.
    numerals : writes the numbers of a text, those in isolated parts excepted, as the language does.
    retellings : templates of English sentences, and the same sentences in this language.
    """

    language: str
    direction: str
    phrases: Mapping[str, str]
    quotes: tuple[str, str] = ("“", "”")
    numerals: Callable[[str], str] = _as_it_is
    retellings: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def say(self, key: str, **values: object) -> str:
        """The phrase `key` with `values` put in."""
        return self.numerals(_TYPESETTER.vformat(self.phrases[key], (), values))

    def count(self, noun: str, number: int) -> str:
        """A number and its noun: "1 row", "1,200 rows"."""
        return self.say(f"{noun}.one" if number == 1 else f"{noun}.other", n=f"{number:,}")

    def name(self, group: str, word: str) -> str:
        """The phrase ``group.word``, or `word` itself, isolated, where the catalog has none."""
        return self.phrases.get(f"{group}.{word}") or self.foreign(word)

    def foreign(self, text: object, length: int = 60) -> str:
        """A name that is no word of this language: harmless, and without effect on the order of what surrounds it."""
        shown = short(text, length)
        return shown if self.direction == "ltr" else isolated(shown)

    def quoted(self, text: object, length: int = 60) -> str:
        """A foreign name within a sentence, in quotes."""
        if self.direction == "ltr":
            return name_in_sentence(text, length)
        return f"{self.quotes[0]}{isolated(short(text, length))}{self.quotes[1]}"

    def sentence(self, fact: Fact) -> str:
        """A finding in words."""
        return self.say(f"fact.{fact.name}", **self._values(fact))

    def remedy(self, fact: Fact) -> str:
        """What to do about it; empty for a note."""
        return self.say(f"fact.{fact.name}.remedy", **self._values(fact)) if fact.severity != "note" else ""

    def _values(self, fact: Fact) -> dict[str, object]:
        return {name: self.retold(v, 200) if isinstance(v, str) else v for name, v in fact.values.items()}

    def retold(self, text: str, length: int = 10_000) -> str:
        """A sentence of another room in this language; one that it does not know stays English, isolated."""
        for pattern, template in self._patterns:
            match = pattern.fullmatch(text)
            if match is not None:
                values = {name: self._part(value) for name, value in match.groupdict().items()}
                return self.numerals(template.format(**values))
        return self.foreign(text, length) if self.retellings else printable(text)

    def _part(self, text: str) -> str:
        if _NUMBER.fullmatch(text) or _SHAPE.fullmatch(text):
            return text
        name = _NAME.fullmatch(text)
        return self.quoted(name[1]) if name is not None else self.retold(text, 200)

    @functools.cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str]]:
        return [(_pattern(english), told) for english, told in self.retellings.items()]


def _pattern(template: str) -> re.Pattern[str]:
    """What a sentence made from a template looks like; a field is any text, and one named `number…` a number."""
    parts = []
    for literal, field, _, _ in string.Formatter().parse(template):
        parts.append(re.escape(literal))
        if field is not None:
            parts.append(f"(?P<{field}>{_NUMBER.pattern if field.startswith('number') else '.+?'})")
    return re.compile("".join(parts), re.DOTALL)
