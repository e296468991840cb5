"""Where the members of a training start."""

__all__ = ["starting_points"]

from torch import Tensor

from pishro.likelihoods import Likelihood
from pishro.nn import Network
from pishro.objectives import Batch


def starting_points(network: Network, likelihood: Likelihood, batch: Batch, seed: int, members: int) -> Tensor:
    """θ (K, P) of random weights, the last bias where the likelihood fits the target without looking at the inputs."""
    theta = network.init(seed, members, dtype=batch.x.dtype)
    bias = network.layout.views(theta).get(f"{network.nodes[-1].name}.bias")
    if bias is not None:
        bias += likelihood.start(batch.y)
    return theta
