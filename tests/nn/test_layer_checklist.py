"""Every layer, every activation: shapes, both paths, Jacobian and directional derivative against autograd."""

import json

import pytest
import torch
from layer_checklist import CASES, Case, N, every_case, every_differentiable_case, one_case_of_each_kind
from torch import Tensor

from pishro.nn import Network

EXACT = {"rtol": 1e-10, "atol": 1e-10}


def weights(raw: Tensor) -> Tensor:
    return torch.linspace(-1, 1, raw.numel(), dtype=raw.dtype).reshape(raw.shape)


@every_case
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
def test_shape_and_dtype(case: Case, members: int | None, dtype: torch.dtype) -> None:
    net, theta, x = case.network, case.theta(members, dtype), case.rows(dtype=dtype)
    lead = (N,) if members is None else (members, N)
    raw = net(theta, x)
    assert raw.shape == (*lead, net.outputs)
    assert raw.dtype == dtype
    trace = net.forward_path(theta, x)
    for name, shape in net.shapes.items():
        assert trace.outputs[name].shape[-len(shape) :] == shape
    gradient = net.backward_path(theta, trace, weights(raw))
    assert gradient.shape == theta.shape
    assert gradient.dtype == dtype
    jacobian = net.jacobian(theta, x)
    assert jacobian.shape == (*lead, net.outputs, net.layout.size)
    assert jacobian.dtype == dtype


@every_differentiable_case
@pytest.mark.parametrize("own_rows", [False, True], ids=["same rows", "own rows"])
def test_both_paths_equal_autograd(case: Case, members: int | None, own_rows: bool) -> None:
    net, theta = case.network, case.theta(members).requires_grad_()
    x = case.rows(members if own_rows else None).requires_grad_()
    raw = net(theta, x)
    if members and not own_rows:
        # dJ/dx of each member: autograd must see a copy of the rows for each
        x = x.detach().expand(members, *x.shape).clone().requires_grad_()
        raw = net(theta, x)
    expected = torch.autograd.grad((raw * weights(raw)).sum(), (theta, x))
    trace = net.forward_path(theta, x if own_rows or not members else x[0])
    got = net.backward_path(theta, trace, weights(raw), inputs=True)
    torch.testing.assert_close(got, expected[0], **EXACT)
    torch.testing.assert_close(trace.deltas["x"], expected[1], **EXACT)
    torch.testing.assert_close(net.vjp(theta, x, weights(raw)), expected[0], **EXACT)


@every_case
def test_float32_paths_agree_with_float64(case: Case, members: int | None) -> None:
    net, theta, x = case.network, case.theta(members), case.rows()
    d_raw = weights(net(theta, x))
    expected = net.vjp(theta, x, d_raw), net.jacobian(theta, x)
    got = net.vjp(theta.float(), x.float(), d_raw.float()), net.jacobian(theta.float(), x.float())
    for one, other in zip(got, expected, strict=True):
        torch.testing.assert_close(one.double(), other, rtol=1e-3, atol=1e-4)


@every_differentiable_case
def test_jacobian_equals_autograd(case: Case, members: int | None) -> None:
    net, theta, x = case.network, case.theta(members), case.rows()
    got = net.jacobian(theta, x)
    for k in range(members or 1):
        own = theta if members is None else theta[k]
        expected = torch.autograd.functional.jacobian(lambda t: net(t, x), own)
        torch.testing.assert_close(got if members is None else got[k], expected, **EXACT)


@every_differentiable_case
@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")  # torch's forward mode uses it
def test_jvp_equals_forward_mode(case: Case, members: int | None) -> None:
    net, theta, x = case.network, case.theta(members), case.rows(members)
    along = torch.randn_like(theta), torch.randn_like(x)
    expected = torch.func.jvp(net, (theta, x), along)[1]
    torch.testing.assert_close(net.jvp(theta, x, *along), expected, **EXACT)


