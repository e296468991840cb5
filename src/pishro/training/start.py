"""Where the members of a training start."""

__all__ = ["starting_points"]

import torch
from torch import Tensor

from pishro.likelihoods import Likelihood
from pishro.nn import Network
from pishro.objectives import Batch


def starting_points(network: Network, likelihood: Likelihood, batch: Batch, seed: int, members: int) -> Tensor:
    """θ (K, P) of random weights, the last bias where the likelihood fits the target without looking at the inputs."""
    theta = network.init(seed, members, dtype=batch.x.dtype)
    bias = network.layout.views(theta).get(f"{network.nodes[-1].name}.bias")
    if bias is not None:
        bias += likelihood.start(_as_often_as_weighed(batch))
    return theta


def _as_often_as_weighed(batch: Batch) -> Tensor:
    """The targets, each as often as it weighs, by systematic sampling: exact where the weights are whole numbers."""
    if batch.weight is None:
        return batch.y
    below = batch.weight.cumsum(0)
    count = max(round(float(below[-1])), len(batch))
    places = (torch.arange(count, dtype=below.dtype) + 0.5) * (below[-1] / count)
    return batch.y[torch.searchsorted(below, places).clamp_max(len(batch) - 1)]
