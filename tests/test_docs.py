"""The documentation runs, shows what it says it shows, and leaves nothing public out."""

import dataclasses
import importlib
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import benchmark_pages
import pytest
import reference
import run_pages
from benchmarks import headline
from torch import Tensor

import pishro
from pishro.likelihoods import LIKELIHOODS
from pishro.objectives import Objective
from pishro.optim import Method, Stop
from pishro.training import EvidenceFit, fit_evidence

DOCS = Path(__file__).parents[1] / "docs"
COSTS = (DOCS / "costs.md").read_text(encoding="utf-8")
PAGES = sorted(page for page in DOCS.rglob("*.md") if "reference" not in page.parts)
QUICK = ("time-series.md", "coming-from/matlab.md", "coming-from/keras.md")
"""Pages that run in a second or two; `make docs` runs them all."""

by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))


def blocks(page: str) -> list[str]:
    """Each block of Python, with blank lines before it so that an error names the line of the page."""
    found = re.finditer(r"^```python\n(.*?)^```", page, flags=re.DOTALL | re.MULTILINE)
    return ["\n" * page[: match.start(1)].count("\n") + match[1] for match in found]


def headings(page: str) -> list[str]:
    return re.findall(
        r"^#+ (.*)$", re.sub(r"^```.*?^```", "", page, flags=re.DOTALL | re.MULTILINE), flags=re.MULTILINE
    )


@pytest.fixture
def short_trainings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page shows the defaults; one small network and a few iterations tell as well whether its lines run."""
    whole = pishro.fit

    def small(*arguments: Any, **settings: Any) -> pishro.Model:
        return whole(*arguments, **{"hidden": 2, "members": 1, **settings})

    def short(objective: Objective, theta: Tensor, method: Method, stop: Stop, *rest: Any) -> EvidenceFit:
        return fit_evidence(objective, theta, method, dataclasses.replace(stop, iterations=10), *rest)

    monkeypatch.setattr(pishro, "fit", small)
    for name in ("pilot", "train"):
        monkeypatch.setattr(sys.modules[f"pishro.training.{name}"], "fit_evidence", short)


@pytest.mark.usefixtures("short_trainings")
def test_every_block_of_python_runs() -> None:
    names: dict[str, Any] = {}
    for block in blocks(COSTS):
        exec(compile(block, str(DOCS / "costs.md"), "exec"), names)
    assert names["best"] in LIKELIHOODS


def test_likelihoods_stand_in_the_order_of_the_catalog() -> None:
    sections = [heading for heading in headings(COSTS) if heading in LIKELIHOODS]
    assert sections == list(LIKELIHOODS)


@pytest.mark.parametrize("name", LIKELIHOODS)
def test_every_likelihood_has_its_picture_and_its_line(name: str) -> None:
    section = COSTS.split(f"\n### {name}\n")[1].split("\n#")[0]
    assert f"(images/costs/{name}.svg)" in section
    assert LIKELIHOODS[name].__name__ in section or f'"{name}"' in section
    assert blocks(section)


@by_page
def test_every_block_of_python_is_python(page: Path) -> None:
    for block in run_pages.blocks(page.read_text(encoding="utf-8")):
        if block.kind == "python":
            compile(block.code, str(page), "exec")


@pytest.mark.parametrize("name", QUICK)
def test_quick_pages_run_and_print_what_they_show(name: str) -> None:
    assert run_pages.run(DOCS / name, write=False) == ""


@pytest.mark.parametrize("page", sorted(DOCS.glob("*/fa/*.md")), ids=lambda page: page.name)
def test_a_translated_page_has_the_code_of_its_original(page: Path) -> None:
    original = page.parents[1] / page.name
    theirs, ours = (run_pages.code_of(p.read_text(encoding="utf-8")) for p in (original, page))
    assert ours == theirs


def test_numbers_may_differ_a_little_and_words_not_at_all() -> None:
    assert run_pages.agree("RMSE 1.00, 5 rows\n", "RMSE 1.04, 5 rows\n")
    assert run_pages.agree("at ... nats\n", "at 3.1 or 4 nats\n")
    assert not run_pages.agree("RMSE 1.00\n", "RMSE 1.2\n")
    assert not run_pages.agree("RMSE 1.00\n", "MAE 1.00\n")


@pytest.mark.parametrize("name", reference.MODULES)
def test_every_public_name_is_documented(name: str) -> None:
    module = importlib.import_module(name)
    assert reference.undocumented(module) == []
    page = reference.page(module, reference.MODULES[name])
    assert all(
        f"## {public}\n" in page for public in module.__all__ if not isinstance(getattr(module, public), ModuleType)
    )


def test_a_docstring_that_is_removed_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pishro.fit, "__doc__", None)
    monkeypatch.setattr(pishro.Model.save, "__doc__", None)
    assert reference.undocumented(pishro) == ["pishro.Model.save", "pishro.fit"]


@by_page
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings(text)}
    for link in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)):
        place, _, anchor = link.partition("#")
        made = place.startswith(("https://", "reference/", "../reference/"))  # the latter by `make docs`
        assert made or (page.parent / place).exists(), link
        assert place or anchor in anchors, link


def test_pictures_are_small() -> None:
    pictures = sorted((DOCS / "images" / "costs").iterdir())
    assert {picture.stem for picture in pictures} >= set(LIKELIHOODS)
    assert max(picture.stat().st_size for picture in pictures) < 60_000


@pytest.mark.parametrize("name", benchmark_pages.PAGES)
def test_pages_of_numbers_are_what_the_results_say(name: str) -> None:
    written = (DOCS / name).read_text(encoding="utf-8")
    assert written == benchmark_pages.page(*benchmark_pages.PAGES[name])
    titles = headings(written)
    assert len(set(titles)) == len(titles)
    assert not re.search(r"\b1 threads", written)


@pytest.mark.parametrize("name", headline.WORDS)
def test_the_table_of_a_readme_is_what_the_results_say(name: str) -> None:
    text = (DOCS.parent / name).read_text(encoding="utf-8")
    assert text == headline.renewed(name)
    assert len(text.splitlines()) < 120
