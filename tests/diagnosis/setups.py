"""Set-ups that have one fault each, or none: trained members by hand, and the rows around them."""

__all__ = ["healthy", "observed", "trained", "wave", "with_test"]

import dataclasses
from typing import Any

import torch
from torch import Tensor

from pishro.diagnosis import Observation
from pishro.likelihoods import Likelihood, Normal
from pishro.nn import Dense, Network
from pishro.objectives import Batch
from pishro.training import Plan, TrainedMembers, TrainingRecord, train_members

NET = Network.chain(2, Dense(4, "tanh"), Dense(1))


def wave(seed: int, rows: int = 200, noise: float = 0.1) -> Batch:
    """A smooth function of two inputs, and noise of one size."""
    g = torch.Generator().manual_seed(seed)
    x = 2 * torch.rand(rows, 2, generator=g, dtype=torch.float64) - 1
    y = torch.sin(2 * x[:, :1]) + x[:, 1:] / 2 + noise * torch.randn(rows, 1, generator=g, dtype=torch.float64)
    return Batch(x, y)


def trained(net: Network, theta: Tensor, batch: Batch, beta: float = 1.0, **record: Any) -> TrainedMembers:
    """Members that were trained by hand."""
    theta = theta.reshape(-1, net.layout.size)
    books = TrainingRecord("by hand", "none", 0, len(theta), net.layout.size, len(batch), **record)
    return TrainedMembers(theta, theta.new_full((len(theta),), beta), None, books)


def healthy(seed: int, members: int = 3) -> Observation:
    """A small network on a smooth function."""
    train, test = wave(seed), wave(1000 + seed, 80)
    return Observation(NET, Normal(), train_members(NET, Normal(), train, Plan(members, seed)), train, test)


def observed(
    net: Network, likelihood: Likelihood, theta: Tensor, train: Batch, test: Batch | None = None
) -> Observation:
    """An observation of members that were trained by hand."""
    return Observation(net, likelihood, trained(net, theta, train), train, test)


def with_test(observation: Observation, test: Batch) -> Observation:
    """The same network with other held-out rows."""
    return dataclasses.replace(observation, test=test)
