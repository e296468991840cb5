"""The main job in one line: `pishro.fit(table, target)`, and the model it returns."""

__all__ = ["Model", "examined", "fit"]

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import numpy.typing as npt

from pishro.data import ClassTarget, Schema, too_large
from pishro.diagnosis import Certificate, Diagnosis, Observation, certify, diagnose
from pishro.errors import SettingError, unknown_name
from pishro.models import (
    Exhibits,
    FitSettings,
    FittedTable,
    PartialDependence,
    TableModel,
    collect_exhibits,
    fit_stream,
    fit_table,
    input_jacobian,
    partial_dependence,
    relevance,
)
from pishro.report.facts import ReportFacts
from pishro.report.languages import catalog_of
from pishro.report.short_form import plain, short_form
from pishro.serialization import save_model
from pishro.training import Checkpoints, Watch
from pishro.training.devices import check_device

if TYPE_CHECKING:
    from pishro.serialization.export import Exported


@dataclasses.dataclass(frozen=True)
class Model(TableModel):
    """A fitted model as a person uses it: predict, save, report. Returned by `pishro.fit` and `pishro.load`.

    Examples
    --------
    >>> import pishro
    >>> model = pishro.fit({"x": [i / 20 for i in range(60)], "y": [(i / 20) ** 2 for i in range(60)]}, "y")
    >>> bool(abs(model.predict({"x": [1.5]})[0] - 2.25) < 0.1)
    True
    """

    @classmethod
    def of(cls, model: TableModel) -> Self:
        """The same model with the methods that reach files."""
        return cls(**{field.name: getattr(model, field.name) for field in dataclasses.fields(model)})

    @property
    def diagnosis(self) -> Diagnosis | None:
        """What the training and the held-out rows show, as facts; None for a file that has none."""
        data = self.findings.get("diagnosis")
        return None if data is None else Diagnosis.from_json(data)

    @property
    def certificate(self) -> Certificate | None:
        """What kind of point the best member ended in; None for a file that has none."""
        data = self.findings.get("certificate")
        return None if data is None else Certificate.from_json(data)

    @property
    def exhibits(self) -> Exhibits:
        """What figures show that only the rows could tell; empty for a file that has none."""
        data = self.findings.get("exhibits")
        return Exhibits() if data is None else Exhibits.from_json(data)

    def save(self, path: str | os.PathLike[str], *, posterior: bool = True) -> None:
        """Write the model file (safetensors); an existing file is replaced only when the new one is whole.

        Parameters
        ----------
        path : where it goes.
        posterior : whether to keep the uncertainty of the weights, which is most of a file: without it intervals and
            probabilities know noise and members only.
        """
        save_model(self, path, posterior=posterior)

    def export(
        self,
        path: str | os.PathLike[str],
        *,
        interval: float | None = None,
        posterior: bool = True,
        precision: Literal["auto", "float32", "float64"] = "auto",
    ) -> "Exported":
        """Write the whole model, from raw columns to prediction, for use without pishro, and compare it with this one.

        Parameters
        ----------
        path : ending in .onnx, .c (with a header beside it), .py (NumPy only) or .m (MATLAB, Octave).
        interval : level of an interval that is predicted as well; None for none.
        posterior : whether probabilities and intervals reckon with the uncertainty of the weights, as they do here; it
            takes P²/2 numbers a member.
        precision : of the numbers inside; "auto" is float64, and in ONNX float32 where that is enough.

        Raises
        ------
        SettingError
            If the format cannot express the model, or does not agree with it to 10⁻⁵.
        """
        from pishro.serialization.export import ExportSettings, export_model  # noqa: PLC0415 - seldom needed

        return export_model(self, path, ExportSettings(interval, posterior, precision))

    def report(self, path: str | os.PathLike[str], language: str = "en") -> None:
        """Write the report: one self-contained HTML file.

        Parameters
        ----------
        path : where it goes.
        language : "en" for English, "fa" for Persian.

        Raises
        ------
        SettingError
            If there is no such language, or nothing was held out.
        """
        from pishro.report.html import write_report  # noqa: PLC0415 - matplotlib is slow to import

        catalog = catalog_of(language)
        write_report(self.facts(os.path.basename(os.fspath(path)).rsplit(".", 1)[0]), path, catalog)

    def partial_dependence(self, table: Any, column: str, *, level: float = 0.95) -> PartialDependence:
        """The prediction averaged over a table as a function of one column, see `models.partial_dependence`."""
        return partial_dependence(self, table, column, level=level)

    def input_jacobian(self, table: Any) -> dict[str, npt.NDArray[np.float64]]:
        """Slope of the prediction along each numeric column at each row, see `models.input_jacobian`."""
        return input_jacobian(self, table)

    def relevance(self, table: Any) -> dict[str, float]:
        """Share of the prediction's variance that each column accounts for, see `models.relevance`."""
        return relevance(self, table)

    def facts(self, name: str | None = None) -> ReportFacts:
        """What the report says of this model, as `pishro.report.facts.ReportFacts`.

        Raises
        ------
        SettingError
            If nothing was held out, so that there is no score to report.
        """
        if self.scores is None or self.evaluation is None:
            raise SettingError("Expected a model with held-out scores, but this one has none; fit it by `pishro.fit`.")
        target = self.schema.target
        return ReportFacts(
            name=name or target,
            target=target,
            task=self.schema.task,
            rows=(self.record.rows, self.scores.rows),
            schema_sentences=list(self.schema.notes),
            columns=[(c.name, c.kind, "with missing values" if c.missing else "") for c in self.schema.columns],
            left_out=[(c.name, c.reason) for c in self.schema.left_out],
            network_lines=self.network.summary(),
            record=self.record,
            scores=self.scores,
            evaluation=self.evaluation,
            notes=list(self.schema.warnings),
            lines=["import pishro", f'model = pishro.fit("table.csv", target={target!r}, seed={self.record.seed})'],
            diagnosis=self.diagnosis,
            certificate=self.certificate,
            exhibits=self.exhibits,
        )

    def _repr_html_(self) -> str:
        """A short form for notebooks; a model without scores shows its text."""
        return short_form(self.facts()) if self.scores is not None and self.evaluation is not None else plain(str(self))

    def __str__(self) -> str:
        lines = [str(self.schema), *self.network.summary(), str(self.record)]
        return "\n".join([*lines, str(self.scores)] if self.scores is not None else lines)

    __repr__ = __str__


