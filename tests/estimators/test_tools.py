"""The estimators among scikit-learn's tools: clones, files, pipelines, searches, routed weights."""

import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.datasets import load_iris
from sklearn.feature_selection import SelectKBest
from sklearn.inspection import permutation_importance
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils import get_tags

from pishro import FeedForwardClassifier, FeedForwardRegressor, PerceptronClassifier

GENERATOR = np.random.default_rng(0)
X = GENERATOR.uniform(-1, 1, (80, 2))
Y = np.sin(3 * X[:, 0]) + X[:, 1] ** 2
FLOWERS, SPECIES = load_iris(return_X_y=True)
TABLE = pd.DataFrame(X, columns=["a", "b"]).assign(kind=GENERATOR.choice(["u", "v", "w"], 80))


def regressor(**settings) -> FeedForwardRegressor:
    return FeedForwardRegressor(**{"hidden": 4, "members": 1} | settings)


def test_clone_keeps_every_setting() -> None:
    for made in (
        regressor(activation="logistic", max_seconds=3.0, random_state=4),
        FeedForwardClassifier((3, 2), members=2, class_weight={0: 1.0, 1: 2.0}),
        PerceptronClassifier(7, pocket=False),
    ):
        assert clone(made).get_params() == made.get_params()


@pytest.mark.filterwarnings("ignore:.*hyperplane")
def test_a_fitted_estimator_survives_pickling() -> None:
    for model, table, y in (
        (regressor(), TABLE, Y),
        (FeedForwardClassifier(3, members=2), FLOWERS, SPECIES),
        (PerceptronClassifier(20), FLOWERS, SPECIES),
    ):
        model.fit(table, y)
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            again = pickle.loads(pickle.dumps(model, protocol))
            np.testing.assert_array_equal(again.predict(table), model.predict(table))
            assert again.get_params() == model.get_params()


def test_cross_validation() -> None:
    assert cross_val_score(regressor(), X, Y, cv=3).min() > 0.9
    assert cross_val_score(FeedForwardClassifier(3, members=1), FLOWERS, SPECIES, cv=3).mean() > 0.93
    loss = cross_val_score(FeedForwardClassifier(3, members=1), FLOWERS, SPECIES, cv=3, scoring="neg_log_loss")
    assert loss.mean() > -0.3
    proba = cross_val_predict(FeedForwardClassifier(3, members=1), FLOWERS, SPECIES, cv=3, method="predict_proba")
    assert proba.shape == (150, 3)


def test_grid_search_through_a_pipeline() -> None:
    search = GridSearchCV(
        make_pipeline(StandardScaler(), regressor()), {"feedforwardregressor__hidden": [1, 4]}, cv=2, refit=True
    )
    search.fit(X, Y)
    assert search.best_params_ == {"feedforwardregressor__hidden": 4}
    assert search.score(X, Y) > 0.95


@pytest.mark.parametrize("output", ["default", "pandas", "polars"])
def test_behind_transformers_of_every_output(output) -> None:
    columns = ColumnTransformer(
        [("numbers", StandardScaler(), ["a", "b"]), ("words", OneHotEncoder(sparse_output=False), ["kind"])],
        verbose_feature_names_out=False,
    ).set_output(transform=output)
    pipeline = make_pipeline(columns, regressor()).fit(TABLE, Y)
    assert pipeline.score(TABLE, Y) > 0.95
    names = getattr(pipeline[-1], "feature_names_in_", None)
    assert names is None if output == "default" else names.tolist() == ["a", "b", "kind_u", "kind_v", "kind_w"]


def test_frames_reach_it_through_selection_and_a_transformed_target() -> None:
    selected = make_pipeline(SelectKBest(k=1).set_output(transform="pandas"), FeedForwardClassifier(2, members=1))
    assert selected.fit(FLOWERS, SPECIES).score(FLOWERS, SPECIES) > 0.9
    logged = TransformedTargetRegressor(regressor(), func=np.exp, inverse_func=np.log).fit(X, Y)
    assert logged.score(X, Y) > 0.8
    importance = permutation_importance(regressor().fit(TABLE, Y), TABLE, Y, n_repeats=2, random_state=0)
    assert importance.importances_mean.argmin() == 2


def test_weights_are_routed() -> None:
    weight = np.where(X[:, 0] > 0, 1.0, 0.0)
    with sklearn.config_context(enable_metadata_routing=True):
        model = regressor().set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        pipeline = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), model)
        pipeline.fit(X, Y, sample_weight=weight)
        scores = cross_validate(model, X, Y, cv=2, params={"sample_weight": 1 + weight})["test_score"]
    scaler = StandardScaler().fit(X)
    kept = regressor().fit(scaler.transform(X[weight > 0]), Y[weight > 0])
    np.testing.assert_array_equal(pipeline.predict(X), kept.predict(scaler.transform(X)))
    assert scores.min() > 0.8


def test_tags_tell_what_is_taken() -> None:
    for estimator in (regressor(), FeedForwardClassifier()):
        tags = get_tags(estimator)
        assert tags.input_tags.allow_nan
        assert tags.input_tags.categorical
        assert tags.input_tags.string
        assert not tags.input_tags.sparse
        assert tags.target_tags.required
    assert get_tags(regressor()).target_tags.multi_output
    assert get_tags(FeedForwardClassifier()).classifier_tags.multi_label
