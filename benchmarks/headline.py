"""Write the table of numbers of both READMEs from the measured results; nothing in it is typed by hand."""

__all__ = ["WORDS", "main", "renewed"]

import json
from pathlib import Path

from benchmarks.results import FOLDER, markdown
from pishro.atomic import replacing

ROOT = Path(__file__).parent.parent
OPEN, CLOSE = "<!-- numbers -->\n", "<!-- /numbers -->"

PUBLISHED = {"yacht": (0.66, -1.37), "energy": (0.47, -1.48), "concrete": (4.50, -2.82)}
"""RMSE and log-likelihood of the best network published on these splits: MC-dropout, two layers, ten times the epochs,
tuned by Bayesian optimization (Gal and Ghahramani 2016, results as updated in the authors' repository)."""


def table(results: dict) -> str:
    rows = []
    for row in results["rows"]:
        rmse, log_likelihood = PUBLISHED.get(row["set"], (None, None))
        rows.append(
            {
                "UCI set": row["set"],
                "RMSE": f"**{row['RMSE']:.3g}**",
                "published": rmse,
                "log-likelihood": f"**{row['log-likelihood']:.2f}**",
                "published ": log_likelihood,
                "95 % intervals hold": f"{row['coverage of 95 %']:.1%}",
            }
        )
    return markdown([row for row in rows if row["published"] is not None])


WORDS = {
    "README.md": "Means over the standard {splits} splits with default settings (`python -m benchmarks.uci DATA`), "
    "beside the best\npublished network on the same sets, whose settings were tuned (MC-dropout, Gal and Ghahramani "
    "2016):\n\n",
    "README.fa.md": '<p dir="rtl">میانگین روی {splits} تقسیم استاندارد با تنظیم‌های پیش‌فرض، در کنار بهترین شبکه‌ی '
    "منتشرشده روی همین داده‌ها، که تنظیم‌های آن جست‌وجو شده بود (MC-dropout, Gal and Ghahramani 2016):</p>\n\n",
}


def renewed(name: str) -> str:
    """The text of a README with the table of the present results."""
    results = json.loads((FOLDER / "uci.json").read_text(encoding="utf-8"))
    before, rest = (ROOT / name).read_text(encoding="utf-8").split(OPEN)
    words = WORDS[name].format(splits=results["rows"][0]["splits"])
    return before + OPEN + words + table(results) + "\n" + CLOSE + rest.split(CLOSE)[1]


def main() -> None:
    for name in WORDS:
        text = renewed(name)
        with replacing(ROOT / name) as temporary:
            temporary.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
