"""The report's pages in a browser: size and time, and what a reader's screen shows of them, in each language.

Each model is fitted, and its report opened in headless Chromium at 1280 and 390 pixels, light and dark. Counted are
messages on the console, requests for anything but the page, pixels of horizontal scroll, and the least contrast of any
text (WCAG 2.2, 1.4.3 asks for 4.5). DATA is the folder that holds `tabular` and `uci-regression`; the screenshots go to
SCREENS, where they are to be looked at. Needs `playwright` and a Chromium, whose path is --browser.
"""

__all__ = ["main"]

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sklearn.datasets import load_digits

import pishro
from benchmarks.results import Row, write
from benchmarks.uci import table
from pishro.data import load_example
from pishro.estimators import Autoencoder
from pishro.report.languages import CATALOGS

WIDTHS = (1280, 390)
MOST_BYTES, MOST_SECONDS, LEAST_CONTRAST = 2_000_000, 3.0, 4.5

# The contrast of every piece of text against the nearest opaque background behind it; text within a drawing counts its
# fill, with its opacity laid over the background.
CONTRAST = """
() => {
  const parse = c => { const m = c.match(/[\\d.]+/g).map(Number); return [m[0], m[1], m[2], m.length > 3 ? m[3] : 1]; };
  const light = c => {
    const [r, g, b] = c.map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = e => {
    for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] === 1) return c; }
    return [255, 255, 255, 1];
  };
  let least = [99, ""];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; node = walk.nextNode();) {
    const e = node.parentElement;
    if (!node.data.trim() || !e.getClientRects().length || ["STYLE", "SCRIPT"].includes(e.tagName)) continue;
    const style = getComputedStyle(e), ink = parse(e.closest("svg") ? style.fill : style.color), paper = behind(e);
    const mixed = [0, 1, 2].map(i => ink[3] * ink[i] + (1 - ink[3]) * paper[i]);
    const [low, high] = [light(mixed), light(paper.slice(0, 3))].sort((a, b) => a - b);
    const contrast = (high + 0.05) / (low + 0.05);
    if (contrast < least[0]) least = [contrast, node.data.trim().slice(0, 40)];
  }
  return least;
}
"""


def sources(data: Path) -> Iterator[tuple[str, pl.DataFrame, str]]:
    """Name, table and target of each model."""
    yield "diabetes", *load_example("diabetes")
    x, y = table(data / "uci-regression" / "energy")
    yield "energy", pl.DataFrame({f"x{j}": c for j, c in enumerate(x.T)}).with_columns(pl.Series("y", y)), "y"
    yield "titanic", pl.read_csv(data / "tabular" / "titanic.csv"), "Survived"
    digits = load_digits()
    pixels = {f"pixel_{i // 8}_{i % 8}": digits.data[:, i] for i in range(64)}
    yield "digits", pl.DataFrame(pixels).with_columns(pl.Series("digit", digits.target)), "digit"
    yield "10,000 rows", drawn(), "y"


def drawn() -> pl.DataFrame:
    """A smooth function of six inputs with noise."""
    random = np.random.default_rng(0)
    x = random.normal(size=(10_000, 6))
    y = np.sin(x[:, 0]) + x[:, 1] * x[:, 2] / 2 + 0.3 * random.normal(size=len(x))
    return pl.DataFrame({f"x{j}": c for j, c in enumerate(x.T)}).with_columns(pl.Series("y", y))


def reconstructed() -> Callable[[Path, str], None]:
    """The report of an autoencoder of the digits."""
    images = load_digits().images / 16
    model = Autoencoder(code=10, random_state=0).fit(images[:1400])
    return lambda page, language: model.report(page, images[1400:], images[:1400], language=language)


def seen(browser: Any, page: Path, screens: Path) -> Iterator[Row]:
    """What the page does at each width, light and dark."""
    for width in WIDTHS:
        for scheme in ("light", "dark"):
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
            tab = context.new_page()
            console: list[str] = []
            requests: list[str] = []
            tab.on("console", lambda message, kept=console: kept.append(message.text))
            tab.on("pageerror", lambda error, kept=console: kept.append(str(error)))
            tab.on("request", lambda request, kept=requests: kept.append(request.url))
            tab.goto(page.as_uri())
            contrast, text = tab.evaluate(CONTRAST)
            scroll = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            tab.screenshot(path=screens / f"{page.stem}-{width}-{scheme}.png", full_page=True)
            context.close()
            yield {
                "width": f"{width} {scheme}",
                "console": len(console),
                "requests": sum(url != page.as_uri() for url in requests),
                "scroll": scroll,
                "contrast": float(contrast),
                "least legible": text,
            }


def measured(browser: Any, report: Callable[[Path, str], None], name: str, screens: Path) -> Iterator[Row]:
    """Size and time of the report in each language, with what a browser shows of it."""
    with tempfile.TemporaryDirectory() as folder:
        for language in CATALOGS:
            page = Path(folder) / f"{name.replace(' ', '-').replace(',', '')}-{language}.html"
            wall, processor = time.perf_counter(), time.process_time()
            report(page, language)
            seconds = time.perf_counter() - wall, time.process_time() - processor
            size = {"bytes": page.stat().st_size, "seconds": seconds[0], "CPU seconds": seconds[1]}
            for row in seen(browser, page, screens):
                yield {"model": name, "language": language, **size, **row}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of the data sets")
    parser.add_argument("screens", type=Path, nargs="?", default=Path("out/screens"), help="folder for the screenshots")
    parser.add_argument("--browser", default="/usr/bin/chromium", help="path of a Chromium")
    parser.add_argument("--max-seconds", type=float, default=10.0, help="training time of each model")
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    options.screens.mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=options.browser, args=["--no-sandbox"])
        for name, frame, target in sources(options.data):
            model = pishro.fit(frame, target, max_seconds=options.max_seconds)
            rows += measured(browser, model.report, name, options.screens)
        rows += measured(browser, reconstructed(), "autoencoder", options.screens)
        browser.close()
    bad = [
        row
        for row in rows
        if row["console"]
        or row["requests"]
        or row["scroll"]
        or float(str(row["contrast"])) < LEAST_CONTRAST
        or int(str(row["bytes"])) > MOST_BYTES
        or float(str(row["CPU seconds"])) > MOST_SECONDS
    ]
    limits = f"at most {MOST_BYTES:,} bytes and {MOST_SECONDS:g} CPU seconds, contrast at least {LEAST_CONTRAST}"
    write("report_pages", rows, [f"{len(bad)} of {len(rows)} views break a limit ({limits}; nothing else above 0)."])
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
