"""The documentation runs, and shows what it says it shows."""

import dataclasses
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from torch import Tensor

import pishro
from pishro.likelihoods import LIKELIHOODS
from pishro.objectives import Objective
from pishro.optim import Method, Stop
from pishro.training import EvidenceFit, fit_evidence

DOCS = Path(__file__).parents[1] / "docs"
COSTS = (DOCS / "costs.md").read_text(encoding="utf-8")
PAGES = sorted(DOCS.glob("*.md"))


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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings(text)}
    for link in re.findall(r"\]\(([^)]+)\)", text):
        place, _, anchor = link.partition("#")
        assert (page.parent / place).exists() or place.startswith("https://"), link
        assert place or anchor in anchors, link


def test_pictures_are_small() -> None:
    pictures = sorted((DOCS / "images" / "costs").iterdir())
    assert {picture.stem for picture in pictures} >= set(LIKELIHOODS)
    assert max(picture.stat().st_size for picture in pictures) < 60_000
