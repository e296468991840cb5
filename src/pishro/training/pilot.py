"""Where evidence should start, and how finely it may tune the prior: a short pilot asks the rows themselves.

Re-estimation finds a *local* maximum of the evidence. From a small α the network first forms and is then pruned, which
is best on rows with little noise; on noisy rows it ends in an overfit from which the evidence does not lead back.
Starting from a large α is the other way round. Likewise one precision for all weights and one for all biases
extrapolates more soberly than one for each parameter block, but only separate ones can switch off the hidden layer of a
network that noisy rows do not need. Mean RMSE on inner splits of the training parts:

    start                              concrete   energy   yacht   diabetes
    α = 0.01, weights and biases         4.52      0.33     0.35     62
    α = 0.01, each block                 5.01      0.35     0.33     63
    α = 10, each block                    -        0.35     0.53     56

The log evidence of a few members after a few iterations tells which case it is, without a validation set.
"""

__all__ = ["choose_start"]

import dataclasses

import torch
from torch import Tensor

from pishro.likelihoods import NormalPrior
from pishro.objectives import Objective
from pishro.optim import Method, Stop
from pishro.training.checkpoint import Tree
from pishro.training.evidence import Evidence, Look, fit_evidence
from pishro.training.journal import Journal

USUAL, NOISY = Evidence(alpha=1e-2), Evidence(alpha=10.0)
"""The two starts; the table above is their source."""

CONSTANT = 1e6
"""Precision at which the weights into a free scale are zero: the scale is one number for all rows."""

HELD = 40
"""Iterations for which it stays so, and the location forms; that is longer than a pilot runs."""

PILOT_ITERATIONS = 30
"""By then the two cases are told apart on all sets of the table; more iterations change no choice."""

PILOT_MEMBERS = 4

PILOT_SHARE = 1 / 8
"""Share of a time limit that each of the two pilots may use."""


def choose_start(
    objective: Objective,
    theta: Tensor,
    method: Method,
    stop: Stop,
    watch: Look | None,
    journal: Journal,
) -> tuple[Objective, Evidence]:
    """The objective with its prior grouped, and the settings to start from.

    The noisy start is taken only where its typical member has more evidence than the *best* member of the usual one:
    the Laplace evidence is too coarse for closer calls.

    Parameters
    ----------
    objective : without a prior.
    theta, method, stop, watch : as for `fit_evidence`; the rows of θ that are tried are moved.
    journal : keeps what the trials found, and where the one stands that runs.
    """
    few = theta[:PILOT_MEMBERS]
    seconds = stop.seconds * PILOT_SHARE
    short = dataclasses.replace(stop, iterations=min(PILOT_ITERATIONS, stop.iterations), seconds=seconds)
    usual, noisy = _grouped(objective, few, by_block=False), _grouped(objective, few, by_block=True)

    def evidence(name: str, trial: Objective, start: Evidence) -> Tensor:
        def run() -> Tree:
            settings, stage = _from(start, trial, HELD), journal.stage(name)
            found = fit_evidence(trial, few, method, short, settings, watch, stage).log_evidence
            return {"evidence": found, "theta": few.clone()}

        kept = journal.noted(name, run)
        few.copy_(kept["theta"])  # a trial moves the members that it tries, in place: what follows begins there
        tried: Tensor = kept["evidence"]
        return tried

    usual_evidence = evidence("usual trial", usual, USUAL)
    noisy_evidence = evidence("noisy trial", noisy, NOISY)
    if bool(noisy_evidence.median() > usual_evidence.max()):
        grouped, start = _grouped(objective, theta, by_block=True), NOISY
    else:
        grouped, start = _grouped(objective, theta, by_block=False), USUAL
    return grouped, _from(start, grouped, stop.iterations)


def _grouped(objective: Objective, theta: Tensor, *, by_block: bool) -> Objective:
    """The objective with one precision for each block, or one for all weights and one for all biases."""
    layout = objective.network.layout
    groups, names = layout.groups()
    groups = groups.to(theta.device)
    shaping = _shaping(objective)
    if not by_block:
        kinds = sorted({name.rpartition(".")[2] for name in names})
        kind_of_block = groups.new_tensor([kinds.index(name.rpartition(".")[2]) for name in names])
        groups = kind_of_block[groups]
    if len(shaping):
        groups = groups.clone()
        groups[shaping] = int(groups.max()) + 1
    alpha = theta.new_ones(len(theta), int(groups.max()) + 1)
    return dataclasses.replace(objective, prior=NormalPrior(groups, alpha))


def _shaping(objective: Objective) -> Tensor:
    """Places in θ of the weights into outputs that describe the scatter around a location."""
    network = objective.network
    place = torch.arange(network.layout.size, device=objective.batch.x.device)
    weight = network.layout.views(place).get(f"{network.nodes[-1].name}.weight")
    if weight is None or weight.shape[-1] != network.outputs:
        return place[:0]
    return weight[..., list(objective.likelihood.shape_outputs(network.outputs))].flatten()


def _from(settings: Evidence, objective: Objective, iterations: int) -> Evidence:
    """The settings with the scatter held constant at the start."""
    prior = objective.prior
    if prior is None or not len(_shaping(objective)):
        return settings
    alpha = settings.alpha if isinstance(settings.alpha, tuple) else (settings.alpha,) * (prior.alpha.shape[-1] - 1)
    return dataclasses.replace(
        settings, alpha=(*alpha, CONSTANT), held=min(HELD, iterations // 3) if iterations > HELD else iterations
    )
