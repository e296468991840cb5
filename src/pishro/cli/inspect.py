"""pishro inspect: what a model file holds, and how far it is to be trusted."""

__all__ = ["run"]

from pathlib import Path

import typer

from pishro.cli.machine import emit
from pishro.loading import load_table


def run(path: Path, json: bool) -> None:
    """Print schema, network, training record, score, diagnosis and certificate."""
    model = load_table(path)
    if json:
        emit(
            {
                "schema": model.schema.to_json(),
                "network": model.network.to_json(),
                "likelihood": model.likelihood.to_json(),
                "record": model.record.to_json(),
                "scores": None if model.scores is None else model.scores.to_json(),
                "diagnosis": model.findings.get("diagnosis"),
                "certificate": model.findings.get("certificate"),
            }
        )
        return
    typer.echo(str(model))
    for heading, part in (("Diagnosis", model.diagnosis), ("Certificate", model.certificate)):
        typer.echo(f"\n{heading}\n{part or 'The file has none; it was written by an older version or by hand.'}")
