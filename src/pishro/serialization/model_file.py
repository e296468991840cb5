"""The model file: safetensors with a JSON header. Reading it never executes code.

The tensors are θ (K, P), β (K,) and, where there is one, the packed posterior (K, P(P+1)/2); the header's entry
"pishro" is one JSON text that holds everything else.
"""

__all__ = ["DAMAGES", "ENTRY", "load_model", "read_parts", "save_model"]

import os
from pathlib import Path
from typing import Any

import torch

from pishro.data import Schema, TableEncoder, target_from_json
from pishro.errors import ModelFileError, PishroError
from pishro.likelihoods import likelihood_from_json
from pishro.models import Evaluation, Scores, TableModel, calibration_from_json
from pishro.nn import Network
from pishro.serialization.versions import FORMAT, up_to_date
from pishro.tensor_file import UnreadableFileError, read_tensor_file, write_tensor_file
from pishro.training import LaplacePosterior, TrainedMembers, TrainingRecord

ENTRY = "pishro"
"""What the header is called among the file's metadata."""

DAMAGES = (
    *(PishroError, KeyError, TypeError, ValueError, IndexError, RuntimeError, AttributeError),
    *(ArithmeticError, RecursionError, MemoryError),
)
"""What a header that describes no model may raise on its way to one."""


def save_model(model: TableModel, path: str | os.PathLike[str], *, posterior: bool = True) -> None:
    """Write the model; an existing file is replaced only when the new one is whole.

    Parameters
    ----------
    model : what to write.
    path : where to.
    posterior : whether to keep the posterior of θ, which takes P²/2 numbers a member. Without it the prediction of a
        number is the same; intervals and probabilities then know noise and members only.

    Raises
    ------
    DataError
        If the folder does not exist or cannot be written to.
    """
    trained = model.trained
    header = {
        "format": FORMAT,
        "schema": model.schema.to_json(),
        "encoder": model.encoder.to_json(),
        "target": model.target.to_json(),
        "network": model.network.to_json(),
        "likelihood": model.likelihood.to_json(),
        "record": trained.record.to_json(),
        "scores": None if model.scores is None else model.scores.to_json(),
        "calibration": None if model.calibration is None else model.calibration.to_json(),
        "evaluation": None if model.evaluation is None else model.evaluation.to_json(),
        "findings": model.findings,
    }
    tensors = {
        "theta": trained.theta.contiguous(),
        "beta": trained.beta.contiguous(),
    }
    if trained.posterior is not None and posterior:
        tensors["posterior"] = trained.posterior.packed()
    write_tensor_file(path, ENTRY, header, tensors)


def load_model(path: str | os.PathLike[str]) -> TableModel:
    """Read a model.

    Raises
    ------
    ModelFileError
        If the file is missing, truncated, foreign, damaged, or written by a newer version.
    """
    header, tensors = read_parts(Path(path))
    if "kind" in header:
        raise ModelFileError(
            f"{path} holds a model of the kind {str(header['kind'])[:60]!r}, which reads rows and no table; open it in "
            "Python by `pishro.load`."
        )
    try:
        return _model(header, tensors)
    except DAMAGES as error:
        told = str(error) if isinstance(error, PishroError) else f"its header does not describe a model ({error!r})"
        raise ModelFileError(f"{path} is damaged: {told[:300]}; take another copy.") from None


def read_parts(path: Path) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    """The header and the tensors of a file of pishro, of whatever kind of model.

    Raises
    ------
    ModelFileError
        If the file is missing, truncated, foreign, damaged, or written by a newer version.
    """
    if not path.is_file():
        raise ModelFileError(f"No model file at {path}; `pishro fit` writes one.")
    try:
        header, tensors = read_tensor_file(path, ENTRY)
    except UnreadableFileError as error:
        raise ModelFileError(f"{path} {error}; it may be truncated, damaged or of another program.") from None
    return up_to_date(header, path), tensors


def _model(header: dict[str, Any], tensors: dict[str, torch.Tensor]) -> TableModel:
    network = Network.from_json(header["network"])
    theta, beta, size = tensors["theta"], tensors["beta"], network.layout.size
    members = theta.shape[0]
    expected = {"theta": (members, size), "beta": (members,), "posterior": (members, size * (size + 1) // 2)}
    for name, shape in expected.items():
        if name == "posterior" and name not in tensors:
            continue
        if tuple(tensors[name].shape) != shape:
            raise ModelFileError(f"tensor {name!r} has shape {tuple(tensors[name].shape)}, expected {shape}")
    findings = header.get("findings", {})
    if not isinstance(findings, dict):
        raise ModelFileError(f"its findings are of the type {type(findings).__name__}, expected names and values")
    posterior = LaplacePosterior.unpacked(tensors["posterior"], size) if "posterior" in tensors else None
    trained = TrainedMembers(theta, beta, posterior, TrainingRecord.from_json(header["record"]))
    return TableModel(
        Schema.from_json(header["schema"]),
        TableEncoder.from_json(header["encoder"]),
        target_from_json(header["target"]),
        network,
        likelihood_from_json(header["likelihood"]),
        trained,
        None if header["scores"] is None else Scores.from_json(header["scores"]),
        None if header["evaluation"] is None else Evaluation.from_json(header["evaluation"]),
        None if header.get("calibration") is None else calibration_from_json(header["calibration"]),
        findings,
    )
