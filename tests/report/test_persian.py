"""The Persian report: whole, right to left, with Persian digits, and nothing left in English but names."""

import re
import string

import polars as pl
import pytest
from report_factories import binary_facts, digits_facts, examined, regression_facts, training_record
from test_html import HOSTILE, Page

import pishro
from pishro.data import infer_schema
from pishro.errors import SettingError
from pishro.models.choosing_width import choose_width
from pishro.nn import Dense, Dropout, Network, Noise, PiecewiseLinear
from pishro.optim import Reason
from pishro.report.html import render_report
from pishro.report.languages import CATALOGS, catalog_of
from pishro.report.persian import PERSIAN, persian_numerals
from pishro.report.sentences import ENGLISH
from pishro.training import choose_recipe

ISOLATE, END = "\u2068", "\u2069"


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_both_catalogs_have_the_same_keys() -> None:
    assert ENGLISH.phrases.keys() == PERSIAN.phrases.keys()


@pytest.mark.parametrize("key", ENGLISH.phrases)
def test_both_phrases_have_the_same_placeholders(key: str) -> None:
    assert fields(ENGLISH.phrases[key]) == fields(PERSIAN.phrases[key])


def test_every_phrase_is_persian() -> None:
    latin = {"figure.class_area", "advice.finding", "fact.leak", "training.reason", "axis.parameters", "data.rows"}
    for key, phrase in PERSIAN.phrases.items():
        assert key in latin or re.search("[آ-ی]", phrase) or key == "enumeration", key
        bare = re.sub(r"[\u2066-\u2068][^\u2069]*\u2069|\{[^}]*\}", "", phrase)
        assert not re.search("[A-Za-z]", bare), f"{key}: what is no Persian is not isolated"
        assert phrase.count("\u2066") == phrase.count("\u2069"), key


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("1,234.5", "۱٬۲۳۴٫۵"),
        ("95 %.", "۹۵٪."),
        ("R = −0.5", "R = \u2066−۰٫۵\u2069"),
        ("1.2e-05", "\u2066۱٫۲·۱۰⁻⁵\u2069"),
        ("3·10⁻⁷", "\u2066۳·۱۰⁻⁷\u2069"),
        (f"{ISOLATE}x 12{END} 12", f"{ISOLATE}x 12{END} ۱۲"),
        ("x12 v2.5", "x12 v2.5"),
        ("۱۲", "۱۲"),
    ],
)
def test_numerals(written: str, told: str) -> None:
    assert persian_numerals(written) == told
    assert persian_numerals(told) == told


@pytest.mark.parametrize("reason", Reason)
def test_stop_reasons_are_known(reason: Reason) -> None:
    assert not PERSIAN.retold(reason.sentence).startswith(ISOLATE)


@pytest.mark.parametrize("rows", [100, 800, 3000, 50_000])
@pytest.mark.parametrize("seconds", [None, 0.5, 20.0])
def test_recipes_are_known(rows: int, seconds: float | None) -> None:
    told = PERSIAN.retold(choose_recipe(rows, 9, 1, seconds=seconds).sentence)
    assert not re.search("[A-Za-z]{4,}", told.replace("tanh", "").replace("AdamW", "").replace("Muon", "")), told


def test_layers_of_many_rows_are_known() -> None:
    bins = PiecewiseLinear([[-1.0, 0.0, 1.0], []])
    lines = Network.chain(2, bins, Dense(4, "silu"), Dropout(0.1), Noise(0.2), Dense(1)).summary()
    told = [PERSIAN.retold(line.partition(": ")[2]) for line in lines]
    outside = [re.sub(r"[\u2066-\u2068][^\u2066-\u2069]*\u2069", "", line) for line in told]
    assert not [line for line in outside if re.search("[A-Za-z]", line)]
    assert [line for line in told if re.search("[A-Za-z]", line)] == [told[1], told[4]]  # the names of activations


def test_what_tables_say_is_known() -> None:
    rows = 60
    table = {
        "PassengerId": list(range(rows)),
        "constant": [1.0] * rows,
        "words": [f"text {i} of a row" for i in range(rows)],
        "gaps": [None if i % 7 == 0 else i / 3 for i in range(rows)],
        "y": [i % 11 + 0.5 * (i % 3) for i in range(rows)],
    }
    model = pishro.fit(table, "y", hidden=1, members=1, max_seconds=2)
    page = Page(render_report(model.facts("m"), PERSIAN))
    outside = re.sub(r"[\u2066-\u2068][^\u2066-\u2069]*\u2069", "", page.text)
    english = set(re.findall(r"\b[a-z]{4,}\b", outside)) - {"dense", "tanh", "linear", "parameters", "import", "pishro"}
    assert english <= {*table, "model", "table", "target", "seed", "torch", "python"}


