"""Value, gradient and Gauss-Newton matrix of the objective against autograd."""

import pytest
import torch

import pishro.objectives.objective as module
from pishro.errors import ShapeError
from pishro.likelihoods import Bernoulli, Categorical, Likelihood, Normal, NormalPrior
from pishro.nn import Dense, Network
from pishro.objectives import Batch, DataProducts, Objective
from pishro.optim import GaussNewtonPoint, HessianPoint, Need

N, D, K = 11, 3, 2


def objective(likelihood: Likelihood, weighted: bool) -> tuple[Objective, torch.Tensor]:
    g = torch.Generator().manual_seed(0)
    x = torch.randn(N, D, generator=g, dtype=torch.float64)
    targets = {
        "normal": torch.randn(N, 2, generator=g, dtype=torch.float64),
        "bernoulli": torch.randint(2, (N,), generator=g),
        "categorical": torch.randint(3, (N,), generator=g),
    }
    y = targets[likelihood.name]
    net = Network.chain(D, Dense(4, "tanh"), Dense(likelihood.outputs(y)))
    groups, names = net.layout.groups()
    prior = NormalPrior(groups, torch.rand(K, len(names), generator=g, dtype=torch.float64))
    weight = torch.rand(N, generator=g, dtype=torch.float64) if weighted else None
    beta = torch.tensor([0.5, 2.0], dtype=torch.float64)
    return Objective(net, likelihood, Batch(x, y, weight), prior, beta), net.init(seed=1, members=K)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("likelihood", [Normal(), Bernoulli(), Categorical(3)], ids=lambda v: v.name)
def test_derivatives_equal_autograd(likelihood: Likelihood, weighted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SLICE_ENTRIES", 300)  # several slices of rows
    f, theta = objective(likelihood, weighted)
    point = f.at(theta)
    expected = torch.autograd.functional.jacobian(lambda t: f.value(t).sum(), theta)
    torch.testing.assert_close(point.gradient, expected, rtol=1e-10, atol=1e-12)
    torch.testing.assert_close(point.value, f.value(theta), rtol=1e-12, atol=1e-12)
    for k in range(K):
        jacobian = torch.autograd.functional.jacobian(lambda t: f.network(t, f.batch.x), theta[k])
        raw = f.network(theta[k], f.batch.x)
        weight = torch.ones(N).double() if f.batch.weight is None else f.batch.weight
        total = torch.zeros(theta.shape[1], theta.shape[1], dtype=torch.float64)
        for n in range(N):
            hessian = torch.autograd.functional.hessian(
                lambda r, n=n: likelihood.nll(r[None], f.batch.y[n : n + 1]).sum(), raw[n]
            )
            total += f.beta[k] * weight[n] * jacobian[n].T @ hessian @ jacobian[n]
        total += torch.diag(f.prior.precision[k])
        torch.testing.assert_close(point.precision.matrix[k], total, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("likelihood", [Normal(), Bernoulli(), Categorical(3)], ids=lambda v: v.name)
def test_products_equal_the_matrix(likelihood: Likelihood, weighted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DataProducts, "ROWS", 4)  # several slices of rows
    f, theta = objective(likelihood, weighted)
    written, products = f.at(theta), f.at(theta, Need.GRADIENT | Need.GAUSS_NEWTON_PRODUCT)
    plain = f.at(theta, Need.GRADIENT)
    for point in (products, plain):
        torch.testing.assert_close(point.value, written.value)
        torch.testing.assert_close(point.gradient, written.gradient)
    assert isinstance(products, GaussNewtonPoint)
    v = torch.randn(theta.shape, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    torch.testing.assert_close(products.gauss_newton @ v, written.gauss_newton @ v)
    ratio = products.gauss_newton.diagonal() / written.gauss_newton.diagonal()
    assert ratio.min() > 0.1 and ratio.max() < 10  # eight probes: right to within a small factor
    one = products.select(torch.tensor([1]))
    torch.testing.assert_close(one.gauss_newton @ v[1:], (written.gauss_newton @ v)[1:])


@pytest.mark.parametrize("likelihood", [Normal(), Bernoulli(), Categorical(3)], ids=lambda v: v.name)
def test_the_hessian_equals_autograd_s(likelihood: Likelihood) -> None:
    f, theta = objective(likelihood, weighted=True)
    written, products = f.at(theta, Need.GRADIENT | Need.HESSIAN), f.at(theta, Need.GRADIENT | Need.HESSIAN_PRODUCT)
    assert isinstance(written, HessianPoint) and isinstance(products, HessianPoint)
    v = torch.randn(theta.shape, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    torch.testing.assert_close(written.gradient, f.at(theta).gradient)
    for k in range(K):
        one = f.select(torch.tensor([k]))
        expected = torch.autograd.functional.hessian(lambda t, one=one: one.value(t[None]).sum(), theta[k])
        torch.testing.assert_close(written.hessian.matrix[k], expected)
        torch.testing.assert_close((products.hessian @ v)[k], expected @ v[k])


def test_weights_equal_repetition() -> None:
    f, theta = objective(Normal(), weighted=False)
    times = torch.arange(N) % 3
    weighted = Objective(f.network, f.likelihood, Batch(f.batch.x, f.batch.y, times.double()), f.prior, f.beta)
    index = torch.arange(N).repeat_interleave(times)
    repeated = Objective(f.network, f.likelihood, Batch(f.batch.x[index], f.batch.y[index]), f.prior, f.beta)
    a, b = weighted.at(theta), repeated.at(theta)
    torch.testing.assert_close(a.value, b.value)
    torch.testing.assert_close(a.gradient, b.gradient)
    torch.testing.assert_close(a.precision.matrix, b.precision.matrix)


def test_combine_needs_no_new_pass_over_the_data() -> None:
    f, theta = objective(Normal(), weighted=False)
    point = f.at(theta)
    moved = Objective(f.network, f.likelihood, f.batch, f.prior, 3 * f.beta)
    torch.testing.assert_close(moved.combine(theta, point.data).value, moved.value(theta))


def test_selected_members_equal_the_whole() -> None:
    f, theta = objective(Categorical(3), weighted=False)
    index = torch.tensor([1])
    torch.testing.assert_close(f.select(index).at(theta[index]).gradient, f.at(theta).gradient[index])


def test_rows_and_targets_must_match() -> None:
    with pytest.raises(ShapeError, match="3 rows and 2 targets"):
        Batch(torch.zeros(3, 1), torch.zeros(2, 1))
