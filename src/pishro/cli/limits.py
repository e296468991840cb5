"""Limits of a prediction as they are typed: --monotone age=+1 and --bounds 0,100."""

__all__ = ["bounds_from", "monotone_from"]

from collections.abc import Sequence

from pishro.errors import SettingError

DIRECTIONS = {"+1": 1, "1": 1, "+": 1, "-1": -1, "-": -1}


def monotone_from(typed: Sequence[str]) -> dict[str, int] | None:
    """Direction by column, from texts such as "age=+1"; a column's name may itself hold an equals sign.

    Examples
    --------
    >>> monotone_from(["age=+1", "price=-1"])
    {'age': 1, 'price': -1}
    """
    found: dict[str, int] = {}
    for text in typed:
        column, _, direction = text.rpartition("=")
        if not column or direction not in DIRECTIONS:
            raise SettingError(f"Expected --monotone and a column with +1 or -1, such as age=+1, received {text!r}.")
        found[column] = DIRECTIONS[direction]
    return found or None


def bounds_from(typed: str | None) -> tuple[float | None, float | None] | None:
    """Lowest and highest prediction, from a text such as "0,100", "0," or ",100".

    Examples
    --------
    >>> bounds_from("0,")
    (0.0, None)
    """
    if typed is None:
        return None
    low, comma, high = typed.partition(",")
    try:
        ends = tuple(float(end) if end.strip() else None for end in (low, high))
    except ValueError:
        ends = (None, None)
    if not comma or ends == (None, None):
        raise SettingError(f'Expected --bounds with a comma, such as "0,100", "0," or ",100", received {typed!r}.')
    return ends[0], ends[1]
