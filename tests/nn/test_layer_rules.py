"""One checklist for every layer: its rules inside a network, against autograd and against the members one by one.

Each case stands between a layer normalization, so that what it sends back reaches parameters, and a dense layer.
"""

import json

import pytest
import torch
from torch import Tensor

from pishro.nn import (
    RBF,
    AveragePool1d,
    AveragePool2d,
    Conv1d,
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    Layer,
    LayerNorm,
    MaxPool1d,
    MaxPool2d,
    Network,
    TappedDelay,
)

KERNELS = ("gaussian", "multiquadric", "inverse_multiquadric", "thin_plate")
CASES: dict[str, tuple[Layer, tuple[int, ...]]] = {
    "conv1d": (Conv1d(3, 3, "tanh", padding=1), (2, 7)),
    "conv1d stride": (Conv1d(2, 2, "relu", stride=2), (3, 7)),
    "conv2d": (Conv2d(3, (3, 2), "tanh", padding=(1, 0)), (2, 4, 5)),
    "conv2d stride": (Conv2d(2, 3, "leaky", stride=(1, 2)), (1, 5, 6)),
    "conv1d trained slopes": (Conv1d(3, 2, "parametric"), (2, 5)),
    "conv2d softmax": (Conv2d(3, 2, "softmax"), (2, 4, 4)),
    "conv2d groups": (Conv2d(4, 2, {"tanh": 2, "parametric": 2}), (2, 4, 4)),
    "max_pool1d": (MaxPool1d(2), (2, 5)),
    "max_pool2d": (MaxPool2d(2), (2, 4, 5)),
    "max_pool2d overlapping": (MaxPool2d(3, stride=1), (2, 4, 5)),
    "average_pool1d": (AveragePool1d(3, stride=2), (2, 7)),
    "average_pool2d": (AveragePool2d((2, 1)), (2, 4, 3)),
    "flatten": (Flatten(), (2, 3, 2)),
    "layer_norm": (LayerNorm(), (2, 3)),
    "dropout": (Dropout(0.5), (2, 3)),
    "tapped_delay": (TappedDelay(2), (2, 5)),
    **{f"rbf {kernel}": (RBF(4, kernel), (3,)) for kernel in KERNELS},
    **{f"rbf width {width}": (RBF(4, width=width), (3,)) for width in ("shared", "dimension")},
}
every_case = pytest.mark.parametrize("case", CASES)
with_members = pytest.mark.parametrize("members", [None, 3])
first_or_not = pytest.mark.parametrize("first", [True, False], ids=["first", "inside"])
N, C = 4, 2


def network(case: str, first: bool = False) -> Network:
    layer, row = CASES[case]
    return Network.chain(row, *([] if first else [LayerNorm()]), layer, Flatten(), Dense(C, "tanh"))


def problem(case: str, members: int | None, first: bool = False) -> tuple[Network, Tensor, Tensor]:
    net = network(case, first)
    generator = torch.Generator().manual_seed(2)
    theta = net.init(seed=1, members=members)
    theta = theta + 0.1 * torch.randn(theta.shape, generator=generator, dtype=theta.dtype)
    return net, theta, torch.randn(N, *net.shape_in, generator=generator, dtype=theta.dtype)


def weights(like: Tensor) -> Tensor:
    return torch.randn(like.shape, generator=torch.Generator().manual_seed(3), dtype=like.dtype)


@every_case
@with_members
@first_or_not
def test_backward_path_equals_autograd(case: str, members: int | None, first: bool) -> None:
    net, theta, x = problem(case, members, first)
    theta.requires_grad_()
    raw = net(theta, x)
    (expected,) = torch.autograd.grad(raw, theta, weights(raw))
    with torch.no_grad():
        got = net.backward_path(theta, net.forward_path(theta, x), weights(raw))
    torch.testing.assert_close(got, expected, rtol=1e-10, atol=1e-10)


