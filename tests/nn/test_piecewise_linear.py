"""Piecewise-linear encoding against NumPy's interpolation and autograd."""

import itertools
from itertools import pairwise

import numpy as np
import pytest
import torch

from pishro.errors import SettingError, ShapeError
from pishro.nn import Dense, Network, PiecewiseLinear, layer_from_json

EDGES = [[-1.0, 0.0, 0.5, 2.0], [], [0.0, 1.0, 3.0]]


def rows(count: int = 40) -> torch.Tensor:
    return 2 * torch.randn(count, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_each_bin_is_an_interpolation() -> None:
    x = rows()
    y = PiecewiseLinear(EDGES).forward({}, x)[0].numpy()
    place = 3
    for column, edges in enumerate(EDGES):
        for low, high in pairwise(edges):
            np.testing.assert_allclose(y[:, place], np.interp(x[:, column].numpy(), [low, high], [-1, 1]), atol=1e-12)
            place += 1
    assert place == y.shape[1]
    assert np.abs(y[:, :3]).max() < 3


def test_columns_and_bins_share_the_squares() -> None:
    x, plain = rows(), PiecewiseLinear(EDGES)
    y = (PiecewiseLinear(EDGES, 0.4).forward({}, x)[0] / plain.forward({}, x)[0]).square().nanmean(0).tolist()
    np.testing.assert_allclose(y, [0.4 * 4, 1, 0.4 * 3, *[0.6 * 4 / 3] * 3, *[0.6 * 3 / 2] * 2], rtol=1e-12)
    again = layer_from_json(PiecewiseLinear(EDGES, 0.4).to_json())
    assert again == PiecewiseLinear(EDGES, 0.4)
    assert layer_from_json({"kind": "piecewise-linear", "edges": EDGES}) == plain  # files of before


@pytest.mark.parametrize("share", [0.0, 1.0, -0.2, float("nan")])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(SettingError, match="between 0 and 1"):
        PiecewiseLinear(EDGES, share)


def test_edges_are_quantiles_and_two_values_get_none() -> None:
    x = torch.stack([torch.linspace(0, 1, 101), (torch.arange(101) % 2).float()], 1)
    layer = PiecewiseLinear.of(x, 4)
    np.testing.assert_allclose(layer.edges[0], [0, 0.25, 0.5, 0.75, 1], atol=1e-6)
    assert layer.edges[1] == ()


def test_a_value_of_many_rows_leaves_bins_to_the_others() -> None:
    x = torch.cat([torch.zeros(900), torch.linspace(1, 100, 100)]).double().unsqueeze(1)
    edges = PiecewiseLinear.of(x, 10).edges[0]
    assert len(edges) == 11
    assert edges[0] == 0.0
    assert edges[-1] == 100.0
    np.testing.assert_allclose(np.diff(edges[2:]), 10.5, rtol=0.01)  # 89 ranks in 8.5 shares


def test_outliers_of_many_rows_lie_beyond_the_outer_edges() -> None:
    x = torch.randn(20_000, 1, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    plain = PiecewiseLinear.of(x, 8).edges[0]
    x[x.argmax()], x[x.argmin()] = 1e6, -1e6
    edges = PiecewiseLinear.of(x, 8).edges[0]
    np.testing.assert_allclose(edges, plain, atol=1e-12)
    assert 0 < int((x > edges[-1]).sum()) <= 6
    assert 0 < int((x < edges[0]).sum()) <= 6


@pytest.mark.parametrize("seed", range(5))
def test_edges_without_heavy_values_are_numpys_quantiles(seed: int) -> None:
    x = torch.randn(500, 1, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    expected = np.quantile(x.numpy()[:, 0], np.linspace(0, 1, 9))
    np.testing.assert_allclose(PiecewiseLinear.of(x, 8).edges[0], expected, atol=1e-12)


@pytest.mark.parametrize("repeated", [(), (0.5,), (-1.0, 0.0, 2.0), tuple(range(7))])
def test_edges_increase_and_span_the_column(repeated: tuple[float, ...]) -> None:
    x = torch.randn(300, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    x = torch.cat([x, *[torch.full((200,), float(value), dtype=torch.float64) for value in repeated]])
    edges = np.array(PiecewiseLinear.of(x.unsqueeze(1), 8).edges[0])
    assert len(edges) <= 9
    assert (np.diff(edges) > 0).all()
    assert edges[0] == x.min()
    assert edges[-1] == x.max()


@pytest.mark.parametrize("members", [None, 3])
def test_paths_against_autograd(members: int | None) -> None:
    net = Network.chain(3, PiecewiseLinear(EDGES), Dense(4, "tanh"), Dense(2))
    theta, x = net.init(seed=0, members=members), rows().requires_grad_()
    raw = net(theta, x)
    weight = torch.randn(raw.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    (expected,) = torch.autograd.grad((raw * weight).sum(), x)
    trace = net.forward_path(theta, x.detach())
    net.backward_path(theta, trace, weight, inputs=True)
    given = trace.deltas["x"]
    torch.testing.assert_close(given.sum(0) if members else given, expected, rtol=1e-10, atol=1e-12)
    d_x = torch.randn(x.shape, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    along = net.jvp(theta, x.detach(), torch.zeros_like(theta), d_x)
    torch.testing.assert_close((along * weight).sum(), (expected * d_x).sum(), rtol=1e-10, atol=1e-12)


def test_json_round_trip_and_refusals() -> None:
    net = Network.chain(3, PiecewiseLinear(EDGES), Dense(1))
    assert Network.from_json(net.to_json()) == net
    with pytest.raises(SettingError, match="increasing"):
        PiecewiseLinear([[0.0, 0.0, 1.0]])
    with pytest.raises(ShapeError, match="3 columns"):
        Network.chain(2, PiecewiseLinear(EDGES), Dense(1))


def test_numbers_that_differ_by_rounding_are_one() -> None:
    angles = torch.arange(400, dtype=torch.float64) % 24 / 24 * 2 * torch.pi
    noisy = torch.sin(angles + 2 * torch.pi * torch.arange(400))  # the same hours, rounded otherwise each day
    layer = PiecewiseLinear.of(noisy.unsqueeze(1), 32)
    assert min(b - a for a, b in itertools.pairwise(layer.edges[0])) > 1e-5
    double, single = layer.forward({}, noisy.unsqueeze(1))[0], layer.forward({}, noisy.unsqueeze(1).float())[0]
    torch.testing.assert_close(single.double(), double, rtol=0, atol=1e-3)
