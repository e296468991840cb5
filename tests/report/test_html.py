"""The page: its order, its independence, its safety and its size."""

import dataclasses
import re
import time
from html.parser import HTMLParser

import numpy as np
import pytest
from report_factories import binary_facts, digits_facts, regression_facts, training_record

from pishro.errors import DataError
from pishro.models.evaluation import Evaluation, Metric, Scores
from pishro.report.drawing import inline_svg
from pishro.report.facts import ReportFacts
from pishro.report.figures import curve
from pishro.report.html import render_report, write_report
from pishro.training.record import History

FACTS = {"regression": regression_facts, "binary": binary_facts, "digits": digits_facts}
VOID = {"meta", "link", "br", "img", "hr", "input"}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "{0}{target}",
    "$\\frac{1}{2}$ and $ 5",
    "[bold red]not markup[/]",
    "x" * 500,
    "\u202eevil\u202c \u2066open",
    "قیمت خانه\u200c\u200cها",
    "🏠👩\u200d🔬 emoji",
    "nul\x00bell\x07\nline",
    "lone \ud800 surrogate",
    "漢字",
    "]]></svg></style><!-- ",
    "",
]


class Page(HTMLParser):
    """Collects tags, ids, attributes and text, and checks that tags are closed in order."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids += [v for k, v in attrs if k == "id" and v]
        self.attributes += [(tag, k, v or "") for k, v in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


def checked(facts: ReportFacts) -> Page:
    source = render_report(facts)
    source.encode("utf-8")
    page = Page(source)
    assert page.open == []
    assert len(page.ids) == len(set(page.ids)), "ids clash"
    words = re.sub(r"data:image/png;base64,[\w+/=\s]+", "", source)
    assert not re.search(r"https?:|//[a-z]|@import|url\((?!#)", words), "the page asks another host"
    assert not {"script", "iframe", "object", "embed", "link", "img", "form"} & set(page.tags)
    assert not [a for a in page.attributes if a[1].startswith("on")]
    for _, name, value in page.attributes:
        if name in {"href", "clip-path", "src"}:
            target = re.search(r"#([\w-]+)", value)
            inside = value.startswith("data:image/png;base64,")
            assert inside or (target and target.group(1) in page.ids), value
    assert not re.search(r"\b(nan|inf|None|NaN)\b", page.text)
    assert not {"#1b1b1c", "#5f6063", "#e3e4e7", "#fefefe"} & set(re.findall("#[0-9a-f]{6}", source))
    return page


@pytest.mark.parametrize("kind", FACTS)
def test_the_page_is_whole_and_needs_nothing_else(kind: str) -> None:
    page = checked(FACTS[kind]())
    assert page.tags.count("svg") >= 4
    assert page.tags.count("svg") == page.tags.count("figcaption")


@pytest.mark.parametrize("kind", FACTS)
def test_sections_come_in_order(kind: str) -> None:
    page = checked(FACTS[kind]())
    wanted = ["answer", "scores", "next", "data", "network", "training", "predictions", "inputs"]
    wanted += ["diagnosis", "repeat"]
    assert [i for i in page.ids if i in wanted] == wanted


def test_the_answer_comes_first_with_its_baseline_and_coverage() -> None:
    text = " ".join(checked(regression_facts()).text.split())
    answer = text[: text.index("Scores on held-out rows")]
    assert "its RMSE is 35,120 USD (95 % interval 33,380 to 36,990)" in answer
    assert "31 % better than the best baseline, a linear model (51,231 USD)" in answer
    assert "hold only 93.1 %" in answer


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_only_text(name: str) -> None:
    facts = regression_facts(60)
    facts = dataclasses.replace(
        facts,
        name=name,
        target=name,
        schema_sentences=[name],
        columns=[(name, name, name)],
        left_out=[(name, name)],
        network_lines=[name],
        notes=[name],
        lines=[name],
        versions={name: name},
        record=training_record(recipe=name, method=name, reasons=[name] * 8, history=History()),
        scores=Scores(
            facts.task,
            9,
            (Metric(name, 1.0, 0.5, 1.5, "lower", name), Metric("RMSE", 1.0, 0.5, 1.5, "lower", name)),
            ((name, (Metric(name, 2.0, 1.5, 2.5, "lower", name),)),),
        ),
    )
    page = checked(facts)
    if name.isprintable() and name:
        assert page.text.count(name) >= 5
    assert not re.search("[\u202a-\u202e\x00-\x08]", page.text)


def test_hostile_classes_are_only_text() -> None:
    names = [n for n in HOSTILE if n]
    facts = digits_facts(300, classes=len(names))
    facts = dataclasses.replace(facts, evaluation=dataclasses.replace(facts.evaluation, classes=names))
    assert "<script>alert" not in render_report(facts)
    for text in ("{0}{target}", "漢字", "]]></svg>", "\\x00"):
        assert text in checked(facts).text
    two = binary_facts(60)
    two = dataclasses.replace(two, evaluation=dataclasses.replace(two.evaluation, classes=names[:2]))
    assert "onerror" in checked(two).text


def test_the_page_stays_small_and_says_that_it_is_thinned() -> None:
    facts = regression_facts(10_000)
    source = render_report(facts)
    assert len(source.encode()) < 2_000_000
    assert "Drawn: 1,500 of 10,000 rows" in source


def test_wide_tables_are_folded_and_cut() -> None:
    facts = regression_facts(20, columns=[(f"column {i}", "number", "") for i in range(3000)])
    source = render_report(facts)
    assert "and 2,500 more" in source
    assert source.count("<details>") == 1
    assert len(source) < 2_000_000


@pytest.mark.parametrize("rows", [0, 1, 5])
@pytest.mark.parametrize("kind", FACTS)
def test_few_rows(kind: str, rows: int) -> None:
    full = FACTS[kind]()
    e = full.evaluation
    cut = Evaluation(
        e.actual[:rows], e.predicted[:rows], e.lower[:rows], e.upper[:rows], e.probabilities[:rows], e.classes
    )
    nan = float("nan")
    scores = Scores(full.task, rows, (Metric("R²", nan, nan, nan, "higher"), Metric("RMSE", 1.0, nan, nan)))
    page = checked(dataclasses.replace(full, evaluation=cut, scores=scores, rows=(10, rows), record=training_record(1)))
    assert "not defined" in page.text
    assert ("too few held-out rows" in page.text) == (rows < 5)


@pytest.mark.parametrize(
    "history",
    [
        History(),
        History(cost=[1.0]),
        History(cost=[float("nan")] * 3),
        History(cost=[1.0, float("inf"), float("nan"), 0.5], gradient_norm=[0.0, 0.0], damping=[1e-300, 1e300]),
        History(cost=[-2.0] * 10, effective=[3.0] * 10, running=[2] * 10),
        History(cost=list(np.linspace(9, 1, 30_000))),
    ],
    ids=["empty", "one", "undefined", "gaps", "constant", "long"],
)
def test_histories_of_every_kind(history: History) -> None:
    page = checked(regression_facts(10, record=training_record(history=history)))
    known = any(np.isfinite(v).any() for v in (history.cost, history.gradient_norm, history.damping) if len(v))
    assert ("left no curves" in page.text) == (not known)


@pytest.mark.parametrize("value", [0.0, 5.0, -1e12, 1e-12])
def test_constant_predictions(value: float) -> None:
    rows = 50
    actual = list(np.linspace(-1, 1, rows))
    page = checked(regression_facts(evaluation=Evaluation(actual, [value] * rows)))
    assert "R is not defined" in page.text
    checked(regression_facts(evaluation=Evaluation([value] * rows, [value] * rows, [value] * rows, [value] * rows)))


def test_values_that_are_not_finite_are_left_out_of_the_figures() -> None:
    facts = regression_facts(200)
    e = facts.evaluation
    e.predicted[3] = float("nan")
    e.upper[5] = float("inf")
    checked(facts)


def test_no_baseline_no_score_no_list() -> None:
    facts = regression_facts(10, scores=Scores("regression", 10, ()), columns=[], left_out=[], network_lines=[])
    page = checked(dataclasses.replace(facts, notes=[], lines=[], versions={}, schema_sentences=[]))
    assert "scores" not in page.ids
    alone = regression_facts(10, scores=Scores("regression", 10, (Metric("RMSE", 1.0, 0.9, 1.1),)))
    assert "No baseline was measured" in checked(alone).text


def test_many_classes_are_put_together() -> None:
    page = checked(digits_facts(2000, classes=60))
    assert "The rarest 46 classes are shown together" in page.text
    assert "all others" in page.text


def test_one_class_among_the_held_out_rows() -> None:
    facts = binary_facts()
    e = dataclasses.replace(facts.evaluation, actual=[1.0] * 171, predicted=[1.0] * 171)
    page = checked(dataclasses.replace(facts, evaluation=e))
    assert "ROC" not in page.text


def test_the_report_is_the_same_twice() -> None:
    assert render_report(binary_facts()) == render_report(binary_facts())


def test_write_report_replaces_the_file(tmp_path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    assert write_report(binary_facts(), path) == path
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]
    with pytest.raises(DataError):
        write_report(binary_facts(), tmp_path / "absent" / "report.html")


def luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_has_contrast_on_light_and_dark() -> None:
    source = render_report(binary_facts())
    palettes = [dict(re.findall(r"--(\w+): (#\w{6})", block)) for block in source.split(":root {")[1:3]]
    for palette in palettes:
        for ink in ("text", "muted", "link", "good", "fair", "poor"):
            for paper in ("page", "surface", "code"):
                dark, light = sorted([luminance(palette[ink]), luminance(palette[paper])])
                assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, paper)


def test_the_report_is_quick() -> None:
    facts = regression_facts(1000)
    render_report(facts)
    start = time.process_time()
    render_report(facts)
    assert time.process_time() - start < 3.0, "0.7 s were usual when this was written"


def test_labels_are_not_cut_where_the_final_size_has_longer_ticks() -> None:
    axes = curve([0.371, *np.linspace(0.12, 0.0502, 20)], "epoch", "cost (nats per row)")
    inline_svg(axes, "cost", "cost")
    box, figure = axes.get_tightbbox(), axes.get_figure(root=True)
    assert box is not None and figure is not None
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.width and box.y1 <= figure.bbox.height
