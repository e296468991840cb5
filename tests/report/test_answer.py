"""Grades, sentences and advice; numbers and names as they are shown; the terminal."""

import dataclasses
import io
import re

import numpy as np
import pytest
from report_factories import binary_facts, digits_facts, regression_facts, training_record
from rich.console import Console
from sklearn.metrics import average_precision_score, confusion_matrix, roc_auc_score

from pishro.diagnosis import PHRASES
from pishro.models.evaluation import Metric, Scores
from pishro.optim import Reason
from pishro.report import sentences
from pishro.report.advice import give_advice
from pishro.report.answer import compare, give_answer
from pishro.report.class_figures import (
    area_under,
    average_precision,
    calibration_of,
    confusion_counts,
    precision_recall_of,
    roc_of,
)
from pishro.report.facts import ReportFacts
from pishro.report.sentences import ENGLISH
from pishro.report.terminal import print_summary
from pishro.report.wording import decimals, interval, measured, name_in_sentence, number, printable, short


def scored(model: Metric, *others: Metric) -> ReportFacts:
    names = ["mean", "linear", "other"]
    return regression_facts(
        10, scores=Scores("regression", 200, (model,), tuple(zip(names, [(o,) for o in others], strict=False)))
    )


@pytest.mark.parametrize(
    ("better", "model", "other", "grade"),
    [
        ("lower", (1.0, 0.9, 1.1), (2.0, 1.8, 2.2), "clear"),
        ("lower", (1.0, 0.9, 1.1), (1.2, 1.05, 1.4), "likely"),
        ("lower", (1.0, 0.9, 1.1), (1.05, 0.9, 1.3), "tie"),
        ("lower", (1.0, 0.9, 1.1), (0.8, 0.7, 0.95), "worse"),
        ("higher", (0.9, 0.88, 0.92), (0.8, 0.7, 0.85), "clear"),
        ("higher", (0.9, 0.88, 0.92), (0.87, 0.8, 0.89), "likely"),
        ("higher", (0.9, 0.88, 0.92), (0.95, 0.94, 0.96), "worse"),
        ("lower", (1.0, float("nan"), float("nan")), (2.0, 1.8, 2.2), "tie"),
        ("lower", (float("nan"),) * 3, (2.0, 1.8, 2.2), "none"),
    ],
)
def test_grades(better: str, model: tuple, other: tuple, grade: str) -> None:
    facts = scored(Metric("score", *model, better), Metric("score", *other, better))
    assert compare(facts).grade == grade
    answer = give_answer(facts, ENGLISH)
    assert answer.verdict == ENGLISH.say(f"verdict.{grade}")
    assert give_advice(facts, answer, ENGLISH)


def test_the_best_baseline_is_the_one_compared_with() -> None:
    facts = scored(Metric("E", 1.0, 0.9, 1.1), Metric("E", 3.0, 2, 4), Metric("E", 2.0, 1.5, 2.5), Metric("F", 0, 0, 0))
    assert compare(facts).baseline == "linear"


def test_two_errors_of_nothing_are_a_tie() -> None:
    exact, more_exact = (Metric("RMSE", v, v / 2, v * 2, "lower") for v in (1e-6, 1e-12))
    facts = scored(exact, Metric("RMSE", 1.0, 0.9, 1.1, "lower"), more_exact)
    assert compare(facts).grade == "tie"


def test_gain_is_told_in_the_way_of_its_kind() -> None:
    share = scored(Metric("accuracy", 0.97, 0.96, 0.98, "higher"), Metric("accuracy", 0.9, 0.88, 0.92, "higher"))
    assert "7.0 percentage points better" in " ".join(give_answer(share, ENGLISH).paragraph)
    leaked = scored(Metric("RMSE", 20.0, 19, 21, "lower"), Metric("RMSE", 1e-12, 0, 2e-12, "lower"))
    assert "That is 20 worse" in " ".join(give_answer(leaked, ENGLISH).paragraph)
    negative = scored(Metric("NLL", -1.0, -1.1, -0.9), Metric("NLL", -0.5, -0.6, -0.4))
    assert "0.50 better" in " ".join(give_answer(negative, ENGLISH).paragraph)


@pytest.mark.parametrize(
    ("coverage", "grade"), [((0.951, 0.94, 0.96), "good"), ((0.9, 0.88, 0.92), "narrow"), ((0.99, 0.98, 1.0), "wide")]
)
def test_coverage(coverage: tuple, grade: str) -> None:
    facts = regression_facts(10)
    metrics = (facts.scores.metrics[0], Metric("coverage", *coverage, "0.95"))
    facts = dataclasses.replace(facts, scores=dataclasses.replace(facts.scores, metrics=metrics))
    answer = give_answer(facts, ENGLISH)
    assert answer.coverage == grade
    assert (ENGLISH.say("advice.narrow") in give_advice(facts, answer, ENGLISH)) == (grade == "narrow")


