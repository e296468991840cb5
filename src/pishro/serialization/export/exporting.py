"""A model into a file of another language, by the file's suffix, compared with the model before it is handed out."""

__all__ = ["SUFFIXES", "TOLERANCE", "Exported", "export_model"]

import dataclasses
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, final

from pishro.data import replacing
from pishro.errors import SettingError
from pishro.models import AutoencoderModel, ConvModel, TableModel
from pishro.serialization.export.c_source import Precision, c_source
from pishro.serialization.export.lowering import PLAIN, ExportSettings, program_of
from pishro.serialization.export.matlab_source import matlab_source
from pishro.serialization.export.numpy_source import python_source
from pishro.serialization.export.onnx_check import run_onnx
from pishro.serialization.export.onnx_graph import OPSET, onnx_model
from pishro.serialization.export.program import Array, Program
from pishro.serialization.export.row_lowering import program_of_rows, row_samples
from pishro.serialization.export.running import FLAGS, compiler, octave, run_compiled, run_octave
from pishro.serialization.export.samples import Samples, deviation, sample_rows

TOLERANCE = 1e-5
"""Largest deviation from the model, relative to an output's largest number, with which a file is handed out."""

MOST_NUMBERS = 2_000_000
"""Constants in a source text: 40 MB of digits, which compilers and editors still bear."""


@final
@dataclasses.dataclass(frozen=True)
class Exported:
    """What was written, and how it was checked.

    Attributes
    ----------
    files : the files.
    deviation : largest difference from the model on sample rows, relative to the largest number of an output; None
        where nothing here could run the file.
    sentence : both in words.
    """

    files: tuple[Path, ...]
    deviation: float | None
    sentence: str

    def __str__(self) -> str:
        return f"{', '.join(map(str, self.files))}: {self.sentence}"

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {"files": [str(f) for f in self.files], "deviation": self.deviation, "sentence": self.sentence}


def export_model(
    model: TableModel | ConvModel | AutoencoderModel,
    path: str | os.PathLike[str],
    settings: ExportSettings = PLAIN,
) -> Exported:
    """Write the model as ONNX, C, NumPy-only Python or MATLAB, by the suffix of `path`.

    Parameters
    ----------
    model : as `pishro.fit` returns it, or an estimator's `model_`.
    path : where to; a header goes beside C.
    settings : what the file holds beside the prediction, and in which precision.

    Raises
    ------
    SettingError
        If the suffix is none of them, or the model cannot be expressed; the sentence names what, and the remedy.
    """
    where = Path(path)
    if where.suffix not in _WRITERS:
        raise SettingError(f"Expected a file ending in {', '.join(SUFFIXES)}, received {where.name!r}.")
    if isinstance(model, TableModel):
        program = program_of(model, settings)
        samples = sample_rows(model, program, settings)
    else:
        program = program_of_rows(model, settings)
        samples = row_samples(model, program)
    return _WRITERS[where.suffix](program, samples, where, settings)


def _python(program: Program, samples: Samples, path: Path, settings: ExportSettings) -> Exported:
    _refuse_size(program)
    text = python_source(program, samples)
    space: dict[str, Any] = {"__name__": "exported"}
    exec(compile(text, path.name, "exec"), space)  # our own text: names from the model stand in it as literals only
    worst = _checked(dict(zip(program.outputs, space["_run"](samples.codes), strict=True)), samples)
    _write(path, text)
    return Exported((path,), worst, f"NumPy only; {_agrees(worst)}")


def _c(program: Program, samples: Samples, path: Path, settings: ExportSettings) -> Exported:
    _refuse_size(program)
    header = path.with_suffix(".h")
    if re.search(r'["\\\n]', header.name):
        raise SettingError(f"Expected a file name that C can include, received {path.name!r}; choose a plainer one.")
    precision: Precision = "float32" if settings.precision == "float32" else "float64"
    source = c_source(program, settings.name or identifier(path.stem), header.name, precision)
    with_, worst = compiler(), None
    if with_ is not None:
        worst = _checked(run_compiled(with_, source, program, samples.matrix), samples)
    with replacing(header) as declared, replacing(path) as defined:  # both or none: the one belongs to the other
        declared.write_text(source.header, encoding="utf-8")
        defined.write_text(source.source, encoding="utf-8")
    said = (
        f"compiled by {Path(with_).name} {' '.join(FLAGS)}; {_agrees(worst)}" if with_ and worst is not None else _NOT
    )
    return Exported((path, header), worst, f"C99 in {precision}, {said}")


def _onnx(program: Program, samples: Samples, path: Path, settings: ExportSettings) -> Exported:
    tries: tuple[Precision, ...] = ("float32", "float64")
    if settings.precision != "auto":
        tries = (settings.precision,)
    for precision in tries:
        made = onnx_model(program, precision)
        found, _ = run_onnx(made, program, samples)
        if precision == tries[-1] or deviation(found, samples.answers) <= TOLERANCE:
            break
    worst = _checked(found, samples)
    with replacing(path) as temporary:
        temporary.write_bytes(made.SerializeToString())
    return Exported((path,), worst, f"ONNX opset {OPSET} in {precision}, run by onnxruntime; {_agrees(worst)}")


def _matlab(program: Program, samples: Samples, path: Path, settings: ExportSettings) -> Exported:
    _refuse_size(program)
    text, with_, worst = matlab_source(program, path.stem), octave(), None
    if with_ is not None:
        worst = _checked(run_octave(with_, text, path.stem, program, samples.matrix), samples)
    _write(path, text)
    said = "not run, as there is no Octave here." if worst is None else f"run by Octave; {_agrees(worst)}"
    return Exported((path,), worst, f"MATLAB function, {said}")


_NOT = "not compiled, as there is no C compiler here."

Writer = Callable[[Program, Samples, Path, ExportSettings], Exported]

_WRITERS: dict[str, Writer] = {".onnx": _onnx, ".c": _c, ".py": _python, ".m": _matlab}

SUFFIXES = tuple(_WRITERS)
"""Endings of files that can be written."""


def identifier(stem: str) -> str:
    """A file's name as the name of a function."""
    kept = re.sub(r"[^A-Za-z0-9_]", "_", stem)
    return kept if kept[:1].isalpha() else f"model_{kept}"


def _write(path: Path, text: str) -> None:
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _checked(found: dict[str, Array], samples: Samples) -> float:
    worst = deviation(found, samples.answers)
    if not worst <= TOLERANCE:
        raise SettingError(
            f"The exported model should agree with the model to {TOLERANCE:g}, but deviates by {worst:.2g} of the "
            'largest output; nothing was written. Export in precision="float64", or tell us of this model.'
        )
    return worst


def _agrees(worst: float | None) -> str:
    return f"agrees with the model to {worst:.1g} of the largest output on sample rows."


def _refuse_size(program: Program) -> None:
    if program.numbers > MOST_NUMBERS:
        raise SettingError(
            f"A source text of at most {MOST_NUMBERS:,} numbers was expected, but this model has {program.numbers:,}; "
            "export with posterior=False, which leaves out the uncertainty of the parameters, or as ONNX."
        )
