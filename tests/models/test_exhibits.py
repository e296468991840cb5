"""What is kept of the rows for the figures: the right numbers, at the right rows, as plain data."""

import json
import math

import numpy as np
import polars as pl
import pytest

from pishro.models import Exhibits, FitSettings, FittedTable, collect_exhibits, fit_table

ROWS = 150


@pytest.fixture(scope="module")
def fitted() -> FittedTable:
    random = np.random.default_rng(0)
    x, noise = random.uniform(-2, 2, (ROWS, 2)), random.normal(size=ROWS)
    words = random.choice(["a", "b", "c"], ROWS)
    y = 3 * x[:, 0] + (words == "a") + 0.1 * noise
    frame = pl.DataFrame({"strong": x[:, 0], "idle": x[:, 1], "word": words, "y": y})
    return fit_table(frame, "y", FitSettings(hidden=2, members=2))


def test_the_strongest_column_comes_first(fitted: FittedTable) -> None:
    found = collect_exhibits(fitted)
    assert next(iter(found.relevance)) == "strong" and found.effects[0].column == "strong"
    assert "idle" not in [effect.column for effect in found.effects]


def test_cells_stand_beside_the_rows_of_the_evaluation(fitted: FittedTable) -> None:
    found, evaluation = collect_exhibits(fitted), fitted.model.evaluation
    assert evaluation is not None and len(found.held) == len(fitted.rest)
    residual = np.array(evaluation.actual)[list(found.held)] - 3 * np.array(found.inputs["strong"])
    is_a = np.array(found.inputs["word"]) == "a"
    np.testing.assert_allclose(residual, is_a, atol=0.5)


def test_training_rows_and_coverage(fitted: FittedTable) -> None:
    found = collect_exhibits(fitted)
    actual, predicted = (np.array(column) for column in found.train)
    np.testing.assert_allclose(actual, fitted.part["y"].to_numpy())
    assert found.train_correlation == pytest.approx(np.corrcoef(actual, predicted)[0, 1])
    shares = [share for _, share in found.coverage]
    assert shares == sorted(shares) and shares[-1] <= 1
    metric = fitted.model.scores["95 % coverage"] if fitted.model.scores else None
    assert metric is not None and dict(found.coverage)[0.95] == pytest.approx(metric.value)


def test_the_file_gives_back_what_was_kept(fitted: FittedTable) -> None:
    found = collect_exhibits(fitted)
    again = Exhibits.from_json(json.loads(json.dumps(found.to_json(), allow_nan=False)))
    assert again.relevance == pytest.approx(found.relevance, rel=1e-6) and again.held == found.held
    assert again.inputs.keys() == found.inputs.keys()
    np.testing.assert_allclose(again.effects[0].mean, found.effects[0].mean, rtol=1e-6)
    assert again.to_json() == found.to_json()
    empty = Exhibits.from_json(json.loads(json.dumps(Exhibits().to_json(), allow_nan=False)))
    assert math.isnan(empty.train_correlation) and not empty.effects
