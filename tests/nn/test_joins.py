"""Sum, product and concatenation against autograd, with sources that all members share beside others."""

import json

import pytest
import torch
from torch import Tensor

from pishro.errors import ShapeError
from pishro.nn import Concatenate, Conv2d, Dense, Flatten, LayerNorm, MaxPool2d, Network, Product, Sum
from pishro.nn.join import Join

FUNCTIONS = {
    "sum": lambda xs, axis: sum(xs),
    "product": lambda xs, axis: torch.stack(torch.broadcast_tensors(*xs)).prod(0),
    "concatenate": lambda xs, axis: torch.cat(xs, axis),
}
JOINS = [Sum(), Product(), Concatenate()]


def numbers(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("join", JOINS, ids=lambda join: join.kind)
@pytest.mark.parametrize("row", [(4,), (2, 3), (2, 3, 2)])
@pytest.mark.parametrize("lead", [(5,), (3, 5)], ids=["alone", "members"])
def test_every_rule_equals_autograd(join: Join, row: tuple[int, ...], lead: tuple[int, ...]) -> None:
    join = join.settle((row,) * 3)
    xs = tuple(numbers(*lead, *row, seed=i).requires_grad_() for i in range(3))
    expected = FUNCTIONS[join.kind](xs, -len(row))
    y, saved = join.forward(xs)
    torch.testing.assert_close(y, expected, rtol=1e-12, atol=1e-12)
    assert y.shape[len(lead) :] == join.shape_out((row,) * 3)
    dys = numbers(*lead, 2, *y.shape[len(lead) :], seed=9)  # two raw outputs
    each = join.jacobian(saved, dys)
    for c in range(2):
        dy = dys.select(len(lead), c)
        wanted = torch.autograd.grad(expected, xs, dy, retain_graph=True)
        for got, one, want in zip(join.backward(saved, dy), each, wanted, strict=True):
            torch.testing.assert_close(got, want, rtol=1e-12, atol=1e-12)
            torch.testing.assert_close(one.select(len(lead), c), want, rtol=1e-12, atol=1e-12)
    # forward and backward are adjoint: ⟨dy, A dx⟩ = ⟨Aᵀ dy, dx⟩
    dxs = tuple(numbers(*lead, *row, seed=20 + i) for i in range(3))
    dy = dys.select(len(lead), 0)
    back = sum((dx * got).sum() for dx, got in zip(dxs, join.backward(saved, dy), strict=True))
    torch.testing.assert_close((join.jvp(saved, dxs) * dy).sum(), back, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("join", JOINS, ids=lambda join: join.kind)
def test_a_source_without_members_serves_all(join: Join) -> None:
    join = join.settle(((4,), (4,)))
    shared, own, dy = numbers(5, 4), numbers(3, 5, 4, seed=1), numbers(3, 5, *join.shape_out(((4,), (4,))), seed=2)
    y, saved = join.forward((shared, own))
    for k in range(3):
        yk, saved_k = join.forward((shared, own[k]))
        torch.testing.assert_close(y[k], yk)
        for got, want in zip(join.backward(saved, dy), join.backward(saved_k, dy[k]), strict=True):
            torch.testing.assert_close(got[k], want)
    change = join.jvp(saved, (None, own))
    torch.testing.assert_close(change[1], join.jvp(join.forward((shared, own[1]))[1], (None, own[1])))


def test_a_zero_factor_does_no_harm() -> None:
    join = Product().settle(((1,),) * 3)
    xs = tuple(torch.tensor([[v]]) for v in (0.0, 2.0, 3.0))
    _, saved = join.forward(xs)
    assert [dx.item() for dx in join.backward(saved, torch.ones(1, 1))] == [6.0, 0.0, 0.0]


def test_rows_that_do_not_fit_are_refused() -> None:
    for join in (Sum(), Product()):
        with pytest.raises(ShapeError, match="one shape"):
            join.shape_out(((3,), (4,)))
    with pytest.raises(ShapeError, match="but the first are equal"):
        Concatenate().shape_out(((3, 4, 4), (3, 5, 4)))
    with pytest.raises(ShapeError, match="but the first are equal"):
        Concatenate().shape_out(((3,), (3, 1)))
    with pytest.raises(ShapeError, match="at least 2"):
        Sum().shape_out(((3,),))


def test_a_network_with_branches_equals_autograd() -> None:
    layers = {
        "norm": LayerNorm(),
        "left": (Conv2d(3, 3, "tanh", padding=1), "norm"),
        "right": (Conv2d(3, 1, "sigmoid"), "norm"),
        "gated": (Product(), "left", "right"),
        "skip": (Sum(), "gated", "left"),
        "all": (Concatenate(), "skip", "x", "right"),
        "pool": (MaxPool2d(2), "all"),
        "row": Flatten(),
        "y": Dense(2),
    }
    net = Network.graph({"x": (2, 4, 4)}, layers)
    theta, x = net.init(members=3), numbers(5, 2, 4, 4)
    change = numbers(*theta.shape, seed=4)
    jacobian, along = net.jacobian(theta, x), net.jvp(theta, x, change)
    torch.testing.assert_close(along, torch.einsum("kncp,kp->knc", jacobian, change), rtol=1e-10, atol=1e-10)
    raw = net(theta.requires_grad_(), x)
    dy = numbers(*raw.shape, seed=5)
    (expected,) = torch.autograd.grad(raw, theta, dy)
    theta = theta.detach()
    torch.testing.assert_close(net.backward_path(theta, net.forward_path(theta, x), dy), expected)
    torch.testing.assert_close(torch.einsum("kncp,knc->kp", jacobian, dy), expected)
    again = Network.from_json(json.loads(json.dumps(net.to_json())))
    assert again == net
