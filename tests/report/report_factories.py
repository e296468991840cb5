"""Facts of runs that never happened, for the tests of the report."""

__all__ = ["binary_facts", "digits_facts", "examined", "regression_facts", "training_record"]

import dataclasses
from typing import Any

import numpy as np

from pishro.diagnosis import Certificate, Diagnosis, Fact
from pishro.models import Evaluation, Exhibits, Metric, PartialDependence, Scores
from pishro.report.facts import ReportFacts
from pishro.training.record import History, TrainingRecord


def training_record(iterations: int = 60, **changes: Any) -> TrainingRecord:
    """A run of Levenberg-Marquardt with evidence."""
    k = np.arange(iterations)
    history = History(
        cost=list(0.35 + 1.1 * np.exp(-k / 8)),
        gradient_norm=list(12 * np.exp(-k / 5) + 3e-6),
        damping=list(10.0 ** (-2 - 4 * k / max(iterations, 1) + (k % 7 == 3))),
        effective=list(120 - 60 * np.exp(-k / 12)),
        running=[8] * (iterations - 1) + [3],
    )
    record = TrainingRecord(
        recipe="Levenberg–Marquardt with evidence: the table has 16,512 rows and the network 133 parameters, "
        "so the curvature fits in memory and the regularization can be estimated.",
        method="levenberg-marquardt with evidence",
        seed=7,
        members=8,
        parameters=133,
        rows=16512,
        iterations=iterations,
        seconds=12.4,
        reasons=["The gradient is below its tolerance."] * 5 + ["The evidence stopped changing."] * 3,
        effective=[119.4, 118.2, 120.9, 117.0, 119.1, 118.8, 119.0, 121.2],
        noise=[0.31, 0.32, 0.31, 0.33, 0.32, 0.31, 0.32, 0.31],
        history=history,
        versions={"pishro": "0.1.0", "torch": "2.9.1", "python": "3.11.7"},
        threads=2,
    )
    return dataclasses.replace(record, **changes)


def regression_facts(rows: int = 1000, **changes: Any) -> ReportFacts:
    """House values: better than the baselines, intervals a little too narrow."""
    generator = np.random.default_rng(1)
    predicted = 210_000 + 80_000 * generator.standard_normal(rows)
    actual = predicted + 28_000 * generator.standard_t(5, rows)
    half = 1.96 * 33_000
    facts = ReportFacts(
        name="California houses",
        target="median_house_value",
        task="regression",
        rows=(16512, rows),
        schema_sentences=[
            "total_bedrooms: 207 of 20,640 values are missing; the median stands in and a flag column is added.",
            "ocean_proximity: 5 categories, one column each.",
        ],
        columns=[
            ("longitude", "number", ""),
            ("latitude", "number", ""),
            ("housing_median_age", "number", "whole numbers, 1 to 52"),
            ("total_rooms", "number", "logarithm, because it is skewed"),
            ("total_bedrooms", "number", "207 missing, filled with the median"),
            ("median_income", "number", ""),
            ("ocean_proximity", "category", "5 levels: <1H OCEAN, INLAND, ISLAND, NEAR BAY, NEAR OCEAN"),
        ],
        left_out=[("id", "every value is different"), ("price_band", "it repeats the target")],
        network_lines=[
            "input: 12 columns",
            "dense1: 12 → 10 tanh, 130 parameters",
            "dense2: 10 → 1 identity, 11 parameters",
        ],
        record=training_record(),
        scores=Scores(
            "regression",
            rows,
            (
                Metric("RMSE", 35120.4, 33380.2, 36990.1, "lower", "USD"),
                Metric("MAE", 26120.4, 25010.0, 27350.9, "lower", "USD"),
                Metric("R²", 0.8342, 0.8161, 0.8507, "higher"),
                Metric("interval coverage", 0.931, 0.915, 0.946, "0.95"),
            ),
            (
                ("mean", (Metric("RMSE", 87120.1, 83012.5, 91230.8, "lower", "USD"), Metric("R²", -0.0003, -0.004, 0))),
                (
                    "linear",
                    (
                        Metric("RMSE", 51230.9, 48890.0, 53610.4, "lower", "USD"),
                        Metric("MAE", 39120.4, 37310.0, 41350.9, "lower", "USD"),
                        Metric("R²", 0.6471, 0.6152, 0.6780, "higher"),
                    ),
                ),
            ),
        ),
        evaluation=Evaluation(list(actual), list(predicted), list(predicted - half), list(predicted + half)),
        notes=["Rows are in random order; no time or group column was found."],
        lines=[
            "import pishro",
            "",
            'run = pishro.fit("houses.csv", target="median_house_value", leave_out=["id", "price_band"], seed=7)',
            'run.report("houses.html")',
        ],
        versions={"numpy": "2.4.6"},
    )
    return dataclasses.replace(facts, **changes)


