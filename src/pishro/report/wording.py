"""Numbers and foreign names as they are shown: rounded to what is known, and harmless."""

__all__ = [
    "decimals",
    "fixed",
    "interval",
    "is_share",
    "isolated",
    "measured",
    "name_in_sentence",
    "number",
    "power_of_ten",
    "printable",
    "short",
]

import math
import unicodedata

from pishro.models.evaluation import Metric

_BIDI = {chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_MINUS = "\N{MINUS SIGN}"


def printable(text: object) -> str:
    r"""Text in which control characters and direction overrides are visible escapes.

    Joiners, which Persian and emoji need, stay as they are.

    Examples
    --------
    >>> printable("a\u202eb\x00")
    'a\\u202eb\\x00'
    """
    return "".join(_visible(c) for c in str(text))


def _visible(char: str) -> str:
    if char.isprintable():
        return char
    kind = unicodedata.category(char)
    if kind in {"Zs", "Cf"} and char not in _BIDI:
        return char
    return char.encode("unicode_escape", "backslashreplace").decode("ascii")


def short(text: object, length: int = 60) -> str:
    """Printable text of at most `length` characters, with its middle left out where it is longer."""
    shown = printable(text)
    if len(shown) <= length:
        return shown
    tail = length // 3
    return f"{shown[: length - tail - 1]}…{shown[-tail:]}"


def isolated(text: str) -> str:
    """Text whose direction has no effect on what surrounds it."""
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"


def name_in_sentence(text: object, length: int = 60) -> str:
    """A foreign name in quotes; one that runs from right to left is isolated, so the sentence keeps its order."""
    shown = short(text, length)
    if any(unicodedata.bidirectional(c) in {"R", "AL", "AN"} for c in shown):
        return f"“{isolated(shown)}”"
    return f"“{shown}”"


def power_of_ten(exponent: int) -> str:
    """A power of ten as text.

    Examples
    --------
    >>> power_of_ten(-3)
    '10⁻³'
    """
    return f"10{str(exponent).translate(_SUPERSCRIPT)}"


def fixed(value: float, places: int) -> str:
    """A finite number with a fixed number of places, or in powers of ten where it is very large or very small."""
    if value != 0 and (abs(value) >= 1e7 or (abs(value) < 1e-4 and places > 5)):
        mantissa, exponent = f"{value:.2e}".split("e")
        return f"{mantissa.replace('-', _MINUS)}·{power_of_ten(int(exponent))}"
    shown = f"{value:,.{places}f}"
    if float(shown.replace(",", "")) == 0:
        shown = shown.lstrip("-")
    return shown.replace("-", _MINUS)


def number(value: float, digits: int = 3, *, undefined: str = "–") -> str:
    """A number with so many significant digits; `undefined` stands for one that is not finite.

    Examples
    --------
    >>> number(1234.5), number(0.012345), number(float("nan"))
    ('1,234', '0.0123', '–')
    """
    if not math.isfinite(value):
        return undefined
    if value == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return fixed(value, places)


def is_share(metric: Metric) -> bool:
    """Whether a metric is a share of the rows, shown in percent."""
    return "accuracy" in metric.name.lower() or "coverage" in metric.name.lower() or metric.better == "0.95"


def decimals(metric: Metric) -> int:
    """Places that a metric's interval supports: two significant digits of its width."""
    scale = 100.0 if is_share(metric) else 1.0
    width = abs(metric.high - metric.low) * scale
    if not math.isfinite(width) or width == 0:
        size = abs(metric.value) * scale
        width = 0.1 * size if math.isfinite(size) and size > 0 else 1.0
    return min(max(0, 1 - math.floor(math.log10(width))), 1 if scale == 100.0 else 9)


def measured(metric: Metric, places: int, *, unit: str, undefined: str) -> str:
    """The value of a metric with its unit, as it is called in the language."""
    if not math.isfinite(metric.value):
        return undefined
    if is_share(metric):
        return f"{fixed(100 * metric.value, places)} %"
    return fixed(metric.value, places) + (f" {unit}" if unit else "")


def interval(metric: Metric, places: int) -> tuple[str, str] | None:
    """The ends of a metric's interval without its unit, or None where they are not known."""
    if not (math.isfinite(metric.low) and math.isfinite(metric.high)):
        return None
    scale = 100.0 if is_share(metric) else 1.0
    return fixed(scale * metric.low, places), fixed(scale * metric.high, places)
