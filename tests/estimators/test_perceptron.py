"""The perceptron rule: separable and not, against a linear program's verdict."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

import pishro
from pishro import PerceptronClassifier

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


@pytest.mark.parametrize("labels", [[0, 0, 0, 1], [0, 1, 1, 1], [1, 1, 1, 0], [1, 0, 0, 0]])
def test_gates_that_a_unit_can_compute(labels: list[int]) -> None:
    model = PerceptronClassifier().fit(CORNERS, labels)
    assert model.predict(CORNERS).tolist() == labels
    assert model.separable_ == [True]


def test_exclusive_or_is_said_to_be_inseparable() -> None:
    with pytest.warns(ConvergenceWarning, match="No hyperplane separates the classes"):
        model = PerceptronClassifier(max_epochs=20).fit(CORNERS, [0, 1, 1, 0])
    assert model.separable_ == [False]
    assert "hidden layer" in model.separability_
    assert (model.predict(CORNERS) == [0, 1, 1, 0]).sum() == 3  # the pocket keeps the best that there is


def test_separable_but_stopped_early_is_said_to_be_separable() -> None:
    generator = np.random.default_rng(0)
    x = generator.normal(size=(300, 5))
    y = x @ [1.0, -2.0, 0.5, 3.0, 1.0] > 0.1
    with pytest.warns(ConvergenceWarning, match="raise max_epochs"):
        short = PerceptronClassifier(max_epochs=1, random_state=1).fit(x, y)
    assert short.separable_ == [True]
    model = PerceptronClassifier(max_epochs=5000, random_state=1).fit(x, y)
    assert model.score(x, y) == 1
    assert "found one" in model.separability_


def test_iris_only_setosa_is_separable_from_the_rest() -> None:
    x, y = load_iris(return_X_y=True)
    with pytest.warns(ConvergenceWarning, match="No hyperplane separates 1, 2 from the rest"):
        model = PerceptronClassifier(max_epochs=30).fit(x, y)
    assert model.separable_ == [True, False, False]
    assert model.score(x, y) > 0.8


def test_pocket_is_never_worse_and_beats_the_last_weights() -> None:
    generator = np.random.default_rng(1)
    x = generator.normal(size=(200, 3))
    y = (x[:, 0] + 0.8 * generator.normal(size=200)) > 0
    with pytest.warns(ConvergenceWarning):
        pocket = PerceptronClassifier(max_epochs=30).fit(x, y)
    with pytest.warns(ConvergenceWarning):
        last = PerceptronClassifier(max_epochs=30, pocket=False).fit(x, y)
    assert pocket.score(x, y) > last.score(x, y)
    assert pocket.score(x, y) >= LogisticRegression().fit(x, y).score(x, y) - 0.02


def test_network_of_threshold_units_fires_as_the_classifier_says() -> None:
    x, y = load_iris(return_X_y=True)
    model = PerceptronClassifier().fit(x, y == 0)
    fired = model.network_(model.theta_, torch.from_numpy(x)).squeeze(-1).numpy()
    assert (fired.astype(bool) == model.predict(x)).all()
    assert set(fired.tolist()) == {0.0, 1.0}


def test_columns_on_any_scale() -> None:
    x, y = load_iris(return_X_y=True)
    model = PerceptronClassifier().fit(x * [1e6, 1.0, 1e-6, 1.0] + [0.0, 1e4, 0.0, 0.0], y == 0)
    assert model.separable_ == [True]


def test_a_stream_goes_through_the_textbook_rule() -> None:
    generator = np.random.default_rng(0)
    x = generator.normal(size=(60, 3))
    y = np.where(x @ [1.0, -2.0, 0.5] > 0.1, "up", "down")
    model = PerceptronClassifier()
    weights, bias = np.zeros(3), 0.0
    for _ in range(4):
        for part in range(0, 60, 20):
            model.partial_fit(x[part : part + 20], y[part : part + 20], classes=["up", "down"])
        for row, label in zip(x, y, strict=True):
            sign = 1.0 if label == "up" else -1.0
            if sign * (weights @ row + bias) <= 0:
                weights, bias = weights + sign * row, bias + sign
    np.testing.assert_allclose(model.coef_, [weights])
    np.testing.assert_allclose(model.intercept_, [bias])
    assert model.n_iter_ == 12
    assert model.separable_ == [None]


def test_a_stream_of_three_classes() -> None:
    x, y = load_iris(return_X_y=True)
    x = (x - x.mean(0)) / x.std(0)
    order = np.random.default_rng(0).permutation(150)
    model = PerceptronClassifier().partial_fit(x[:40], y[:40], classes=[0, 1, 2])  # one class alone
    for _ in range(5):
        model.partial_fit(x[order], y[order])
    assert model.coef_.shape == (3, 4)
    assert model.score(x, y) > 0.75
    with pytest.raises(pishro.DataError, match=r"among \[0, 1, 2\], received \[7\]"):
        model.partial_fit(x[:1], [7])
    with pytest.raises(ValueError, match="2 features"):
        model.partial_fit(x[:, :2], y)
    with pytest.raises(pishro.SettingError, match="needs classes"):
        PerceptronClassifier().partial_fit(x, y)


def test_bad_input_is_refused() -> None:
    with pytest.raises(pishro.SettingError, match="at least 1 epoch"):
        PerceptronClassifier(max_epochs=0).fit(CORNERS, [0, 1, 1, 1])
    with pytest.raises(pishro.DataError, match="2 classes"):
        PerceptronClassifier().fit(CORNERS, [1, 1, 1, 1])
    with pytest.raises(pishro.NotFittedError, match="not fitted"):
        PerceptronClassifier().predict(CORNERS)
