"""A fitted model → its program."""

__all__ = ["PLAIN", "ExportSettings", "program_of"]

import dataclasses
from typing import Literal, final

import numpy as np

from pishro.data import ClassTarget, NumericTarget
from pishro.errors import SettingError
from pishro.models import TableModel
from pishro.serialization.export.encoding import encode, raw_columns
from pishro.serialization.export.layers import Passed, walk
from pishro.serialization.export.predictions import interval, point, probabilities
from pishro.serialization.export.program import Builder, Program, Value
from pishro.serialization.export.uncertainty import raw_variance


@final
@dataclasses.dataclass(frozen=True)
class ExportSettings:
    """What an export holds beside the prediction, and how its numbers are written.

    Attributes
    ----------
    interval : level of a predictive interval; None for none.
    posterior : whether probabilities and intervals reckon with the uncertainty of the parameters, as the model's own
        do; it takes P²/2 numbers a member.
    precision : "float64", "float32"; or "auto", which is float64 for C, and for ONNX float32 where that is exact to
        10⁻⁵.
    name : of the function in C and MATLAB; the file's name if not given.
    """

    interval: float | None = None
    posterior: bool = True
    precision: Literal["auto", "float32", "float64"] = "auto"
    name: str | None = None


PLAIN = ExportSettings()
"""The prediction, or the probabilities, alone."""


def program_of(model: TableModel, settings: ExportSettings = PLAIN) -> Program:
    """The whole model as steps, from raw columns to prediction.

    Raises
    ------
    SettingError
        If a layer, an activation or the cost cannot be expressed, or an interval was asked of a classifier; the
        sentence names it and the remedy.
    """
    if isinstance(model.target, ClassTarget) and settings.interval is not None:
        raise SettingError("An interval was asked of a classifier, which gives probabilities; export without it.")
    build = Builder()
    path = walk(build, model.network, model.trained.theta, encode(build, model.encoder))
    outputs = _classes(build, model, settings, path) if isinstance(model.target, ClassTarget) else {}
    if not isinstance(model.target, ClassTarget):
        outputs = _numbers(build, model, settings, path)
    return Program(
        target=model.schema.target,
        columns=raw_columns(model.encoder),
        shape=(),
        steps=tuple(build.steps),
        outputs=outputs,
        classes=tuple(model.schema.classes),
        level=settings.interval,
        notes=_notes(model, settings),
    )


def _numbers(build: Builder, model: TableModel, settings: ExportSettings, path: list[Passed]) -> dict[str, Value]:
    target, raw = model.target, path[-1].y
    if isinstance(target, ClassTarget):
        raise TypeError("Expected a target of numbers.")
    single = isinstance(target, NumericTarget)
    shift, factor = np.atleast_1d(target.mean), np.atleast_1d(target.scale)
    found = {"prediction": point(build, model.likelihood, raw, len(shift))}
    if settings.interval is not None:
        variance = _variance(build, model, settings, path)
        ends = interval(
            build, model.likelihood, raw, variance, model.trained.beta, model.calibration, settings.interval
        )
        found |= dict(zip(("lower", "upper"), ends, strict=True))
    if single:
        shift, factor = shift.reshape(()), factor.reshape(())
    return {name: build.affine(value, factor, shift) for name, value in found.items()}


def _classes(build: Builder, model: TableModel, settings: ExportSettings, path: list[Passed]) -> dict[str, Value]:
    variance = _variance(build, model, settings, path)
    return {"probabilities": probabilities(build, model.likelihood, path[-1].y, variance, model.calibration)}


def _variance(build: Builder, model: TableModel, settings: ExportSettings, path: list[Passed]) -> "Value | None":
    posterior = model.trained.posterior
    if posterior is None or not settings.posterior:
        return None
    contrast = model.likelihood.contrast(model.network.outputs)
    return raw_variance(build, model.network, path, posterior, None if contrast is None else contrast.double().numpy())


def _notes(model: TableModel, settings: ExportSettings) -> tuple[str, ...]:
    count = len(model.trained.theta)
    networks = "a network" if count == 1 else f"the average of {count} networks"
    notes = [
        f"{model.schema.target} by {networks} of {model.network.layout.size} weights; cost {model.likelihood.name}."
    ]
    if model.trained.posterior is not None and not settings.posterior:
        notes.append("The uncertainty of the parameters is left out of probabilities and intervals.")
    return tuple(notes)
