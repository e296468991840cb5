"""From a file larger than memory to a fitted model.

Two passes over the file. The first draws rows evenly from all of it: they tell what the columns are, and their medians,
scales, levels and bins, which 100,000 rows tell to a third of a percent of a standard deviation; some of them are held
out for the score, and some to stop early by. The second encodes all others into a file of plain numbers, from which the
mini-batches come (`StoredRows`). Of several processes each encodes and keeps its own share.
"""

__all__ = ["fit_stream"]

import dataclasses
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import torch
from torch import Tensor

from pishro.data import ClassTarget, NumericTarget, Schema, TableEncoder, infer_schema, target_encoder
from pishro.data.judging_columns import judge_column
from pishro.data.streams import RowSample, TableStream, draw_rows, open_stream
from pishro.errors import DataError, SettingError, unknown_name
from pishro.likelihoods import Likelihood
from pishro.models.choosing_costs import likelihood_for, task_of
from pishro.models.fit_table import FitSettings, FittedTable, evaluate
from pishro.models.table_model import TableModel
from pishro.objectives import Batch, StoredRows
from pishro.training import Processes, Watch, train_stored_rows
from pishro.training.distributed import current
from pishro.training.many_rows import ManyRows

Places = npt.NDArray[np.int64]

SAMPLE = 100_000
"""Rows from which the encoders are learned."""

HELD = 20_000
"""Rows held out for the score, and as many to stop early by: a score is known to a percent then."""


def fit_stream(
    path: Path,
    target: str,
    settings: FitSettings,
    progress: Watch | None = None,
    started: Callable[[Schema, str], None] | None = None,
) -> FittedTable:
    """Fit a model to a file part by part; arguments as for `fit_table`.

    Raises
    ------
    DataError
        If the file or a column cannot be used.
    SettingError
        If several costs or a calibration are asked for.
    """
    if not isinstance(settings.likelihood, str | Likelihood) or settings.calibrate is not None:
        raise SettingError("Expected one cost and no calibration for a file read in parts; fit a part of its rows.")
    if (settings.method, settings.regularization, settings.early_stopping) != ("auto",) * 3 or settings.constraints:
        raise SettingError(
            "A file that is read in parts is learned on mini-batches that stop early; leave method, "
            "regularization, early_stopping and constraints out, or fit a part of its rows."
        )
    stream = open_stream(path)
    if target not in stream.names:
        raise DataError(unknown_name("column", target, stream.names))
    sample = draw_rows(stream, SAMPLE + 2 * HELD, settings.seed)
    schema = _schema(stream, sample, target, settings)
    frame, places = _usable(sample.frame, sample.places, schema)
    learned, held, validation = _split(len(frame), settings)
    likelihood = likelihood_for(settings.likelihood, target, schema.classes)
    coder = target_encoder(frame[learned], schema, likelihood.scaling)
    encoder = TableEncoder.fit(frame[learned], schema)

    def batch(rows: Places) -> Batch:
        return Batch(encoder.transform(frame[rows]), coder.transform(frame[rows][target]))

    train, test = batch(learned), batch(held)
    likelihood.check(train.y)
    outputs = likelihood.outputs(train.y)
    size = sample.rows, len(encoder.names), outputs
    numbers = likelihood.targets != "classes"
    recipe = ManyRows.choose(*size, settings.hidden, settings.members, settings.max_seconds, numbers)
    recipe = dataclasses.replace(recipe, device=settings.device)
    if started is not None:
        started(schema, recipe.sentence)
    network = recipe.network(train.x, outputs, settings.activation)
    with tempfile.TemporaryDirectory(prefix="pishro-") as folder:
        left_out = places[np.concatenate([held, validation])]
        parts = _encoded(stream, schema, (encoder, coder), np.sort(left_out), current())
        rows = StoredRows.write(Path(folder), parts)
        seconds = float("inf") if settings.max_seconds is None else settings.max_seconds
        plan = recipe.stored(len(rows), network, settings.seed, seconds)
        plan = dataclasses.replace(plan, checkpoint=settings.checkpoint)
        trained = train_stored_rows(network, likelihood, rows, batch(validation), plan, progress)
    model = TableModel(schema, encoder, coder, network, likelihood, trained)
    scores, evaluation = evaluate(model, (train.x, train.y), (test.x, test.y))
    return FittedTable(
        dataclasses.replace(model, scores=scores, evaluation=evaluation), train, test, frame[learned], frame[held]
    )


def _schema(stream: TableStream, sample: RowSample, target: str, settings: FitSettings) -> Schema:
    """What the sample's columns are; that one counts the rows is seen in the first of them only."""
    first = stream.settled(next(stream.parts()))
    counters = {s.name: judge_column(s) for s in first if s.name != target}
    left_out = [name for name, judged in counters.items() if judged.counter]
    if len(left_out) == len(counters):
        left_out = []
    task = task_of(settings.likelihood)
    schema = infer_schema(sample.frame, target, task=task, leave_out=left_out, separator=stream.separator)
    reasons = tuple(
        (counters[c.name].left_out or c) if c.name in left_out else c  # the reason, rather than "as asked"
        for c in schema.left_out
    )
    note = (
        f"The file is read in parts: what its columns are, their scales and levels were learned from "
        f"{len(sample.frame)} of its {sample.rows} rows, drawn evenly."
    )
    return dataclasses.replace(schema, left_out=reasons, notes=(*schema.notes, note), rows=sample.rows)


def _usable(frame: pl.DataFrame, places: Places, schema: Schema) -> tuple[pl.DataFrame, Places]:
    present = target_encoder(frame, schema).present(frame[schema.target])
    return frame.filter(pl.Series(present)), places[present]


def _split(rows: int, settings: FitSettings) -> tuple[Places, ...]:
    """Rows of the sample to learn encoders from, to score on, and to stop early by."""
    order = torch.randperm(rows, generator=torch.Generator().manual_seed(settings.seed)).numpy()
    held = max(1, min(HELD, round(rows * settings.test)))
    validation = max(1, min(HELD, rows // 10))
    return np.sort(order[held + validation :]), np.sort(order[:held]), np.sort(order[held : held + validation])


def _encoded(
    stream: TableStream,
    schema: Schema,
    coders: tuple[TableEncoder, NumericTarget | ClassTarget],
    left_out: Places,
    processes: Processes,
) -> Iterator[tuple[Tensor, Tensor]]:
    """The rows that this process trains on, encoded."""
    encoder, coder = coders
    numeric = tuple(c.name for c in schema.columns if c.kind == "numeric" and c.style == "plain")
    if isinstance(coder, NumericTarget) and coder.style == "plain":
        numeric += (schema.target,)
    first = 0
    for part in stream.parts(numeric):
        places = np.arange(first, first + len(part))
        first += len(part)
        mine = (places % processes.count == processes.rank) & ~np.isin(places, left_out, assume_unique=True)
        kept = part.filter(pl.Series(mine))
        kept = kept.filter(pl.Series(coder.present(kept[schema.target])))
        if len(kept):
            yield encoder.transform(kept), coder.transform(kept[schema.target])
