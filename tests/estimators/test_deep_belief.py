"""Deep belief networks as estimators: digits, a regression, samples of a class, bad input."""

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_digits
from sklearn.linear_model import LinearRegression

from pishro import DataError, DeepBeliefClassifier, DeepBeliefRegressor, NotFittedError, SettingError

DIGITS = load_digits()
X, IMAGES, LABELS = DIGITS.data / 16, DIGITS.images / 16, DIGITS.target


def quick(**settings) -> DeepBeliefClassifier:
    return DeepBeliefClassifier(pretrain_epochs=5, epochs=40, random_state=0).set_params(**settings)


def test_digits() -> None:
    model = quick(dropout=0.2, pretrain_epochs=20).fit(IMAGES[:1200], LABELS[:1200])
    assert model.score(IMAGES[1200:], LABELS[1200:]) > 0.91
    assert model.predict_proba(IMAGES[:5]).sum(1) == pytest.approx(1)
    assert "Pre-trained" in str(model.model_.trained.record)


def test_many_sigmoid_layers_train_only_after_pre_training() -> None:
    deep = {"hidden": (50,) * 6, "epochs": 15}
    first = quick(pretrain_epochs=20, **deep).fit(X[:1200], LABELS[:1200])
    assert first.score(X[1200:], LABELS[1200:]) > 0.75
    none = quick(pretrain_epochs=1, pretrain_rate=1e-9, **deep).fit(X[:1200], LABELS[:1200])
    assert none.score(X[1200:], LABELS[1200:]) < 0.3


def test_rows_of_a_class() -> None:
    names = np.array(["even", "odd"])[LABELS % 2]
    model = quick(hidden=(80,), fine_tuning="up-down", pretrain_epochs=20, epochs=5).fit(IMAGES[:1200], names[:1200])
    assert model.score(IMAGES[1200:], names[1200:]) > 0.85
    odd = model.sample(40, "odd", steps=100)
    assert odd.shape == (40, 8, 8)
    assert ((odd > 0) & (odd < 1)).mean() > 0.9  # means, not states
    assert (model.predict(odd) == "odd").mean() > 0.6
    with pytest.raises(SettingError, match="'even'"):
        model.sample(1, "evn")


def test_a_regression() -> None:
    rows, y = load_diabetes(return_X_y=True)
    model = DeepBeliefRegressor((30,), pretrain_epochs=5, random_state=0).fit(rows[:350], y[:350])
    line = LinearRegression().fit(rows[:350], y[:350])
    assert model.score(rows[350:], y[350:]) > line.score(rows[350:], y[350:]) - 0.1
    assert model.predict(rows[:3]).shape == (3,)


def test_bad_input() -> None:
    with pytest.raises(NotFittedError):
        quick().predict(X)
    with pytest.raises(DataError, match="1 class"):
        quick().fit(X[:5], [1] * 5)
    with pytest.raises(SettingError, match="fine-tuning"):
        quick(fine_tuning="backwards").fit(X, LABELS)
    with pytest.raises(SettingError, match="generative model only"):
        quick(epochs=1, hidden=(4,)).fit(X, LABELS).sample()
