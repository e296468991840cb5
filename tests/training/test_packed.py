"""Packed ensembles: how φ is written out, and its gradient against autograd."""

import dataclasses

import pytest
import torch

from pishro.errors import SettingError
from pishro.likelihoods import Categorical, Likelihood, Normal
from pishro.nn import Dense, Dropout, Network, PiecewiseLinear, Sum
from pishro.objectives import Batch, MiniBatches, Penalty
from pishro.optim import Reason
from pishro.training import MiniBatchPlan, train_mini_batches
from pishro.training.packed import PackedSource, Packing, Scales

EDGES = [[-1.0, 0.0, 1.0], [], [-0.5, 0.2, 0.7, 2.0]]


def network(outputs: int = 1) -> Network:
    bins = PiecewiseLinear(EDGES)
    return Network.chain(3, bins, Dense(6, "silu"), Dropout(0.0), Dense(5, "tanh"), Dense(outputs))


def rows(count: int = 40) -> Batch:
    x = torch.randn(count, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return Batch(x, torch.sin(2 * x[:, :1]) + x[:, 1:2])


def source_of(packing: Packing, likelihood: Likelihood, batch: Batch, penalty: Penalty | None = None) -> PackedSource:
    """The source of all rows at once."""
    generator = torch.Generator().manual_seed(0)
    source = MiniBatches(packing.network, likelihood, batch, len(batch), generator, penalty=penalty)
    return PackedSource(source, packing)


def test_members_share_hidden_weights_up_to_the_scales_of_columns() -> None:
    net = network()
    packing = Packing(net, 4)
    random = net.init(seed=0, members=4)
    theta = packing.members_of(packing.start(random, seed=3))
    views, first = net.layout.views(theta), net.layout.views(random)
    ratio = views["dense1.weight"] / first["dense1.weight"][0]
    torch.testing.assert_close(ratio, ratio[..., :1].expand_as(ratio))  # a feature has one scale for all units
    columns = torch.tensor(net.nodes[0].layer.columns)
    for column in range(3):
        scales = ratio[:, columns == column, 0]
        torch.testing.assert_close(scales, scales[:, :1].expand_as(scales))
        assert len(scales[:, 0].unique()) == 4
    assert (views["dense2.weight"] == first["dense2.weight"][0]).all()
    for name in ("dense1.bias", "dense3.weight", "dense3.bias"):
        assert (views[name] == first[name]).all()


@pytest.mark.parametrize("likelihood", [Normal(), Categorical(3)])
def test_gradient_against_autograd(likelihood: Normal | Categorical) -> None:
    net, batch = network(3 if isinstance(likelihood, Categorical) else 1), rows()
    if isinstance(likelihood, Categorical):
        batch = Batch(batch.x, torch.arange(len(batch)) % 3)
    packing = Packing(net, 4)
    phi = packing.start(net.init(seed=1, members=4), seed=0)
    phi += 0.1 * torch.randn(phi.shape, generator=torch.Generator().manual_seed(5), dtype=phi.dtype)
    value, gradient = source_of(packing, likelihood, batch)(phi)

    leaf = phi.clone().requires_grad_()
    inside = packing.layout.views(leaf[0])
    parts = []
    for block in net.layout.blocks:
        part = inside[block.name]
        if block.name == "dense1.weight":
            part = part * inside["dense1.scales"].unsqueeze(-1)
        parts.append(part.expand(4, *block.shape).reshape(4, -1))
    theta = torch.cat(parts, 1)
    torch.testing.assert_close(packing.members_of(phi), theta.detach())
    cost = likelihood.nll(net(theta, batch.x), batch.y).mean()
    (expected,) = torch.autograd.grad(cost, leaf)
    torch.testing.assert_close(value[0], cost.detach(), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(gradient, expected, rtol=1e-9, atol=1e-12)


def test_a_graph_whose_rows_enter_twice() -> None:
    layers = {"one": Dense(4, "tanh"), "two": (Dense(4, "relu"), "x"), "both": (Sum(), "one", "two"), "y": Dense(1)}
    net, batch = Network.graph({"x": 3}, layers), rows()
    packing = Packing(net, 3)
    assert packing.shared == ["one.weight", "two.weight"]
    phi = packing.start(net.init(seed=1, members=3), seed=0)
    value, gradient = source_of(packing, Normal(), batch)(phi)
    leaf = phi.clone().requires_grad_()
    cost = Normal().nll(net(packing.members_of(leaf), batch.x), batch.y).mean()
    torch.testing.assert_close(value[0], cost.detach(), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(gradient, torch.autograd.grad(cost, leaf)[0], rtol=1e-9, atol=1e-12)


def test_a_penalty_is_that_of_the_members() -> None:
    net, batch = network(), rows()
    packing = Packing(net, 4)
    phi = packing.start(net.init(seed=1, members=4), seed=0)
    value, gradient = source_of(packing, Normal(), batch, lambda _, theta, x: theta.square().sum(-1))(phi)
    plain, slope = (part.clone() for part in source_of(packing, Normal(), batch)(phi))
    leaf = phi.clone().requires_grad_()
    extra = packing.members_of(leaf).square().sum(-1).mean()
    torch.testing.assert_close(value[0] - plain[0], extra.detach())
    torch.testing.assert_close(gradient - slope, torch.autograd.grad(extra, leaf)[0])


def test_scales_are_a_layer_like_any_other() -> None:
    net = Network.chain(3, Scales(), Dense(2, "tanh"))
    theta, x = 1 + net.init(seed=0), rows(4).x
    by_autograd = torch.autograd.functional.jacobian(lambda t: net(t, x), theta)
    torch.testing.assert_close(net.jacobian(theta, x), by_autograd)
    along = torch.randn(theta.shape, generator=torch.Generator().manual_seed(1), dtype=theta.dtype)
    torch.testing.assert_close(net.jvp(theta, x, along), by_autograd @ along)
    torch.testing.assert_close(net.vjp(theta, x, torch.ones(4, 2).double()), by_autograd.sum((0, 1)))


def test_a_training_hands_out_members_that_share_and_agree_with_their_curves() -> None:
    plan = MiniBatchPlan(members=5, epochs=30, size=8, rate=1e-2, packed=True, average=2.0)
    net, batch = network(), rows(200)
    trained = train_mini_batches(net, Normal(), batch, plan)
    assert trained.theta.shape == (5, net.layout.size)
    assert len(trained.record.reasons) == 5
    error = (net(trained.theta.double(), batch.x).mean(0) - batch.y).square().mean()
    assert error < 0.3 * batch.y.var()
    assert len(trained.record.history.layer_updates["dense1"]) == len(trained.record.history.cost)


def test_the_same_seed_is_the_same_training() -> None:
    plan = MiniBatchPlan(members=3, epochs=4, size=16, packed=True, seed=7)
    first, again = (train_mini_batches(network(), Normal(), rows(100), plan).theta for _ in range(2))
    assert torch.equal(first, again)


@pytest.mark.parametrize("why", ["one member", "nothing to share", "a start"])
def test_trained_apart_where_they_cannot_share(why: str) -> None:
    net = Network.chain(3, Dense(1)) if why == "nothing to share" else network()
    members = 1 if why == "one member" else 3
    start = net.init(seed=2, members=members).float() if why == "a start" else None
    plan = MiniBatchPlan(members=members, epochs=3, size=16, start=start)
    packed, apart = (
        train_mini_batches(net, Normal(), rows(100), p) for p in (MiniBatchPlan(**{**vars(plan), "packed": True}), plan)
    )
    assert torch.equal(packed.theta, apart.theta)


@pytest.mark.parametrize(
    "net", [Network.chain(3, Dense(1)), Network.graph({"x": 3}, {"a": Dense(3), "again": "a", "y": Dense(1)})]
)
def test_refused_without_a_weight_to_share(net: Network) -> None:
    with pytest.raises(SettingError, match="dense layer before the last"):
        Packing(net, 4)


def test_packed_members_are_known_again() -> None:
    net = network()
    plan = MiniBatchPlan(members=5, epochs=5, size=16, rate=1e-2, packed=True)
    earlier = train_mini_batches(net, Normal(), rows(100), plan).theta
    packing = Packing(net, 5)
    found = packing.found(earlier)
    assert found is not None
    torch.testing.assert_close(packing.members_of(found), earlier)
    assert packing.found(net.init(seed=0, members=5)) is None

    views = net.layout.views(
        train_mini_batches(net, Normal(), rows(100), dataclasses.replace(plan, start=earlier)).theta
    )
    assert (views["dense2.weight"] == views["dense2.weight"][0]).all()
    assert not (views["dense2.bias"] == views["dense2.bias"][0]).all()


def test_a_look_that_ends_the_run_is_heard() -> None:
    plan = MiniBatchPlan(members=3, epochs=50, size=16, packed=True)
    trained = train_mini_batches(network(), Normal(), rows(100), plan, lambda event: Reason.INTERRUPTED)
    assert trained.record.iterations == 1
