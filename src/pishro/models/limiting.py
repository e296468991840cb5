"""From what a person knows of a column or a target to what the network must keep to."""

__all__ = ["limits_for"]

import math
from collections.abc import Mapping

from pishro.data import ClassTarget, NumericTarget, NumericTargets, TableEncoder
from pishro.data.numeric_columns import NumericEncoder
from pishro.errors import SettingError, unknown_name
from pishro.likelihoods import Bernoulli, Likelihood, Normal
from pishro.likelihoods.per_target import PerTarget
from pishro.training import Limits


def limits_for(
    monotone: "Mapping[str, int] | None",
    bounds: "tuple[float | None, float | None] | None",
    encoder: TableEncoder,
    target: "NumericTarget | NumericTargets | ClassTarget",
    likelihood: Likelihood,
    outputs: int,
) -> Limits:
    """What the network must keep to.

    Parameters
    ----------
    monotone : for columns +1, where the prediction rises with them, or −1, where it falls; None for none. Of two
        classes it is the probability of the second that rises.
    bounds : lowest and highest prediction in the target's own units, None for no bound; None for neither.
    encoder, target, likelihood, outputs : of the model; C raw outputs.

    Raises
    ------
    SettingError
        For a column that is none, or holds no numbers; a sign other than ±1; a cost, or a target, for which it means
        nothing.
    """
    if not monotone and bounds is None:
        return Limits()
    if not isinstance(likelihood, PerTarget | Normal | Bernoulli):
        raise SettingError(
            f"Monotone inputs and bounds need a cost whose output is one number a target, such as the Normal; "
            f"received {likelihood.name!r}."
        )
    locations = outputs - len(likelihood.shape_outputs(outputs))
    scaled = (-math.inf, math.inf) if bounds is None else _scaled(bounds, target, likelihood)
    return Limits(_signs(monotone or {}, encoder), scaled, locations)


def _signs(monotone: Mapping[str, int], encoder: TableEncoder) -> tuple[int, ...]:
    names = [c.name for c in encoder.columns]
    for name, sign in monotone.items():
        if name not in names:
            raise SettingError(unknown_name("input column", name, names))
        if sign not in (-1, 1):
            raise SettingError(f"Expected +1 (rises) or -1 (falls) for the monotone column {name!r}, received {sign}.")
        column = encoder.columns[names.index(name)]
        if not isinstance(column, NumericEncoder):
            raise SettingError(f"Column {name!r} holds no numbers ({column.kind}), so nothing can rise with it.")
    signs: list[int] = []
    for column in encoder.columns:
        sign = monotone.get(column.name, 0)
        signs += [sign, *[0] * (len(column.names) - 1)] if column.names else []  # what marks a missing cell is free
    return tuple(signs)


def _scaled(
    bounds: "tuple[float | None, float | None]",
    target: "NumericTarget | NumericTargets | ClassTarget",
    likelihood: Likelihood,
) -> tuple[float, float]:
    if not isinstance(target, NumericTarget) or likelihood.scaling != "standardize":
        raise SettingError(
            "Bounds are for one target of any real value, such as with the Normal cost; classes, counts and positive "
            "numbers have bounds of their own."
        )
    low, high = (
        math.copysign(math.inf, side) if b is None else float(b) for b, side in zip(bounds, (-1, 1), strict=True)
    )
    if not low < high:
        raise SettingError(f"Expected a lower bound below the upper one, received {bounds}.")
    return (low - target.mean) / target.scale, (high - target.mean) / target.scale
