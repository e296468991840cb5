"""pishro predict: new rows in, the same rows with predictions out."""

__all__ = ["run"]

from pathlib import Path

import polars as pl
from rich.console import Console
from rich.markup import escape

from pishro.data import read_table, write_table
from pishro.loading import load_table


def run(model_path: Path, table: Path, output: Path, interval: float | None) -> None:
    """Write the table with a column "predicted TARGET", and the interval's ends or the classes' probabilities."""
    model = load_table(model_path)
    frame = read_table(table)
    name = f"predicted {model.schema.target}"
    columns = [pl.Series(name, model.predict(frame))]
    if model.schema.task == "classification":
        probabilities = model.predict_proba(frame)
        columns += [pl.Series(f"P({label})", probabilities[:, i]) for i, label in enumerate(model.schema.classes)]
    elif interval is not None:
        low, high = model.predict_interval(frame, interval)
        percent = f"{100 * interval:g} %"
        columns += [pl.Series(f"{name}, {percent} from", low), pl.Series(f"{name}, {percent} to", high)]
    clashing = [c.name for c in columns if c.name in frame.columns]
    write_table(frame.drop(clashing).with_columns(columns), output)
    console = Console(stderr=True)
    for sentence in model.encoder.check(frame):
        console.print(escape(sentence), highlight=False)
    console.print(f"{len(frame)} rows predicted: {escape(str(output))}", soft_wrap=True, highlight=False)
