"""Many rows at once say what a network says of each."""

import numpy as np
import polars as pl
import pytest
import torch

import pishro
from pishro.models.dense_chain import ENTRIES_AT_ONCE, DenseChain
from pishro.models.table_model import FEW_ROWS, ROWS_AT_ONCE
from pishro.nn import RBF, Dense, Dropout, Network, Sum
from pishro.nn.activations import ACTIVATIONS, Bounded, Elementwise, activation

CLOSE = {"rtol": 1e-12, "atol": 1e-12}
ELEMENTWISE = sorted(name for name in ACTIVATIONS if isinstance(activation(name), Elementwise))


def rows(count: int, inputs: int = 3) -> torch.Tensor:
    return 3 * torch.randn(count, inputs, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def started(network: Network, members: int) -> torch.Tensor:
    # large weights: units that saturate, and units that cancel each other
    return 4 * torch.randn(
        members, network.layout.size, generator=torch.Generator().manual_seed(2), dtype=torch.float64
    )


def held_against_network(network: Network, members: int, x: torch.Tensor) -> None:
    theta = started(network, members)
    chain = DenseChain.of(network, theta)
    assert chain is not None
    expected = network(theta, x)
    bound = dict(CLOSE, atol=1e-13 * float(expected.abs().max()))
    torch.testing.assert_close(chain(x), expected, **bound)
    torch.testing.assert_close(chain(x.t().contiguous().t()), expected, **bound)


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize("members", [1, 3])
def test_each_activation_in_each_place(name: str, members: int) -> None:
    held_against_network(Network.chain(3, Dense(5, name), Dense(4, name), Dense(2, name)), members, rows(50))


def test_sigmoids_before_and_behind_other_layers() -> None:
    layers = [Dense(6, "tanh"), Dropout(0.3), Dense(5, "relu"), Dense(4, "tansig"), Dense(3, "sigmoid"), Dense(2)]
    held_against_network(Network.chain(3, *layers), 2, rows(50))
    held_against_network(Network.chain(3, Dense(6, "tanh"), Dense(1, Bounded(-1.0, 2.0))), 2, rows(50))


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_blocks_end_where_rows_end(more: int) -> None:
    network = Network.chain(3, Dense(64, "tanh"), Dense(1))
    held_against_network(network, 2, rows(2 * (ENTRIES_AT_ONCE // 128) + more))


def test_single_precision_stays_single() -> None:
    network, x = Network.chain(3, Dense(5, "tanh"), Dense(1)), rows(50)
    theta = (started(network, 2) / 4).float()
    chain = DenseChain.of(network, theta)
    assert chain is not None
    torch.testing.assert_close(chain(x), network(theta, x.float()).double(), rtol=1e-5, atol=1e-5)


def test_other_networks_are_no_chain() -> None:
    skip = Network.graph({"x": 3}, {"h": Dense(3, "tanh"), "both": (Sum(), "h", "x"), "y": Dense(1)})
    again = Network.graph({"x": 3}, {"h": Dense(3, "tanh"), "again": "h", "y": Dense(1)})
    radial = Network.chain(3, RBF(4), Dense(1))
    mixed = Network.chain(3, Dense(4, "softmax"), Dense(1))
    dropped = Network.chain(3, Dense(4), Dense(1, "tanh"), Dropout(0.5))
    for network in (skip, again, radial, mixed, dropped):
        assert DenseChain.of(network, network.init(seed=0, members=2)) is None


@pytest.mark.parametrize("target", ["number", "class"])
def test_a_long_table_is_predicted_as_its_rows_are(target: str) -> None:
    random = np.random.default_rng(0)
    size = ROWS_AT_ONCE + 2 * FEW_ROWS
    x = random.normal(size=size)
    x[:5] = np.nan
    frame = pl.DataFrame({"x": x, "kind": random.choice(["a", "b", "c"], size), "z": random.normal(size=size)})
    y = np.sin(np.nan_to_num(x)) + (frame["kind"] == "a").to_numpy()
    labels = y if target == "number" else np.where(y > 0.3, "high", "low")
    model = pishro.fit(frame[:300].with_columns(pl.Series("y", labels[:300])), "y", hidden=4, members=2, max_seconds=2)
    whole = model.predict(frame)
    picked = np.linspace(0, size - 1, 500).astype(int)
    alone = model.predict(frame[picked])
    if target == "class":
        np.testing.assert_array_equal(whole[picked], alone)
        np.testing.assert_allclose(model.predict_proba(frame)[picked], model.predict_proba(frame[picked]), rtol=1e-10)
    else:
        np.testing.assert_allclose(whole[picked], alone, rtol=1e-11, atol=1e-11)
        ends = zip(model.predict_interval(frame), model.predict_interval(frame[picked]), strict=True)
        for many, few in ends:
            np.testing.assert_allclose(many[picked], few, rtol=1e-9, atol=1e-9)
