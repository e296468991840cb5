"""The restricted Boltzmann machine as an estimator: features, density, samples, scaling, bad input."""

import pickle

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import BernoulliRBM
from sklearn.pipeline import make_pipeline

from pishro import DataError, DeepBeliefClassifier, NotFittedError, RestrictedBoltzmannMachine, SettingError, ShapeError

DIGITS = load_digits()
X, IMAGES, LABELS = DIGITS.data / 16, DIGITS.images / 16, DIGITS.target


def quick(units: int = 16, **settings) -> RestrictedBoltzmannMachine:
    return RestrictedBoltzmannMachine(units, epochs=10, random_state=0).set_params(**settings)


def test_as_dense_a_model_as_that_of_scikit_learn() -> None:
    rows = (X > 0.5).astype(float)
    ours = RestrictedBoltzmannMachine(64, method="pcd", epochs=15, batch_size=20, random_state=0).fit(rows)
    theirs = BernoulliRBM(64, learning_rate=0.05, batch_size=20, n_iter=15, random_state=0).fit(rows)
    scores = ours.pseudo_likelihood(rows).mean()
    assert scores > np.mean([theirs.score_samples(rows).mean() for _ in range(5)]) - 0.5
    noise = np.random.default_rng(0).permuted(rows, axis=1)
    assert ours.score_samples(rows).mean() > ours.score_samples(noise).mean() + 20


def test_features_serve_a_classifier() -> None:
    model = make_pipeline(quick(100, epochs=20), LogisticRegression(max_iter=300))
    assert model.fit(X[:1200], LABELS[:1200]).score(X[1200:], LABELS[1200:]) > 0.9


def test_images_come_back_in_their_shape_and_units() -> None:
    model = quick(64).fit(IMAGES)
    assert model.reconstruct(IMAGES).shape == IMAGES.shape
    assert model.inverse_transform(model.transform(IMAGES[:4])).shape == (4, 8, 8)
    assert np.square(model.reconstruct(IMAGES) - IMAGES).mean() < 0.5 * IMAGES.var(0).mean()
    samples = model.sample(50, steps=200)
    assert samples.shape == (50, 8, 8)
    # pixels that are always dark stay dark in samples, and others vary
    assert samples[:, :, 0].mean() < 0.05 < samples[:, :, 3:5].std(0).mean()
    drawn = quick().fit(IMAGES)
    assert "16" in drawn.plot_filters().get_title()
    assert drawn.plot_samples(4, steps=10).get_title() == "4 samples after 10 steps"
    np.testing.assert_allclose(quick(64, image_shape=(8, 8)).fit(X).transform(X), model.transform(IMAGES))


def test_the_score_is_a_log_likelihood() -> None:
    few, many = (quick(units, method="pcd", steps=2, epochs=20).fit(X[:1200]) for units in (2, 64))
    assert few.score(X[1200:]) < many.score(X[1200:]) < 0
    bounds = many.model_.log_partition(steps=500)
    assert bounds.low < bounds.value < bounds.high


def test_numbers_of_any_size_are_gaussian() -> None:
    rows = np.random.default_rng(0).standard_normal((300, 2)) @ np.ones((2, 6)) * 100 + 500
    model = quick(hidden="relu", epochs=100, batch_size=10).fit(rows)
    assert model.model_.machine.visible.name == "gaussian"
    assert np.square(model.reconstruct(rows) - rows).mean() < 0.3 * rows.var()
    with pytest.raises(SettingError, match="Bernoulli"):
        model.pseudo_likelihood(rows)


def test_a_partial_fit_goes_on() -> None:
    model = quick()
    for _ in range(3):
        model.partial_fit(X)
    assert model.n_iter_ == len(model.model_.record.error) == 3
    assert model.model_.record.error[-1] < model.model_.record.error[0]
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.transform(X), model.transform(X))


def test_images_of_whole_numbers_are_scaled_and_said() -> None:
    with pytest.warns(DataConversionWarning, match="from 0 to 255, were scaled"):
        model = quick(visible="bernoulli").fit(255 * X)
    np.testing.assert_allclose(model.reconstruct(255 * X), 255 * quick().fit(X).reconstruct(X), atol=0.1)


def test_a_training_that_diverges_is_told() -> None:
    with pytest.warns(ConvergenceWarning, match="undone and the rate halved"):
        model = quick(visible="gaussian", rate=10.0).fit(X)
    assert model.model_.record.rate < 1.0
    with pytest.warns(ConvergenceWarning, match="Layer 1.*rate halved"):
        DeepBeliefClassifier((8,), "gaussian", 2, pretrain_rate=10.0, epochs=1, random_state=0).fit(X, LABELS)


def test_bad_input() -> None:
    with pytest.raises(NotFittedError):
        quick().transform(X)
    with pytest.raises(DataError, match="one size"):
        quick().fit([np.zeros((8, 8)), np.zeros((8, 9))])
    with pytest.raises(ShapeError, match=r"\(8, 8\) as in the fit, received \(9, 9\)"):
        quick(epochs=1).fit(IMAGES).transform(np.zeros((2, 9, 9)))
    with pytest.raises(SettingError, match="kind of visible unit"):
        quick(visible="binary").fit(X)
    with pytest.raises(SettingError, match="kind of unit"):
        quick(hidden="tanh").fit(X)
    fitted = quick(epochs=1).fit(X)
    with pytest.raises(ShapeError, match="16 hidden units"):
        fitted.inverse_transform(np.zeros((2, 3)))
    with pytest.raises(ShapeError, match="image_shape"):
        fitted.plot_filters()
    with pytest.raises(SettingError, match="batch_size"):
        quick(batch_size="all").fit(X)
