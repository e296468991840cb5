"""Diagnosis, certificate and inputs on the page, in the short form, and in what to do next."""

import dataclasses
import re

import pytest
from report_factories import binary_facts, digits_facts, examined, regression_facts
from test_html import HOSTILE, checked

from pishro.diagnosis import Diagnosis
from pishro.models import Exhibits
from pishro.report.advice import give_advice
from pishro.report.answer import give_answer
from pishro.report.findings import certificate_sentences
from pishro.report.html import render_report
from pishro.report.persian import PERSIAN
from pishro.report.sentences import ENGLISH
from pishro.report.short_form import plain, short_form

# The other names of HOSTILE go through the same doors as these; each page costs a second.
FOREIGN = [HOSTILE[0], HOSTILE[1], HOSTILE[3], "x" * 500, "=cmd|'/C calc'!A0", "\u200f\u202eabc 🏠 قیمت"]


def section(text: str, first: str, last: str) -> str:
    return " ".join(text[text.rindex(first) : text.rindex(last)].split())


@pytest.mark.parametrize("make", [regression_facts, binary_facts, digits_facts])
def test_the_page_shows_diagnosis_certificate_and_inputs(make) -> None:
    page = checked(examined(make()))
    for part in ("diagnosis", "certificate", "inputs"):
        assert part in page.ids
    more = len(page.ids) and page.tags.count("svg") - checked(make()).tags.count("svg")
    assert more == (1 + 2 + 2 + 2 if make is regression_facts else 3)


def test_a_finding_has_severity_number_threshold_and_remedy_in_words() -> None:
    said = section(checked(examined(regression_facts())).text, "Diagnosis", "Certificate of")
    assert said.index("Alarm") < said.index("Warning")
    assert "the held-out error is 4.2 times the training error" in said
    assert "measured 4.2 · threshold 1.5: Akaike 1970" in said
    assert "Remedy: Use fewer units, more weight decay or early stopping, or gather more rows." in said
    assert "119.0 of 133 parameters are effective" in said and "3 findings from 3 checks" in said


def test_the_certificate_begins_with_its_verdict() -> None:
    said = section(checked(examined(regression_facts())).text, "Certificate of", "Repeat this run")
    assert said.index("Verdict: saddle") < said.index("Member 3 of 8")


def test_what_to_do_next_uses_the_remedies() -> None:
    facts = examined(regression_facts())
    advice = give_advice(facts, give_answer(facts, ENGLISH), ENGLISH)
    assert advice[0].startswith("Over-fitting: Use fewer units")
    assert any(sentence.startswith("Dead units: Lower the rate") for sentence in advice)
    healthy = dataclasses.replace(facts, diagnosis=Diagnosis((), ("x",)))
    assert not [s for s in give_advice(healthy, give_answer(healthy, ENGLISH), ENGLISH) if "Dead" in s]


def test_a_run_without_findings_says_so() -> None:
    page = checked(regression_facts())
    assert "This model was not diagnosed" in page.text and "certificate" not in page.ids
    assert "nothing is known of its inputs" in page.text


@pytest.mark.parametrize("name", FOREIGN, ids=range(len(FOREIGN)))
def test_hostile_columns_are_only_text(name: str) -> None:
    page = checked(examined(regression_facts(60), number=name, word=f"{name}2"))
    if name.isprintable() and len(name) < 30:
        assert name in section(page.text, "The inputs", "Diagnosis")
        assert name in section(page.text, "Diagnosis", "Certificate of")
    assert not re.search("[\u202a-\u202e\x00-\x08]", page.text)
    assert name not in short_form(regression_facts(60, target=name)) or "<" not in name


def test_the_short_form_is_an_element_with_the_answer() -> None:
    shown = short_form(examined(regression_facts()))
    assert "better than every baseline" in shown and "RMSE" in shown and "Over-fitting" in shown
    assert not re.search("<script|<style|<svg|https?:", shown)
    assert plain("<b>&") == "<pre>&lt;b&gt;&amp;</pre>"


def test_the_report_stays_small_with_everything_in_it() -> None:
    facts = examined(regression_facts(10_000))
    rows = list(range(1500))
    many = {f"x{j}": [float((i * 7919) % 1013) for i in rows] for j in range(4)}
    exhibits = dataclasses.replace(facts.exhibits, held=tuple(rows), inputs=many, train=([1.0 * i for i in rows],) * 2)
    source = render_report(dataclasses.replace(facts, exhibits=exhibits))
    assert len(source.encode()) < 2_000_000


def test_exhibits_without_rows_are_empty() -> None:
    assert checked(dataclasses.replace(regression_facts(), exhibits=Exhibits(relevance={"x": 0.0})))


def test_numbers_in_sentences_are_typeset() -> None:
    assert "from −2.5·10⁻⁶ to 1.6·10⁶" in ENGLISH.say(
        "certificate.hessian", low=-2.5e-6, high=1.6e6, gauss_low=0.0, gauss_high=1.0
    )


def test_powers_of_ten_are_persian() -> None:
    facts = examined(regression_facts(10))
    assert facts.certificate is not None
    said = " ".join(certificate_sentences(dataclasses.replace(facts.certificate, copies=12.0), PERSIAN))
    assert "۱۰¹² نقطه" in said