@every_case
@with_members
@first_or_not
def test_jacobian_equals_autograd(case: str, members: int | None, first: bool) -> None:
    net, theta, x = problem(case, members, first)
    got = net.jacobian(theta, x)
    theta.requires_grad_()
    raw = net(theta, x)
    for n in range(N):
        for c in range(C):
            (expected,) = torch.autograd.grad(raw[..., n, c].sum(), theta, retain_graph=True)
            torch.testing.assert_close(got[..., n, c, :], expected, rtol=1e-10, atol=1e-10)


@every_case
@with_members
@first_or_not
def test_jvp_and_jacobian_agree(case: str, members: int | None, first: bool) -> None:
    net, theta, x = problem(case, members, first)
    change = weights(theta)
    expected = torch.einsum("...ncp,...p->...nc", net.jacobian(theta, x), change)
    torch.testing.assert_close(net.jvp(theta, x, change), expected, rtol=1e-10, atol=1e-10)


@every_case
@first_or_not
def test_members_are_independent_networks(case: str, first: bool) -> None:
    net, theta, x = problem(case, 3, first)
    raw, gradient = net(theta, x), net.backward_path(theta, net.forward_path(theta, x), weights(net(theta, x)))
    for k in range(3):
        torch.testing.assert_close(raw[k], net(theta[k], x), rtol=1e-11, atol=1e-11)
        alone = net.backward_path(theta[k], net.forward_path(theta[k], x), weights(raw)[k])
        torch.testing.assert_close(gradient[k], alone, rtol=1e-11, atol=1e-11)


@every_case
def test_members_may_have_rows_of_their_own(case: str) -> None:
    net, theta, _ = problem(case, 3)
    x = torch.randn(3, N, *net.shape_in, generator=torch.Generator().manual_seed(5), dtype=theta.dtype)
    raw, jacobian = net(theta, x), net.jacobian(theta, x)
    for k in range(3):
        torch.testing.assert_close(raw[k], net(theta[k], x[k]), rtol=1e-11, atol=1e-11)
        torch.testing.assert_close(jacobian[k], net.jacobian(theta[k], x[k]), rtol=1e-11, atol=1e-11)


@every_case
@with_members
def test_single_precision_agrees_with_double(case: str, members: int | None) -> None:
    net, theta, x = problem(case, members)
    single = net.jacobian(theta.float(), x.float())
    assert single.dtype == torch.float32
    torch.testing.assert_close(single.double(), net.jacobian(theta, x), rtol=2e-3, atol=2e-4)


@every_case
def test_any_strides(case: str) -> None:
    net, theta, x = problem(case, None)
    spread = torch.stack([x, x], -1)[..., 0]
    assert not spread.is_contiguous()
    torch.testing.assert_close(net.jacobian(theta, spread), net.jacobian(theta, x), rtol=1e-12, atol=1e-12)


@every_case
@with_members
def test_empty_batch(case: str, members: int | None) -> None:
    net, theta, x = problem(case, members)
    trace = net.forward_path(theta, x[:0])
    raw = net.raw(trace)
    assert raw.shape == (*theta.shape[:-1], 0, C)
    assert not net.backward_path(theta, trace, raw).any()
    assert net.jacobian(theta, x[:0]).shape == (*raw.shape, net.layout.size)


@every_case
def test_nan_stays_in_its_row(case: str) -> None:
    net, theta, x = problem(case, None)
    x[0] = float("nan")
    raw = net(theta, x)
    assert raw[0].isnan().all()
    assert raw[1:].isfinite().all()


@every_case
def test_json_round_trip(case: str) -> None:
    net, theta, x = problem(case, None)
    again = Network.from_json(json.loads(json.dumps(net.to_json())))
    assert again == net
    assert again.fingerprint == net.fingerprint
    assert torch.equal(again(theta, x), net(theta, x))
    assert net.summary() == again.summary()