def test_advice_follows_the_facts() -> None:
    def said(facts: ReportFacts) -> str:
        return " ".join(give_advice(facts, give_answer(facts, ENGLISH), ENGLISH))

    assert "Prefer a logistic regression" in said(binary_facts())
    small = training_record(effective=[5.0], parameters=133)
    assert "smaller network" in said(regression_facts(10, record=small))
    full = training_record(effective=[130.0], parameters=133)
    assert "larger network" in said(regression_facts(10, record=full))
    hurried = training_record(reasons=[Reason.SECONDS.sentence] * 8, iterations=60)
    assert "time was used up after 60 iterations" in said(regression_facts(10, record=hurried))
    untrained = dataclasses.replace(full, iterations=0)
    assert "larger network" not in said(regression_facts(10, record=untrained))
    facts = digits_facts()
    e = dataclasses.replace(facts.evaluation, predicted=[0.0] * 540)
    assert "never predicts “1”" in said(dataclasses.replace(facts, evaluation=e))


def test_numbers_are_rounded_to_what_is_known() -> None:
    metric = Metric("RMSE", 35120.44, 33380.2, 36990.1, unit="USD")
    assert measured(metric, decimals(metric), unit=metric.unit, undefined="?") == "35,120 USD"
    metric = Metric("R²", 0.83424, 0.8161, 0.8507, "higher")
    assert (
        measured(metric, decimals(metric), unit=metric.unit, undefined="?"),
        interval(metric, decimals(metric)),
    ) == (
        "0.834",
        ("0.816", "0.851"),
    )
    assert number(-0.00001234) == "−1.23·10⁻⁵"
    assert number(0.0) == "0"
    assert number(float("inf")) == "–"
    assert number(2.5e9) == "2.50·10⁹"


def test_names_are_harmless_and_short() -> None:
    assert printable("a\u202eb\ud800\x1b[31m") == "a\\u202eb\\ud800\\x1b[31m"
    assert printable("می\u200cخواهم 👩\u200d🔬") == "می\u200cخواهم 👩\u200d🔬"
    assert len(short("x" * 500)) == 60
    assert name_in_sentence("سن") == "“\u2068سن\u2069”"


def test_every_phrase_is_used_and_every_key_exists() -> None:
    import importlib
    import pathlib

    folder = pathlib.Path(sentences.__file__).parent
    catalogs = {"sentences", "persian", "persian_facts", "persian_retellings", "__init__"}
    modules = [p.stem for p in folder.glob("*.py") if p.stem not in catalogs]
    source = "".join(pathlib.Path(importlib.import_module(f"pishro.report.{m}").__file__).read_text() for m in modules)
    source += "".join(page.read_text() for page in (folder / "templates").glob("*.html"))
    stems = set(re.findall(r'"([a-z_]+(?:\.[a-z_]+)*)[".]', source))
    for key in ENGLISH.phrases.keys() - PHRASES.keys():
        stem = key.split(".")[0]
        assert key in stems or stem in stems, key


def test_rates_against_scikit_learn() -> None:
    generator = np.random.default_rng(0)
    score = generator.integers(0, 20, 300) / 20
    positive = generator.random(300) < score
    assert area_under(*roc_of(score, positive)) == pytest.approx(roc_auc_score(positive, score), abs=1e-12)
    found = average_precision(*precision_recall_of(score, positive))
    assert found == pytest.approx(average_precision_score(positive, score), abs=1e-12)


def test_confusion_against_scikit_learn() -> None:
    generator = np.random.default_rng(0)
    actual, predicted = generator.integers(0, 30, (2, 500)).astype(float).tolist()
    labels = [str(i) for i in range(30)]
    counts, names, merged = confusion_counts(actual, predicted, labels, "others", most=30)
    assert (counts == confusion_matrix(actual, predicted)).all() and names == labels and merged == 0
    counts, names, merged = confusion_counts(actual, predicted, labels, "others", most=12)
    assert counts.sum() == 500 and len(names) == 12 and names[-1] == "others" and merged == 19


def test_calibration_of_a_perfect_forecast() -> None:
    generator = np.random.default_rng(0)
    probability = generator.random(20_000)
    c = calibration_of(probability, generator.random(20_000) < probability)
    np.testing.assert_allclose(c.observed, c.predicted, atol=0.04)
    assert (c.low <= c.observed).all() and (c.observed <= c.high).all() and c.low.min() >= 0 and c.high.max() <= 1


@pytest.mark.parametrize("width", [48, 80, 120])
@pytest.mark.parametrize("make", [regression_facts, binary_facts, digits_facts])
def test_summary_fits_the_terminal(make, width: int) -> None:
    page = io.StringIO()
    print_summary(make(), Console(file=page, width=width))
    lines = page.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    text = " ".join(page.getvalue().split())
    assert ENGLISH.say("heading.next") in text
    assert width < 80 or "this model" in text


def test_summary_shows_markup_as_text() -> None:
    page = io.StringIO()
    facts = regression_facts(10, name="[bold]n[/]", target="[/x]", left_out=[("[red]c[/red]", "[link=x]r")])
    print_summary(dataclasses.replace(facts, notes=["[/] \x1b[31m"]), Console(file=page, width=100))
    for text in ("[bold]n[/]", "[/x]", "[red]c[/red]: [link=x]r", "[/] \\x1b[31m"):
        assert text in page.getvalue()
    assert "\x1b" not in page.getvalue()
