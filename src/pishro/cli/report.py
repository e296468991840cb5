"""pishro report: the report of a model file."""

__all__ = ["run"]

from pathlib import Path

from pishro.cli.machine import emit
from pishro.loading import load_table
from pishro.report.languages import catalog_of


def run(model: Path, output: Path, language: str, json: bool) -> None:
    """Write the HTML file; a language that is not known is refused before the model is read."""
    catalog_of(language)
    load_table(model).report(output, language)
    if json:
        emit({"report": str(output), "language": language, "bytes": output.stat().st_size})
