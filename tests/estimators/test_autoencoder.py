"""Autoencoders against principal components, plain against denoising, tied weights, anomalies, images, bad input."""

import pickle

import numpy as np
import pytest
import torch
from scipy.linalg import subspace_angles
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.exceptions import DataConversionWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from pishro import Autoencoder, DataError, NotFittedError, SettingError, ShapeError
from pishro.models import L1, KullbackLeibler
from pishro.optim import Adam

DIGITS = load_digits()
X, IMAGES, LABELS = DIGITS.data / 16, DIGITS.images / 16, DIGITS.target


def quick(**settings) -> Autoencoder:
    return Autoencoder(hidden=(), code=8, epochs=10, random_state=0).set_params(**settings)


def error(model: Autoencoder, rows, clean=None) -> float:
    return float(np.square(model.reconstruct(rows) - (rows if clean is None else clean)).mean())


def three_directions(rows: int = 1000) -> np.ndarray:
    """Rows of eight columns that vary along three directions, and a little along the others."""
    generator = np.random.default_rng(0)
    factors = generator.standard_normal((rows, 3)) * [3.0, 2.0, 1.0]
    return factors @ generator.standard_normal((3, 8)) + 0.1 * generator.standard_normal((rows, 8)) + 5


@pytest.mark.parametrize("tied", [False, True])
def test_a_linear_one_spans_the_principal_subspace(tied) -> None:
    rows = three_directions()
    model = Autoencoder((), 3, "linear", tied=tied, likelihood="normal", method=Adam(1e-2), random_state=0).fit(rows)
    scaled = (rows - rows.mean(0)) / rows.std(0)
    pca = PCA(3).fit(scaled)
    generator = np.random.default_rng(1)
    spanned = model.inverse_transform(generator.standard_normal((10, 3))) / rows.std(0)
    angles = subspace_angles(np.diff(spanned, axis=0).T, pca.components_.T)
    assert np.degrees(angles.max()) < 3
    best = np.square(pca.inverse_transform(pca.transform(scaled)) - scaled).mean()
    assert np.square((model.reconstruct(rows) - rows) / rows.std(0)).mean() < 1.1 * best


def test_tied_weights_are_the_same_numbers() -> None:
    model = quick(hidden=(20,), tied=True, epochs=2).fit(X)
    network, theta = model.model_.network, model.model_.theta
    assert network.layout.size == 64 * 20 + 20 + 20 * 8 + 8 + 20 + 64
    views = network.layout.views(theta)
    code = torch.from_numpy(model.transform(X[:5])).float()
    back = torch.tanh(code @ views["bottleneck.weight"].T + views["decoder1.bias"])
    raw = back @ views["encoder1.weight"].T + views["output.bias"]
    np.testing.assert_allclose(model.reconstruct(X[:5]), raw.sigmoid(), atol=1e-5)


def test_a_wide_one_beats_as_many_principal_components() -> None:
    pca = PCA(8).fit(X)
    best = float(np.square(pca.inverse_transform(pca.transform(X)) - X).mean())
    assert error(Autoencoder(code=8, epochs=60, random_state=0).fit(X), X) < 0.8 * best


def test_denoising_beats_plain_on_noisy_inputs() -> None:
    noisy = X[1200:] * (np.random.default_rng(0).random(X[1200:].shape) >= 0.3)
    plain, denoising = (quick(hidden=(64,), code=30, noise=n, epochs=50).fit(X[:1200]) for n in (None, 0.3))
    assert error(denoising, noisy, X[1200:]) < 0.8 * error(plain, noisy, X[1200:])


def test_a_sparse_code_is_active_as_often_as_asked() -> None:
    sparse = quick(code=20, penalty=KullbackLeibler(0.1, strength=2.0), epochs=25).fit(X[:900])
    codes = sparse.transform(X[:900])
    assert ((codes >= 0) & (codes <= 1)).all()
    assert abs(codes.mean() - 0.1) < 0.05
    plain, few = (
        quick(code=20, code_activation="relu", penalty=p, epochs=15).fit(X[:900]).transform(X[:900])
        for p in (None, L1(0.5))
    )
    assert (few == 0).mean() > (plain == 0).mean() + 0.1


