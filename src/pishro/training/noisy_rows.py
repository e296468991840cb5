"""Whether rows are so noisy that mini-batches serve them better than second-order steps: a short pilot tells.

Levenberg-Marquardt with evidence is at its best where a smooth function is hidden under little noise. Where the inputs
leave most of the target open, its few units gain nothing by precision, and many units that stop early see more of what
there is. Inner splits, evidence and mini-batches:

    set                             noise    RMSE             log-likelihood
    wine quality, 1151 rows         0.48     0.601   0.579    -0.881   -0.873
    Friedman's function, 2000 rows  0.45     5.17    5.15
    abalone, 2672 rows              0.36     2.125   2.134
    Friedman's function, 2000 rows  0.04     1.05    1.10
    a sine of one input, 2000 rows  0.7      1.009   1.011

Noise is the share of the target's variance that the pilot leaves, by its evidence (of the first Friedman's function,
half of it is noise). Of the last set the function itself is met twice as well by evidence, so that few inputs keep it
whatever the noise.
"""

__all__ = ["reconsidered"]

import dataclasses
import math

from pishro.likelihoods import Likelihood
from pishro.objectives import Batch
from pishro.training.few_rows import FewRows
from pishro.training.limits import FREE, Limits
from pishro.training.many_rows import ManyRows
from pishro.training.recipe import Recipe

NOISY = 0.4
"""Share of the variance from which rows are noisy: between the sets of the table that gain and that lose."""

NOISY_ROWS = 1000
"""Rows from which it is asked: fewer do not fill the bins, nor spare a part to stop by."""

NOISY_INPUTS = 5
"""Inputs from which it is asked: with fewer, rows lie densely enough for a smooth function to be seen through noise."""

HIDDEN = (128, 64)
"""Units then, half of the usual ones, which noisy rows do not fill (wine quality: RMSE 0.570; 0.582 with twice as
many)."""

ENSEMBLE = 8
"""Members then: twice as many gain nothing by half the noise (wine quality, 4 splits: RMSE 0.582 and 0.583)."""

MEMBERS, ITERATIONS = 2, 30
"""Of the pilot: a thirtieth of the training's work. It reads 0.45 where 0.5 is noise, 0.52 where it is 0.6."""

PILOT_SHARE = 1 / 8
"""Share of a time limit that the pilot may use."""


def reconsidered(
    recipe: Recipe,
    likelihood: Likelihood,
    batch: Batch,
    seed: int,
    wanted: "tuple[int | str, float | None]" = ("auto", None),
    limits: Limits = FREE,
) -> Recipe:
    """The recipe, or mini-batches in place of evidence where the rows are many enough and noisy.

    Parameters
    ----------
    recipe : that was chosen by the number of rows alone, no method or width being named.
    likelihood, batch : the cost and the rows, targets scaled to a variance of 1.
    seed : of the pilot's starting points.
    wanted : members and seconds, as for `choose_recipe`.
    limits : what the network's function must keep to.
    """
    (rows, inputs), (members, seconds) = batch.x.shape, wanted
    asked = rows >= NOISY_ROWS and inputs >= NOISY_INPUTS and likelihood.dispersion
    if not (isinstance(recipe, FewRows) and asked):
        return recipe
    outputs = likelihood.outputs(batch.y)
    pilot = dataclasses.replace(recipe, members=min(MEMBERS, recipe.members), iterations=ITERATIONS)
    network = pilot.network(batch.x, outputs, limits=limits)
    time = math.inf if seconds is None else PILOT_SHARE * seconds
    deviations = pilot.train(network, likelihood, batch, seed, time).record.noise
    share = sum(d * d for d in deviations) / len(deviations)
    if share < NOISY:
        return recipe
    count = ENSEMBLE if isinstance(members, str) else members
    mini_batches = ManyRows.choose(rows, inputs, outputs, HIDDEN, count, seconds, numbers=True).because(
        f"a pilot left {share:.0%} of the target's variance open, and where rows are so noisy, second-order steps gain "
        "little."
    )
    return dataclasses.replace(mini_batches, device=recipe.device)
