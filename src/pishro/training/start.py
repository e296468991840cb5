"""Where the members of a training start."""

__all__ = ["starting_points"]

import torch
from torch import Tensor

from pishro.likelihoods import Likelihood
from pishro.nn import Network
from pishro.nn.activations import Linear
from pishro.objectives import Batch


def starting_points(network: Network, likelihood: Likelihood, batch: Batch, seed: int, members: int) -> Tensor:
    """θ (K, P) of random weights, the last bias where the likelihood fits the target without looking at the inputs.

    The weights of outputs that describe the scatter around a location start at zero, so that the location forms first;
    trained jointly from random weights, the scatter shrinks around rows that the location meets by chance.
    """
    theta = network.init(seed, members, dtype=batch.x.dtype)
    last, views = network.nodes[-1].name, network.layout.views(theta)
    bias, weight = views.get(f"{last}.bias"), views.get(f"{last}.weight")
    if weight is not None and weight.shape[-1] == network.outputs:
        weight[..., list(likelihood.shape_outputs(network.outputs))] = 0  # the scatter starts the same everywhere
    if bias is not None:
        last_activation = getattr(network.nodes[-1].layer, "activation", Linear())
        bias += last_activation.undo(likelihood.start(_as_often_as_weighed(batch)))
    return theta


def _as_often_as_weighed(batch: Batch) -> Tensor:
    """The targets, each as often as it weighs, by systematic sampling: exact where the weights are whole numbers."""
    if batch.weight is None:
        return batch.y
    below = batch.weight.cumsum(0)
    count = max(round(float(below[-1])), len(batch))
    places = (torch.arange(count, dtype=below.dtype) + 0.5) * (below[-1] / count)
    return batch.y[torch.searchsorted(below, places).clamp_max(len(batch) - 1)]
