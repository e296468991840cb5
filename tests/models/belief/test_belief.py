"""Deep belief networks: what the labels' probabilities mean, what pre-training and fine-tuning change."""

import pytest
import torch
from sklearn.datasets import load_digits

from pishro.errors import SettingError
from pishro.likelihoods import Intensities
from pishro.models.belief import UpDownPlan, pretrain, unrolled_autoencoder, unrolled_network, up_down
from pishro.models.boltzmann import BernoulliUnits, BoltzmannPlan, GaussianUnits, SoftmaxUnits
from pishro.objectives import Batch
from pishro.training import MiniBatchPlan, train_mini_batches

DIGITS = load_digits()
X, LABELS = torch.from_numpy(DIGITS.data / 16).float(), torch.from_numpy(DIGITS.target)
PLAN = BoltzmannPlan(epochs=20, size=15)


@pytest.fixture(scope="module")
def labeled():
    return pretrain(X[:1200], (60, 120), PLAN, BernoulliUnits(), LABELS[:1200])[0]


def test_log_odds_are_free_energies_with_each_label(labeled) -> None:
    features = labeled.up(X[:7])
    rows = torch.cat([features.repeat_interleave(10, 0), torch.eye(10).repeat(7, 1)], 1)
    expected = -labeled.top.free_energy(rows).reshape(7, 10)
    torch.testing.assert_close(labeled.log_odds(X[:7]).log_softmax(1), expected.log_softmax(1), atol=1e-4, rtol=1e-4)


def accuracy(network) -> float:
    return float((network.log_odds(X[1200:]).argmax(1) == LABELS[1200:]).float().mean())


def test_it_knows_digits_it_has_not_seen_and_makes_those_it_is_asked_for(labeled) -> None:
    assert accuracy(labeled) > 0.88
    tuned = up_down(labeled, X[:1200], LABELS[:1200], UpDownPlan(epochs=6, size=15))
    assert accuracy(tuned) > 0.88
    assert not torch.equal(tuned.recognition[0].weight, tuned.generative[0].weight)
    assert torch.equal(labeled.recognition[0].weight, labeled.generative[0].weight)
    generator = torch.Generator().manual_seed(0)
    made = torch.cat([tuned.sample(30, label, 100, generator) for label in range(10)])
    asked = torch.arange(10).repeat_interleave(30)
    assert float((tuned.log_odds(made).argmax(1) == asked).float().mean()) > 0.5
    assert tuned.sample(3, None, 5, generator).shape == (3, 64)


def test_an_unrolled_network_computes_the_features() -> None:
    belief, _ = pretrain(X[:300], (20, 10), BoltzmannPlan(epochs=1), BernoulliUnits())
    network, theta = unrolled_network(belief, 3, dropout=0.2, masked=0.1)
    features = belief.top.hidden_mean(belief.up(X[:5]))
    last = network.layout.views(theta[0])
    expected = features @ last["dense3.weight"] + last["dense3.bias"]
    torch.testing.assert_close(network(theta[0], X[:5]), expected)


def test_a_deep_autoencoder_starts_better_than_from_random_weights() -> None:
    belief, _ = pretrain(X, (64, 32, 10), PLAN, BernoulliUnits(), top=GaussianUnits())
    network, theta = unrolled_autoencoder(belief)
    # up by the machines' means, and down again
    expected = belief.down(belief.top.visible_mean(belief.top.hidden_mean(belief.up(X[:5]))))
    torch.testing.assert_close(network(theta[0], X[:5]).sigmoid(), expected, atol=1e-5, rtol=1e-5)
    plan = MiniBatchPlan(members=1, epochs=4, size=32, rate=3e-3, validation=0.2)
    errors = []
    for start in (theta, None):
        trained = train_mini_batches(
            network, Intensities(), Batch(X, X), MiniBatchPlan(**{**vars(plan), "start": start})
        )
        errors.append(float((network(trained.theta[0], X).sigmoid() - X).square().mean()))
    assert errors[0] < 0.8 * errors[1]


def test_what_does_not_go_together(labeled) -> None:
    with pytest.raises(SettingError, match="without label units"):
        unrolled_network(labeled, 2)
    belief, _ = pretrain(X[:50], (4,), BoltzmannPlan(epochs=1), BernoulliUnits(), top=SoftmaxUnits())
    with pytest.raises(SettingError, match="softmax"):
        unrolled_network(belief, 2)
    with pytest.raises(SettingError, match="label units"):
        belief.log_odds(X)
    with pytest.raises(SettingError, match="labels"):
        up_down(labeled, X, None, UpDownPlan())
    with pytest.raises(SettingError, match="at least one hidden"):
        pretrain(X, (), PLAN, BernoulliUnits())
    with pytest.raises(SettingError, match="above 0"):
        UpDownPlan(epochs=0)
