"""Time series: rows of the past, one step ahead, and the closed loop, against systems whose answers are known."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

import pishro
from pishro import Lags, SeriesModel
from pishro.errors import DataError, SettingError

Array = npt.NDArray[np.float64]


def plant(steps: int, seed: int = 0, noise: float = 0.0) -> dict[str, Array]:
    """A damped system with an input that saturates: y_t = 0.8 y_{t−1} + tanh(2 u_{t−1}) / 2."""
    random = np.random.default_rng(seed)
    u = np.repeat(random.uniform(-1, 1, steps // 5 + 1), 5)[:steps]
    y = np.zeros(steps)
    for t in range(1, steps):
        y[t] = 0.8 * y[t - 1] + np.tanh(2 * u[t - 1]) / 2 + noise * random.standard_normal()
    return {"u": u, "y": y}


@pytest.fixture(scope="module")
def model() -> SeriesModel:
    return pishro.fit_series(plant(600), "y", Lags({"u": [1, 2], "y": 1}), members=2, hidden=5)


def autoregression() -> Array:
    y = np.zeros(1500)
    random = np.random.default_rng(1)
    for t in range(1, len(y)):
        y[t] = 0.9 * y[t - 1] + 0.1 * random.standard_normal()
    return y


@pytest.fixture(scope="module")
def noisy() -> SeriesModel:
    return pishro.fit_series({"y": autoregression()}, "y", Lags({"y": 1}), members=2, hidden=2)


def test_rows_hold_present_and_past() -> None:
    frame = pl.DataFrame({"u": range(6), "y": range(10, 16)})
    table = Lags({"u": [0, 2], "y": 1}).of("y").table(frame, answers=True)
    assert table.columns == ["u", "u[t-2]", "y[t-1]", "y"]
    assert table.row(0) == (2, 0, 11, 12) and len(table) == 4


def test_series_beside_each_other_are_not_mixed() -> None:
    frame = pl.DataFrame({"machine": ["a", "b", "a", "b", "a"], "y": [1, 10, 2, 20, 3]})
    lags = Lags({"y": 1}, by="machine").of("y")
    assert lags.table(frame, answers=True).rows() == [(1, 2), (10, 20), (2, 3)]
    assert lags.rows(frame).tolist() == [2, 3, 4]


def test_one_step_ahead_on_the_last_rows(model: SeriesModel) -> None:
    assert model.score is not None and model.evaluation is not None
    rows = plant(600)["y"][-model.score.rows :]
    np.testing.assert_allclose(model.evaluation.actual, rows)
    assert model.score["RMSE"].value < 0.01
    baselines = dict(model.score.baselines)
    assert baselines["last value"][0].value == pytest.approx(
        np.sqrt(np.mean(np.diff(plant(600)["y"])[-len(rows) :] ** 2))
    )
    assert (
        len(model.predict(plant(50, seed=5))) == 50 - model.lags.reach == len(model.lags.rows(pl.DataFrame(plant(50))))
    )


def test_a_row_without_an_answer_does_not_shift_the_baseline() -> None:
    table = plant(300)
    table["y"][299] = np.nan
    scores = pishro.fit_series(table, "y", Lags({"u": 1, "y": [3]}), members=1, hidden=1).score
    assert scores is not None
    known = pl.DataFrame(table).with_columns(pl.col("y").shift(3).alias("last"))[3:].filter(pl.col("y").is_not_nan())
    difference = (known["y"] - known["last"]).to_numpy()[-scores.rows :]
    assert dict(scores.baselines)["last value"][0].value == pytest.approx(np.sqrt(np.mean(difference**2)))


def test_the_closed_loop_follows_the_system(model: SeriesModel) -> None:
    other = pl.DataFrame(plant(120, seed=7))
    ahead = model.forecast(other[:20], 100, inputs=other[20:])
    assert np.abs(ahead - other["y"].to_numpy()[20:]).max() < 0.05


def test_intervals_of_the_closed_loop_widen_as_theory_says(noisy: SeriesModel) -> None:
    learned = autoregression()[:1200]
    slope, shift = np.polyfit(learned[:-1], learned[1:], 1)  # least squares: the network sees no more than its rows
    deviation = np.std(learned[1:] - slope * learned[:-1] - shift)
    low, high = noisy.forecast_interval({"y": [0.0, 0.5]}, 12, level=0.9, paths=4000)
    ahead, rest = np.arange(1, 13), shift / (1 - slope)
    np.testing.assert_allclose((low + high) / 2, rest + (0.5 - rest) * slope**ahead, atol=0.03)
    spread = deviation * np.sqrt((1 - slope ** (2 * ahead)) / (1 - slope**2))
    np.testing.assert_allclose(high - low, 2 * 1.645 * spread, rtol=0.1)
    again = noisy.forecast_interval({"y": [0.5]}, 12, level=0.9, paths=4000)
    np.testing.assert_array_equal(again, (low, high))


def test_a_series_in_its_own_past_is_no_leak(noisy: SeriesModel) -> None:
    smooth = pishro.fit_series({"y": np.linspace(0, 9, 200)}, "y", Lags({"y": 1}), members=1, hidden=1)
    assert smooth.schema.warnings == () and noisy.schema.warnings == ()


def test_a_file_gives_the_same_model(model: SeriesModel, tmp_path: Path) -> None:
    model.save(tmp_path / "m.safetensors")
    again = pishro.load(tmp_path / "m.safetensors")
    assert isinstance(again, SeriesModel) and again.lags == model.lags
    series = plant(80, seed=3)
    np.testing.assert_array_equal(again.predict(series), model.predict(series))
    past, inputs = pl.DataFrame(series)[:40], pl.DataFrame(series)[40:]
    np.testing.assert_array_equal(again.forecast(past, 20, inputs), model.forecast(past, 20, inputs))
    again.report(tmp_path / "m.html")
    again.report(tmp_path / "fa.html", language="fa")
    assert "last value" in (tmp_path / "m.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("taps", "reason"),
    [
        ({}, "received none"),
        ({"u": -1}, "no input"),
        ({"u": "far"}, "how far to look back"),
        ({"y": [0, 1]}, "the answer"),
    ],
)
def test_lags_that_make_no_sense_are_refused(taps: dict[str, int], reason: str) -> None:
    with pytest.raises(SettingError, match=reason):
        Lags(taps).of("y")


def test_series_that_do_not_reach_are_refused(model: SeriesModel) -> None:
    series = pl.DataFrame(plant(10))
    with pytest.raises(DataError, match="more than 9 steps"):
        Lags({"y": 9}).of("y").table(series[:9])
    with pytest.raises(DataError, match="column"):
        Lags({"v": 1}).of("y").table(series)
    with pytest.raises(DataError, match="a past of 2 steps"):
        model.forecast(series[:1], 3, series)
    with pytest.raises(DataError, match="give a table of them"):
        model.forecast(series, 3)
    with pytest.raises(DataError, match="received 1 in `inputs`"):
        model.forecast(series, 3, series[:1])
    with pytest.raises(SettingError, match="at least one step"):
        model.forecast(series, 0, series)
