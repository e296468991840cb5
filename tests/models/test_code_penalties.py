"""Penalties of codes against the Jacobian and the divergence written out, and what noise does."""

import pytest
import torch
from torch import Generator
from torch.autograd.functional import jacobian

from pishro.errors import SettingError
from pishro.likelihoods import Normal
from pishro.models import L1, Contractive, GaussianNoise, KullbackLeibler, Masking, SaltAndPepper
from pishro.models.autoencoder import conv_autoencoder, dense_autoencoder, encode
from pishro.objectives import Batch, MiniBatches

X = torch.randn(6, 5, generator=Generator().manual_seed(0), dtype=torch.float64)
IMAGES = torch.randn(4, 1, 4, 4, generator=Generator().manual_seed(0), dtype=torch.float64)
NETWORKS = {
    "one sigmoid layer": (dense_autoencoder(5, (), 3, "tanh", "sigmoid", False), X),
    "one softplus layer, tied": (dense_autoencoder(5, (), 3, "tanh", "softplus", True), X),
    "two layers": (dense_autoencoder(5, (4,), 3, "tanh", "sigmoid", True), X),
    "images": (conv_autoencoder((1, 4, 4), (2,), 3, "tanh", "sigmoid"), IMAGES),
}
every_network = pytest.mark.parametrize(("network", "x"), NETWORKS.values(), ids=NETWORKS)


@every_network
def test_contraction_is_the_norm_of_the_jacobian(network, x) -> None:
    theta = network.init(seed=0, members=2)
    expected = [
        sum(jacobian(lambda one, k=k: encode(network, theta[k], one.unsqueeze(0))[0], row).square().sum() for row in x)
        / len(x)
        for k in range(2)
    ]
    torch.testing.assert_close(Contractive(strength=2.0)(network, theta, x), 2 * torch.stack(expected))


@every_network
def test_slopes_reach_the_gradient_of_a_mini_batch(network, x) -> None:
    theta, batch = network.init(seed=0, members=2), Batch(x, x.flatten(1))
    for penalty in (Contractive(), KullbackLeibler(), L1()):
        value, gradient = MiniBatches(network, Normal(), batch, len(x), Generator(), penalty=penalty)(theta)
        leaf = theta.clone().requires_grad_()
        cost = Normal().nll(network(leaf, x), x.flatten(1)).mean(-1) + penalty(network, leaf, x)
        torch.testing.assert_close(value, cost.detach())
        torch.testing.assert_close(gradient, torch.autograd.grad(cost.sum(), leaf)[0])


def test_the_divergence_is_zero_at_its_target_and_needs_a_code_between_0_and_1() -> None:
    network, x = NETWORKS["one sigmoid layer"]
    theta = network.init(seed=0, members=1)
    network.layout.views(theta)["bottleneck.weight"].zero_()
    network.layout.views(theta)["bottleneck.bias"].fill_(torch.tensor(0.2 / 0.8).log())
    torch.testing.assert_close(KullbackLeibler(0.2)(network, theta, x), torch.zeros(1, dtype=torch.float64))
    by_hand = 3 * (0.5 * torch.tensor(0.5 / 0.2).log() + 0.5 * torch.tensor(0.5 / 0.8).log())
    torch.testing.assert_close(KullbackLeibler(0.5, 2.0)(network, theta, x), 2 * by_hand.double().reshape(1))
    with pytest.raises(SettingError, match="between 0 and 1"):
        KullbackLeibler().check(dense_autoencoder(5, (), 3, "tanh", "tanh", False))


def test_noise() -> None:
    x = torch.full((2000, 5), 0.5)
    noisy = GaussianNoise(0.3)(x, Generator().manual_seed(0)) - x
    assert abs(float(noisy.std()) - 0.3) < 0.01
    masked = Masking(0.2)(x, Generator().manual_seed(0))
    assert abs(float((masked == 0).float().mean()) - 0.2) < 0.01
    salted = SaltAndPepper(0.2)(x, Generator().manual_seed(0))
    assert abs(float((salted == 0).float().mean()) - 0.1) < 0.01
    assert abs(float((salted == 1).float().mean()) - 0.1) < 0.01
    for wrong in (lambda: GaussianNoise(-1), lambda: Masking(1.5), lambda: SaltAndPepper(-0.1)):
        with pytest.raises(SettingError):
            wrong()
