"""Few rows or many: which recipe a table gets."""

__all__ = ["choose_recipe"]

from pishro.training.few_rows import FewRows
from pishro.training.many_rows import ManyRows
from pishro.training.recipe import Hidden, Recipe

MANY_ROWS = 4000
"""Training rows from which mini-batches are used. Inner splits of the training parts: power plant (6,900 rows) RMSE
3.54 against 3.8, california housing (13,200) 46,000 against 52,000, letter (12,800) error 3 % against 30 %."""

MANY_INPUTS = 150
"""Encoded inputs from which mini-batches are used however few the rows: a first layer of a width worth having then has
more parameters than second-order steps can take (ames, 590 inputs: RMSE 19,000 against 31,000)."""


def choose_recipe(
    rows: int,
    inputs: int,
    outputs: int,
    hidden: Hidden = "auto",
    members: "int | str" = "auto",
    seconds: float | None = None,
) -> Recipe:
    """Choose what is left "auto".

    Parameters
    ----------
    rows, inputs, outputs : N training rows, D encoded inputs, C raw outputs.
    hidden : "auto", or the units of the hidden layers.
    members : "auto", or how many networks.
    seconds : time to plan for.

    Examples
    --------
    >>> choose_recipe(700, 8, 1).sentence.split(" on ")[0]
    'Levenberg-Marquardt with evidence'
    """
    many = rows >= MANY_ROWS or inputs >= MANY_INPUTS
    kind = ManyRows if many else FewRows
    return kind.choose(rows, inputs, outputs, hidden, members, seconds)
