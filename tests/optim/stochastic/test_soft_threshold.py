"""The L1 penalty by its proximal step, against scikit-learn's lasso."""

import pytest
import torch
from sklearn.linear_model import Lasso

from pishro.errors import SettingError
from pishro.likelihoods import Normal
from pishro.nn import Dense, Network
from pishro.optim import SGD, ClippedNorm, Cosine, Scheduled, SoftThreshold, Stop, autograd_source, descend
from pishro.training import train

F64 = torch.float64


def rows() -> tuple[torch.Tensor, torch.Tensor]:
    g = torch.Generator().manual_seed(0)
    x = torch.randn(80, 6, generator=g, dtype=F64)
    slopes = torch.tensor([2.0, -1.0, 0.0, 0.0, 0.3, 0.0], dtype=F64)
    return x, (x @ slopes + 0.1 * torch.randn(80, generator=g, dtype=F64)).unsqueeze(1)


def test_gradient_descent_reaches_the_lasso() -> None:
    x, y = rows()
    lasso = Lasso(alpha=0.2, fit_intercept=False, tol=1e-12).fit(x.numpy(), y.ravel().numpy())
    cost = autograd_source(lambda w: (x @ w - y.squeeze(1)).square().mean() / 2)
    found = descend(cost, torch.zeros(6, dtype=F64), SoftThreshold(SGD(0.3), 0.2), Stop(gradient=0, iterations=500)).x
    torch.testing.assert_close(found, torch.tensor(lasso.coef_), rtol=1e-6, atol=1e-8)
    assert torch.equal(found == 0, torch.tensor(lasso.coef_ == 0))


def test_what_is_left_out_is_not_drawn_to_zero() -> None:
    where = torch.tensor([True, False])
    rule, theta = SoftThreshold(SGD(1.0), 0.5, where), torch.tensor([[1.0, 1.0], [0.2, 0.2]])
    rule.update(torch.zeros(2, 2), rule.start(theta), theta)
    assert theta.tolist() == [[0.5, 1.0], [0.0, pytest.approx(0.2)]]


def test_a_schedule_lowers_the_threshold_too() -> None:
    rule, theta = Scheduled(SoftThreshold(SGD(1.0), 0.5), Cosine(2)), torch.tensor([4.0])
    state = rule.start(theta)
    for _ in range(2):
        rule.update(torch.zeros(1), state, theta)
    assert 3.0 < float(theta) < 3.5  # 0.5 at first, less then


def test_a_network_forgets_the_inputs_that_say_nothing() -> None:
    x, y = rows()
    net = Network.chain(6, Dense(1))
    theta, _ = train(net, Normal(), x, y, method=SoftThreshold(SGD(0.1), 0.2), stop=Stop(gradient=0, iterations=400))
    weight = net.layout.views(theta[0])["dense1.weight"].squeeze(1)
    assert (weight == 0).nonzero().squeeze(1).tolist() == [2, 3, 5]


def test_a_rule_without_a_rate_is_refused() -> None:
    with pytest.raises(SettingError, match="around the rule itself"):
        SoftThreshold(ClippedNorm(SGD(0.1), 1.0), 0.1)
