"""What the report says of an autoencoder, which has rows but no table and no target."""

__all__ = ["autoencoder_facts"]

from collections.abc import Sequence

from torch import Tensor

from pishro.diagnosis import Observation, diagnose
from pishro.models import AutoencoderModel, Evaluation, compare_reconstructions
from pishro.objectives import Batch
from pishro.report.facts import ReportFacts


def autoencoder_facts(
    model: AutoencoderModel, held: Tensor, train: Tensor, columns: Sequence[str], name: str
) -> ReportFacts:
    """Scores, pictures and diagnosis.

    Parameters
    ----------
    model : a fitted autoencoder.
    held : rows (N, *row) that it never saw.
    train : rows that it learned from.
    columns : names of the columns; empty for images.
    name : of the report.
    """
    scores, found = compare_reconstructions(model, held, train)
    learned, seen = (Batch(rows, rows.flatten(1)) for rows in (model.scaled(train), model.scaled(held)))
    observation = Observation(model.network, model.likelihood, model.trained, learned, seen, tuple(columns))
    code = f"Autoencoder(code={found.units}, random_state={model.trained.record.seed})"
    return ReportFacts(
        name=name,
        target="",
        task="reconstruction",
        rows=(len(train), len(held)),
        schema_sentences=[],
        columns=[(column, "numeric", "") for column in columns],
        left_out=[],
        network_lines=model.network.summary(),
        record=model.trained.record,
        scores=scores,
        evaluation=Evaluation([], []),
        lines=["from pishro.estimators import Autoencoder", f"model = {code}.fit(X)"],
        diagnosis=diagnose(observation),
        reconstruction=found,
    )
