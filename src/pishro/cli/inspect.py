"""pishro inspect: what a model file holds, and how far it is to be trusted."""

__all__ = ["run"]

from pathlib import Path

import typer

from pishro.loading import load_table


def run(path: Path) -> None:
    """Print schema, network, training record, score, diagnosis and certificate."""
    model = load_table(path)
    typer.echo(str(model))
    for heading, part in (("Diagnosis", model.diagnosis), ("Certificate", model.certificate)):
        typer.echo(f"\n{heading}\n{part or 'The file has none; it was written by an older version or by hand.'}")
