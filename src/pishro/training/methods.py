"""Which method a training by hand uses where none is named, and which cannot do the job."""

__all__ = ["choose_method", "name_of", "refuse_what_does_not_fit", "takes_evidence", "writes_matrix"]

import os
from typing import Any

from pishro.errors import SettingError, unknown_name
from pishro.optim import LBFGS, AdamW, GaussNewton, LevenbergMarquardt, Method, Rule
from pishro.optim.catalog import METHODS, as_method
from pishro.optim.curvature import BFGSCurvature, GaussNewtonCurvature, HessianCurvature, ModifiedHessian
from pishro.optim.stochastic import Wrapper
from pishro.optim.stochastic.catalog import RULES, rule_named

BY_EVIDENCE = (LevenbergMarquardt().name, GaussNewton().name)
"""Methods whose matrix the evidence is read off."""

MOST_PARAMETERS = 4000
"""P up to which second-order steps with a matrix are chosen, as in few_rows.py."""

MOST_ROWS = 50_000
"""Rows up to which every step looks at all of them; beyond, mini-batches get further in the same time."""

MATRICES = 4
"""P × P matrices that a step holds at once: the curvature, its copy with a shift, the factor, and one on the way."""


def choose_method(method: "str | Method | Rule[Any]", rows: int, parameters: int) -> "tuple[Method | Rule[Any], str]":
    """The method, and the choice in one sentence.

    Parameters
    ----------
    method : "auto", a name, an assembly, or a stochastic rule.
    rows, parameters : N, and P of one member.

    Raises
    ------
    SettingError
        If the name is unknown.

    Examples
    --------
    >>> choose_method("auto", 500, 200)[1]
    'Levenberg-Marquardt: 200 parameters and 500 rows are few enough for second-order steps.'
    """
    if method != "auto":
        chosen = _named(method) if isinstance(method, str) else method
        return chosen, f"{chosen.name if isinstance(chosen, Method) else type(chosen).__name__}, as asked."
    if parameters <= MOST_PARAMETERS and rows <= MOST_ROWS:
        return LevenbergMarquardt(), (
            f"Levenberg-Marquardt: {parameters} parameters and {rows} rows are few enough for second-order steps."
        )
    if rows <= MOST_ROWS:
        return LBFGS(), (
            f"L-BFGS: {parameters} parameters are too many for a matrix of second derivatives, {rows} rows few "
            "enough to look at all of them in every step."
        )
    return AdamW(1e-3), f"Mini-batches by AdamW: {rows} rows are too many to look at all of them in every step."


def _named(name: str) -> "Method | Rule[Any]":
    if name.lower() in RULES:
        return rule_named(name.lower())
    try:
        return as_method(name)
    except SettingError:
        raise SettingError(unknown_name("method", name, ["auto", *METHODS, *RULES])) from None


def takes_evidence(asked: object, method: "Method | Rule[Any]", *, constrained: bool, stopped: bool) -> bool:
    """Whether the strength of the weight decay is read off the rows.

    Parameters
    ----------
    asked : "evidence", "auto", or anything else for no.
    method : that trains.
    constrained : whether constraints are to be kept.
    stopped : whether the training is to stop early.

    Raises
    ------
    SettingError
        If the method cannot keep constraints, or evidence is asked for where it is not to be had.

    Examples
    --------
    >>> takes_evidence("auto", LevenbergMarquardt(), constrained=False, stopped=True)
    False
    """
    able = isinstance(method, Method) and method.name in BY_EVIDENCE
    if constrained and isinstance(method, Rule):
        raise SettingError(
            f"{type(method).__name__} takes single steps without looking at constraints; take method='lbfgs' or "
            "'levenberg-marquardt', which keep them."
        )
    if asked != "evidence":
        return asked == "auto" and able and not constrained and not stopped
    if constrained:
        raise SettingError(
            "Evidence reads the curvature at a free minimum, which constraints hold off; name the strength, or None."
        )
    if stopped:
        raise SettingError("Evidence stops by itself; leave early stopping out, or give None in place of evidence.")
    if not able:
        name = method.name if isinstance(method, Method) else type(method).__name__
        raise SettingError(f"{name} has no Gauss-Newton matrix to read the evidence off; take 'levenberg-marquardt'.")
    return True


def refuse_what_does_not_fit(method: "Method | Rule[Any]", parameters: int, members: int) -> None:
    """Refuse a method whose matrices exceed the machine's memory, before anything is computed.

    Raises
    ------
    SettingError
        With the memory it would take, and methods that take no matrix.
    """
    if not isinstance(method, Method) or not writes_matrix(method):
        return
    needed, there = 8.0 * MATRICES * members * parameters**2, _memory()
    if needed > there:
        raise SettingError(
            f"{method.name} on {parameters} parameters and {members} member{'s' * (members > 1)} needs about "
            f"{needed / 1e9:.3g} GB for its matrices, and this machine has {there / 1e9:.3g} GB; take "
            "'hessian-free' or 'lbfgs', which need none, or mini-batches by optim.AdamW()."
        )


def writes_matrix(method: Method) -> bool:
    """Whether its curvature is P × P numbers, rather than products."""
    dense = (BFGSCurvature, GaussNewtonCurvature, HessianCurvature, ModifiedHessian)
    return isinstance(method.curvature, dense)


def name_of(rule: Rule[Any]) -> str:
    """The rule's name, behind those of what is around it.

    Examples
    --------
    >>> from pishro.optim import Adam, ClippedNorm
    >>> name_of(Adam()), name_of(ClippedNorm(Adam(), 1.0))
    ('adam', 'clippednorm adam')
    """
    own = type(rule).__name__.lower()
    return f"{own} {name_of(rule.rule)}" if isinstance(rule, Wrapper) else own


def _memory() -> float:
    """Bytes of the machine's memory; 8 GB where the system does not say."""
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, OSError, ValueError):
        return 8e9
