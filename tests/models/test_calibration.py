"""Calibration: coverage on data where the model is wrong, temperature against a search by hand."""

import math

import numpy as np
import pytest
import torch

import pishro
from pishro import DataError, FeedForwardClassifier, FeedForwardRegressor, SettingError
from pishro.likelihoods import ClassProbabilities, EqualMixture, Normal
from pishro.models import ConformalIntervals, Temperature, calibration_error, calibration_from_json


def normals(mean: torch.Tensor, sd: float) -> EqualMixture:
    """Predictions N(mean, sd²) for one target."""
    return Normal().predictive(mean.reshape(1, -1, 1), torch.zeros(1, len(mean), 1), torch.tensor([sd**-2.0]))


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95])
def test_coverage_holds_where_noise_has_heavy_tails_and_the_model_is_too_sure(level: float) -> None:
    generator = np.random.default_rng(0)
    inside = []
    for _ in range(40):
        noise = torch.from_numpy(generator.standard_t(3, 200))
        mean = torch.linspace(-1, 1, 200, dtype=torch.float64)
        y = (mean + noise).unsqueeze(-1)
        learned = ConformalIntervals.fit(normals(mean[::2], 0.4), y[::2])
        low, high = learned.interval(normals(mean[1::2], 0.4), level)
        inside.append(float(((low <= y[1::2]) & (y[1::2] <= high)).double().mean()))
    assert abs(np.mean(inside) - level) < 0.02  # the guarantee is for the mean over draws: at least the level


def test_a_level_that_so_few_rows_cannot_promise_is_refused() -> None:
    few = ConformalIntervals((0.1, 0.5, 2.0))
    assert few.reach(0.75) == 2
    with pytest.raises(SettingError, match="fit with more rows"):
        few.reach(0.95)


def test_a_missing_target_says_nothing() -> None:
    y = torch.tensor([[0.0, float("nan")], [1.0, 3.0]], dtype=torch.float64)
    both = Normal().predictive(torch.zeros(1, 2, 2), torch.zeros(1, 2, 2), torch.ones(1))
    assert ConformalIntervals.fit(both, y).scores == pytest.approx((0.0, 3.0), abs=1e-6)


def test_the_temperature_is_the_best_of_a_grid() -> None:
    generator = torch.Generator().manual_seed(0)
    log_odds = torch.randn(2000, 3, generator=generator, dtype=torch.float64)
    y = torch.multinomial(log_odds.softmax(-1), 1, generator=generator).squeeze(-1)
    sure = ClassProbabilities((3 * log_odds).softmax(-1))  # three times too sure
    learned = Temperature.fit(sure, y)
    grid = torch.linspace(1, 6, 501, dtype=torch.float64)
    cost = [float(-(3 * log_odds / t).log_softmax(-1).gather(-1, y.unsqueeze(-1)).mean()) for t in grid]
    assert learned.temperature == pytest.approx(float(grid[int(np.argmin(cost))]), abs=0.01)
    assert learned.after < 0.05 < learned.before
    corrected = learned.corrected(sure).mean()
    torch.testing.assert_close(corrected, (3 * log_odds / learned.temperature).softmax(-1))


def test_the_calibration_error_of_certain_and_wrong_predictions() -> None:
    p = torch.tensor([[1.0, 0.0]] * 30)
    assert calibration_error(p, torch.zeros(30).long()) == 0
    assert calibration_error(p, torch.ones(30).long()) == 1
    with pytest.raises(DataError):
        calibration_error(p[:0], torch.zeros(0).long())


def test_a_calibrated_regressor_and_its_file(tmp_path) -> None:
    generator = np.random.default_rng(0)
    X = generator.uniform(-1, 1, (300, 1))
    y = np.sin(3 * X[:, 0]) + 0.1 * generator.standard_t(2, 300)
    model = FeedForwardRegressor(4, members=1, calibrate="conformal").fit(X[:200], y[:200])
    low, high = model.predict_interval(X[200:], 0.9)
    assert 0.8 < ((low <= y[200:]) & (y[200:] <= high)).mean() <= 1
    assert "40 rows kept" in str(model.model_.record)
    from pishro.serialization import load_model, save_model

    save_model(model.model_, tmp_path / "m.safetensors")
    again = load_model(tmp_path / "m.safetensors")
    np.testing.assert_array_equal(again.predict_interval({"x0": X[200:, 0]}, 0.9)[0], low)
    assert calibration_from_json(again.calibration.to_json()) == again.calibration


def test_a_calibrated_classifier() -> None:
    generator = np.random.default_rng(0)
    X = generator.uniform(-1, 1, (200, 1))
    labels = X[:, 0] + 0.5 * generator.standard_normal(200) > 0
    model = FeedForwardClassifier(2, members=1, calibrate="temperature").fit(X, labels)
    np.testing.assert_allclose(model.predict_proba(X).sum(1), 1)
    assert "temperature" in model.model_.record.calibration


def test_calibration_through_fit() -> None:
    columns = {"x": [i / 50 for i in range(150)], "y": [math.sin(i / 20) + 0.01 * (i % 7) for i in range(150)]}
    model = pishro.fit(columns, "y", members=1, hidden=3, calibrate="conformal")
    assert model.calibration is not None
    with pytest.raises(SettingError, match="conformal"):
        pishro.fit(columns, "y", calibrate="conformel")
    with pytest.raises(SettingError, match="temperature"):
        FeedForwardClassifier(2, members=1, calibrate="conformal").fit([[0.0], [1.0]] * 20, [0, 1] * 20)