@every_case
def test_jvp_and_vjp_are_adjoint(case: Case, members: int | None) -> None:
    net, theta, x = case.network, case.theta(members), case.rows()
    v, u = torch.randn_like(theta), torch.randn_like(net(theta, x))
    jv, ju = net.jvp(theta, x, v), net.vjp(theta, x, u)
    torch.testing.assert_close((jv * u).sum(), (v * ju).sum(), **EXACT)
    by_rows = torch.einsum("...ncp,...nc->...p", net.jacobian(theta, x), u)
    torch.testing.assert_close(ju, by_rows, **EXACT)


@pytest.mark.parametrize("case", CASES, ids=[c.name for c in CASES])
def test_members_are_independent_networks(case: Case) -> None:
    net, theta, x = case.network, case.theta(3), case.rows()
    for k in range(3):
        torch.testing.assert_close(net(theta, x)[k], net(theta[k], x), rtol=1e-13, atol=1e-13)


@every_case
def test_input_may_lie_anyhow_in_memory(case: Case, members: int | None) -> None:
    net, theta, x = case.network, case.theta(members), case.rows()
    scattered = x.movedim(0, -1).contiguous().movedim(-1, 0)
    every_second = torch.stack([x, x + 1], 1).flatten(0, 1)[::2]
    assert not every_second.is_contiguous()
    for other in (scattered, every_second):
        torch.testing.assert_close(net(theta, other), net(theta, x), rtol=1e-13, atol=1e-13)
        d_raw = weights(net(theta, x))
        torch.testing.assert_close(net.vjp(theta, other, d_raw), net.vjp(theta, x, d_raw), rtol=1e-13, atol=1e-13)
        torch.testing.assert_close(net.jacobian(theta, other), net.jacobian(theta, x), rtol=1e-13, atol=1e-13)


@every_case
def test_empty_batch(case: Case, members: int | None) -> None:
    net, theta, x = case.network, case.theta(members), case.rows()[:0]
    lead = () if members is None else (members,)
    raw = net(theta, x)
    assert raw.shape == (*lead, 0, net.outputs)
    assert net.jacobian(theta, x).shape == (*lead, 0, net.outputs, net.layout.size)
    assert not net.vjp(theta, x, raw).any()
    assert net.jvp(theta, x, theta).shape == raw.shape


@every_case
def test_nan_passes_through_visibly(case: Case, members: int | None) -> None:
    net, theta, x = case.network, case.theta(members), case.rows()
    x[1] = float("nan")
    raw = net(theta, x)
    assert raw[..., 1, :].isnan().all()
    assert not raw[..., 2:, :].isnan().any()


@every_case
def test_bound_network_walks_the_same_paths(case: Case, members: int | None) -> None:
    net, theta, x = case.network, case.theta(members), case.rows()
    gradient = torch.full_like(theta, float("nan"))  # every entry must be written
    bound = net.bind(theta, gradient)
    for step in range(2):
        theta.add_(0.1 * step)
        with torch.no_grad():
            raw = bound.forward(x)
            assert bound.backward(weights(raw)) is gradient
        torch.testing.assert_close(raw, net(theta, x), rtol=0, atol=0)
        torch.testing.assert_close(gradient, net.vjp(theta, x, weights(raw)), rtol=1e-13, atol=1e-13)


@every_case
def test_json_round_trip(case: Case, members: int | None) -> None:
    net = case.network
    again = Network.from_json(json.loads(json.dumps(net.to_json())))
    assert again == net
    assert again.layout == net.layout
    theta, x = case.theta(members), case.rows()
    assert torch.equal(again(theta, x), net(theta, x))
    assert torch.equal(again.init(seed=4, members=members), net.init(seed=4, members=members))


@every_case
def test_module_of_the_network_computes_the_same(case: Case, members: int | None) -> None:
    net, theta, x = case.network, case.theta(members), case.rows()
    module = net.to_module(theta)
    assert torch.equal(module.theta(), theta)
    torch.testing.assert_close(module(x), net(theta, x), rtol=0, atol=0)


@one_case_of_each_kind
def test_module_of_the_network_exports(case: Case) -> None:
    net, theta, x = case.network, case.theta(None), case.rows()
    exported = torch.export.export(net.to_module(theta), (x,)).module()
    torch.testing.assert_close(exported(x), net(theta, x), rtol=1e-12, atol=1e-12)