@pytest.mark.parametrize(
    ("sibling", "separator"),
    [(["82,5", "7,25"], ""), (["1,234,567", "2,500"], ""), ([0.5, 1.5], ""), ([5, 7], ""), ([5, 7], ";")],
)
def test_what_is_said_of_commas_is_known(sibling: list[object], separator: str) -> None:
    frame = pl.DataFrame({"x": sibling * 20, "y": ["5,830", "6,125", "9,001", "1,550"] * 10})
    told = [PERSIAN.retold(note) for note in infer_schema(frame, "y", separator=separator).notes]
    assert len(told) >= 2
    for sentence in told:
        outside = re.sub(r"[\u2066-\u2068][^\u2066-\u2069]*\u2069", "", sentence)
        assert not re.search(r"[A-Za-z]{2,}", outside), sentence


def test_an_unknown_sentence_stays_and_is_isolated() -> None:
    assert PERSIAN.retold("Something else, 12 %.") == f"{ISOLATE}Something else, 12 %.{END}"
    assert ENGLISH.retold("Something else, 12 %.") == "Something else, 12 %."


@pytest.mark.parametrize("make", [regression_facts, binary_facts, digits_facts])
def test_the_page_is_persian(make) -> None:
    source = render_report(examined(make()), PERSIAN)
    page = Page(source)
    assert ("html", "lang", "fa") in page.attributes and ("html", "dir", "rtl") in page.attributes
    assert ("pre", "dir", "ltr") in page.attributes
    assert "هشدار جدی" in page.text and "نقطه‌ی زینی" in page.text and "بیش‌برازش" in page.text
    assert not re.search(r"https?:|//[a-z]|@import|url\((?!#)", source)
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.parametrize("name", [*HOSTILE[:2], HOSTILE[7], "قیمت ۱۲", "=1+1"])
def test_hostile_names_cannot_leave_their_isolate(name: str) -> None:
    facts = examined(regression_facts(60, target=name, name=name, notes=[name], left_out=[(name, name)]), number=name)
    page = Page(render_report(facts, PERSIAN))
    assert page.open == [] and not {"script", "img"} & set(page.tags)
    depth = 0
    for char in page.text:
        depth += (char in "\u2066\u2067\u2068") - (char == "\u2069")
        assert 0 <= depth <= 2
    assert depth == 0 and not re.search("[\u202a-\u202e]", page.text)


def drawn_texts(source: str) -> list[str]:
    return [text.strip() for text in re.findall(r"<text[^>]*>([^<]*)</text>", source)]


@pytest.mark.parametrize("make", [regression_facts, binary_facts])
def test_numbers_in_figures_are_persian(make) -> None:
    texts = drawn_texts(render_report(make(), PERSIAN))
    assert not [t for t in texts if re.fullmatch(r"[-−]?[0-9.,]+( ?%)?", t)]
    assert sum(bool(re.fullmatch("[\u2066\u2069−۰-۹٬٫٪]+", t)) for t in texts) > 20
    assert any(re.fullmatch("[0-9.]+", t) for t in drawn_texts(render_report(make(), ENGLISH)))


def test_classes_with_numbers_for_names_keep_them() -> None:
    texts = drawn_texts(render_report(digits_facts(), PERSIAN))
    ticks = [str(n) for n in range(10)]
    assert [t for t in texts if t in ticks][:20] == 2 * ticks  # of the confusion matrix
    assert len([t for t in texts if t in ticks]) > 20  # in legends


def test_layers_and_names_are_told() -> None:
    facts = regression_facts(10, network_lines=["dense1: 12 → 10 tanh, 130 parameters"])
    page = Page(render_report(facts, PERSIAN))
    assert f"{ISOLATE}12 → 10 tanh{END}، ۱۳۰ پارامتر" in page.text
    told = PERSIAN.retold("Regression, because 'price 2' is numeric and its values have fractions.")
    assert f"«{ISOLATE}price 2{END}»" in told
    assert "۱۲-۱۰ واحد" in PERSIAN.retold(
        "Levenberg-Marquardt with evidence on 8 networks with 12-10 tanh units (300 parameters): 614 rows are few "
        "enough for second-order steps, at most 200 of them."
    )


def test_the_search_of_a_width_is_told() -> None:
    _, told = choose_width([(2,), (4,)], 30, 0, lambda width, train, left_out: -width[0] + left_out / 100)
    retold = PERSIAN.retold(f"{choose_recipe(60, 4, 1).sentence} {told}")
    assert "۴ کوچک‌ترین پهنایی" in retold
    assert "لونبرگ" in retold


def test_unknown_languages_are_refused() -> None:
    assert catalog_of("fa") is CATALOGS["fa"]
    with pytest.raises(SettingError, match="fa"):
        catalog_of("farsi")


def test_the_method_is_told() -> None:
    assert "لونبرگ" in PERSIAN.retold(training_record().method)