def binary_facts(rows: int = 171, **changes: Any) -> ReportFacts:
    """Two classes, no better than a logistic regression."""
    generator = np.random.default_rng(2)
    logit = 3.2 * generator.standard_normal(rows) + 0.8
    p = 1 / (1 + np.exp(-logit))
    actual = (generator.random(rows) < p).astype(float)
    facts = dataclasses.replace(
        regression_facts(4),
        name="Breast cancer",
        target="diagnosis",
        task="classification",
        rows=(398, rows),
        columns=[(f"feature {i}", "number", "") for i in range(30)],
        left_out=[],
        network_lines=["dense1: 30 → 6 tanh, 186 parameters", "dense2: 6 → 1 logistic, 7 parameters"],
        scores=Scores(
            "classification",
            rows,
            (
                Metric("accuracy", 0.953, 0.918, 0.983, "higher"),
                Metric("log loss", 0.131, 0.094, 0.182, "lower", "nats"),
                Metric("AUC", 0.991, 0.979, 0.998, "higher"),
            ),
            (
                ("majority", (Metric("accuracy", 0.626, 0.553, 0.695, "higher"),)),
                (
                    "logistic",
                    (
                        Metric("accuracy", 0.965, 0.930, 0.988, "higher"),
                        Metric("log loss", 0.118, 0.081, 0.171, "lower", "nats"),
                        Metric("AUC", 0.993, 0.982, 0.999, "higher"),
                    ),
                ),
            ),
        ),
        evaluation=Evaluation(
            list(actual),
            list((p > 0.5).astype(float)),
            probabilities=np.column_stack([1 - p, p]).tolist(),
            classes=["benign", "malignant"],
        ),
    )
    return dataclasses.replace(facts, **changes)


def digits_facts(rows: int = 540, classes: int = 10, **changes: Any) -> ReportFacts:
    """Many classes, a stochastic recipe without damping and effective parameters."""
    generator = np.random.default_rng(3)
    actual = generator.integers(0, classes, rows)
    raw = generator.standard_normal((rows, classes))
    raw[np.arange(rows), actual] += 4.2
    probabilities = np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True)
    k = np.arange(2000)
    record = training_record(
        2000,
        method="adam",
        recipe="Adam with batches of 64 rows: the network has 7,510 parameters, too many for second-order steps.",
        parameters=7510,
        members=1,
        effective=[],
        noise=[],
        reasons=["The validation cost did not fall for 20 epochs."],
        history=History(cost=list(2.3 * np.exp(-k / 300) + 0.02), gradient_norm=list(1.5 * np.exp(-k / 400) + 0.01)),
    )
    facts = dataclasses.replace(
        binary_facts(4),
        name="Handwritten digits",
        target="digit",
        rows=(1257, rows),
        columns=[(f"pixel_{i // 8}_{i % 8}", "number", "") for i in range(64)],
        record=record,
        network_lines=[
            "dense1: 64 → 80 relu, 5,200 parameters",
            "dense2: 80 → 25 relu, 2,025 parameters",
            "dense3: 25 → 10 softmax, 260 parameters",
        ],
        scores=Scores(
            "classification",
            rows,
            (Metric("accuracy", 0.9741, 0.9593, 0.9870, "higher"), Metric("log loss", 0.098, 0.061, 0.142, "lower")),
            (
                ("majority", (Metric("accuracy", 0.1019, 0.0777, 0.1277, "higher"),)),
                ("logistic", (Metric("accuracy", 0.9537, 0.9352, 0.9704, "higher"),)),
            ),
        ),
        evaluation=Evaluation(
            actual.astype(float).tolist(),
            probabilities.argmax(axis=1).astype(float).tolist(),
            probabilities=probabilities.tolist(),
            classes=[str(i) for i in range(classes)],
        ),
    )
    return dataclasses.replace(facts, **changes)


def examined(facts: ReportFacts, *, number: str = "median_income", word: str = "ocean_proximity") -> ReportFacts:
    """The same run with a diagnosis, a certificate, and exhibits of one column of numbers and one of levels."""
    found = Diagnosis(
        (
            Fact("over-fitting", {"ratio": 4.2, "low": 3.1, "high": 5.6, "expected": 1.2}, 1.5, "Akaike 1970", "alarm"),
            Fact("dead", {"share": 0.25, "layer": "dense1"}, 0.1, "half of the rows", "warning"),
            Fact("trend", {"name": number, "effect": 0.2, "p": 1e-9}, 0.06, "a medium effect (Cohen 1988)", "warning"),
            Fact("effective", {"gamma": 119.0, "parameters": 133, "ratio": 138.8}),
        ),
        ("dead units", "over fitting", "trend"),
    )
    certificate = Certificate(
        "saddle", 2, 8, 1000, 177.25, 3.2e-4, 1e-4, (-0.4, 2.1e6), (0.0, 2.0e6), copies=12.0, gain=0.3
    )
    held = tuple(range(0, facts.scores.rows, 2))
    classes = tuple(facts.evaluation.classes)
    shape = (25, len(classes)) if classes else (25,)
    mean = np.linspace(0.1, 0.9, 25 * max(1, len(classes))).reshape(shape)
    levels = ["<1H OCEAN", "INLAND", "=1+1"]
    return dataclasses.replace(
        facts,
        diagnosis=found,
        certificate=certificate,
        exhibits=Exhibits(
            relevance={number: 0.61, word: 0.25, "longitude": 0.08},
            effects=(
                PartialDependence(number, tuple(np.linspace(0, 15, 25)), mean, mean - 0.1, mean + 0.1, 0.95, classes),
                PartialDependence(word, tuple(levels), mean[:3], mean[:3] - 0.1, mean[:3] + 0.1, 0.95, classes),
            ),
            train=([] if classes else list(np.arange(50.0)), [] if classes else list(np.arange(50.0) + 1)),
            train_correlation=float("nan") if classes else 1.0,
            held=() if classes else held,
            inputs={} if classes else {number: [float(i) for i in held], word: [levels[i % 3] for i in held]},
            coverage=() if classes else ((0.5, 0.48), (0.9, 0.91), (0.95, 0.93)),
        ),
    )
