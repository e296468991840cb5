"""The one argument of the report: everything it says, as plain facts."""

__all__ = ["ReportFacts"]

import dataclasses

from pishro.diagnosis import Certificate, Diagnosis
from pishro.models import Evaluation, Exhibits, Reconstructions, Scores
from pishro.training.record import TrainingRecord


@dataclasses.dataclass(frozen=True)
class ReportFacts:
    """What a report is made from; the report adds nothing that is not in here.

    Attributes
    ----------
    name : name of the model or of the run.
    target : name of the target column.
    task : "regression", "classification", or "reconstruction" for an autoencoder, which has no target.
    rows : number of training rows and of held-out rows.
    schema_sentences : what the reader of the table decided, a sentence each.
    columns : (name, kind, note) of each input column that the model uses.
    left_out : (name, reason) of each column that it does not use.
    network_lines : one line a layer, such as "dense1: 8 → 12 tanh, 108 parameters".
    record : how the training went.
    scores : held-out scores of the model and of its baselines.
    evaluation : the held-out rows, for the figures.
    notes : anything else the reader must know, a sentence each.
    lines : Python lines that repeat the run.
    versions : name and version of each program that took part.
    diagnosis : what the training and the held-out rows show; None where it was not made.
    certificate : what kind of point the training reached; None where it was not made.
    exhibits : relevance, effects and whatever else only the rows could tell; empty where they were not at hand.
    reconstruction : held-out rows and what came back, of an autoencoder.
    """

    name: str
    target: str
    task: str
    rows: tuple[int, int]
    schema_sentences: list[str]
    columns: list[tuple[str, str, str]]
    left_out: list[tuple[str, str]]
    network_lines: list[str]
    record: TrainingRecord
    scores: Scores
    evaluation: Evaluation
    notes: list[str] = dataclasses.field(default_factory=list)
    lines: list[str] = dataclasses.field(default_factory=list)
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    diagnosis: Diagnosis | None = None
    certificate: Certificate | None = None
    exhibits: Exhibits = dataclasses.field(default_factory=Exhibits)
    reconstruction: Reconstructions | None = None
