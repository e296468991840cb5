"""The documentation runs, and shows what it says it shows."""

import re
from pathlib import Path
from typing import Any

import pytest

import pishro
from pishro.likelihoods import LIKELIHOODS

DOCS = Path(__file__).parents[1] / "docs"
COSTS = (DOCS / "costs.md").read_text(encoding="utf-8")
PAGES = sorted(DOCS.glob("*.md"))


def blocks(page: str) -> list[tuple[str, str]]:
    """Each block of Python, with blank lines before it so that an error names the line of the page."""
    found = re.finditer(r"^```python\n(.*?)^```", page, flags=re.DOTALL | re.MULTILINE)
    return [("\n" * page[: match.start(1)].count("\n") + match[1], match[1]) for match in found]


def headings(page: str) -> list[str]:
    return re.findall(
        r"^#+ (.*)$", re.sub(r"^```.*?^```", "", page, flags=re.DOTALL | re.MULTILINE), flags=re.MULTILINE
    )


def test_every_block_of_python_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = pishro.fit

    def small(*arguments: Any, **settings: Any) -> pishro.Model:
        """A page shows the defaults; one small network tells as well whether its lines run."""
        return whole(*arguments, **{"hidden": 2, "members": 1, **settings})

    monkeypatch.setattr(pishro, "fit", small)
    names: dict[str, Any] = {}
    for placed, _ in blocks(COSTS):
        exec(compile(placed, str(DOCS / "costs.md"), "exec"), names)
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