def test_a_contractive_code_moves_less() -> None:
    def motion(model: Autoencoder) -> float:
        other = X + 0.05 * np.random.default_rng(0).standard_normal(X.shape)
        codes = model.transform(X)
        return float(np.linalg.norm(model.transform(other) - codes) / np.linalg.norm(codes - codes.mean(0)))

    plain, contractive = (quick(code_activation="sigmoid", penalty=p, epochs=30).fit(X) for p in (None, "contractive"))
    assert motion(contractive) < 0.95 * motion(plain)


def test_outliers_score_higher() -> None:
    generator = np.random.default_rng(0)
    rows = three_directions()
    model = Autoencoder(code=3, likelihood="normal", epochs=40, random_state=0).fit(rows[:800])
    strange = rows[800:] + generator.standard_normal((200, 8))
    usual, odd = model.anomaly_score(rows[800:]), model.anomaly_score(strange)
    assert np.mean(odd[:, None] > usual) > 0.98
    assert model.score(rows[800:]) == pytest.approx(-usual.mean())


def test_images_are_convolved_and_come_back_in_their_shape() -> None:
    settings = {"hidden": (8,), "code": 8, "epochs": 8, "random_state": 0}
    model = Autoencoder(**settings).fit(IMAGES[:900])
    assert {node.layer.kind for node in model.model_.network.nodes} >= {"conv2d", "max_pool2d", "upsample"}
    assert model.reconstruct(IMAGES).shape == model.inverse_transform(model.transform(IMAGES)).shape == IMAGES.shape
    assert error(model, IMAGES) < 0.6 * np.square(IMAGES - IMAGES.mean(0)).mean()
    flat = Autoencoder(**settings, image_shape=(8, 8)).fit(X[:900])
    np.testing.assert_array_equal(flat.transform(X), model.transform(IMAGES))
    assert flat.reconstruct(X[:3]).shape == (3, 64)
    colors = Autoencoder(hidden=(4, 4), epochs=1, random_state=0).fit(np.stack([IMAGES[:50], IMAGES[50:100]], -1))
    assert colors.inverse_transform(np.zeros((3, 2))).shape == (3, 8, 8, 2)


def test_tools_of_scikit_learn() -> None:
    model = quick().fit(X)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.transform(X), model.transform(X))
    assert clone(model).get_params() == model.get_params()
    assert model.get_feature_names_out()[0] == "autoencoder0"
    pipeline = make_pipeline(quick(epochs=20), LogisticRegression(max_iter=500)).fit(X[:1200], LABELS[:1200])
    assert pipeline.score(X[1200:], LABELS[1200:]) > 0.7
    assert GridSearchCV(quick(epochs=3), {"code": [1, 16]}, cv=2).fit(X).best_params_ == {"code": 16}


def test_values_outside_0_and_1_are_scaled_and_said() -> None:
    with pytest.warns(DataConversionWarning, match="from 0 to 16, were scaled"):
        model = quick(likelihood="bernoulli").fit(16 * X)
    np.testing.assert_allclose(model.reconstruct(16 * X), 16 * quick().fit(X).reconstruct(X), atol=1e-3)
    assert model.anomaly_score(np.full((1, 64), 99.0))[0] > model.anomaly_score(16 * X).max()


def test_missing_values_are_named() -> None:
    rows = X.copy()
    rows[3, 1] = np.nan
    with pytest.raises(DataError, match="NaN, first in row 3 of 1"):
        quick().fit(rows)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"likelihood": "poisson"}, "cost of an autoencoder"),
        ({"penalty": "l2"}, "penalty of the code"),
        ({"penalty": "kl", "code_activation": "tanh"}, "between 0 and 1"),
        ({"code": 0}, "at least 1 unit"),
        ({"hidden": "wide"}, "hidden"),
        ({"noise": -1.0}, "share"),
        ({"tied": True, "image_shape": (8, 8)}, "dense layers only"),
    ],
)
def test_bad_settings(settings, message) -> None:
    with pytest.raises(SettingError, match=message):
        quick(**settings).fit(X)


def test_asked_too_early_or_of_other_codes() -> None:
    with pytest.raises(NotFittedError):
        quick().transform(X)
    with pytest.raises(ShapeError, match="codes of 8 units"):
        quick(epochs=1).fit(X).inverse_transform(np.zeros((2, 3)))
