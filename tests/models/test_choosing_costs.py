"""A table fitted by the cost that was asked for."""

from pathlib import Path

import numpy as np
import pytest

import pishro
from pishro.errors import DataError, SettingError
from pishro.likelihoods import Huber, StudentT


def table(kind: str) -> dict[str, np.ndarray]:
    """Numbers whose mean moves with x: counts, positive numbers, or numbers with outliers."""
    random = np.random.default_rng(0)
    x = random.uniform(-2, 2, 240)
    mean = np.exp(1 + 0.5 * x)
    drawn = {
        "counts": lambda: random.poisson(mean),
        "positive": lambda: random.gamma(2, mean / 2),
        "outliers": lambda: x + 0.1 * random.standard_t(1.5, len(x)),
        "classes": lambda: np.digitize(x + random.logistic(0, 0.2, len(x)), [-0.7, 0.7]),
    }
    return {"x": x, "y": drawn[kind]()}


def log_likelihood(model: pishro.Model) -> float:
    return model.score["log-likelihood"].value


@pytest.mark.parametrize(
    ("kind", "name"),
    [("counts", "poisson"), ("counts", "negative-binomial"), ("positive", "gamma"), ("outliers", "student-t")],
)
def test_the_right_cost_predicts_better_than_the_normal(kind: str, name: str, tmp_path: Path) -> None:
    data = table(kind)
    fits = {n: pishro.fit(data, "y", likelihood=n, hidden=4, members=2) for n in ("normal", name)}
    assert log_likelihood(fits[name]) > log_likelihood(fits["normal"]) + 0.05
    low, high = fits[name].predict_interval(data)
    assert 0.9 < np.mean((low <= data["y"]) & (data["y"] <= high)) <= 1
    fits[name].save(tmp_path / "m.safetensors")
    again = pishro.load(tmp_path / "m.safetensors")
    assert again.likelihood == fits[name].likelihood
    assert np.array_equal(again.predict(data), fits[name].predict(data))


def test_positive_costs_predict_in_the_target_s_own_unit() -> None:
    data = table("positive")
    model = pishro.fit(data, "y", likelihood="gamma", hidden=4, members=2)
    expected = np.exp(1 + 0.5 * np.array([-1.0, 1.0]))
    assert model.predict({"x": [-1.0, 1.0]}) == pytest.approx(expected, rel=0.3)
    thousand = pishro.fit({**data, "y": 1000 * data["y"]}, "y", likelihood="gamma", hidden=4, members=2)
    assert thousand.predict(data) == pytest.approx(1000 * model.predict(data), rel=1e-6)


def test_ordered_classes() -> None:
    model = pishro.fit(table("classes"), "y", likelihood="ordinal", hidden=3, members=2)
    assert model.score["accuracy"].value > 0.7
    assert model.predict({"x": [-2.0, 0.0, 2.0]}).tolist() == [0, 1, 2]


def test_a_likelihood_with_settings() -> None:
    data = table("outliers")
    model = pishro.fit(data, "y", likelihood=StudentT(degrees=3.0), hidden=3, members=1)
    assert model.likelihood == StudentT(degrees=3.0)
    assert pishro.FeedForwardRegressor(hidden=2, members=1, likelihood=Huber()).fit(
        data["x"].reshape(-1, 1), data["y"]
    ).predict([[0.5]]) == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(
    ("kind", "name", "error", "words"),
    [
        ("positive", "poison", SettingError, "Did you mean 'poisson'"),
        ("positive", "poisson", DataError, "counts"),
        ("outliers", "gamma", DataError, "positive"),
        ("positive", "categorical", DataError, "classes that recur"),
    ],
)
def test_a_cost_that_does_not_fit_the_target_is_refused(
    kind: str, name: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        pishro.fit(table(kind), "y", likelihood=name)


def test_words_have_no_order() -> None:
    data = {"x": list(range(40)), "y": ["low", "high"] * 20}
    with pytest.raises(SettingError, match=r"known order.*number them"):
        pishro.fit(data, "y", likelihood="ordinal")
    with pytest.raises(DataError, match="Regression needs a numeric target"):
        pishro.fit(data, "y", likelihood="normal")


def test_every_name_can_be_asked_for() -> None:
    data = table("positive")
    for name in ("laplace", "log-normal", "heteroscedastic-normal", "quantile", "gaussian-mixture"):
        assert log_likelihood(pishro.fit(data, "y", likelihood=name, hidden=2, members=1)) > -3


@pytest.mark.parametrize("target", ["y", "up"])
def test_the_members_scores_are_told(target: str) -> None:
    columns = {"x": [i / 20 for i in range(80)], "y": [(i / 20) ** 2 + 0.1 * (i % 3) for i in range(80)]}
    table = {**columns, "up": [i % 5 > 1 for i in range(80)]}
    model = pishro.fit({k: v for k, v in table.items() if k in ("x", target)}, target, members=3, hidden=3)
    spread = model.spread
    assert len(model.evaluation.members) == 3
    assert spread["together"] == model.score.metrics[0].value
    assert spread["best"] == (min if target == "y" else max)(model.evaluation.members)