def fit(
    table: Any,
    target: str,
    *,
    progress: Watch | None = None,
    started: Callable[[Schema, str], None] | None = None,
    stream: bool | None = None,
    checkpoint: str | os.PathLike[str] | Checkpoints | None = None,
    resume: bool = False,
    **settings: Any,
) -> Model:
    """Fit networks to a table, and score them on rows held out.

    Parameters
    ----------
    table : a path (CSV, TSV, Parquet, Excel, ARFF), a pandas, polars or Arrow frame, or a dict of columns.
    target : name of the column to predict.
    progress : called with a `training.Progress` after each iteration; an `optim.Reason` that it returns ends the
        training there, with what it has reached.
    started : called with the schema and the recipe before the training begins.
    stream : whether to read a CSV or Parquet file in parts, for one that does not fit into memory; None decides by its
        size.
    checkpoint : a file that keeps how far the training is, written every half minute and on Ctrl-C, and deleted when
        the model is there. See `training.Checkpoints`.
    resume : whether to go on from that file, where there is one; the result is the same to the last bit.
    **settings : fields of `pishro.models.FitSettings`: hidden, activation, members, likelihood, test,
        seed, max_seconds, calibrate, monotone, bounds, split, device, method, regularization, early_stopping,
        constraints.

    Raises
    ------
    DataError
        If the table or a column cannot be used; the message names the column and the remedy.
    SettingError
        If a setting is unknown.
    CheckpointError
        If the checkpoint is of other rows or settings, or is there although nothing is to be resumed.

    Examples
    --------
    >>> import pishro
    >>> columns = {"x": [i / 20 for i in range(60)], "y": [(i / 20) ** 2 for i in range(60)]}
    >>> pishro.fit(columns, target="y", members=2).score["R²"].value > 0.99
    True
    """
    known = {field.name for field in dataclasses.fields(FitSettings)} - {"checkpoint"}
    for name in settings:
        if name not in known:
            raise SettingError(unknown_name("setting", name, sorted(known)))
    check_device(settings.get("device", "auto"))
    kept = _kept(checkpoint, resume)
    chosen = FitSettings(**settings, checkpoint=None if kept is None else dataclasses.replace(kept, keep=True))
    if isinstance(table, str | os.PathLike):
        path = Path(table)
        large = too_large(path) if stream is None else stream
        fitted = (fit_stream if large else fit_table)(path, target, chosen, progress, started)
    elif stream:
        raise SettingError("Expected a file to read in parts, received a table that is in memory; leave `stream` out.")
    else:
        fitted = fit_table(table, target, chosen, progress, started)
    model = _finished(fitted)
    if kept is not None and not kept.keep:
        kept.remove()
    return model


def _kept(checkpoint: str | os.PathLike[str] | Checkpoints | None, resume: bool) -> Checkpoints | None:
    """Where checkpoints go, looked at before the table is read."""
    if checkpoint is None:
        if resume:
            raise SettingError("Expected the file to resume from, received none; add checkpoint='name.checkpoint'.")
        return None
    kept = checkpoint if isinstance(checkpoint, Checkpoints) else Checkpoints(checkpoint)
    kept = dataclasses.replace(kept, resume=resume or kept.resume)
    kept.check()
    return kept


def _finished(fitted: FittedTable) -> Model:
    """The model with what is found out while its rows are at hand."""
    model = examined(fitted)
    found = {**model.findings, "exhibits": collect_exhibits(fitted).to_json()}
    return Model.of(dataclasses.replace(model, findings=found))


def examined(fitted: FittedTable) -> TableModel:
    """The model with what can only be found out while its rows are at hand."""
    model = fitted.model
    names = tuple(model.encoder.names)
    classes = tuple(map(str, model.schema.classes)) if isinstance(model.target, ClassTarget) else ()
    observation = Observation(
        model.network, model.likelihood, model.trained, fitted.train, fitted.test, names, classes, model.schema.warnings
    )
    certificate = certify(observation)
    found = diagnose(observation, certificate.facts)
    return dataclasses.replace(model, findings={"diagnosis": found.to_json(), "certificate": certificate.to_json()})
