"""Few rows or many: which recipe a table gets."""

__all__ = ["choose_recipe"]

from pishro.errors import SettingError
from pishro.optim import LBFGS, LevenbergMarquardt, Rule
from pishro.training.by_method import ByMethod
from pishro.training.few_rows import FewRows
from pishro.training.many_rows import ManyRows
from pishro.training.methods import choose_method, takes_evidence, writes_matrix
from pishro.training.recipe import Hidden, Recipe, left_open
from pishro.training.wishes import PLAIN, Wishes

MANY_ROWS = 4000
"""Training rows from which mini-batches are used. Inner splits of the training parts: power plant (6,900 rows) RMSE
3.54 against 3.8, california housing (13,200) 46,000 against 52,000, letter (12,800) error 3 % against 30 %."""

MANY_LABELS = 100
"""Rows with a class label from which mini-batches are used, unless a width is named. The evidence of few rows makes
probabilities too soft where classes can be told apart, and overfits where they cannot: labels have no noise precision
to take the misfit up. Log loss on rows left out, evidence and mini-batches, 3 splits each: 90 irises 0.12 and 0.09, 106
wines 0.12 and 0.06, two rings 0.29 and 0.06, a noisy product 0.55 and 0.48, credit-g 0.57 and 0.51, titanic 0.43 and
0.43, 3000 smooth rows 0.55 and 0.55; the other way round on breast cancer, 0.09 and 0.16. The errors were the same to a
point, but for credit-g, 29.6 and 26.5 %."""

LABELS = "class labels show evidence no noise to read off, and get better probabilities this way."

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
    wishes: Wishes = PLAIN,
    labels: bool = False,
) -> Recipe:
    """Choose what is left "auto".

    Parameters
    ----------
    rows, inputs, outputs : N training rows, D encoded inputs, C raw outputs.
    hidden : "auto", or the units of the hidden layers.
    members : "auto", or how many networks.
    seconds : time to plan for.
    wishes : method, regularization, early stopping and constraints.
    labels : whether the targets are class labels.

    Raises
    ------
    SettingError
        If the wishes do not go together; the message names what would.

    Examples
    --------
    >>> choose_recipe(700, 8, 1).sentence.split(" on ")[0]
    'Levenberg-Marquardt with evidence'
    >>> choose_recipe(700, 8, 1, wishes=Wishes("bfgs")).sentence.split(",")[0]
    'Method bfgs on 8 networks with 12-12 units'
    """
    many = rows >= MANY_ROWS or inputs >= MANY_INPUTS
    method, size = wishes.method, (rows, inputs, outputs, hidden, members, seconds)
    constrained, stopped = bool(wishes.constraints), wishes.early_stopping is True
    batches = many or (labels and rows >= MANY_LABELS and left_open(hidden))
    if method == "auto" and batches and wishes.regularization != "evidence" and not constrained:
        recipe = ManyRows.choose(*size, numbers=not labels)
        return (recipe if many else recipe.because(LABELS)).under(wishes)
    if method == "auto":
        method = LBFGS() if many and wishes.regularization != "evidence" else LevenbergMarquardt()
    chosen, _ = choose_method(method, rows, 1)
    evidence = takes_evidence(wishes.regularization, chosen, constrained=constrained, stopped=stopped)
    if isinstance(chosen, Rule):
        return ManyRows.choose(*size).under(wishes, chosen, None if many else FewRows.choose(*size))
    if evidence:
        return FewRows.choose(*size).by(chosen)
    if stopped and constrained:
        raise SettingError("Expected constraints or early stopping, received both; leave one of them out.")
    base = FewRows if writes_matrix(chosen) or not many else ManyRows
    return ByMethod.of(base.choose(*size), chosen, wishes)
